/** The values with which rules about certificates fill their messages. */

import type { Session } from '../../session/session.js';
import type { CertificateFacts } from '../../tls/tls-facts.js';
import type { Value } from '../rule.js';
import { phrase, textOr } from './phrases.js';
import { shellWord } from './shell-word.js';
import { list, text, time } from './values.js';

export function certificateData(session: Session, certificate: CertificateFacts): Record<string, Value> {
  const { tls, host, server } = session;
  const name = tls?.clientHello?.sni ?? host;
  const { traits } = certificate;
  const staple = tls?.certificateStatus;
  return {
    subject: text(certificate.subject),
    issuer: text(certificate.issuer),
    names: list(certificate.names),
    notBefore: time(certificate.notBefore),
    notAfter: time(certificate.notAfter),
    sni: textOr(name, 'the-name'),
    name: text(shellWord(name ?? 'your.host')),
    server: text(server.text),
    address: text(server.address),
    issuerUrl: textOr(traits?.issuerUrl, 'nowhere'),
    purposes: list((traits?.purposes ?? []).map((purpose) => PURPOSES.get(purpose) ?? purpose)),
    key:
      traits === undefined
        ? phrase('unknown')
        : phrase('key-of-bits', { type: text(traits.keyType), bits: text(traits.keyBits) }),
    signature: textOr(traits?.signature, 'unknown'),
    ...(staple === undefined ? {} : { nextUpdate: time(staple.nextUpdate), revokedAt: time(staple.revokedAt) }),
  };
}

/** RFC 5280 4.2.1.12; others are shown by their numbers. */
const PURPOSES: ReadonlyMap<string, string> = new Map([
  ['1.3.6.1.5.5.7.3.1', 'serverAuth'],
  ['1.3.6.1.5.5.7.3.2', 'clientAuth'],
  ['1.3.6.1.5.5.7.3.3', 'codeSigning'],
  ['1.3.6.1.5.5.7.3.4', 'emailProtection'],
  ['1.3.6.1.5.5.7.3.8', 'timeStamping'],
  ['1.3.6.1.5.5.7.3.9', 'OCSPSigning'],
]);
