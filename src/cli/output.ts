/**
 * Writes a report piece by piece to a stream that may be slow or gone. Waits when the reader is slow, so that a large
 * report is never held in memory; stops without a word when the reader went away (`wscope … | head`).
 */
import type { Writable } from 'node:stream';

/** Small pieces are joined to this many characters: one system call each would be slow. */
const PIECE = 64 * 1024;

export const writeAll = async (pieces: Iterable<string>, stream: Writable): Promise<void> => {
  let failure: NodeJS.ErrnoException | undefined;
  const onError = (error: NodeJS.ErrnoException) => {
    failure = error;
  };
  stream.on('error', onError);
  try {
    let waiting: string[] = [];
    let length = 0;
    for (const piece of pieces) {
      waiting.push(piece);
      length += piece.length;
      if (length < PIECE) continue;
      await write(stream, waiting.join(''));
      if (failure !== undefined) break;
      waiting = [];
      length = 0;
    }
    if (failure === undefined && length > 0) await write(stream, waiting.join(''));
    if (failure !== undefined && !READER_GONE.has(failure.code ?? '')) throw failure;
  } finally {
    // An EPIPE may come late, after the last piece.
    stream.on('error', ignore);
    stream.off('error', onError);
  }
};

/** Resolves when the piece was taken or never will be; the error is told by the stream's event. */
const write = (stream: Writable, text: string): Promise<void> =>
  new Promise((resolve) => {
    stream.write(text, () => resolve());
  });

const ignore = (): void => {};

const READER_GONE: ReadonlySet<string> = new Set(['EPIPE', 'ERR_STREAM_DESTROYED', 'ECONNRESET']);
