import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CaptureError } from '../../src/capture/capture-error.js';
import { CaptureSet } from '../../src/capture/capture-set.js';
import { warningText } from '../../src/capture/warning.js';
import { decodeIp } from '../../src/ip/decode-ip.js';
import { FragmentReassembler } from '../../src/ip/fragments.js';
import { IpDatagram } from '../../src/ip/ip-datagram.js';
import { Datagram } from '../../src/link/datagram.js';
import { locateDatagram } from '../../src/link/locate-datagram.js';
import { join, PcapngBuilder, pcapFile } from '../wire/capture-files.js';
import { inBlocks } from '../wire/capture-reading.js';
import { hex, ipv4, ipv6 } from '../wire/ip-packets.js';

const ethernet = (type: string, datagram: Uint8Array) =>
  Uint8Array.from([...hex(`02 00 00 00 00 01 02 00 00 00 00 02 ${type}`), ...datagram]);
const octets = [
  ethernet('08 00', ipv4({ payload: new Uint8Array(24) })),
  ethernet('08 00', ipv4({ payload: new Uint8Array(16), moreFragments: true })),
  ethernet('08 00', ipv4({ payload: new Uint8Array(9), fragmentOffset: 16 })),
  ethernet('86 dd', ipv6(0, hex('2c 00 01 02 00 00 00 00 06 00 00 00 00 00 00 01 aa bb cc'))),
  ethernet('81 00 00 05 88 47 00 01 01 40', ipv4({ payload: new Uint8Array(3) })),
];
const classic = pcapFile(octets.map((one, index) => ({ time: BigInt(index + 1) * 1_000_000_000n, octets: one })));
const ng = new PcapngBuilder();
const next = join(
  ng.section(),
  ng.interface(1, 0, ng.option(2, hex('65 74 68 30')), ng.option(9, hex('09'))),
  ng.secrets(0x544c534b, hex('41 42 43')),
  ...octets.map((one, index) => ng.enhanced(0, BigInt(index + 1), { octets: one }, ng.option(1, hex('68 69')))),
  ng.block(4, hex('01 00 06 00 0a 00 00 05 61 00 00 00 00 00 00 00')),
  ng.statistics(0, ng.option(5, ng.number64(1n))),
);

/** The whole way from bytes to payload; the number of packets, or the error of the file. */
async function analyze(file: Uint8Array, lengths: number[]): Promise<number | CaptureError> {
  const frame = new Datagram();
  const ip = new IpDatagram();
  const fragments = new FragmentReassembler();
  let packets = 0;
  const set = new CaptureSet([{ name: 'mutant', blocks: () => inBlocks(file, lengths) }]);
  await set.run((packet) => {
    packets++;
    expect(packet.start).toBeLessThanOrEqual(packet.end);
    expect(packet.end).toBeLessThanOrEqual(packet.block.length);
    expect(packet.originalLength).toBeGreaterThanOrEqual(packet.end - packet.start);
    expect(Number.isNaN(packet.at)).toBe(false);
    if (locateDatagram(packet, frame) && decodeIp(frame, ip) && ip.fragment) fragments.complete(ip, packet.at);
    // A record is 16 octets or more: whoever gives out more packets makes them up.
    if (packets * 12 > file.length) throw new Error('more packets than the file has room for');
  });
  for (const { start, end, warnings } of set.infos) {
    expect(start === null || end === null || start <= end).toBe(true);
    for (const each of warnings) expect(warningText(each)).not.toMatch(/[\x00-\x1f]/);
  }
  return set.errors[0]?.error ?? packets;
}

const changes = fc.array(fc.record({ at: fc.nat(2000), to: fc.integer({ min: 0, max: 255 }) }), {
  minLength: 1,
  maxLength: 6,
});

describe('a damaged capture', () => {
  it.each([
    { name: 'pcap', file: classic },
    { name: 'pcapng', file: next },
  ])('of format $name ends in packets, a warning or a CaptureError', async ({ file }) => {
    expect(await analyze(file, [file.length])).toBe(octets.length);
    await fc.assert(
      fc.asyncProperty(changes, fc.nat(60), fc.integer({ min: 1, max: 400 }), async (list, cut, length) => {
        const mutant = Uint8Array.from(file.subarray(0, file.length - cut));
        for (const { at, to } of list) mutant[at % mutant.length] = to;
        const result = await analyze(mutant, [length]);
        expect(typeof result === 'number' || result instanceof CaptureError).toBe(true);
      }),
      { numRuns: 250 },
    );
  });

  it('that is compressed as well does not do worse', async () => {
    const packed = gzipSync(classic);
    await fc.assert(
      fc.asyncProperty(changes, fc.nat(60), async (list, cut) => {
        const mutant = Uint8Array.from(packed.subarray(0, packed.length - cut));
        for (const { at, to } of list) mutant[at % mutant.length] = to;
        const result = await analyze(mutant, [mutant.length]).catch((error: Error) => error);
        if (!(result instanceof CaptureError)) expect(result).toBeTypeOf('number');
      }),
      { numRuns: 60 },
    );
  });
});
