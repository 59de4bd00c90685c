import { describe, expect, it } from 'vitest';
import { addToChecksum, foldChecksum } from '../../src/bytes/checksum.js';
import { fromHex } from '../../src/bytes/hex.js';

const checksum = (wire: string): number => {
  const octets = fromHex(wire)!;
  return foldChecksum(addToChecksum(0, octets, 0, octets.length));
};

describe('the Internet checksum', () => {
  it('gives the field of an IPv4 header, and zero over a header that holds it', () => {
    expect(checksum('45 00 00 73 00 00 40 00 40 11 00 00 c0 a8 00 01 c0 a8 00 c7')).toBe(0xb861);
    expect(checksum('45 00 00 73 00 00 40 00 40 11 b8 61 c0 a8 00 01 c0 a8 00 c7')).toBe(0);
  });

  it('pads an odd octet on the right', () => {
    expect(checksum('01')).toBe(0xfeff);
  });

  it('sums ranges one after the other as if they were one', () => {
    const octets = new Uint8Array(5001).fill(0xff);
    const split = addToChecksum(addToChecksum(0, octets, 0, 2500), octets, 2500, 5001);
    expect(foldChecksum(split)).toBe(foldChecksum(addToChecksum(0, octets, 0, 5001)));
  });
});
