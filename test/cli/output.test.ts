import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { writeAll } from '../../src/cli/output.js';

const pieces = function* (count: number, onPiece: () => void = () => {}): Iterable<string> {
  for (let n = 0; n < count; n++) {
    onPiece();
    yield 'x'.repeat(10_000);
  }
};

it('writes everything, in few large pieces', async () => {
  const sizes: number[] = [];
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      sizes.push(chunk.length);
      done();
    },
  });
  await writeAll(pieces(100), stream);
  expect(sizes.reduce((a, b) => a + b)).toBe(1_000_000);
  expect(sizes.length).toBeLessThan(20);
});

it('makes no more text than a slow reader takes', async () => {
  let made = 0;
  let taken = 0;
  let most = 0;
  const stream = new Writable({
    highWaterMark: 1,
    write: (chunk, _encoding, done) => {
      taken += chunk.length;
      most = Math.max(most, made * 10_000 - taken);
      setTimeout(done, 1);
    },
  });
  await writeAll(
    pieces(200, () => made++),
    stream,
  );
  expect(taken).toBe(2_000_000);
  expect(most).toBeLessThan(100_000);
});

it('stops quietly when the reader went away, and does not make the rest', async () => {
  let made = 0;
  const gone = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
  const stream = new Writable({ write: (_chunk, _encoding, done) => done(gone) });
  await writeAll(
    pieces(1000, () => made++),
    stream,
  );
  expect(made).toBeLessThan(20);
});

it('passes on other errors', async () => {
  const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
  const stream = new Writable({ write: (_chunk, _encoding, done) => done(full) });
  await expect(writeAll(pieces(3), stream)).rejects.toBe(full);
});
