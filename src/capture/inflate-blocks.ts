/**
 * Blocks of a gzip file (RFC 1952) become blocks of what it holds, as they come. A file that is cut or damaged inside
 * gives what could be inflated before that, and says so in a warning.
 */

import { createGunzip } from 'node:zlib';
import { CaptureError } from './capture-error.js';
import { type Warning, warning } from './warning.js';

/** Inflated blocks are as long as those read from files. */
const INFLATED_BLOCK_OCTETS = 2 ** 20;
/** DEFLATE expands at most 1032 times: so much at once keeps what waits below 17 MiB. Damage costs at most one step. */
const DEFLATED_STEP_OCTETS = 16 * 1024;

export async function* inflateBlocks(
  blocks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  warn: (warning: Warning) => void,
): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: INFLATED_BLOCK_OCTETS });
  let inflated: Uint8Array[] = [];
  let octets = 0;
  let failure: NodeJS.ErrnoException | undefined;
  // After an error the callback of a write never comes; the stream closes instead.
  let release = (): void => {};
  gunzip.on('data', (chunk: Uint8Array) => inflated.push(chunk));
  gunzip.on('error', (error) => {
    failure = error;
  });
  gunzip.on('close', () => release());
  function* takeInflated(): Generator<Uint8Array> {
    const taken = inflated;
    inflated = [];
    for (const block of taken) {
      octets += block.length;
      yield block;
    }
  }
  try {
    for await (const block of blocks) {
      for (let at = 0; at < block.length && failure === undefined; at += DEFLATED_STEP_OCTETS) {
        await new Promise<void>((resolve) => {
          release = resolve;
          gunzip.write(block.subarray(at, at + DEFLATED_STEP_OCTETS), () => resolve());
        });
        yield* takeInflated();
      }
      if (failure !== undefined) break;
    }
    if (failure === undefined) {
      await new Promise<void>((resolve) => {
        release = resolve;
        gunzip.end();
      });
    }
    yield* takeInflated();
  } finally {
    gunzip.destroy();
  }
  if (failure === undefined) return;
  const isCut = failure.code === 'Z_BUF_ERROR';
  if (octets === 0) {
    const what = isCut ? 'is cut' : `is damaged (${failure.message})`;
    throw new CaptureError(`The gzip file ${what} and nothing in it can be read: copy it again`);
  }
  warn(isCut ? warning('gzip-cut', { octets }) : warning('gzip-damaged', { error: failure.message, octets }));
}
