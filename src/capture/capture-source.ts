/** Where the bytes of a capture come from: a file, a pipe, memory. Whoever has bytes can be a source. */

export interface CaptureSource {
  /** Shown in reports: the base name of a file. */
  name: string;
  /** In bytes, where it is known before reading; for progress only. */
  size?: number;
  /**
   * The bytes, once, in blocks of any length. A block is not changed after it was given. Throws CaptureError where there
   * is nothing to read. A plain Iterable is read without waiting in between.
   */
  blocks(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** A capture that is in memory already. */
export const memorySource = (name: string, bytes: Uint8Array): CaptureSource => ({
  name,
  size: bytes.length,
  blocks: () => [bytes],
});
