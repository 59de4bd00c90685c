/**
 * Certificate messages (RFC 5246 7.4.2, RFC 8446 4.4.2) and the X.509 certificates inside (RFC 5280), read by node:crypto.
 * A certificate that cannot be read becomes one with a `problem`; whether anybody should trust it is not decided here.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { Cursor } from '../bytes/cursor.js';
import { traitsOf } from './certificate-traits.js';
import { readExtensions, STATUS_REQUEST } from './client-hello.js';
import type { CertificateFacts } from './tls-facts.js';

/** Certificates kept of one chain: real chains have fewer than 10. */
const MAX_CHAIN = 32;
/** Certificates remembered: a capture shows few servers and many connections to each of them. */
const MAX_REMEMBERED = 512;

export interface CertificateChain {
  certificates: CertificateFacts[];
  /** Certificates in the message, also those beyond the limit. */
  count: number;
  /** What is wrong with the message as a whole. */
  problem: string | null;
  /** TLS 1.3: the body of the leaf's status_request, where an OCSP response is stapled (RFC 8446 4.4.2.1). */
  status?: Uint8Array;
}

/** The chain as sent, leaf first. */
export const readCertificates = (body: Uint8Array): CertificateChain => readList(new Cursor(body), () => new Map());

function readList(cursor: Cursor, extensionsOf: (list: Cursor) => ReadonlyMap<number, Uint8Array>): CertificateChain {
  const list = cursor.within(cursor.u24());
  const certificates: CertificateFacts[] = [];
  let count = 0;
  let status: Uint8Array | undefined;
  while (list.remaining > 0) {
    const der = list.bytes(list.u24());
    const extensions = extensionsOf(list);
    if (!list.ok) break;
    if (count === 0) status = extensions.get(STATUS_REQUEST);
    count++;
    if (certificates.length < MAX_CHAIN) certificates.push(readCertificate(der));
  }
  const whole = cursor.ok && list.ok && cursor.remaining === 0;
  const problem = whole
    ? count > MAX_CHAIN
      ? `more than ${MAX_CHAIN} certificates in one message`
      : null
    : 'the lengths inside the Certificate message do not fit';
  return { certificates, count, problem, ...(status === undefined ? {} : { status }) };
}

/** A Certificate message of TLS 1.3 (RFC 8446 4.4.2): a context, and extensions behind each certificate. */
export function readCertificates13(body: Uint8Array): CertificateChain {
  const cursor = new Cursor(body);
  cursor.skip(cursor.u8());
  return readList(cursor, readExtensions);
}

/** Reads one certificate in DER; the same octets are read once. Treat the answer as read-only. */
export function readCertificate(der: Uint8Array): CertificateFacts {
  const sha256 = createHash('sha256').update(der).digest('hex');
  const known = REMEMBERED.get(sha256);
  if (known !== undefined) return known;
  const facts = parse(der, sha256);
  if (REMEMBERED.size >= MAX_REMEMBERED) {
    const [oldest] = REMEMBERED.keys();
    if (oldest !== undefined) REMEMBERED.delete(oldest);
  }
  REMEMBERED.set(sha256, facts);
  return facts;
}

const REMEMBERED = new Map<string, CertificateFacts>();

function parse(der: Uint8Array, sha256: string): CertificateFacts {
  // node:crypto would also take PEM, which has no place in a handshake: DER begins with a SEQUENCE.
  if (der[0] !== 0x30) return unreadable(sha256);
  try {
    const x509 = new X509Certificate(der);
    const subject = lines(x509.subject);
    const notBefore = Date.parse(x509.validFrom);
    const notAfter = Date.parse(x509.validTo);
    const timed = !Number.isNaN(notBefore) && !Number.isNaN(notAfter);
    return {
      subject: oneLine(subject),
      issuer: oneLine(lines(x509.issuer)),
      names: namesOf(x509.subjectAltName, subject),
      notBefore,
      notAfter,
      sha256,
      selfSigned: isSelfSigned(x509),
      traits: traitsOf(x509, der),
      problem: timed ? null : 'the validity of the certificate cannot be read',
    };
  } catch {
    return unreadable(sha256);
  }
}

const unreadable = (sha256: string): CertificateFacts => ({
  subject: '',
  issuer: '',
  names: [],
  notBefore: Number.NaN,
  notAfter: Number.NaN,
  sha256,
  selfSigned: false,
  problem: 'the certificate is not valid DER',
});

function isSelfSigned(x509: X509Certificate): boolean {
  if (x509.subject !== x509.issuer || !x509.checkIssued(x509)) return false;
  try {
    return x509.verify(x509.publicKey);
  } catch {
    // An algorithm that this OpenSSL no longer verifies, such as MD5: the names have to do.
    return true;
  }
}

/** node:crypto gives one line for each part of a name, in the order of the certificate; it may give nothing at all. */
const lines = (name: string | undefined): string[] => (name === undefined || name === '' ? [] : name.split('\n'));

/** RFC 4514 2.1 writes the parts of a name from the last to the first: `CN=example.com, O=Example`. */
const oneLine = (parts: readonly string[]): string => parts.toReversed().join(', ');

/** DNS and IP names of subjectAltName, else the common name. */
function namesOf(alternatives: string | undefined, subject: readonly string[]): string[] {
  const names: string[] = [];
  for (const [, value = ''] of (alternatives ?? '').matchAll(ALTERNATIVE))
    names.push(value.startsWith('"') ? unquote(value) : value);
  if (names.length > 0) return names;
  const common = subject.findLast((part) => part.startsWith('CN='));
  return common === undefined ? [] : [common.slice(3).replace(/\\(.)/g, '$1')];
}

/** node:crypto writes `DNS:a, IP Address:b`, and a value that could be misread as a JSON string. */
const ALTERNATIVE = /(?<=^|, )(?:DNS|IP Address):("(?:[^"\\]|\\.)*"|[^,]*)/g;

function unquote(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}
