import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCertificate, readCertificates } from '../../src/tls/certificate.js';
import { coversName } from '../../src/tls/covers-name.js';
import { CERTIFICATE } from '../wire/tls-certificates.js';
import { vector } from '../wire/tls-streams.js';

const der = new Uint8Array(Buffer.from(CERTIFICATE.replace(/-----.*-----|\s/g, ''), 'base64'));
const named = (...names: string[]) => ({ ...readCertificate(der), names });

describe('a certificate', () => {
  it('tells its names, its time and its print', () => {
    expect(readCertificate(der)).toEqual({
      subject: 'CN=chat.example.com, O=Example\\, Inc., C=DE',
      issuer: 'CN=chat.example.com, O=Example\\, Inc., C=DE',
      names: ['chat.example.com', '*.example.org', '192.0.2.1', '2001:DB8:0:0:0:0:0:1'],
      notBefore: expect.any(Number),
      notAfter: expect.any(Number),
      sha256: createHash('sha256').update(der).digest('hex'),
      selfSigned: true,
      traits: {
        namesFromCommonName: false,
        isAuthority: expect.any(Boolean),
        keyType: 'ec',
        keyBits: 256,
        signature: 'ecdsa-with-SHA256',
        purposes: undefined,
        issuerUrl: undefined,
      },
      problem: null,
    });
    const { notBefore, notAfter } = readCertificate(der);
    expect(notAfter - notBefore).toBe(36500 * 86_400_000);
  });

  it('is read once for the same octets', () => {
    expect(readCertificate(der.slice())).toBe(readCertificate(der));
  });

  it('that is cut or changed is a problem or a certificate, never an exception', () => {
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.nat(255), (at, value) => {
        expect(readCertificate(der.subarray(0, at)).problem).toBe('the certificate is not valid DER');
        const changed = der.slice();
        changed[at] = value;
        const { problem } = readCertificate(changed);
        expect(problem === null || typeof problem === 'string').toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('in PEM is not what a handshake carries', () => {
    expect(readCertificate(Buffer.from(CERTIFICATE)).problem).toBe('the certificate is not valid DER');
  });
});

describe('a Certificate message', () => {
  it('gives the chain as sent', () => {
    const body = Uint8Array.from(vector(3, vector(3, der), vector(3, [0x30, 0x00])));
    const { certificates, count, problem } = readCertificates(body);
    expect(certificates.map((one) => one.problem)).toEqual([null, 'the certificate is not valid DER']);
    expect([count, problem]).toEqual([2, null]);
  });

  it('of a client without a certificate is empty', () => {
    expect(readCertificates(Uint8Array.of(0, 0, 0))).toEqual({ certificates: [], count: 0, problem: null });
  });

  it('whose lengths lie gives what can be read and a problem', () => {
    const body = Uint8Array.from([...vector(3, vector(3, der), [0xff, 0xff, 0xff, 1])]);
    const { count, problem } = readCertificates(body);
    expect([count, problem]).toEqual([1, 'the lengths inside the Certificate message do not fit']);
  });

  it('with more certificates than any chain has is cut off with a problem', () => {
    const body = Uint8Array.from(vector(3, ...Array.from({ length: 40 }, () => vector(3, [0x30]))));
    const { certificates, count, problem } = readCertificates(body);
    expect([certificates.length, count, problem]).toEqual([32, 40, 'more than 32 certificates in one message']);
  });
});

describe('a certificate is for', () => {
  it.each([
    { host: 'chat.example.com', names: ['chat.example.com'], covers: true },
    { host: 'CHAT.Example.com.', names: ['chat.example.COM'], covers: true },
    { host: 'chat.example.com', names: ['*.example.com'], covers: true },
    { host: 'a.chat.example.com', names: ['*.example.com'], covers: false },
    { host: 'example.com', names: ['*.example.com'], covers: false },
    { host: 'chat.example.com', names: ['c*.example.com'], covers: false },
    { host: 'chat.example.com', names: ['chat.*.com'], covers: false },
    { host: 'chat', names: ['*'], covers: false },
    { host: '.example.com', names: ['*.example.com'], covers: false },
    { host: '192.0.2.1', names: ['192.0.2.1'], covers: true },
    { host: '192.0.2.1', names: ['*.0.2.1'], covers: false },
    { host: '[2001:db8::1]', names: ['2001:DB8:0:0:0:0:0:1'], covers: true },
    { host: '2001:db8::2', names: ['2001:DB8:0:0:0:0:0:1'], covers: false },
    { host: 'chat.example.com', names: [], covers: false },
  ])('$host by $names: $covers', ({ host, names, covers }) => {
    expect(coversName(named(...names), host)).toBe(covers);
  });
});
