/**
 * What a client may hold against the certificates that a server showed, judged at the moment they were sent, in the order
 * in which clients tell it (RFC 5280 6, RFC 9525). Whether the client did hold it against them is for the rules.
 */
import type { CaptureView, Session } from '../../session/session.js';
import { coversName } from '../../tls/covers-name.js';
import type { CertificateFacts, TlsFacts } from '../../tls/tls-facts.js';
import type { CauseId } from '../causes.js';
import type { Confidence } from '../rule.js';
import { isAddress, wallClock } from './tls-progress.js';

export type FaultKind =
  | 'expired'
  | 'notYetValid'
  | 'otherName'
  | 'otherAddress'
  | 'commonNameOnly'
  | 'selfSigned'
  | 'issuerNotSent'
  | 'disordered'
  | 'notForServers'
  | 'weakKey'
  | 'weakSignature'
  | 'stapleRevoked'
  | 'stapleExpired';

export interface CertificateFault {
  kind: FaultKind;
  /** What it means for a client that leaves; null where most clients go on. */
  cause: CauseId | null;
  confidence: Confidence;
  /** The certificate at fault. */
  certificate: CertificateFacts;
}

/** id-kp-serverAuth and anyExtendedKeyUsage (RFC 5280 4.2.1.12). */
const FOR_SERVERS: ReadonlySet<string> = new Set(['1.3.6.1.5.5.7.3.1', '2.5.29.37.0']);
/** OpenSSL's security level 1, CA/Browser Forum Baseline Requirements 6.1.5. */
const LEAST_BITS: ReadonlyMap<string, number> = new Map([
  ['rsa', 2048],
  ['rsa-pss', 2048],
  ['dsa', 2048],
  ['ec', 224],
]);
const WEAK_SIGNATURE = /^(md2|md5|sha1)With|with-SHA1$/;

/** Alerts of a client that refuse a certificate; a fault that is visible says more than they do (RFC 8446 6.2). */
export const REFUSES_CERTIFICATE: ReadonlySet<number> = new Set([42, 43, 45, 46, 48]);

/** Empty where no certificate is visible; that says nothing of it. */
export function certificateFaults(session: Session, capture: CaptureView): CertificateFault[] {
  const { tls } = session;
  const chain = tls?.certificates ?? [];
  const [leaf] = chain;
  if (tls?.certificatesAt === undefined || leaf === undefined || leaf.problem !== null) return [];
  const now = wallClock(capture, tls.certificatesAt.last);
  const path = pathOf(chain);
  const faults: CertificateFault[] = [];
  const add = (
    kind: FaultKind,
    cause: CauseId | null,
    confidence: Confidence,
    certificate: CertificateFacts | undefined = leaf,
  ) => faults.push({ kind, cause, confidence, certificate });
  const ended = path.find(({ notAfter }) => notAfter < now);
  const early = path.find(({ notBefore }) => notBefore > now);
  if (ended !== undefined) add('expired', 'tls-certificate-expired', 'likely', ended);
  if (early !== undefined) add('notYetValid', 'tls-certificate-not-yet-valid', 'likely', early);
  const nameFault = nameFaultOf(session, tls, leaf);
  // The name in clear may be the outer one of encrypted_client_hello, and the certificate be for the inner one.
  if (nameFault === 'otherName')
    add(nameFault, 'tls-certificate-name-mismatch', tls.clientHello?.ech === true ? 'possible' : 'likely');
  if (leaf.selfSigned) add('selfSigned', 'tls-unknown-ca', 'likely');
  const isAlone = chain.length === 1 && !leaf.selfSigned && leaf.traits?.issuerUrl !== undefined;
  if (isAlone) add('issuerNotSent', 'tls-unknown-ca', 'likely');
  const { purposes } = leaf.traits ?? {};
  if (purposes !== undefined && !purposes.some((purpose) => FOR_SERVERS.has(purpose)))
    add('notForServers', 'tls-certificate-rejected', 'likely');
  const weakKey = path.find(isWeakKey);
  if (weakKey !== undefined) add('weakKey', 'tls-certificate-rejected', 'likely', weakKey);
  // The signature of a root counts for nothing: it is trusted by itself.
  const weakSignature = path.find((one) => !one.selfSigned && WEAK_SIGNATURE.test(one.traits?.signature ?? ''));
  if (weakSignature !== undefined) add('weakSignature', 'tls-certificate-rejected', 'likely', weakSignature);
  const { certificateStatus: staple } = tls;
  if (staple?.certificate === 'revoked') add('stapleRevoked', 'tls-certificate-rejected', 'likely');
  else if (staple !== undefined && staple.nextUpdate < now) add('stapleExpired', 'tls-certificate-rejected', 'likely');
  if (nameFault === 'commonNameOnly') add(nameFault, 'tls-certificate-name-mismatch', 'likely');
  if (nameFault === 'otherAddress') add(nameFault, 'tls-certificate-name-mismatch', 'possible');
  if (path.some((one, index) => one !== chain[index])) add('disordered', 'tls-unknown-ca', 'possible');
  return faults;
}

/** Nothing but its name tells a root that was not sent from an intermediate. */
const NAMED_ROOT = /\broot\b/i;

/** The leaf of a chain of one whose issuer may be an intermediate that was not sent. */
export function sentAlone({ certificates }: TlsFacts): CertificateFacts | undefined {
  const [leaf, ...others] = certificates ?? [];
  return leaf === undefined ||
    others.length > 0 ||
    leaf.selfSigned ||
    leaf.problem !== null ||
    NAMED_ROOT.test(leaf.issuer)
    ? undefined
    : leaf;
}

/** From the leaf up, each the issuer of the one before it, wherever it stands in the message. */
export function pathOf(chain: readonly CertificateFacts[]): CertificateFacts[] {
  const path = chain.slice(0, 1);
  for (let last = path.at(-1); last !== undefined && !last.selfSigned; last = path.at(-1)) {
    const { issuer } = last;
    const next = chain.find((one) => one.subject === issuer && one.problem === null && !path.includes(one));
    if (next === undefined) break;
    path.push(next);
  }
  return path;
}

function nameFaultOf(
  { server, host }: Session,
  { clientHello }: TlsFacts,
  leaf: CertificateFacts,
): 'otherName' | 'otherAddress' | 'commonNameOnly' | undefined {
  if (clientHello === undefined) return undefined;
  const { sni } = clientHello;
  // RFC 6066 3: a client that was given an address sends no name. One that sends none may still have had a name, which a
  // lookup can show.
  const wanted = sni !== null && !isAddress(sni) ? sni : host;
  if (wanted === null) return coversName(leaf, server.address) ? undefined : 'otherAddress';
  if (!coversName(leaf, wanted)) return isAddress(wanted) ? 'otherAddress' : 'otherName';
  return leaf.traits?.namesFromCommonName === true ? 'commonNameOnly' : undefined;
}

function isWeakKey({ traits }: CertificateFacts): boolean {
  const least = LEAST_BITS.get(traits?.keyType ?? '');
  return traits !== undefined && least !== undefined && traits.keyBits > 0 && traits.keyBits < least;
}
