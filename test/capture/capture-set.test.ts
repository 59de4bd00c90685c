import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { CaptureInfo } from '../../src/capture/capture-info.js';
import { CaptureSet, type CaptureSetOptions } from '../../src/capture/capture-set.js';
import { type CaptureSource, memorySource } from '../../src/capture/capture-source.js';
import { captureOf, numberOf } from '../../src/capture/packet.js';
import { fileSource } from '../../src/capture/read-blocks.js';
import { warningText } from '../../src/capture/warning.js';
import { join, PcapngBuilder, pcapFile } from '../wire/capture-files.js';
import { inBlocks } from '../wire/capture-reading.js';

const EPOCH = 1_763_632_931_000_000_000n;
const folder = mkdtempSync(joinPath(tmpdir(), 'captures-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A pcap file with a packet at each of the given seconds; its one octet names the file. */
const at = (name: number, ...seconds: number[]): Uint8Array =>
  pcapFile(
    seconds.map((second) => ({ time: EPOCH + BigInt(Math.round(second * 1e6)) * 1000n, octets: Uint8Array.of(name) })),
  );

/** Octets that do not compress, the same in every run. */
function randomOctets(length: number, seed: number): Uint8Array {
  let state = seed + 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

async function run(sources: CaptureSource[], options?: CaptureSetOptions) {
  const set = new CaptureSet(sources, options);
  const packets: { file: number; capture: number; number: number; seconds: number }[] = [];
  await set.run(({ ref, at: nanos, block, start }) => {
    packets.push({ file: block[start]!, capture: captureOf(ref), number: numberOf(ref), seconds: nanos / 1e9 });
  });
  return {
    set,
    packets,
    order: packets.map(({ file }) => file),
    errors: set.errors.map(({ file, error }) => [file, error.message]),
  };
}

const saidOf = ({ warnings }: CaptureInfo): string[] => warnings.map((each) => warningText(each));

describe('CaptureSet', () => {
  it('reads one file and tells about it', async () => {
    const file = at(1, 0, 2.5, 1);
    const { set, packets } = await run([memorySource('a.pcap', file)]);
    expect(packets.map(({ seconds }) => seconds)).toEqual([0, 2.5, 1]);
    expect(set.epoch).toBe(EPOCH);
    expect(set.infos).toEqual([
      {
        file: 'a.pcap',
        format: 'pcap',
        compression: null,
        linkTypes: ['ETHERNET'],
        packets: 3,
        bytes: file.length,
        start: EPOCH,
        end: EPOCH + 2_500_000_000n,
        truncatedPackets: 0,
        droppedPackets: null,
        warnings: [],
        interfaces: [{ name: '', linkType: 1, snapLength: 262144, packets: 3, droppedPackets: null }],
        secrets: [],
        resolvedNames: [],
        comments: [],
      },
    ]);
  });

  it('merges files by time, keeps the order inside each, and counts from the earliest packet', async () => {
    const { set, packets, order } = await run([
      memorySource('a', at(1, 5, 7, 6, 9)),
      memorySource('b', at(2, 1, 5, 8)),
      memorySource('c', at(3)),
    ]);
    expect(order).toEqual([2, 1, 2, 1, 1, 2, 1]);
    expect(packets[0]).toEqual({ file: 2, capture: 1, number: 1, seconds: 0 });
    expect(packets[1]).toEqual({ file: 1, capture: 0, number: 1, seconds: 4 });
    expect(packets.at(-1)).toEqual({ file: 1, capture: 0, number: 4, seconds: 8 });
    expect(set.epoch).toBe(EPOCH + 1_000_000_000n);
    expect(set.infos.map(({ packets: count, start }) => [count, start])).toEqual([
      [4, EPOCH + 5_000_000_000n],
      [3, EPOCH + 1_000_000_000n],
      [0, null],
    ]);
  });

  it('merges files that come in blocks of any length', async () => {
    const split = (name: string, file: Uint8Array, length: number): CaptureSource => ({
      name,
      blocks: () => inBlocks(file, [length]),
    });
    const { order } = await run([split('a', at(1, 1, 3, 5), 1), split('b', at(2, 2, 4, 6), 19)]);
    expect(order).toEqual([1, 2, 1, 2, 1, 2]);
  });

  it('goes on without files it cannot use, and numbers the others', async () => {
    const { packets, errors, set } = await run([
      memorySource('notes.txt', new TextEncoder().encode('10:02:11 IP 10.0.0.5 > 10.0.0.9: ...')),
      memorySource('a', at(1, 1)),
      fileSource(joinPath(folder, 'missing.pcap')),
      fileSource(folder),
      memorySource('b', at(2, 0)),
    ]);
    expect(packets.map(({ file, capture }) => [file, capture])).toEqual([
      [2, 1],
      [1, 0],
    ]);
    expect(set.infos.map(({ file }) => file)).toEqual(['a', 'b']);
    expect(errors.map(([file]) => file)).toEqual(['notes.txt', 'missing.pcap', folder.split('/').at(-1)]);
    expect(errors[1]![1]).toBe('There is no such file: check the path');
    expect(errors[2]![1]).toContain('It is a directory');
  });

  it('takes capture files without packets for valid', async () => {
    const { set, packets, errors } = await run([memorySource('empty.pcap', at(1))]);
    expect([packets, errors]).toEqual([[], []]);
    expect(set.infos).toMatchObject([{ packets: 0, start: null, end: null, linkTypes: ['ETHERNET'] }]);
  });

  it('calls a file unusable when nobody can read its link type, and warns where that holds for a part', async () => {
    const ng = new PcapngBuilder();
    const mixed = join(
      ng.section(),
      ng.interface(105, 0),
      ng.interface(1, 0),
      ng.enhanced(0, 1n, { octets: Uint8Array.of(1) }),
      ng.enhanced(1, 2n, { octets: Uint8Array.of(1) }),
    );
    const radio = pcapFile([{ time: EPOCH, octets: Uint8Array.of(2) }], { linkType: 105 });
    const canRead = (linkType: number) => linkType === 1;
    const { set, errors } = await run([memorySource('mixed', mixed), memorySource('radio', radio)], { canRead });
    expect(saidOf(set.infos[0]!)).toEqual(['1 packets of link type IEEE802_11 cannot be read and were passed over.']);
    expect(errors).toEqual([['radio', expect.stringContaining('its 1 packets are of link type IEEE802_11')]]);
  });

  it('says once a block how far it is', async () => {
    const file = at(1, 0, 1, 2, 3);
    const seen: [number, number | undefined][] = [];
    const source = { name: 'a', size: file.length, blocks: () => inBlocks(file, [50]) };
    await run([source], { onProgress: (bytes, total) => seen.push([bytes, total]) });
    expect(seen).toEqual([
      [50, 92],
      [92, 92],
    ]);
  });

  it('lets errors of its caller through', async () => {
    const set = new CaptureSet([memorySource('a', at(1, 0))]);
    await expect(
      set.run(() => {
        throw new RangeError('mine');
      }),
    ).rejects.toThrow('mine');
  });
});

describe('gzip-compressed captures', () => {
  const many = at(1, ...Array.from({ length: 3000 }, (_, second) => second));
  const packed = gzipSync(many);

  it.each([
    { name: 'whole', length: packed.length },
    { name: 'octet by octet', length: 1 },
  ])('are inflated as they come, $name', async ({ length }) => {
    const { set, packets } = await run([{ name: 'a.gz', blocks: () => inBlocks(packed, [length]) }]);
    expect(packets).toHaveLength(3000);
    expect(set.infos).toMatchObject([{ compression: 'gzip', bytes: packed.length, warnings: [] }]);
  });

  it('may consist of several members', async () => {
    const parts = [gzipSync(many.subarray(0, 1000)), gzipSync(many.subarray(1000))];
    expect((await run([memorySource('a.gz', join(...parts))])).packets).toHaveLength(3000);
  });

  it('give what was inflated when the file is cut', async () => {
    const { set, packets, errors } = await run([memorySource('a.gz', packed.subarray(0, packed.length / 2))]);
    expect(packets.length).toBeGreaterThan(1000);
    expect(errors).toEqual([]);
    expect(saidOf(set.infos[0]!).join(' ')).toMatch(/The gzip file is cut: the \d+ bytes before that were read/);
  });

  it('give what was inflated when the file is damaged inside', async () => {
    const noise = Array.from({ length: 40 }, (_, index) => ({ time: EPOCH, octets: randomOctets(5000, index) }));
    const damaged = Uint8Array.from(gzipSync(pcapFile(noise)));
    damaged.fill(0xff, 100_000, 100_200);
    const { set, packets } = await run([memorySource('a.gz', damaged)]);
    expect(packets.length).toBeGreaterThan(15);
    expect(saidOf(set.infos[0]!).join(' ')).toContain('The gzip file is damaged');
  });

  it.each([
    { name: 'cut in its header', file: packed.subarray(0, 12), says: 'The gzip file is cut and nothing in it' },
    {
      name: 'damaged from the start',
      file: join(packed.subarray(0, 10), new Uint8Array(90).fill(0xff)),
      says: 'The gzip file is damaged',
    },
    { name: 'of something else', file: gzipSync('<html>sign in please, thank you</html>'), says: 'a web page' },
    { name: 'of a gzip file', file: gzipSync(packed), says: 'a gzip file inside a gzip file' },
    { name: 'of nothing', file: gzipSync(''), says: 'The file is empty' },
  ])('are refused when $name', async ({ file, says }) => {
    expect((await run([memorySource('a.gz', file)])).errors).toEqual([['a.gz', expect.stringContaining(says)]]);
  });

  it('do not take up memory for what nobody asked to inflate', async () => {
    const zeros = gzipSync(join(at(1, 0), new Uint8Array(200 * 2 ** 20)), { level: 1 });
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const set = new CaptureSet([memorySource('bomb.gz', zeros)], {
      onProgress: () => {
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      },
    });
    await set.run(() => {});
    expect(saidOf(set.infos[0]!).join(' ')).toContain('a header of zeros');
    expect(most).toBeLessThan(100 * 2 ** 20);
  });
});

describe('files and pipes', () => {
  it('reads a file from disk, longer than a block', async () => {
    const path = joinPath(folder, 'long.pcap');
    const octets = new Uint8Array(60_000);
    writeFileSync(
      path,
      pcapFile(Array.from({ length: 50 }, (_, index) => ({ time: EPOCH, octets: octets.fill(index) }))),
    );
    const { packets, set } = await run([fileSource(path)]);
    expect(packets).toHaveLength(50);
    expect(set.infos).toMatchObject([{ file: 'long.pcap', bytes: 24 + 50 * 60_016 }]);
  });

  it('gives the packets of a pipe before the pipe ends', async () => {
    const pipe = new PassThrough();
    const file = at(1, 0, 1);
    const arrived = new PassThrough();
    const set = new CaptureSet([{ name: '-', blocks: () => pipe }]);
    const running = set.run(({ ref }) => arrived.write(String(ref)));
    pipe.write(file.subarray(0, 24 + 17 + 5));
    expect(String((await once(arrived, 'data'))[0])).toBe('1');
    pipe.end(file.subarray(24 + 17 + 5));
    expect(String((await once(arrived, 'data'))[0])).toBe('2');
    await running;
  });

  it('calls an empty file empty', async () => {
    const path = joinPath(folder, 'empty.pcap');
    writeFileSync(path, '');
    const { errors } = await run([fileSource(path), fileSource('/dev/null')]);
    expect(errors.map(([file, message]) => [file, message!.slice(0, 27)])).toEqual([
      ['empty.pcap', 'The file is empty: 0 bytes.'],
      ['null', 'The file is empty: 0 bytes.'],
    ]);
  });

  it('keeps what it has when the system stops giving bytes', async () => {
    async function* failing() {
      yield at(1, 0, 1);
      throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', syscall: 'read' });
    }
    const { packets, set } = await run([{ name: 'a', blocks: failing }]);
    expect(packets).toHaveLength(2);
    expect(saidOf(set.infos[0]!)).toEqual(['Reading stopped at byte 58: the system cannot read on (EIO).']);
  });

  it('does not hide a failure that is no matter of reading', async () => {
    function* broken() {
      yield at(1, 0);
      throw new TypeError('a mistake');
    }
    await expect(run([{ name: 'a', blocks: broken }])).rejects.toThrow('a mistake');
  });
});
