/**
 * Every sample as a redacted slice: the verdicts are those of the original, tshark reads it without a malformed packet that
 * the original does not have, and nothing that was secret is in it, in clear or behind a mask.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { analyze } from '../../src/analyze.js';
import { memorySource } from '../../src/capture/capture-source.js';
import { fileSource } from '../../src/capture/read-blocks.js';
import { type Redaction, redactSlice } from '../../src/cli/redacted-slice.js';
import { cutSlice, fileOf, NO_TEXTS, type Slice } from '../../src/cli/slice-file.js';
import { isKept } from '../../src/redact/vocabulary.js';
import { renderJson } from '../../src/report/json.js';
import type { Report } from '../../src/report/report.js';
import { hasTshark } from '../differential/tshark.js';
import { SAMPLES, sampleFiles } from '../wire/sample-table.js';

/** Header blocks of HTTP/2 cannot be written anew in place, and these verdicts rest on what has to go. */
const REFUSED: ReadonlyMap<string, RegExp> = new Map([
  ['h2c-404.pcap', /cannot be recognised/],
  ['h2c-disabled.pcap', /cannot be recognised/],
  ['h2c-goaway.pcap', /cannot be recognised/],
  ['h2c-healthy.pcap', /cannot be recognised/],
  ['h2c-midstream.pcap', /cannot be recognised/],
  ['h2c-stalled.pcap', /cannot be recognised/],
  ['violation-deflate-corrupt.pcap', /instead of failed by ws-deflate-corrupt/],
  ['ws-deflate-gap.pcap', /instead of ok in stage close/],
  ['ws-truncated.pcap', /cannot be recognised/],
]);

/** Of every sample another one: then no two have an address in common, and tshark reads all of them as one capture. */
const keyOf = (name: string): Uint8Array => createHash('sha256').update(name).digest();

/** The slices in the order of their packets, of which `before` came earlier. */
const written: { name: string; bytes: Uint8Array; original: Slice; before: number }[] = [];

const folder = mkdtempSync(join(tmpdir(), 'wscope-redacted-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Sliced {
  original: Slice;
  report: Report;
  result: Redaction | string;
}

const sliced = async (name: string): Promise<Sliced | undefined> => {
  const source = () => fileSource(SAMPLES + name);
  const { report } = await analyze([source()], { keepMessages: true, showSecrets: true });
  if (report.sessions.length === 0) return undefined;
  const original = (await cutSlice(source, report.sessions))!;
  return { original, report, result: await redactSlice(original, report.sessions, 'en', keyOf(name)) };
};

const bytesOf = (slice: Slice): Buffer => Buffer.concat(fileOf(slice, NO_TEXTS));

describe('the redacted slice of every sample', () => {
  it.each(sampleFiles)('%s', async (name) => {
    const found = await sliced(name);
    if (found === undefined) return;
    const { original, report, result } = found;
    if (REFUSED.has(name)) {
      expect(result).toMatch(REFUSED.get(name)!);
      return;
    }
    if (typeof result === 'string') throw new Error(result);
    expect(result.sessions).toHaveLength(report.sessions.length);
    for (const { original, redacted } of result.sessions) {
      const { outcome, cause, stage, confidence } = original;
      expect(redacted).toMatchObject({ outcome, cause, stage, confidence });
    }
    const bytes = bytesOf(result.slice);
    const said = [
      ...renderJson((await analyze([memorySource('slice', bytes)], { keepMessages: true, showSecrets: true })).report),
    ].join('');
    for (const secret of secretsOf(report)) {
      expect({ secret, inFile: bytes.includes(secret), inReport: said.includes(secret) }).toEqual({
        secret,
        inFile: false,
        inReport: false,
      });
    }
    expect(result.slice.packets.map(({ originalLength }) => originalLength)).toEqual(
      original.packets.map(({ originalLength }) => originalLength),
    );
    const last = written.at(-1);
    const before = last === undefined ? 0 : last.before + last.original.packets.length;
    written.push({ name, bytes, original, before });
  });

  it.skipIf(!hasTshark)(
    'is read by tshark without a malformed packet that the original does not have',
    async () => {
      expect(written.length).toBeGreaterThan(300);
      const all = join(folder, 'all.pcapng');
      writeFileSync(all, Buffer.concat(written.map(({ bytes }) => bytes)));
      const broken: string[] = [];
      for (const packet of await malformed(all)) {
        const place = written.findLast(({ before }) => before < packet)!;
        const own = packet - place.before;
        const original = join(folder, 'original.pcapng');
        writeFileSync(original, bytesOf(place.original));
        if (!(await malformed(original)).includes(own)) broken.push(`${place.name}: packet ${own}`);
      }
      expect(broken).toEqual([]);
    },
    120_000,
  );
});

const run = promisify(execFile);

const malformed = async (path: string): Promise<number[]> => {
  const args = ['-r', path, '-Y', '_ws.malformed', '-T', 'fields', '-e', 'frame.number'];
  const { stdout } = await run('tshark', args, { env: { ...process.env, HOME: folder } });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);
};

/** Names, credentials and the words of messages that no protocol has: what belongs to whoever recorded the capture. */
function* secretsOf(report: Report): Iterable<string> {
  for (const { host, tls, upgrade, messages = [] } of report.sessions) {
    const name = host?.replace(/:\d+$/, '') ?? tls?.sni;
    if (name !== undefined && name !== null && /[a-z]/i.test(name) && name !== 'localhost') yield name;
    for (const [field, value] of upgrade?.request?.headers ?? []) {
      if (/^(?:authorization|cookie|origin)$/i.test(field) && value.length > 8) yield value;
    }
    for (const { text = '' } of messages)
      for (const [word] of text.matchAll(/[a-z0-9]{6,}/gi)) if (!isKept(word) && /[a-z]/i.test(word)) yield word;
  }
}
