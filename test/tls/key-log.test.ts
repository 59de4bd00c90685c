import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/bytes/hex.js';
import { KeyLog } from '../../src/tls/key-log.js';
import { expandLabel, prf } from '../../src/tls/key-schedule.js';

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const RANDOM = 'ab'.repeat(32);
const SECRET = '0123456789abcdef'.repeat(4);

const read = (text: string): KeyLog => {
  const keyLog = new KeyLog();
  keyLog.add(text);
  return keyLog;
};

describe('lines of a key log', () => {
  it.each([
    ['plain', `SERVER_TRAFFIC_SECRET_0 ${RANDOM} ${SECRET}`],
    ['with CRLF, spaces and upper case', ` SERVER_TRAFFIC_SECRET_0\t${RANDOM.toUpperCase()}  ${SECRET} \r\n`],
    [
      'behind comments and nonsense',
      `# SSL/TLS secrets\n\nnonsense\n\u0000\nSERVER_TRAFFIC_SECRET_0 ${RANDOM} ${SECRET}`,
    ],
    ['behind an unknown label', `FUTURE_SECRET ${RANDOM} ${SECRET}\nSERVER_TRAFFIC_SECRET_0 ${RANDOM} ${SECRET}`],
    ['twice', `SERVER_TRAFFIC_SECRET_0 ${RANDOM} ${SECRET}\nSERVER_TRAFFIC_SECRET_0 ${RANDOM} ${SECRET}`],
    [
      'twice with another secret first',
      `SERVER_TRAFFIC_SECRET_0 ${RANDOM} 00\nSERVER_TRAFFIC_SECRET_0 ${RANDOM} ${SECRET}`,
    ],
  ])('%s', (_name, text) => {
    const keyLog = read(text);
    expect(toHex(keyLog.find('SERVER_TRAFFIC_SECRET_0', RANDOM)!)).toBe(SECRET);
    expect(keyLog.find('CLIENT_TRAFFIC_SECRET_0', RANDOM)).toBeUndefined();
    expect([keyLog.size, keyLog.knows(RANDOM), keyLog.knows('cd'.repeat(32))]).toEqual([1, true, false]);
  });

  it.each([
    ['an odd digit', `CLIENT_RANDOM ${RANDOM} ${SECRET}0`],
    ['a random of another length', `CLIENT_RANDOM ${RANDOM}00 ${SECRET}`],
    ['no secret', `CLIENT_RANDOM ${RANDOM}`],
    ['a label in lower case', `client_random ${RANDOM} ${SECRET}`],
    ['a secret longer than any', `CLIENT_RANDOM ${RANDOM} ${SECRET.repeat(40)}`],
    ['something behind it', `CLIENT_RANDOM ${RANDOM} ${SECRET} more`],
  ])('with %s are passed over', (_name, text) => {
    expect(read(text).size).toBe(0);
  });

  it('of NSS name a premaster by its encrypted form, and a master by its session id', () => {
    const keyLog = read(`RSA 0011223344556677 ${SECRET}\nRSA Session-ID:a1b2 Master-Key:${SECRET}`);
    expect(toHex(keyLog.premaster('0011223344556677ffff')!)).toBe(SECRET);
    expect(toHex(keyLog.resume('a1b2')!)).toBe(SECRET);
    expect([keyLog.hasPremasters, read(`CLIENT_RANDOM ${RANDOM} ${SECRET}`).hasPremasters]).toEqual([true, false]);
  });
});

describe('the key schedule', () => {
  // RFC 8448 3: the server's and the client's handshake traffic secrets of the simple handshake.
  it.each([
    {
      secret: 'b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38',
      key: '3fce516009c21727d0f2e4e86ee403bc',
      iv: '5d313eb2671276ee13000b30',
    },
    {
      secret: 'b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21',
      key: 'dbfaa693d1762c5b666af5d950258d01',
      iv: '5bd3c71b836e0b76bb73265f',
    },
  ])('of TLS 1.3 gives the key $key of RFC 8448', ({ secret, key, iv }) => {
    expect(toHex(expandLabel('sha256', hex(secret), 'key', 16))).toBe(key);
    expect(toHex(expandLabel('sha256', hex(secret), 'iv', 12))).toBe(iv);
  });

  it('expands to any length, and a longer one begins like a shorter one of the PRF', () => {
    expect(expandLabel('sha384', hex(SECRET), 'key', 100)).toHaveLength(100);
    const long = prf(0x0303, 'sha384', hex(SECRET), 'key expansion', [hex(RANDOM)], 200);
    expect(prf(0x0303, 'sha384', hex(SECRET), 'key expansion', [hex(RANDOM)], 47)).toEqual(long.subarray(0, 47));
  });

  // Known answer published for the PRF of TLS 1.2 with SHA-256.
  it('of TLS 1.2 gives the known answer', () => {
    const secret = hex('9bbe436ba940f017b17652849a71db35');
    const seed = hex('a0ba9f936cda311827a6f796ffd5198c');
    expect(toHex(prf(0x0303, 'sha256', secret, 'test label', [seed], 16))).toBe('e3f229ba727be17b8d122620557cd453');
  });
});
