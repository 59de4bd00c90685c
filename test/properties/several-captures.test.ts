/** Captures that have nothing to do with each other, read together, are the sum of both; and reading twice is reading once. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../src/analyze.js';
import type { CaptureSource } from '../../src/capture/capture-source.js';
import { fileSource } from '../../src/capture/read-blocks.js';
import { keyLogOf, reportOf } from '../wire/analyze-sample.js';
import { essenceOf } from '../wire/essence.js';
import { SAMPLES, sampleFiles } from '../wire/sample-table.js';

/** Other ports, or other networks: neither retries nor legs of each other. */
const UNRELATED = [
  ['nginx-404.pcap', 'close-1011.pcap'],
  ['tls-version.pcap', 'ws-healthy.pcap'],
  ['ws-ipv6.pcap', 'nginx-429.pcap', 'tcp-refused.pcap'],
  ['ws-pcapng.pcapng', 'ws-nano.pcap', 'ws-gzip.pcap.gz'],
];

describe('captures that have nothing in common', () => {
  it.each(UNRELATED)('are the sum of each: %s', async (...names) => {
    const { report } = await analyze(names.map((name) => fileSource(SAMPLES + name)));
    const alone = await Promise.all(names.map((name) => reportOf(name)));
    const sessions = alone.flatMap((each) => each.sessions.map(essenceOf));
    const byText = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
    expect(report.sessions.map(essenceOf).sort(byText)).toEqual(sessions.sort(byText));
    expect(report.captures.map(({ file, packets }) => `${file} ${packets}`)).toEqual(
      alone.map(({ captures }) => `${captures[0]!.file} ${captures[0]!.packets}`),
    );
    expect(report.summary.sessions).toBe(sessions.length);
    // Packet numbers stay those of their own file.
    for (const session of report.sessions) {
      for (const { packet, capture = 0 } of session.timeline) {
        expect(packet).toBeLessThanOrEqual(report.captures[capture]!.packets);
      }
    }
  });
});

/** The file in blocks of this length, as a slow pipe gives it. */
const inBlocks = (name: string, length: number): CaptureSource => {
  const file = readFileSync(SAMPLES + name);
  const count = Math.ceil(file.length / length);
  return {
    name,
    size: file.length,
    blocks: () =>
      Array.from({ length: count }, (_, at) => Uint8Array.from(file.subarray(at * length, (at + 1) * length))),
  };
};

describe('the same capture', () => {
  it('gives the same octets of JSON each time, in whatever blocks it is read', async () => {
    for (const [index, name] of sampleFiles.entries()) {
      const keyLog = keyLogOf(name);
      const options = keyLog === undefined ? {} : { keyLog };
      const once = JSON.stringify(await reportOf(name));
      const blocks = [7, 64, 1000, 65_536][index % 4]!;
      const again = await analyze([inBlocks(name, blocks)], options);
      expect(JSON.stringify(again.report) === once ? name : `${name} differs in blocks of ${blocks}`).toBe(name);
    }
  });
});
