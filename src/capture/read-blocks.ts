/**
 * Files and standard input become blocks. Outside of cli/ this is the only place that knows files. A regular file is
 * read synchronously, a block at a time; pipes give their bytes as they come, so that packets can be used while the
 * program that records them still runs.
 */
import { closeSync, createReadStream, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { basename } from 'node:path';
import { CaptureError } from './capture-error.js';
import type { CaptureSource } from './capture-source.js';

/** Large enough that straddling records and calls do not count, small enough for the cache. */
const BLOCK_OCTETS = 2 ** 20;

/** A capture file by its path; a pipe or a device is read as a stream. */
export function fileSource(path: string): CaptureSource {
  const stats = statSync(path, { throwIfNoEntry: false });
  return {
    name: basename(path),
    ...(stats?.isFile() ? { size: stats.size } : {}),
    blocks: () => blocksOf(path, stats),
  };
}

/** Standard input: a pipe, or a file by redirection. */
export function standardInput(): CaptureSource {
  const stats = fstatSync(0);
  return {
    name: '-',
    ...(stats.isFile() ? { size: stats.size } : {}),
    blocks: () => (stats.isFile() ? fileBlocks(0) : pipeBlocks(process.stdin)),
  };
}

function blocksOf(path: string, stats: Stats | undefined): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  if (stats === undefined) throw new CaptureError('There is no such file: check the path');
  if (stats.isDirectory()) {
    throw new CaptureError('It is a directory, not a capture: pass the files in it, for example with *.pcap*');
  }
  if (!stats.isFile()) return pipeBlocks(createReadStream(path, { highWaterMark: BLOCK_OCTETS }));
  return fileBlocks(openSync(path, 'r'));
}

function* fileBlocks(file: number): Generator<Uint8Array> {
  try {
    for (;;) {
      const block = Buffer.allocUnsafeSlow(BLOCK_OCTETS);
      const length = readSync(file, block, 0, BLOCK_OCTETS, null);
      if (length === 0) return;
      yield length === BLOCK_OCTETS ? block : block.subarray(0, length);
    }
  } finally {
    if (file !== 0) closeSync(file);
  }
}

async function* pipeBlocks(pipe: NodeJS.ReadableStream): AsyncGenerator<Uint8Array> {
  for await (const chunk of pipe) yield chunk as Uint8Array;
}
