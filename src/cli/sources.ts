/**
 * What the user named as captures: paths and `-`, as sources. What the operating system says against a file becomes a
 * line for the user about that file alone; the other files are still read.
 */
import { CaptureError } from '../capture/capture-error.js';
import type { CaptureSource } from '../capture/capture-source.js';
import { fileSource, standardInput } from '../capture/read-blocks.js';

export const STANDARD_INPUT = '-';

export const sourceOf = (path: string): CaptureSource => {
  try {
    const source = path === STANDARD_INPUT ? standardInput() : fileSource(path);
    if (path === STANDARD_INPUT) outliveInterrupt();
    return { ...source, blocks: () => openOf(source) };
  } catch (error) {
    return { name: path, blocks: () => fail(error) };
  }
};

/** The path as it was typed, where the base name in the report names only one. */
export const typedName = (name: string, sources: readonly CaptureSource[], paths: readonly string[]): string => {
  const index = sources.findIndex((source) => source.name === name);
  const isOnly = sources.findLastIndex((source) => source.name === name) === index;
  return (isOnly ? paths[index] : undefined) ?? name;
};

export const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && 'code' in error;

/** In the words of the operating system, without its path. */
export const systemMessage = (error: NodeJS.ErrnoException): string => {
  const known = MESSAGES[error.code ?? ''];
  return known ?? error.message.replace(/^[A-Z]+: /, '').replace(/, \w+( '.*')?$/s, '');
};

/**
 * `tcpdump -w - | wscope -` is ended by one Ctrl-C that both get: tcpdump stops, and its end of the pipe is the end of the
 * capture, which is then reported. A second Ctrl-C ends wscope too.
 */
const outliveInterrupt = (): void => {
  process.once('SIGINT', () => {});
};

const openOf = (source: CaptureSource): ReturnType<CaptureSource['blocks']> => {
  try {
    return source.blocks();
  } catch (error) {
    return fail(error);
  }
};

const fail = (error: unknown): never => {
  throw isSystemError(error) ? new CaptureError(systemMessage(error)) : error;
};

const MESSAGES: Readonly<Record<string, string>> = {
  EACCES: 'Reading it is not permitted: check its owner and mode, or run with more rights',
  EPERM: 'Reading it is not permitted: check its owner and mode, or run with more rights',
  ENOTDIR: 'There is no such file: a part of its path is not a directory',
  ENAMETOOLONG: 'There is no such file: the path is too long',
};
