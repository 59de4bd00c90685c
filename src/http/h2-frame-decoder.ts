/**
 * HTTP/2 frames of one direction (RFC 9113 4.1). DATA comes out in pieces as it came in, without padding; other frames
 * whole. Behind a hole that swallowed a frame header, chunks are passed over until one begins with a frame again.
 */
import { type Arrival, copyArrival } from '../stream/arrival.js';
import type { Gap } from '../stream/consumer.js';
import type { Decoder } from '../stream/decoder.js';
import {
  type ControlFrame,
  FLAG,
  FRAME,
  FRAME_HEADER_BYTES,
  type FrameHeader,
  isPlausible,
  readFrameHeader,
} from './h2-frame.js';
import { HeldInput } from './held-input.js';
import { beginsWithFrame } from './looks-like-h2.js';

/** Of a frame other than DATA. The default maximum is 16,384; a peer that allows more gets no more in one head. */
export const MAX_CONTROL_BYTES = 64 * 1024;

export type H2Item =
  | { kind: 'frame'; frame: ControlFrame }
  /** Payload of a DATA frame, without padding; a view. */
  | { kind: 'data'; streamId: number; chunk: Uint8Array; arrival: Arrival }
  | { kind: 'data-gap'; streamId: number; gap: Gap }
  /** The DATA frame is over; `length` counts for flow control, padding included. */
  | { kind: 'data-end'; streamId: number; length: number; endStream: boolean; arrival: Arrival }
  /** A frame that is longer than MAX_CONTROL_BYTES, or has bytes missing: its content is not known. */
  | { kind: 'skipped'; header: FrameHeader; arrival: Arrival }
  /** Frame boundaries were lost. */
  | { kind: 'lost'; gap: Gap };

/** RFC 9113 3.4: what a client sends first. */
const PREFACE_BYTES = 24;

interface OpenFrame extends FrameHeader {
  first: Arrival;
  offset: number;
  /** Payload bytes that were read, or are missing. */
  done: number;
  /** DATA: of its end; unknown (-1) until the first payload byte was read. */
  padding: number;
  payload: Uint8Array | undefined;
  damaged: boolean;
}

export class H2FrameDecoder implements Decoder<H2Item> {
  private readonly input = new HeldInput();
  private readonly header = new Uint8Array(FRAME_HEADER_BYTES);
  private headerBytes = 0;
  private headerFirst: Arrival | undefined;
  private frame: OpenFrame | undefined;
  private searching: boolean;
  private offset = 0;
  private prefaceLeft: number;
  /** What comes after the piece of DATA that was handed out last. */
  private ended: H2Item | undefined;

  /** `midway`: the first bytes may stand inside a frame. */
  constructor(hasPreface: boolean, midway: boolean) {
    this.prefaceLeft = hasPreface ? PREFACE_BYTES : 0;
    this.searching = midway;
  }

  push(chunk: Uint8Array, arrival: Arrival): void {
    this.input.push(chunk, arrival, false);
  }

  gap(gap: Gap): void {
    this.input.pushGap(gap);
  }

  next(): H2Item | undefined {
    let item = this.takeEnded();
    while (item === undefined && !this.input.empty) {
      item = this.input.chunk === undefined ? this.lose() : this.read(this.input.chunk);
    }
    return item;
  }

  handOver(to: (chunk: Uint8Array, arrival: Arrival) => void): void {
    this.input.handOver(to);
  }

  private read(chunk: Uint8Array): H2Item | undefined {
    const { input } = this;
    if (this.searching) {
      if (!beginsWithFrame(chunk.subarray(input.position))) {
        this.skip(chunk.length - input.position);
        return undefined;
      }
      this.searching = false;
    }
    if (this.prefaceLeft > 0) {
      const length = Math.min(this.prefaceLeft, chunk.length - input.position);
      this.prefaceLeft -= length;
      this.skip(length);
      return undefined;
    }
    if (this.frame === undefined) return this.readHeader(chunk);
    return this.frame.type === FRAME.data ? this.readData(this.frame, chunk) : this.readControl(this.frame, chunk);
  }

  private readHeader(chunk: Uint8Array): H2Item | undefined {
    const { input, header } = this;
    this.headerFirst ??= copyArrival(input.arrival);
    const length = Math.min(FRAME_HEADER_BYTES - this.headerBytes, chunk.length - input.position);
    header.set(chunk.subarray(input.position, input.position + length), this.headerBytes);
    this.headerBytes += length;
    const arrival = copyArrival(input.arrival);
    const rest = chunk.length - input.position - length;
    this.skip(length);
    if (this.headerBytes < FRAME_HEADER_BYTES) return undefined;
    const read = readFrameHeader(header, 0);
    const first = this.headerFirst;
    this.headerBytes = 0;
    this.headerFirst = undefined;
    if (!isPlausible(read)) {
      this.skip(rest);
      return this.loseSync({ length: FRAME_HEADER_BYTES + rest, cause: 'not-captured', arrival });
    }
    const isPadded = read.type === FRAME.data && (read.flags & FLAG.padded) !== 0;
    this.frame = {
      ...read,
      first,
      offset: this.offset - FRAME_HEADER_BYTES,
      done: 0,
      padding: isPadded ? -1 : 0,
      payload: undefined,
      damaged: false,
    };
    return read.length === 0 ? this.finish(this.frame, arrival) : undefined;
  }

  private takeEnded(): H2Item | undefined {
    const { ended } = this;
    this.ended = undefined;
    return ended;
  }

  /** One piece of DATA; its end is an item of its own. */
  private readData(frame: OpenFrame, chunk: Uint8Array): H2Item | undefined {
    const { input } = this;
    const arrival = copyArrival(input.arrival);
    let start = input.position;
    const end = start + Math.min(frame.length - frame.done, chunk.length - start);
    this.skip(end - start);
    if (frame.padding < 0) {
      // RFC 9113 6.1: longer padding than payload is an error; nothing of it is data then.
      frame.padding = Math.min(chunk[start]!, frame.length - 1);
      frame.done++;
      start++;
    }
    const dataEnd = frame.length - frame.padding;
    const piece = chunk.subarray(start, start + Math.max(0, Math.min(end - start, dataEnd - frame.done)));
    frame.done += end - start;
    if (frame.done === frame.length) this.ended = this.finish(frame, arrival);
    if (piece.length > 0) return { kind: 'data', streamId: frame.streamId, chunk: piece, arrival };
    return this.takeEnded();
  }

  private readControl(frame: OpenFrame, chunk: Uint8Array): H2Item | undefined {
    const { input } = this;
    const length = Math.min(frame.length - frame.done, chunk.length - input.position);
    if (frame.length <= MAX_CONTROL_BYTES) {
      frame.payload ??= new Uint8Array(frame.length);
      frame.payload.set(chunk.subarray(input.position, input.position + length), frame.done);
    }
    frame.done += length;
    const arrival = copyArrival(input.arrival);
    this.skip(length);
    return frame.done === frame.length ? this.finish(frame, arrival) : undefined;
  }

  private finish(frame: OpenFrame, arrival: Arrival): H2Item {
    this.frame = undefined;
    const { type, flags, streamId, length } = frame;
    const last = copyArrival(arrival);
    if (type === FRAME.data) {
      const endStream = (flags & FLAG.endStream) !== 0;
      return { kind: 'data-end', streamId, length, endStream, arrival: last };
    }
    const header = { type, flags, streamId, length };
    if (frame.damaged || length > MAX_CONTROL_BYTES) return { kind: 'skipped', header, arrival: last };
    const span = { first: frame.first, last, offset: frame.offset, length: FRAME_HEADER_BYTES + length };
    return { kind: 'frame', frame: { ...header, payload: frame.payload ?? new Uint8Array(0), span } };
  }

  /** The next entry is a hole. Inside a payload it is counted, across a frame header boundaries are gone. */
  private lose(): H2Item | undefined {
    const gap = this.input.takeGap();
    if (gap === undefined) return undefined;
    this.offset += gap.length;
    const { frame } = this;
    const isInside = frame !== undefined && gap.cause !== 'capture-start' && gap.length <= frame.length - frame.done;
    if (this.searching || !isInside) return this.loseSync(gap);
    frame.done += gap.length;
    const isOver = frame.done === frame.length;
    if (frame.type !== FRAME.data) {
      frame.damaged = true;
      return isOver ? this.finish(frame, gap.arrival) : undefined;
    }
    // The octet that tells the padding may be among them; then padding is taken for data.
    frame.padding = Math.max(0, frame.padding);
    if (isOver) this.ended = this.finish(frame, gap.arrival);
    return { kind: 'data-gap', streamId: frame.streamId, gap };
  }

  private loseSync(gap: Gap): H2Item {
    this.frame = undefined;
    this.headerBytes = 0;
    this.headerFirst = undefined;
    this.prefaceLeft = 0;
    this.searching = true;
    return { kind: 'lost', gap: { ...gap, arrival: copyArrival(gap.arrival) } };
  }

  private skip(length: number): void {
    this.offset += length;
    this.input.advance(length);
  }
}
