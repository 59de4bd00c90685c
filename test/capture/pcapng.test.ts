import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PcapngReader } from '../../src/capture/pcapng.js';
import { warningText } from '../../src/capture/warning.js';
import { join, PcapngBuilder } from '../wire/capture-files.js';
import { inBlocks, readAll } from '../wire/capture-reading.js';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const octets = (...values: number[]): Uint8Array => Uint8Array.from(values);
const packet = (...values: number[]) => ({ octets: octets(...values) });
const IF_NAME = 2;
const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;
const MICROS = 1_763_632_931_123_456n;
const little = new PcapngBuilder('little');
const big = new PcapngBuilder('big');

const read = (...blocks: Uint8Array[]) => {
  const reader = new PcapngReader();
  return { ...readAll(reader, [join(...blocks)]), tally: reader.tally };
};

describe('PcapngReader', () => {
  it.each([{ ng: little }, { ng: big }])('reads enhanced packets of either byte order', ({ ng }) => {
    const { packets, warnings, error, tally } = read(
      ng.section(),
      ng.interface(1, 96, ng.option(IF_NAME, text('eth0'))),
      ng.enhanced(0, MICROS, packet(1, 2, 3, 4, 5)),
      ng.enhanced(0, MICROS + 7n, { octets: octets(6), originalLength: 100 }),
    );
    expect(packets).toEqual([
      { ref: 1, at: 0, octets: '0102030405', originalLength: 5, linkType: 1, interfaceId: 0 },
      { ref: 2, at: 7000, octets: '06', originalLength: 100, linkType: 1, interfaceId: 0 },
    ]);
    expect([warnings, error]).toEqual([[], undefined]);
    expect(tally).toMatchObject({ epoch: MICROS * 1000n, truncatedPackets: 1, droppedPackets: null });
    expect(tally.interfaces).toEqual([{ name: 'eth0', linkType: 1, snapLength: 96, packets: 2, droppedPackets: null }]);
  });

  it('counts interfaces on through sections of different byte orders', () => {
    const { packets } = read(
      little.section(),
      little.interface(1, 0),
      little.interface(113, 0),
      little.enhanced(1, MICROS, packet(1)),
      big.section(),
      big.interface(101, 0),
      big.enhanced(0, MICROS + 1n, packet(2)),
    );
    expect(packets).toMatchObject([
      { ref: 1, at: 0, linkType: 113, interfaceId: 1 },
      { ref: 2, at: 1000, linkType: 101, interfaceId: 2 },
    ]);
  });

  it.each([
    { name: 'seconds', resolution: 0, perSecond: 1n, step: 3n, at: 3e9 },
    { name: 'milliseconds', resolution: 3, perSecond: 10n ** 3n, step: 1n, at: 1e6 },
    { name: 'nanoseconds', resolution: 9, perSecond: 10n ** 9n, step: 1n, at: 1 },
    { name: 'picoseconds', resolution: 12, perSecond: 10n ** 12n, step: 1500n, at: 1.5 },
    { name: '1/1024 s', resolution: 0x8a, perSecond: 1024n, step: 512n, at: 5e8 },
    { name: '2^-30 s', resolution: 0x9e, perSecond: 2n ** 30n, step: 2n ** 29n + 2n ** 31n, at: 2.5e9 },
  ])('reads times in $name', ({ resolution, perSecond, step, at }) => {
    const first = 1_763_631n * perSecond;
    const { packets, tally } = read(
      little.section(),
      little.interface(1, 0, little.option(IF_TSRESOL, octets(resolution))),
      little.enhanced(0, first, packet()),
      little.enhanced(0, first + step, packet()),
    );
    expect(tally.epoch).toBe(1_763_631_000_000_000n);
    expect(packets.map((one) => one.at)).toEqual([0, at]);
  });

  it('puts interfaces with different units and offsets on one clock', () => {
    const nanos = MICROS * 1000n + 250n;
    const { packets } = read(
      little.section(),
      little.interface(1, 0),
      little.interface(1, 0, little.option(IF_TSRESOL, octets(9))),
      little.interface(1, 0, little.option(IF_TSOFFSET, little.number64(-3600n))),
      little.enhanced(1, nanos, packet()),
      little.enhanced(0, MICROS + 1n, packet()),
      little.enhanced(2, MICROS + 3_600_000_000n, packet()),
    );
    expect(packets.map(({ at }) => at)).toEqual([0, 750, -250]);
  });

  it('gives a simple packet the time of the one before and the snap length of the first interface', () => {
    const { packets } = read(
      little.section(),
      little.interface(1, 2),
      little.enhanced(0, MICROS, packet()),
      little.enhanced(0, MICROS + 9n, packet()),
      little.simple(60, octets(1, 2, 0, 0)),
    );
    expect(packets[2]).toEqual({ ref: 3, at: 9000, octets: '0102', originalLength: 60, linkType: 1, interfaceId: 0 });
  });

  it('says that times are unknown where all packets are simple', () => {
    const { packets, tally } = read(little.section(), little.interface(1, 0), little.simple(1, octets(1)));
    expect([packets.length, tally.epoch]).toEqual([1, null]);
  });

  it('reads the packet blocks of old writers', () => {
    const { packets } = read(little.section(), little.interface(1, 0), little.obsolete(0, MICROS, octets(1, 2)));
    expect(packets).toMatchObject([{ octets: '0102', at: 0 }]);
  });

  it('keeps names, secrets, comments and what was dropped', () => {
    const { tally } = read(
      little.section(),
      little.interface(1, 0),
      little.secrets(0x544c534b, text('CLIENT_RANDOM 00 01\n')),
      little.block(
        4,
        octets(1, 0, 14, 0, 10, 0, 0, 5, ...text('a.test\0b\0'), 0, 0, 0),
        octets(2, 0, 18, 0, ...new Uint8Array(15), 1, ...text('c\0'), 0, 0),
        octets(0, 0, 0, 0),
      ),
      little.enhanced(0, MICROS, packet(), little.option(1, text('look here'))),
      little.statistics(0, little.option(5, little.number64(3n)), little.option(7, little.number64(40n))),
    );
    expect(tally.secrets).toEqual([{ kind: 0x544c534b, octets: text('CLIENT_RANDOM 00 01\n') }]);
    expect(tally.comments).toEqual([{ packet: 1, text: 'look here' }]);
    expect(tally.droppedPackets).toBe(43);
    expect(tally.resolvedNames).toEqual([
      { address: octets(10, 0, 0, 5), names: ['a.test', 'b'] },
      { address: octets(...new Uint8Array(15), 1), names: ['c'] },
    ]);
  });

  it('adds up what single packets say was dropped before them', () => {
    const drops = (count: bigint) => little.option(4, little.number64(count));
    const { tally } = read(
      little.section(),
      little.interface(1, 0),
      little.enhanced(0, MICROS, packet(), drops(2n)),
      little.enhanced(0, MICROS, packet(), drops(5n)),
    );
    expect(tally.droppedPackets).toBe(7);
  });

  it.each([
    { name: 'custom', type: 0xbad },
    { name: 'unknown', type: 0x7777 },
    { name: 'reserved', type: 0 },
  ])('passes over $name blocks, and over ones too long to hold', ({ type }) => {
    const { packets, warnings } = read(
      little.section(),
      little.block(type, octets(1, 2, 3, 4)),
      little.interface(1, 0),
      little.block(type, new Uint8Array(17 * 2 ** 20)),
      little.enhanced(0, MICROS, packet(1)),
    );
    expect([packets.length, warnings]).toEqual([1, []]);
  });

  const head = join(little.section(), little.interface(1, 0), little.enhanced(0, MICROS, packet(1, 2, 3, 4)));
  const at = (offset: number, value: number, file = join(head, little.enhanced(0, MICROS, packet(5)))) => {
    new DataView(file.buffer).setUint32(offset, value, true);
    return file;
  };
  it.each([
    {
      name: 'an absurd length',
      file: at(head.length + 4, 0x7ffffffc),
      says: 'a block of type 0x00000006 claims a length of 2147483644 bytes',
    },
    { name: 'a length below the least', file: at(head.length + 4, 8), says: 'claims a length of 8 bytes' },
    { name: 'a length that is no multiple of 4', file: at(head.length + 4, 37), says: 'claims a length of 37 bytes' },
    { name: 'two lengths that differ', file: at(head.length + 32, 40), says: 'states two lengths that differ' },
    {
      name: 'more captured than the block holds',
      file: at(head.length + 20, 5),
      says: 'its block holds 4 bytes and claims 5',
    },
    { name: 'an interface nobody described', file: at(head.length + 8, 7), says: 'it belongs to interface 7' },
    { name: 'a section of another version', file: join(head, little.section(2)), says: 'a section is of version 2' },
    {
      name: 'a section without byte order',
      file: at(head.length + 8, 0, join(head, little.section())),
      says: 'no byte-order magic',
    },
  ])('keeps what stands before $name', ({ file, says }) => {
    const { packets, warnings, error } = read(file);
    expect([packets.length, warnings.length, error]).toEqual([1, 1, undefined]);
    expect(warnings[0]).toContain(says);
    expect(warnings[0]).toContain(`packet 2, at byte ${head.length}`);
  });

  it('has nothing to give when the damage comes before the first packet', () => {
    const file = join(little.section(), little.enhanced(0, MICROS, packet(1)));
    expect(read(file).error).toContain('No packet of this pcapng file can be read; at packet 1, at byte 28');
  });

  it.each([
    {
      name: 'a packet',
      file: head.subarray(0, head.length - 1),
      warning: 'at byte 48: the last 35 bytes are not a whole block',
    },
    {
      name: 'a block that is passed over',
      file: join(head, little.block(0xbad, new Uint8Array(8)).subarray(0, 14)),
      warning: '6 bytes are missing',
    },
  ])('warns where the file ends inside $name', ({ file, warning }) => {
    expect(read(file).warnings).toEqual([expect.stringContaining(warning)]);
  });

  it('leaves out secrets that claim more than their block holds', () => {
    const { tally, packets } = read(
      little.section(),
      little.secrets(0x544c534b, text('abcd'), 400),
      little.interface(1, 0),
      little.enhanced(0, MICROS, packet()),
    );
    expect([tally.secrets, packets.length]).toEqual([[], 1]);
    expect(tally.warnings.map((each) => warningText(each))).toEqual([
      'A block of decryption secrets claims 400 bytes and has 4; it was left out.',
    ]);
  });

  it('describes ten thousand interfaces and no more', () => {
    const many = Array.from({ length: 10_001 }, () => little.interface(1, 0));
    const { tally, warnings } = read(
      little.section(),
      little.interface(1, 0),
      little.enhanced(0, MICROS, packet()),
      ...many,
    );
    expect(tally.interfaces).toHaveLength(10_000);
    expect(warnings).toEqual([expect.stringContaining('too many interfaces')]);
  });

  it('gives the same packets however the file is cut into blocks', () => {
    const blocks = fc.oneof(
      fc
        .uint8Array({ maxLength: 30 })
        .map((value) => (ng: PcapngBuilder) => ng.enhanced(0, MICROS, { octets: value, originalLength: 40 })),
      fc
        .uint8Array({ minLength: 1, maxLength: 9 })
        .map((value) => (ng: PcapngBuilder) => ng.simple(value.length, value)),
      fc.uint8Array({ maxLength: 60 }).map((value) => (ng: PcapngBuilder) => ng.block(0xbad, value)),
      fc.constant((ng: PcapngBuilder) => join(ng.section(), ng.interface(1, 0))),
      fc.constant((ng: PcapngBuilder) => ng.statistics(0, ng.option(5, ng.number64(2n)))),
    );
    fc.assert(
      fc.property(
        fc.array(blocks, { maxLength: 10 }),
        fc.constantFrom(little, big),
        fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 8 }),
        fc.nat(30),
        (made, ng, lengths, cut) => {
          const file = join(ng.section(), ng.interface(1, 0), ...made.map((make) => make(ng)));
          const part = file.subarray(0, Math.max(28, file.length - cut));
          expect(readAll(new PcapngReader(), inBlocks(part, lengths))).toEqual(readAll(new PcapngReader(), [part]));
        },
      ),
      { numRuns: 150 },
    );
  });
});
