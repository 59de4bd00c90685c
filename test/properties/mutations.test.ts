/**
 * Whatever is done to a capture, it ends in a report or in a line for the user, in bounded time: bits turned, the file cut,
 * records left out, doubled, shuffled, their lengths changed.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { analyze } from '../../src/analyze.js';
import { memorySource } from '../../src/capture/capture-source.js';
import { renderTerminal } from '../../src/report/terminal/render-terminal.js';
import { keyLogOf } from '../wire/analyze-sample.js';
import { Recording } from '../wire/recording.js';
import { sampleFiles } from '../wire/sample-table.js';

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
const RUNS = Number(process.env.RUNS ?? 400);
/** No sample takes a tenth of this, whole; a shared machine may be slow. */
const PATIENCE_MS = 5000;

const recordings = new Map<string, Recording>();
const recordingOf = (name: string): Recording => {
  const known = recordings.get(name) ?? Recording.ofSample(name);
  recordings.set(name, known);
  return known;
};

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const small = sampleFiles.filter((name) => recordingOf(name).file.length < 60_000);

const mutation = fc.oneof(
  fc.record({ kind: fc.constant('bits' as const), places: fc.array(fc.tuple(place, fc.nat(255)), { maxLength: 30 }) }),
  fc.record({ kind: fc.constant('cut' as const), at: place }),
  fc.record({ kind: fc.constant('lost' as const), at: place, count: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ kind: fc.constant('doubled' as const), at: place, to: place }),
  fc.record({ kind: fc.constant('shuffled' as const), seed: fc.nat() }),
  fc.record({ kind: fc.constant('zeros' as const), at: place, count: fc.integer({ min: 1, max: 400 }) }),
);

type Mutation = typeof mutation extends fc.Arbitrary<infer Value> ? Value : never;

function mutate(recording: Recording, change: Mutation): Uint8Array {
  const { packets, file } = recording;
  const index = (at: number) => Math.floor(at * packets.length);
  const plain = recording.fileOf(packets);
  switch (change.kind) {
    case 'bits':
      for (const [at, bits] of change.places) plain[Math.floor(at * plain.length)]! ^= bits;
      return plain;
    case 'zeros':
      return Uint8Array.from(plain).fill(
        0,
        Math.floor(change.at * plain.length),
        Math.floor(change.at * plain.length) + change.count,
      );
    case 'cut':
      return file.subarray(0, Math.floor(change.at * file.length));
    case 'lost':
      return recording.fileOf(
        packets.filter((_, at) => at < index(change.at) || at >= index(change.at) + change.count),
      );
    case 'doubled':
      if (packets.length === 0) return plain;
      return recording.fileOf(packets.toSpliced(index(change.to), 0, packets[index(change.at)]!));
    case 'shuffled': {
      let state = change.seed;
      const random = () => (state = (state * 1_103_515_245 + 12_345) & 0x7fffffff);
      return recording.fileOf(
        packets
          .map((packet) => ({ packet, order: random() }))
          .sort((a, b) => a.order - b.order)
          .map(({ packet }) => packet),
      );
    }
  }
}

it(`a damaged capture ends in a report or an error, soon (seed ${SEED})`, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...small),
      fc.array(mutation, { minLength: 1, maxLength: 2 }),
      async (name, changes) => {
        let file: Uint8Array = mutate(recordingOf(name), changes[0]!);
        // A second change where the first one left a file that can be taken apart.
        if (
          changes[1] !== undefined &&
          changes[0]!.kind !== 'cut' &&
          changes[0]!.kind !== 'bits' &&
          changes[0]!.kind !== 'zeros'
        ) {
          file = mutate(new Recording(Buffer.from(file)), changes[1]);
        }
        const started = performance.now();
        const keyLog = keyLogOf(name);
        const { report, errors } = await analyze([memorySource(name, file)], keyLog === undefined ? {} : { keyLog });
        expect(report.captures.length + errors.length).toBeGreaterThan(0);
        for (const { message } of errors) expect(message).not.toBe('');
        for (const { warnings } of report.captures)
          expect(warnings.filter((text) => text.includes('rule '))).toEqual([]);
        const text = [
          ...renderTerminal(report, { width: 80, ascii: false, colour: false, all: true, chosen: false }),
        ].join('');
        expect(text).not.toMatch(/undefined|NaN|\[object/);
        expect(JSON.stringify(report)).not.toContain('undefined');
        expect(performance.now() - started).toBeLessThan(PATIENCE_MS);
      },
    ),
    { seed: SEED, numRuns: RUNS },
  );
});
