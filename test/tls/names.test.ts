import { getCiphers } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src/bytes/hex.js';
import { alertName } from '../../src/tls/alert.js';
import { cipherSuiteName, hashLength, tagLength } from '../../src/tls/cipher-suites.js';
import { isGrease } from '../../src/tls/code-points.js';
import { groupName, signatureAlgorithmName } from '../../src/tls/groups.js';
import { looksLikeTls, TLS_SNIFF_LENGTH } from '../../src/tls/looks-like-tls.js';
import { versionName } from '../../src/tls/versions.js';

describe('names of numbers', () => {
  it.each([
    [0x1301, 'TLS_AES_128_GCM_SHA256'],
    [0x1305, 'TLS_AES_128_CCM_8_SHA256'],
    [0xc02f, 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'],
    [0xc030, 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'],
    [0xc014, 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA'],
    [0xcca9, 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'],
    [0x000a, 'TLS_RSA_WITH_3DES_EDE_CBC_SHA'],
    [0x0005, 'TLS_RSA_WITH_RC4_128_SHA'],
    [0xc0ac, 'TLS_ECDHE_ECDSA_WITH_AES_128_CCM'],
    [0xc09d, 'TLS_RSA_WITH_AES_256_CCM'],
    [0xc051, 'TLS_RSA_WITH_ARIA_256_GCM_SHA384'],
    [0x0041, 'TLS_RSA_WITH_CAMELLIA_128_CBC_SHA'],
    [0xc102, 'TLS_GOSTR341112_256_WITH_28147_CNT_IMIT'],
    [0x00ff, 'TLS_EMPTY_RENEGOTIATION_INFO_SCSV'],
    [0x5600, 'TLS_FALLBACK_SCSV'],
    [0x010080, 'SSL2_RC4_128_WITH_MD5'],
    [0x3a3a, 'reserved (GREASE 0x3a3a)'],
    [0x1234, 'unknown (0x1234)'],
  ])('of cipher suite %i is %s', (suite, name) => {
    expect(cipherSuiteName(suite)).toBe(name);
  });

  it('of every TLS 1.3 suite that this Node speaks are known', () => {
    const names = [0x1301, 0x1302, 0x1303, 0x1304, 0x1305].map((suite) => cipherSuiteName(suite).toLowerCase());
    const spoken = getCiphers().filter((name) => name.startsWith('tls_'));
    expect(names).toEqual(expect.arrayContaining(spoken));
    expect(spoken.length).toBeGreaterThan(0);
  });

  it('of versions, groups, signatures and alerts', () => {
    expect([0x0002, 0x0300, 0x0301, 0x0302, 0x0303, 0x0304].map(versionName)).toEqual([
      'SSL 2.0',
      'SSL 3.0',
      'TLS 1.0',
      'TLS 1.1',
      'TLS 1.2',
      'TLS 1.3',
    ]);
    expect(versionName(0x7f1c)).toBe('TLS 1.3 (draft 28)');
    expect([0x11ec, 0x001d, 0x0017, 0x6399].map(groupName)).toEqual([
      'X25519MLKEM768',
      'x25519',
      'secp256r1',
      'X25519Kyber768Draft00',
    ]);
    expect([0x0804, 0x0403, 0x0807, 0x0201].map(signatureAlgorithmName)).toEqual([
      'rsa_pss_rsae_sha256',
      'ecdsa_secp256r1_sha256',
      'ed25519',
      'rsa_pkcs1_sha1',
    ]);
    expect([0, 40, 48, 70, 112, 116, 120, 201].map(alertName)).toEqual([
      'close_notify',
      'handshake_failure',
      'unknown_ca',
      'protocol_version',
      'unrecognized_name',
      'certificate_required',
      'no_application_protocol',
      'unknown (201)',
    ]);
  });

  it('GREASE are exactly the sixteen values of RFC 8701', () => {
    const grease = Array.from({ length: 0x10000 }, (_, value) => value).filter(isGrease);
    expect(grease).toEqual(Array.from({ length: 16 }, (_, index) => 0x0a0a + index * 0x1010));
  });

  it('of suites tell sizes on the wire', () => {
    expect([0x1301, 0x1302, 0x1303].map(hashLength)).toEqual([32, 48, 32]);
    expect([0x1301, 0x1304, 0x1305].map(tagLength)).toEqual([16, 16, 8]);
  });
});

describe('the first bytes of a stream', () => {
  it.each([
    { wire: '16 03 01 02 00 01', answer: 'client-hello' },
    { wire: '16 03 03 00 7a 02', answer: 'server-hello' },
    { wire: '15 03 01 00 02 02', answer: 'alert' },
    { wire: '17 03 03 00 20 9f', answer: 'record' },
    { wire: '16 03 03 00 20 9f', answer: 'record' },
    { wire: '80 2e 01 03 00 00', answer: 'client-hello' },
    { wire: '80 2e 04 03 00 00', answer: undefined },
    { wire: '16 03 03 ff ff 01', answer: undefined },
    { wire: '16 03 09 00 20 01', answer: undefined },
    { wire: '47 45 54 20 2f 20', answer: undefined },
    { wire: '16 03 01 02 00', answer: undefined },
    { wire: '', answer: undefined },
  ])('$wire look like $answer', ({ wire, answer }) => {
    expect(looksLikeTls(fromHex(wire)!)).toBe(answer);
  });

  it('are judged from the sixth on', () => {
    expect(TLS_SNIFF_LENGTH).toBe(6);
  });
});
