import { describe, expect, it } from 'vitest';
import { faultyCertificate } from '../../../../src/diagnosis/rules/tls/faulty-certificate.js';
import type { CertificateFacts } from '../../../../src/tls/tls-facts.js';
import { aSession } from '../../../wire/session-builder.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

const shown = (certificate: Partial<CertificateFacts>, sni = 'example.com') =>
  aSession().handshake().clientHello(sni).serverHello(0x0303, 0xc02f).certificate(certificate);
const FAULTS: { name: string; certificate: Partial<CertificateFacts>; sni?: string; cause: string }[] = [
  { name: 'expired', certificate: { notAfter: Date.UTC(2026, 4, 31) }, cause: 'tls-certificate-expired' },
  { name: 'not yet valid', certificate: { notBefore: Date.UTC(2026, 5, 2) }, cause: 'tls-certificate-not-yet-valid' },
  { name: 'of another name', certificate: {}, sni: 'other.example.com', cause: 'tls-certificate-name-mismatch' },
  { name: 'self-signed', certificate: { selfSigned: true }, cause: 'tls-unknown-ca' },
];

describe('tls/faulty-certificate', () => {
  it.each(FAULTS)('sees that a certificate is $name when the client just leaves', ({ certificate, sni, cause }) => {
    expect(verdictOn(shown(certificate, sni).fin('client').build())).toBe(`failed tls ${cause}`);
    expect(verdictOn(shown(certificate, sni).finished().fin('client').build())).toBe(`failed tls ${cause}`);
  });

  it.each(FAULTS)('says more than a bare bad_certificate: $name', ({ certificate, sni, cause }) => {
    const session = shown(certificate, sni).alert('client', 'bad_certificate', 42).fin('client').build();
    expect(verdictOn(session)).toBe(`failed tls ${cause}`);
  });

  it('takes an encrypted alert of the client for its departure, whoever closes first', () => {
    const session = shown({ selfSigned: true }).finished().fin('server').fin('client').build();
    expect(found(faultyCertificate, session)).toBe('nothing');
    const arrival = session.tls?.finished.client;
    if (arrival !== undefined)
      session.tls?.encryptedAlerts.push({ from: 'client', arrival, length: 26, inferred: false });
    expect(found(faultyCertificate, session)).toBe('tls-unknown-ca error tls-unknown-ca');
  });

  it.each([
    { name: 'a good certificate', session: shown({}).fin('client').build() },
    {
      name: 'a client that went on',
      session: shown({ selfSigned: true }).finished().records('client', 1, 200).fin('client').build(),
    },
    { name: 'a server that ended', session: shown({ selfSigned: true }).fin('server').build() },
    {
      name: 'an alert about something else',
      session: shown({ selfSigned: true }).alert('client', 'protocol_version', 70).build(),
    },
    {
      name: 'a client that left much later',
      session: shown({ selfSigned: true }).finished().wait(60_000).fin('client').build(),
    },
  ])('says nothing of $name', ({ session }) => {
    expect(found(faultyCertificate, session)).toBe('nothing');
  });

  it('shows the dates', () => {
    expect(findingOf(faultyCertificate, shown({ notAfter: 1e12 }).fin('client').build())?.data?.notAfter).toEqual({
      type: 'time',
      ms: 1e12,
    });
  });
});
