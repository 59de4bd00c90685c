/**
 * A file that a command writes: whole or not at all. It is written beside its place and moved there at the end, and never
 * over one of the captures it was made of.
 */
import { closeSync, openSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { complain } from './complain.js';
import { isSystemError, systemMessage } from './sources.js';

/** False when it could not be written; the reason has been printed. */
export const writeOutputFile = (
  path: string,
  pieces: Iterable<string | Uint8Array>,
  captures: readonly string[],
): boolean => {
  const place = realPath(path);
  if (place !== undefined && captures.some((capture) => realPath(capture) === place)) {
    complain(`${path}: it is the capture itself, which is never overwritten`);
    return false;
  }
  // A device takes what it is given.
  const isPlain = place === undefined || statSync(place).isFile();
  const target = place ?? path;
  const draft = isPlain ? `${target}.${process.pid}.part` : target;
  try {
    const file = openSync(draft, isPlain ? 'wx' : 'w');
    try {
      for (const piece of pieces) writeFileSync(file, piece);
    } finally {
      closeSync(file);
    }
    if (isPlain) renameSync(draft, target);
    return true;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (isPlain) rmSync(draft, { force: true });
    complain(`${path}: It cannot be written: ${systemMessage(error)}`);
    return false;
  }
};

/** Undefined for a file that does not exist. */
const realPath = (path: string): string | undefined => {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
};
