import { describe, expect, it } from 'vitest';
import { faultyCertificate } from '../../../../src/diagnosis/rules/tls/faulty-certificate.js';
import type { CertificateFacts, CertificateTraits } from '../../../../src/tls/tls-facts.js';
import { aSession } from '../../../wire/session-builder.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

const shown = (certificate: Partial<CertificateFacts>, sni = 'example.com') =>
  aSession().handshake().clientHello(sni).serverHello(0x0303, 0xc02f).certificate(certificate);
const traits: CertificateTraits = {
  namesFromCommonName: false,
  isAuthority: false,
  keyType: 'rsa',
  keyBits: 2048,
  signature: 'sha256WithRSAEncryption',
  purposes: ['1.3.6.1.5.5.7.3.1'],
  issuerUrl: undefined,
};
const FAULTS: { name: string; certificate: Partial<CertificateFacts>; sni?: string; cause: string }[] = [
  { name: 'expired', certificate: { notAfter: Date.UTC(2026, 4, 31) }, cause: 'tls-certificate-expired' },
  { name: 'not yet valid', certificate: { notBefore: Date.UTC(2026, 5, 2) }, cause: 'tls-certificate-not-yet-valid' },
  { name: 'of another name', certificate: {}, sni: 'other.example.com', cause: 'tls-certificate-name-mismatch' },
  { name: 'self-signed', certificate: { selfSigned: true }, cause: 'tls-unknown-ca' },
  {
    name: 'sent without its issuer',
    certificate: { traits: { ...traits, issuerUrl: 'http://ca.example.com/ca.der' } },
    cause: 'tls-unknown-ca',
  },
  {
    name: 'for clients only',
    certificate: { traits: { ...traits, purposes: ['1.3.6.1.5.5.7.3.2'] } },
    cause: 'tls-certificate-rejected',
  },
  { name: 'weak in its key', certificate: { traits: { ...traits, keyBits: 1024 } }, cause: 'tls-certificate-rejected' },
  {
    name: 'weak in its signature',
    certificate: { traits: { ...traits, signature: 'sha1WithRSAEncryption' } },
    cause: 'tls-certificate-rejected',
  },
  {
    name: 'named by its common name only',
    certificate: { traits: { ...traits, namesFromCommonName: true } },
    cause: 'tls-certificate-name-mismatch',
  },
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
    expect(found(faultyCertificate, session)).toBe('tls-unknown-ca error selfSigned');
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

  it('finds the fault in a certificate above the leaf, and a chain that is not in order', () => {
    const session = shown({ traits }).fin('client').build();
    const [leaf] = session.tls?.certificates ?? [];
    if (leaf === undefined || session.tls === undefined) throw new Error('a certificate was shown');
    const root = { ...leaf, subject: 'CN=Root', issuer: 'CN=Root', selfSigned: true };
    const middle = { ...leaf, subject: 'CN=Example CA', issuer: 'CN=Root' };
    session.tls.certificates = [leaf, { ...middle, notAfter: Date.UTC(2026, 4, 31) }, root];
    expect(found(faultyCertificate, session)).toBe('tls-certificate-expired error expired');
    session.tls.certificates = [leaf, root, middle];
    expect(found(faultyCertificate, session)).toBe('tls-unknown-ca error disordered');
    session.tls.certificates = [leaf, middle, root];
    expect(found(faultyCertificate, session)).toBe('nothing');
    // An unused certificate in between changes nothing for the path.
    session.tls.certificates = [leaf, middle, root, leaf];
    expect(found(faultyCertificate, session)).toBe('nothing');
  });

  it('holds the address against a certificate where the client names none', () => {
    const session = shown({ traits }).fin('client').build();
    if (session.tls?.clientHello !== undefined) session.tls.clientHello.sni = null;
    const nameless = { ...session, host: null };
    expect(found(faultyCertificate, nameless)).toBe('tls-certificate-name-mismatch error otherAddress');
    const [leaf] = session.tls?.certificates ?? [];
    leaf?.names.push(session.server.address);
    expect(found(faultyCertificate, nameless)).toBe('nothing');
  });

  it('shows the dates', () => {
    expect(findingOf(faultyCertificate, shown({ notAfter: 1e12 }).fin('client').build())?.data?.notAfter).toEqual({
      type: 'time',
      ms: 1e12,
    });
  });
});
