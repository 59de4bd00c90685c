import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/bytes/hex.js';
import { formatAddress } from '../../src/ip/address.js';
import { decodeIp } from '../../src/ip/decode-ip.js';
import { FragmentReassembler } from '../../src/ip/fragments.js';
import { IpDatagram } from '../../src/ip/ip-datagram.js';
import { frameOf, hex, type Ipv4Fields, ipv4, ipv6 } from '../wire/ip-packets.js';

const payload = Uint8Array.from({ length: 45 }, (_, index) => index + 1);

/** A fragment of `whole`, of either version. */
type Cut = { from: number; to: number; octets?: Uint8Array };
const v4 = (whole: Uint8Array, { from, to, octets = whole.subarray(from, to) }: Cut, fields: Ipv4Fields = {}) =>
  frameOf(
    4,
    ipv4({ payload: octets, fragmentOffset: from, moreFragments: to < whole.length, identification: 7, ...fields }),
  );
const v6 = (whole: Uint8Array, { from, to, octets = whole.subarray(from, to) }: Cut, nextHeader = 6) => {
  const header = new Uint8Array(8);
  header[0] = nextHeader;
  new DataView(header.buffer).setUint16(2, from | (to < whole.length ? 1 : 0));
  header[7] = 9;
  return frameOf(6, ipv6(44, Uint8Array.from([...header, ...octets])));
};

/** Feeds frames at one a second; the payload of the datagram that becomes whole. */
function feed(fragments: FragmentReassembler, frames: ReturnType<typeof v4>[], startSeconds = 0): string[] {
  const ip = new IpDatagram();
  const given: string[] = [];
  frames.forEach((frame, index) => {
    expect(decodeIp(frame, ip)).toBe(true);
    expect(ip.fragment).toBe(true);
    if (fragments.complete(ip, (startSeconds + index) * 1e9)) {
      expect([ip.fragment, ip.originalPayloadLength]).toEqual([false, ip.payloadEnd - ip.payloadStart]);
      given.push(toHex(ip.block.subarray(ip.payloadStart, ip.payloadEnd)));
    }
  });
  return given;
}

const CUTS: Cut[] = [
  { from: 0, to: 16 },
  { from: 16, to: 40 },
  { from: 40, to: 45 },
];

describe('FragmentReassembler', () => {
  it.each([
    { name: 'in order', order: [0, 1, 2] },
    { name: 'backwards', order: [2, 1, 0] },
    { name: 'the middle last', order: [0, 2, 1] },
    { name: 'with repeats', order: [0, 0, 2, 2, 1] },
  ])('puts both versions together $name', ({ order }) => {
    for (const cut of [v4, v6]) {
      const fragments = new FragmentReassembler();
      expect(
        feed(
          fragments,
          order.map((index) => cut(payload, CUTS[index]!)),
        ),
      ).toEqual([toHex(payload)]);
      expect([fragments.reassembled, fragments.abandoned, fragments.conflicts, fragments.waiting]).toEqual([
        1, 0, 0, 0,
      ]);
    }
  });

  it('gives out the header that belongs to the whole', () => {
    const ip = new IpDatagram();
    const fragments = new FragmentReassembler();
    const first = v4(payload, CUTS[0]!, { options: hex('94 04 00 00'), protocol: 17 });
    for (const frame of [first, v4(payload, { from: 16, to: 45 }, { protocol: 17 })]) {
      decodeIp(frame, ip);
      fragments.complete(ip, 0);
    }
    expect([ip.protocol, ip.payloadStart, ip.identification, ip.ttl]).toEqual([17, 24, 7, 64]);
    expect(formatAddress(ip.block, ip.source, ip.version)).toBe('10.0.0.5');
  });

  it('reads extension headers that were inside the fragments of IPv6', () => {
    const inner = Uint8Array.from([...hex('11 00 01 02 00 00 00 00'), ...payload]);
    const fragments = new FragmentReassembler();
    const frames = [v6(inner, { from: 0, to: 24 }, 60), v6(inner, { from: 24, to: inner.length }, 60)];
    expect(feed(fragments, frames)).toEqual([toHex(payload)]);
  });

  it('does not change the capture while it does so', () => {
    const frames = CUTS.map((cut) => v6(payload, cut));
    const before = frames.map(({ block }) => toHex(block));
    feed(
      new FragmentReassembler(),
      frames.map((frame) => Object.assign(frame, { block: Buffer.from(frame.block.buffer) })),
    );
    expect(frames.map(({ block }) => toHex(block))).toEqual(before);
  });

  it('keeps datagrams with other addresses, protocols and identifications apart', () => {
    const others: Ipv4Fields[] = [{}, { source: '0a 00 00 06' }, { protocol: 17 }, { identification: 8 }];
    const fragments = new FragmentReassembler();
    const frames = CUTS.flatMap((cut) => others.map((fields) => v4(payload, cut, fields)));
    expect(feed(fragments, frames)).toEqual(others.map(() => toHex(payload)));
  });

  it('lets the first one win where fragments overlap, and counts the contradiction', () => {
    const other = new Uint8Array(24).fill(0xff);
    const fragments = new FragmentReassembler();
    const frames = [
      v4(payload, CUTS[0]!),
      v4(payload, { from: 8, to: 32, octets: other }),
      v4(payload, { from: 32, to: 45 }),
    ];
    const expected = Uint8Array.from([...payload.subarray(0, 16), ...other.subarray(8), ...payload.subarray(32)]);
    expect(feed(fragments, frames)).toEqual([toHex(expected)]);
    expect(fragments.conflicts).toBe(1);
  });

  it('does not believe a second end', () => {
    const fragments = new FragmentReassembler();
    const shorter = payload.subarray(0, 32);
    const frames = [
      v4(payload, CUTS[2]!),
      v4(shorter, { from: 16, to: 32 }),
      v4(payload, CUTS[0]!),
      v4(payload, CUTS[1]!),
    ];
    expect(feed(fragments, frames)).toEqual([toHex(payload)]);
    expect(fragments.conflicts).toBe(1);
  });

  it.each([
    { name: 'cut by the snap length', frame: v4(payload, CUTS[0]!, { totalLength: 400 }) },
    { name: 'of a length no fragment has', frame: v4(payload, { from: 0, to: 9 }) },
    { name: 'beyond 65535 octets', frame: v4(payload, { from: 65528, to: 0, octets: payload }) },
    { name: 'without octets', frame: v4(payload, { from: 16, to: 16 }) },
  ])('refuses a fragment $name', ({ frame }) => {
    const fragments = new FragmentReassembler();
    expect(feed(fragments, [frame])).toEqual([]);
    expect([fragments.abandoned, fragments.waiting]).toEqual([1, 0]);
  });

  it('gives up after thirty seconds', () => {
    const fragments = new FragmentReassembler();
    feed(fragments, [v4(payload, CUTS[0]!)], 0);
    expect(feed(fragments, [v4(payload, CUTS[1]!), v4(payload, CUTS[2]!)], 31)).toEqual([]);
    expect([fragments.abandoned, fragments.waiting]).toEqual([1, 1]);
  });

  it('keeps a bounded number of unfinished datagrams, the latest ones', () => {
    const fragments = new FragmentReassembler();
    const ip = new IpDatagram();
    for (let identification = 0; identification < 1030; identification++) {
      decodeIp(v4(payload, CUTS[0]!, { identification }), ip);
      fragments.complete(ip, 0);
    }
    expect([fragments.waiting, fragments.abandoned]).toEqual([1024, 6]);
  });

  it('keeps a bounded number of octets', () => {
    const fragments = new FragmentReassembler();
    const ip = new IpDatagram();
    const big = new Uint8Array(60_000);
    for (let identification = 0; identification < 100; identification++) {
      decodeIp(v4(new Uint8Array(65_000), { from: 0, to: 60_000, octets: big }, { identification }), ip);
      fragments.complete(ip, 0);
    }
    expect(fragments.waiting).toBeGreaterThan(50);
    expect(fragments.waiting).toBeLessThan(72);
  });

  it('agrees with a table of octets on any fragments in any order', () => {
    const cut = fc.record({ unit: fc.nat(5), units: fc.integer({ min: 1, max: 4 }), fill: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(cut, { maxLength: 12 }), (cuts) => {
        const octets: (number | undefined)[] = [];
        let last = -1;
        let expected: string | undefined;
        const fragments = new FragmentReassembler();
        const given: string[] = [];
        for (const { unit, units, fill } of cuts) {
          if (expected !== undefined) break;
          const from = unit * 8;
          const to = Math.min(from + units * 8, payload.length);
          const piece = Uint8Array.from(payload.subarray(from, to), (octet) => octet + fill);
          given.push(...feed(fragments, [v4(payload, { from, to, octets: piece })]));
          piece.forEach((octet, at) => {
            octets[from + at] ??= octet;
          });
          if (to === payload.length) last = to;
          if (last > 0 && Array.from({ length: last }, (_, at) => octets[at]).every((octet) => octet !== undefined)) {
            expected = toHex(Uint8Array.from(octets as number[]));
          }
        }
        expect(given).toEqual(expected === undefined ? [] : [expected]);
      }),
      { numRuns: 200 },
    );
  });
});
