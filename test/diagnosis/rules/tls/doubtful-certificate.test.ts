import { describe, expect, it } from 'vitest';
import { doubtfulCertificate } from '../../../../src/diagnosis/rules/tls/doubtful-certificate.js';
import type { CertificateFacts } from '../../../../src/tls/tls-facts.js';
import { aSession } from '../../../wire/session-builder.js';
import { found, verdictOn } from '../../verdict.js';

const used = (certificate: Partial<CertificateFacts>) =>
  aSession()
    .handshake()
    .clientHello('example.com')
    .serverHello(0x0303, 0xc02f)
    .certificate(certificate)
    .finished()
    .records('client', 2, 90)
    .records('server', 2, 90);

describe('tls/doubtful-certificate', () => {
  it.each([
    { name: 'expired', certificate: { notAfter: Date.UTC(2026, 4, 31) }, says: 'expired' },
    { name: 'of another name', certificate: { names: ['www.example.org'] }, says: 'otherName' },
    { name: 'self-signed', certificate: { selfSigned: true }, says: 'selfSigned' },
  ])('notes that a client took a certificate that is $name, and blames nobody', ({ certificate, says }) => {
    const session = used(certificate).build();
    expect(found(doubtfulCertificate, session)).toBe(`null note ${says}`);
    expect(verdictOn(session)).not.toContain('failed');
  });

  it.each([
    { name: 'a good certificate', session: used({}).build() },
    {
      name: 'a client that left over it',
      session: aSession()
        .handshake()
        .clientHello('example.com')
        .serverHello(0x0303, 0xc02f)
        .certificate({ selfSigned: true })
        .fin('client')
        .build(),
    },
  ])('says nothing of $name', ({ session }) => {
    expect(found(doubtfulCertificate, session)).toBe('nothing');
  });
});
