import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeIp } from '../../src/ip/decode-ip.js';
import { IpDatagram } from '../../src/ip/ip-datagram.js';
import { frameOf, hex, ipv4, ipv6 } from '../wire/ip-packets.js';

const data = hex('01 02 03 04 05 06 07 08 09 0a');

/** What decodeIp says about a datagram that was captured as given. */
function decode(version: 4 | 6, octets: Uint8Array, wireLength?: number) {
  const ip = new IpDatagram();
  if (!decodeIp(frameOf(version, octets, wireLength), ip)) return false;
  const { protocol, payloadStart, payloadEnd, originalPayloadLength, fragment } = ip;
  return { protocol, start: payloadStart, end: payloadEnd, original: originalPayloadLength, fragment };
}

const whole = (protocol: number, start: number, end: number, original = end - start) => ({
  protocol,
  start,
  end,
  original,
  fragment: false,
});

describe('decodeIp, version 4', () => {
  it('reads every field of a header', () => {
    const ip = new IpDatagram();
    const octets = ipv4({ payload: data, protocol: 17, identification: 0xbeef, dontFragment: true });
    expect(decodeIp(frameOf(4, octets), ip)).toBe(true);
    expect(ip).toMatchObject({ version: 4, protocol: 17, sourceV4: 0x0a000005, destinationV4: 0xcb007109 | 0 });
    expect([ip.source, ip.destination, ip.ttl, ip.identification]).toEqual([12, 16, 64, 0xbeef]);
    expect([ip.dontFragment, ip.fragment, ip.fragmentOffset, ip.moreFragments]).toEqual([true, false, 0, false]);
    expect([ip.payloadStart, ip.payloadEnd, ip.originalPayloadLength]).toEqual([20, 30, 10]);
  });

  it.each([
    { name: 'options', octets: ipv4({ payload: data, options: new Uint8Array(8) }), says: whole(6, 28, 38) },
    {
      name: 'padding behind the datagram',
      octets: Uint8Array.from([...ipv4({ payload: data }), 0, 0, 0, 0]),
      says: whole(6, 20, 30),
    },
    {
      name: 'a payload that the snap length cut',
      octets: ipv4({ payload: data, totalLength: 120 }),
      says: whole(6, 20, 30, 100),
    },
    { name: 'no payload', octets: ipv4({}), says: whole(6, 20, 20) },
    { name: 'a header that is cut', octets: ipv4({}).subarray(0, 19), says: false },
    { name: 'options that are cut', octets: ipv4({ options: new Uint8Array(8) }).subarray(0, 24), says: false },
    { name: 'a total length below its header', octets: ipv4({ totalLength: 19 }), says: false },
    {
      name: 'a header length below 20',
      octets: hex('44 00 00 14 00 00 00 00 40 06 00 00 0a 00 00 05 cb 00 71 09'),
      says: false,
    },
    { name: 'another version than announced', octets: ipv6(6, data), says: false },
  ])('handles $name', ({ octets, says }) => {
    expect(decode(4, octets)).toEqual(says);
  });

  it('takes a total length of zero, left by segmentation offload, for all of the packet', () => {
    expect(decode(4, ipv4({ payload: data, totalLength: 0 }))).toEqual(whole(6, 20, 30));
    expect(decode(4, ipv4({ payload: data, totalLength: 0 }), 5000)).toEqual(whole(6, 20, 30, 4980));
  });

  it.each([
    { name: 'first', fields: { moreFragments: true }, offset: 0, more: true },
    { name: 'middle', fields: { moreFragments: true, fragmentOffset: 1480 }, offset: 1480, more: true },
    { name: 'last', fields: { fragmentOffset: 65528 }, offset: 65528, more: false },
  ])('marks the $name fragment', ({ fields, offset, more }) => {
    const ip = new IpDatagram();
    decodeIp(frameOf(4, ipv4({ payload: data, ...fields })), ip);
    expect([ip.fragment, ip.fragmentOffset, ip.moreFragments]).toEqual([true, offset, more]);
  });
});

describe('decodeIp, version 6', () => {
  const EMPTY_EXTENSION = '00 01 02 00 00 00 00'; // behind its next header: length 0, padding

  it('reads every field of a header', () => {
    const ip = new IpDatagram();
    expect(decodeIp(frameOf(6, ipv6(6, data)), ip)).toBe(true);
    expect(ip).toMatchObject({ version: 6, protocol: 6, sourceV4: 0, destinationV4: 0 });
    expect([ip.source, ip.destination, ip.ttl, ip.identification]).toEqual([8, 24, 63, -1]);
    expect([ip.dontFragment, ip.fragment, ip.fragmentOffset, ip.moreFragments]).toEqual([true, false, 0, false]);
  });

  it.each([
    { name: 'no extension', octets: ipv6(6, data), says: whole(6, 40, 50) },
    { name: 'hop-by-hop options', octets: ipv6(0, hex(`06 ${EMPTY_EXTENSION} aa`)), says: whole(6, 48, 49) },
    {
      name: 'hop-by-hop, routing and destination options',
      octets: ipv6(0, hex(`2b ${EMPTY_EXTENSION} 3c ${EMPTY_EXTENSION} 11 ${EMPTY_EXTENSION} aa bb`)),
      says: whole(17, 64, 66),
    },
    {
      name: 'an authentication header',
      octets: ipv6(51, hex('06 01 00 00 00 00 00 01 00 00 00 02 aa')),
      says: whole(6, 52, 53),
    },
    { name: 'nothing behind its extension', octets: ipv6(60, hex(`3b ${EMPTY_EXTENSION}`)), says: whole(59, 48, 48) },
    { name: 'an extension that claims too much', octets: ipv6(0, hex('06 02 01 02 00 00 00 00 aa')), says: false },
    { name: 'an extension that is cut', octets: ipv6(0, hex('06 00 01')), says: false },
    { name: 'a payload that the snap length cut', octets: ipv6(6, data, 100), says: whole(6, 40, 50, 100) },
    { name: 'padding', octets: ipv6(6, data, 4), says: whole(6, 40, 44) },
    { name: 'a cut header', octets: ipv6(6, data).subarray(0, 39), says: false },
    { name: 'another version than announced', octets: ipv4({ payload: new Uint8Array(30) }), says: false },
    {
      name: 'two fragment headers',
      octets: ipv6(44, hex('2c 00 00 00 00 00 00 01 06 00 00 00 00 00 00 02 aa')),
      says: false,
    },
  ])('handles $name', ({ octets, says }) => {
    expect(decode(6, octets)).toEqual(says);
  });

  it('takes a payload length of zero for all of the packet', () => {
    expect(decode(6, ipv6(6, data, 0), 70_000)).toEqual(whole(6, 40, 50, 69_960));
  });

  it('reads the fragment header, and takes one without a rest for a whole datagram', () => {
    const ip = new IpDatagram();
    decodeIp(frameOf(6, ipv6(44, hex('06 00 05 a9 00 00 be ef aa bb'))), ip);
    expect([ip.fragment, ip.fragmentOffset, ip.moreFragments, ip.identification]).toEqual([true, 0x5a8, true, 0xbeef]);
    decodeIp(frameOf(6, ipv6(44, hex('06 00 00 00 00 00 be ef aa bb'))), ip);
    expect([ip.fragment, ip.protocol, ip.payloadStart, ip.identification]).toEqual([false, 6, 48, 0xbeef]);
  });

  it('does not read extension headers in the middle of a fragmented payload', () => {
    expect(decode(6, ipv6(44, hex('3c 00 05 a9 00 00 be ef 06 00 00 00')))).toMatchObject({ protocol: 60, start: 48 });
  });
});

describe('decodeIp on hostile octets', () => {
  it('keeps the payload inside of what was captured', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(4 as const, 6 as const),
        fc.uint8Array({ maxLength: 100 }),
        fc.constantFrom(0x45, 0x46, 0x4f, 0x60),
        (version, octets, first) => {
          if (octets.length > 0) octets[0] = first;
          const result = decode(version, octets, octets.length + 40);
          if (result === false) return;
          expect(result.start).toBeLessThanOrEqual(result.end);
          expect(result.end).toBeLessThanOrEqual(octets.length);
          expect(result.original).toBeGreaterThanOrEqual(result.end - result.start);
        },
      ),
      { numRuns: 500 },
    );
  });
});
