import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress, formatEndpoint } from '../../src/ip/address.js';
import { hex } from '../wire/ip-packets.js';

/** The slow twin: URL writes IPv6 in the form of RFC 5952 too, but for embedded IPv4 addresses. */
const byUrl = (octets: Uint8Array): string => {
  const groups = Array.from({ length: 8 }, (_, at) => ((octets[2 * at]! << 8) | octets[2 * at + 1]!).toString(16));
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
};

describe('formatAddress', () => {
  it.each([
    { wire: '0a 00 00 05', version: 4, text: '10.0.0.5' },
    { wire: 'ff ff ff ff', version: 4, text: '255.255.255.255' },
    { wire: '00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00', version: 6, text: '::' },
    { wire: '00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01', version: 6, text: '::1' },
    { wire: '20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 00', version: 6, text: '2001:db8::' },
    { wire: '20 01 0d b8 00 00 00 01 00 01 00 01 00 01 00 01', version: 6, text: '2001:db8:0:1:1:1:1:1' },
    { wire: '20 01 00 00 00 00 00 01 00 00 00 00 00 00 00 01', version: 6, text: '2001:0:0:1::1' },
    { wire: '20 01 0d b8 00 00 00 00 00 01 00 00 00 00 00 01', version: 6, text: '2001:db8::1:0:0:1' },
    { wire: '00 00 00 00 00 00 00 00 00 00 ff ff c0 00 02 01', version: 6, text: '::ffff:192.0.2.1' },
  ])('writes $text', ({ wire, version, text }) => {
    expect(formatAddress(Uint8Array.from([9, 9, ...hex(wire), 9]), 2, version)).toBe(text);
  });

  it('writes every IPv6 address in its one form', () => {
    const groups = fc.array(fc.constantFrom([0, 0], [0, 1], [0x0d, 0xb8], [0xff, 0]), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(groups, (pairs) => {
        const octets = Uint8Array.from(pairs.flat());
        expect(isIPv6(formatAddress(octets, 0, 6))).toBe(true);
        expect(formatAddress(octets, 0, 6)).toBe(byUrl(octets));
      }),
      { numRuns: 300 },
    );
  });
});

describe('formatEndpoint', () => {
  it('puts IPv6 addresses in brackets', () => {
    expect(formatEndpoint(hex('0a 00 00 05'), 0, 4, 53122)).toBe('10.0.0.5:53122');
    expect(formatEndpoint(hex('20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01'), 0, 6, 443)).toBe('[2001:db8::1]:443');
  });
});
