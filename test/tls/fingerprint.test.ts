import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type ClientOffer, ja3, ja3s, ja3Text, ja4 } from '../../src/tls/fingerprint.js';

const numbers = (text: string): number[] => text.split(',').map((digits) => Number.parseInt(digits, 16));
const sha = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

/** The example of the JA4 specification. */
const EXAMPLE: ClientOffer = {
  legacyVersion: 0x0303,
  cipherSuites: numbers('6a6a,1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035'),
  extensions: numbers('7a7a,001b,0000,0033,0010,4469,0017,002d,000d,0005,0023,0012,002b,ff01,000b,000a,0015'),
  supportedVersions: numbers('8a8a,0304,0303'),
  groups: numbers('9a9a,001d,0017,0018'),
  pointFormats: [0],
  signatureAlgorithms: numbers('0403,0804,0401,0503,0805,0501,0806,0601'),
  firstAlpn: Buffer.from('h2'),
};

describe('JA4', () => {
  it('of the example in the specification', () => {
    expect(ja4(EXAMPLE)).toBe('t13d1516h2_8daaf6152771_e5627efa2ab1');
  });

  it.each([
    { alpn: 'h2', written: 'h2' },
    { alpn: 'http/1.1', written: 'h1' },
    { alpn: 'x', written: 'xx' },
    { alpn: '\xab', written: 'ab' },
    { alpn: '\xab\xcd', written: 'ad' },
    { alpn: '0\xab', written: '3b' },
    { alpn: '01\xab\xcd', written: '3d' },
    { alpn: '0\xab\xcd1', written: '01' },
    { alpn: '', written: '00' },
    { alpn: undefined, written: '00' },
  ])('writes the ALPN $alpn as $written', ({ alpn, written }) => {
    const firstAlpn = alpn === undefined ? undefined : Buffer.from(alpn, 'latin1');
    expect(ja4({ ...EXAMPLE, firstAlpn }).slice(8, 10)).toBe(written);
  });

  it('without signature algorithms hashes the extensions alone', () => {
    expect(ja4({ ...EXAMPLE, signatureAlgorithms: [] })).toBe('t13d1516h2_8daaf6152771_6d807ffa2a79');
  });

  it('of empty lists says so with zeros', () => {
    const bare = { ...EXAMPLE, cipherSuites: [0x0a0a], extensions: [0, 16], signatureAlgorithms: [] };
    expect(ja4(bare)).toBe('t13d0002h2_000000000000_000000000000');
  });

  it('takes the legacy version where no other is offered, and counts no higher than 99', () => {
    const suites = Array.from({ length: 120 }, (_, index) => index);
    const old = { ...EXAMPLE, supportedVersions: [], legacyVersion: 0x0301, cipherSuites: suites, extensions: [] };
    const list = suites.map((suite) => suite.toString(16).padStart(4, '0')).join(',');
    expect(ja4(old)).toBe(`t10i9900h2_${sha(list)}_000000000000`);
  });
});

describe('JA3', () => {
  it('lists what is offered in decimal, in the order of the wire, without GREASE', () => {
    expect(ja3Text(EXAMPLE)).toBe(
      '771,4865-4866-4867-49195-49199-49196-49200-52393-52392-49171-49172-156-157-47-53,' +
        '27-0-51-16-17513-23-45-13-5-35-18-43-65281-11-10-21,29-23-24,0',
    );
  });

  it('is the MD5 published for that list', () => {
    expect(ja3(EXAMPLE)).toBe('c000e2caf3a25423f9de6c8a4b12a975');
  });

  it('of a server is the MD5 of version, suite and extensions', () => {
    expect(ja3s(0x0303, 0x1301, [43, 51])).toBe(createHash('md5').update('771,4865,43-51').digest('hex'));
    expect(ja3s(0x0303, 0x1301, [51, 43])).toBe('eb1d94daa7e0344597e756a1fb6e7054');
  });
});
