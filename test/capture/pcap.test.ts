import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Packet } from '../../src/capture/packet.js';
import { PcapReader } from '../../src/capture/pcap.js';
import { type CapturedPacket, join, type PcapOptions, pcapFile } from '../wire/capture-files.js';
import { inBlocks, readAll } from '../wire/capture-reading.js';

const EPOCH = 1_763_632_931_123_456_000n;
const octets = (...values: number[]): Uint8Array => Uint8Array.from(values);
const three: CapturedPacket[] = [
  { time: EPOCH, octets: octets(1, 2, 3) },
  { time: EPOCH + 1_500_000_000n, octets: octets(4), originalLength: 90 },
  { time: EPOCH - 2_000_001_000n, octets: octets(), originalLength: 60 },
];

describe('PcapReader', () => {
  it.each([
    { name: 'little endian microseconds', options: {} },
    { name: 'big endian microseconds', options: { byteOrder: 'big' } },
    { name: 'little endian nanoseconds', options: { format: 'nanoseconds' } },
    { name: 'big endian nanoseconds', options: { format: 'nanoseconds', byteOrder: 'big' } },
    { name: 'the modified format', options: { format: 'modified' } },
    { name: 'version 2.2, which has the lengths of a record swapped', options: { version: [2, 2] } },
  ] satisfies { name: string; options: PcapOptions }[])('reads $name', ({ options }) => {
    const reader = new PcapReader();
    const { packets, warnings, error } = readAll(reader, [pcapFile(three, options)]);
    expect(packets).toEqual([
      { ref: 1, at: 0, octets: '010203', originalLength: 3, linkType: 1, interfaceId: -1 },
      { ref: 2, at: 1.5e9, octets: '04', originalLength: 90, linkType: 1, interfaceId: -1 },
      { ref: 3, at: -2_000_001_000, octets: '', originalLength: 60, linkType: 1, interfaceId: -1 },
    ]);
    expect([warnings, error]).toEqual([[], undefined]);
    expect(reader.tally).toMatchObject({
      packets: 3,
      truncatedPackets: 2,
      epoch: EPOCH,
      earliest: -2_000_001_000,
      latest: 1.5e9,
      droppedPackets: null,
      interfaces: [{ linkType: 1, snapLength: 262144, packets: 3 }],
    });
  });

  it('keeps nanoseconds exact', () => {
    const packets = [0n, 1n, 999_999_999n, 86_400_000_000_007n].map((after) => ({
      time: EPOCH + after,
      octets: octets(),
      originalLength: 1,
    }));
    const read = readAll(new PcapReader(), [pcapFile(packets, { format: 'nanoseconds' })]);
    expect(read.packets.map(({ at }) => at)).toEqual([0, 1, 999_999_999, 86_400_000_000_007]);
  });

  it('swaps the lengths of old versions only where they are swapped', () => {
    const file = pcapFile([{ time: EPOCH, octets: octets(7), originalLength: 1 }], { version: [2, 2] });
    new DataView(file.buffer).setUint32(24 + 8, 60, true);
    expect(readAll(new PcapReader(), [file]).packets).toMatchObject([{ octets: '07', originalLength: 60 }]);
  });

  it('leaves the length of a frame check sequence out of the link type', () => {
    const reader = new PcapReader();
    readAll(reader, [pcapFile(three, { linkType: 0x44000001 })]);
    expect(reader.tally.interfaces[0]!.linkType).toBe(1);
  });

  it('takes a file without packets for what it is', () => {
    expect(readAll(new PcapReader(), [pcapFile([])])).toEqual({ packets: [], warnings: [], error: undefined });
  });

  it('gives packets out while the file is still being written', () => {
    const file = pcapFile(three);
    const reader = new PcapReader();
    const { packets } = readAll(reader, [file.subarray(0, 24 + 16 + 3)]);
    expect(packets.map(({ ref }) => ref)).toEqual([1]);
  });

  it.each([
    {
      name: 'inside a record',
      cut: 1,
      warning: 'The file ends inside packet 3, at byte 60: the last 15 bytes are not a whole record.',
    },
    {
      name: 'inside the octets of a packet',
      cut: 17,
      warning: 'The file ends inside packet 2, at byte 43: the last 16 bytes are not a whole record.',
    },
  ])('warns where the file is cut $name', ({ cut, warning }) => {
    const file = pcapFile(three);
    expect(readAll(new PcapReader(), [file.subarray(0, file.length - cut)]).warnings).toEqual([warning]);
  });

  it('keeps what stands before an absurd length, and reports the place once', () => {
    const file = pcapFile(three);
    new DataView(file.buffer).setUint32(43 + 8, 0xdeadbeef, true);
    const { packets, warnings } = readAll(new PcapReader(), inBlocks(file, [5]));
    expect(packets).toHaveLength(1);
    expect(warnings).toEqual([
      'The file is damaged: packet 2 at byte 43 claims a length of 3735928559 bytes. What stands before it was read, the rest was not.',
    ]);
  });

  it('does not take a tail of zeros for packets', () => {
    const { packets, warnings } = readAll(new PcapReader(), [join(pcapFile(three), new Uint8Array(4096))]);
    expect(packets).toHaveLength(3);
    expect(warnings).toEqual([expect.stringContaining('packet 4 at byte 76 has a header of zeros')]);
  });

  it('believes a snap length above the usual limit', () => {
    const big = { time: EPOCH, octets: new Uint8Array(300_000) };
    expect(readAll(new PcapReader(), [pcapFile([big], { snapLength: 2 ** 20 })]).packets).toHaveLength(1);
    expect(readAll(new PcapReader(), [pcapFile([big])]).error).toContain('claims a length of 300000 bytes');
  });

  it.each([
    { name: 'version 1', file: pcapFile(three, { version: [1, 4] }), says: 'A pcap file of version 1.4' },
    {
      name: 'a cut header',
      file: pcapFile(three).subarray(0, 20),
      says: 'The file ends inside the pcap header: 20 of 24',
    },
  ])('refuses $name', ({ file, says }) => {
    const { packets, error } = readAll(new PcapReader(), [file]);
    expect([packets, error]).toEqual([[], expect.stringContaining(says)]);
  });

  it('gives the same packets however the file is cut into blocks', () => {
    const packet = fc.record({
      time: fc.bigInt({ min: 0n, max: 4_000_000_000_000_000n }).map((micros) => micros * 1000n + 1_000_000_000n),
      octets: fc.uint8Array({ maxLength: 40 }),
      originalLength: fc.integer({ min: 40, max: 90 }),
    });
    fc.assert(
      fc.property(
        fc.array(packet, { maxLength: 12 }),
        fc.constantFrom('little' as const, 'big' as const),
        fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 8 }),
        fc.nat(30),
        (packets, byteOrder, lengths, cut) => {
          const file = pcapFile(packets, { byteOrder });
          const part = file.subarray(0, Math.max(24, file.length - cut));
          expect(readAll(new PcapReader(), inBlocks(part, lengths))).toEqual(readAll(new PcapReader(), [part]));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('never writes again to octets it gave out', () => {
    const reader = new PcapReader();
    const packet = new Packet();
    const given: { view: Uint8Array; copy: number[] }[] = [];
    for (const block of inBlocks(pcapFile([...three, ...three, ...three]), [7])) {
      reader.push(block);
      while (reader.next(packet)) {
        const view = packet.block.subarray(packet.start, packet.end);
        given.push({ view, copy: [...view] });
      }
    }
    expect(given).toHaveLength(9);
    for (const { view, copy } of given) expect([...view]).toEqual(copy);
  });
});
