/**
 * What is kept of a body: how many bytes, and its first few KiB, content coding removed when somebody reads them
 * (RFC 9110 8.4). Everything after the preview is only counted.
 */
import { brotliDecompressSync, constants, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { bodyCodings } from './body-framing.js';
import type { Header, HttpBody } from './http-facts.js';

/** Enough for the error page of a proxy or the greeting of a framework; kept twice at most, as sent and decoded. */
export const BODY_PREVIEW_BYTES = 4096;

/**
 * zlib gives nothing at all past its limit, so the limit is well above the preview: 64 times, what a page of blanks
 * reaches. Beyond it less input is tried.
 */
const MAX_INFLATED_BYTES = 64 * BODY_PREVIEW_BYTES;

/** More codings one after the other are nobody's intention. */
const MAX_CODINGS = 3;

const EMPTY = new Uint8Array(0);

export class BodyRecorder implements HttpBody {
  bytes = 0;
  missing = 0;
  complete = false;
  private raw: Uint8Array = EMPTY;
  /** Nothing more goes into the preview: it is full, or a hole follows it. */
  private closed = false;
  private decoded: { preview: Uint8Array; encoded: boolean; from: number } | undefined;

  /** `headers` of its message, which name the codings. */
  constructor(private readonly headers: readonly Header[]) {}

  /** From here on bytes need only be counted. */
  get full(): boolean {
    return this.closed;
  }

  add(chunk: Uint8Array, from: number, to: number): void {
    this.bytes += to - from;
    if (this.closed) return;
    const room = BODY_PREVIEW_BYTES - this.raw.length;
    const piece = chunk.subarray(from, Math.min(to, from + room));
    // Both copy, into Node's pool of small buffers: there is one such piece for every message of busy traffic.
    this.raw = this.raw.length === 0 ? Buffer.from(piece) : Buffer.concat([this.raw, piece]);
    this.closed = this.raw.length >= BODY_PREVIEW_BYTES;
  }

  skip(length: number): void {
    this.bytes += length;
  }

  addMissing(length: number): void {
    this.missing += length;
    this.closed = true;
  }

  get preview(): Uint8Array {
    return this.decode().preview;
  }

  get encoded(): boolean {
    return this.decode().encoded;
  }

  private decode(): { preview: Uint8Array; encoded: boolean } {
    if (this.decoded?.from !== this.raw.length) {
      const preview = this.raw.length === 0 ? EMPTY : removeCodings(this.raw, bodyCodings(this.headers));
      const encoded = preview === undefined;
      this.decoded = {
        preview: Uint8Array.from((preview ?? this.raw).subarray(0, BODY_PREVIEW_BYTES)),
        encoded,
        from: this.raw.length,
      };
    }
    return this.decoded;
  }
}

function removeCodings(raw: Uint8Array, codings: readonly string[]): Uint8Array | undefined {
  if (codings.length > MAX_CODINGS) return undefined;
  let bytes: Uint8Array | undefined = raw;
  for (let i = codings.length - 1; i >= 0 && bytes !== undefined; i--) bytes = removeCoding(bytes, codings[i] ?? '');
  return bytes;
}

function removeCoding(bytes: Uint8Array, coding: string): Uint8Array | undefined {
  // RFC 9110 8.4.1.2: "deflate" is the zlib format, but some servers send the raw one.
  for (const decode of DECODERS.get(coding) ?? []) {
    for (let length = bytes.length; length > 0; length >>= 1) {
      try {
        const decoded = decode(bytes.subarray(0, length));
        if (decoded.length > 0) return decoded;
        break;
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')) break;
      }
    }
  }
  return undefined;
}

type Decode = (bytes: Uint8Array) => Uint8Array;

// A flush instead of an end: the preview is only the beginning of the body.
const ZLIB = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MAX_INFLATED_BYTES };
const BROTLI = { finishFlush: constants.BROTLI_OPERATION_FLUSH, maxOutputLength: MAX_INFLATED_BYTES };

const gunzip: Decode = (bytes) => gunzipSync(bytes, ZLIB);
const DECODERS = new Map<string, readonly Decode[]>([
  ['gzip', [gunzip]],
  ['x-gzip', [gunzip]],
  ['deflate', [(bytes) => inflateSync(bytes, ZLIB), (bytes) => inflateRawSync(bytes, ZLIB)]],
  ['br', [(bytes) => brotliDecompressSync(bytes, BROTLI)]],
]);
