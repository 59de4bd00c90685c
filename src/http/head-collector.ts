/**
 * Bytes of one direction → the text of one head, in whatever pieces it comes (RFC 9112 2.1). Leading empty lines are
 * skipped; the head ends with the first empty line, after CRLF or a bare LF. Holds at most MAX_HEAD_BYTES.
 * Each byte is looked at once; a head that lies in one piece is not copied.
 */
import type { Arrival, Span } from '../stream/arrival.js';
import { copyArrival } from '../stream/arrival.js';
import type { Side } from '../stream/side.js';
import { isTokenByte } from './looks-like-http.js';

/**
 * Servers refuse heads above 8 to 80 KiB (nginx 32, Node 16, Envoy 60); those that are refused are of interest too. A
 * connection holds no more than this of a head that never ends.
 */
export const MAX_HEAD_BYTES = 256 * 1024;

/** More than the longest registered method (17 characters); what has no space by then is no request line. */
const MAX_METHOD_BYTES = 32;

const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const VERSION_PREFIX = [0x48, 0x54, 0x54, 0x50, 0x2f]; // "HTTP/"

const STATUS_SEEN = /^HTTP\/\d\.\d \d{3} /;

export class HeadCollector {
  private buffer = new Uint8Array(0);
  private held = 0;
  private blankLine = false;
  private text: string | undefined;
  private first: Arrival | undefined;
  private last: Arrival | undefined;
  private offset = 0;
  private wholeLength = 0;
  /** The first line has ended. */
  startLineWhole = false;

  constructor(private readonly side: Side) {}

  /** A head began and has not ended. */
  get begun(): boolean {
    return this.first !== undefined;
  }

  get full(): boolean {
    return this.held >= MAX_HEAD_BYTES;
  }

  /** What is there of a head that has not ended: a view that the next read may move. */
  get bytes(): Uint8Array {
    return this.buffer.subarray(0, this.held);
  }

  /** Packets and place of what was read since the last `reset`. */
  span(): Span {
    const { first, last } = this;
    if (first === undefined || last === undefined) throw new Error('no head has begun');
    return { first, last, offset: this.offset, length: this.text === undefined ? this.held : this.wholeLength };
  }

  /** The text of the head once its last line is there, empty line included. */
  get whole(): string | undefined {
    return this.text;
  }

  /** Takes bytes up to the end of the head or of the chunk; answers with the position after them. */
  read(chunk: Uint8Array, position: number, arrival: Arrival, offset: number): number {
    let start = position;
    if (this.first === undefined) {
      // RFC 9112 2.2: empty lines before a request line are ignored; some servers send one before a response, too.
      while (start < chunk.length && (chunk[start] === CR || chunk[start] === LF)) start++;
      if (start === chunk.length) return start;
      this.first = copyArrival(arrival);
      this.offset = offset + (start - position);
      this.blankLine = false;
    }
    const room = Math.min(chunk.length, start + MAX_HEAD_BYTES - this.held);
    const end = this.findEnd(chunk, start, room);
    this.last = copyArrival(arrival);
    if (this.text !== undefined) return end;
    this.keep(chunk.subarray(start, end));
    return end;
  }

  /** Cannot become a head any more, whatever follows: asked while the first line has not ended. */
  get impossible(): boolean {
    const { buffer, held } = this;
    if (this.side === 'server') return VERSION_PREFIX.some((byte, i) => i < held && buffer[i] !== byte);
    for (let i = 0; i < held; i++) {
      const byte = buffer[i] ?? 0;
      if (byte === SP) return i === 0;
      if (i === MAX_METHOD_BYTES || !isTokenByte(byte)) return true;
    }
    return false;
  }

  /** A response whose first line has not ended tells its status already: snap lengths cut in the reason. */
  get statusWhole(): boolean {
    return this.side === 'server' && STATUS_SEEN.test(latin1(this.buffer, 0, Math.min(this.held, 16)));
  }

  /** The lines that are there completely of a head that will not be read to its end; else the begun first line. */
  cutText(): string {
    const lastLine = this.bytes.lastIndexOf(LF);
    return latin1(this.buffer, 0, lastLine < 0 ? this.held : lastLine + 1);
  }

  reset(): void {
    this.buffer = this.held > 0 ? new Uint8Array(0) : this.buffer;
    this.held = 0;
    this.text = undefined;
    this.first = undefined;
    this.last = undefined;
    this.startLineWhole = false;
  }

  /** The position after the empty line, with `text` set; or `room`. */
  private findEnd(chunk: Uint8Array, start: number, room: number): number {
    let blank = this.blankLine;
    for (let i = start; i < room; i++) {
      const byte = chunk[i];
      if (byte === LF) {
        if (blank) {
          this.finish(chunk, start, i + 1);
          return i + 1;
        }
        blank = true;
        this.startLineWhole = true;
      } else if (byte !== CR) blank = false;
    }
    this.blankLine = blank;
    return room;
  }

  private finish(chunk: Uint8Array, start: number, end: number): void {
    this.wholeLength = this.held + end - start;
    if (this.held === 0) {
      this.text = latin1(chunk, start, end);
      return;
    }
    this.keep(chunk.subarray(start, end));
    this.text = latin1(this.buffer, 0, this.held);
  }

  private keep(piece: Uint8Array): void {
    const needed = this.held + piece.length;
    if (needed > this.buffer.length) {
      const grown = new Uint8Array(Math.max(needed, Math.min(this.buffer.length * 2, MAX_HEAD_BYTES), 512));
      grown.set(this.bytes);
      this.buffer = grown;
    }
    this.buffer.set(piece, this.held);
    this.held = needed;
  }
}

const latin1 = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
