import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/bytes/hex.js';
import { CaptureSet } from '../../src/capture/capture-set.js';
import { fileSource } from '../../src/capture/read-blocks.js';
import { READABLE_LINK_TYPES } from '../../src/link/locate-datagram.js';

/** The events of the pcap-parser package that are compared. */
interface PcapParser {
  on(event: 'packet', listener: (packet: { header: Record<string, number>; data: Uint8Array }) => void): void;
  on(event: 'end', listener: () => void): void;
}
const pcapParser = createRequire(import.meta.url)('pcap-parser') as { parse(input: Readable): PcapParser };

/** Every packet as one line: time in microseconds since 1970, both lengths, octets. */
async function byPcapParser(file: Uint8Array): Promise<string[]> {
  const lines: string[] = [];
  const parser = pcapParser.parse(Readable.from([Buffer.from(file)]));
  parser.on('packet', ({ header, data }) => {
    const micros = BigInt(header.timestampSeconds!) * 1_000_000n + BigInt(header.timestampMicroseconds!);
    lines.push(`${micros} ${header.capturedLength} ${header.originalLength} ${toHex(data)}`);
  });
  await new Promise<void>((resolve) => parser.on('end', resolve));
  return lines;
}

async function byCaptureSet(path: string): Promise<string[]> {
  const set = new CaptureSet([fileSource(path)]);
  const packets: { at: number; lengths: string; octets: string }[] = [];
  await set.run(({ at, start, end, originalLength, block }) => {
    packets.push({ at, lengths: `${end - start} ${originalLength}`, octets: toHex(block.subarray(start, end)) });
  });
  return packets.map(({ at, lengths, octets }) => `${(set.epoch + BigInt(at)) / 1000n} ${lengths} ${octets}`);
}

const isClassic = (file: Uint8Array): boolean => ['d4c3b2a1', 'a1b2c3d4'].includes(toHex(file.subarray(0, 4)));

describe('captures in samples/', () => {
  const folder = new URL('../../samples/', import.meta.url).pathname;
  const classic = readdirSync(folder).filter(
    (name) => name.endsWith('.pcap') && isClassic(readFileSync(join(folder, name))),
  );

  it('are read as the pcap-parser package reads them', async () => {
    expect(classic.length).toBeGreaterThan(0);
    for (const name of classic) {
      const path = join(folder, name);
      expect(await byCaptureSet(path), name).toEqual(await byPcapParser(readFileSync(path)));
    }
  });
});

const PUBLIC = process.env.WSCOPE_CAPTURES;

/** Where the count of tshark differs for a reason that is not ours. */
const EXPLAINED: ReadonlyMap<string, number> = new Map([
  // tshark counts custom blocks as packets.
  ['pcapng-test-generator/le-test018.pcapng', 4],
]);

describe.skipIf(PUBLIC === undefined)('public captures (folder named by WSCOPE_CAPTURES)', () => {
  const root = join(PUBLIC ?? '.', 'public');
  const rows =
    PUBLIC === undefined
      ? []
      : readFileSync(join(root, 'MANIFEST.tsv'), 'utf8')
          .trim()
          .split('\n')
          .map((line) => line.split('\t'))
          .filter((row) => row[8] === 'capture');

  it('are there', () => {
    expect(rows.length).toBeGreaterThan(50);
  });

  it.each(rows.map((row) => ({ path: row[0]!, packets: Number(row[6]), bytes: Number(row[11]) })))(
    'has as many packets as tshark sees: $path',
    async ({ path, packets, bytes }) => {
      const set = new CaptureSet([fileSource(join(root, path))], { canRead: (type) => READABLE_LINK_TYPES.has(type) });
      let count = 0;
      await set.run(() => {
        count++;
      });
      expect(count).toBe(EXPLAINED.get(path) ?? packets);
      for (const info of set.infos) expect(info).toMatchObject({ packets: count, bytes });
    },
  );
});
