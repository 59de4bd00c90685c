/**
 * WebSocket frames of one direction (RFC 6455 5.2): bytes in, frames or pieces of frames out, with the packets they came
 * in. Nothing but a cut header is ever copied: payloads pass through as views of the chunks, masked as they are. Reports what
 * the bits say; judging them is for direction.ts, finding boundaries again after a hole for resynchroniser.ts.
 */
import type { Arrival } from '../stream/arrival.js';
import { copyArrival } from '../stream/arrival.js';
import type { Gap } from '../stream/consumer.js';
import type { Decoder } from '../stream/decoder.js';
import { beginsHttp } from './foreign-text.js';
import { Frame } from './frame.js';

/** RFC 6455 5.2: two octets, eight of extended length, four of masking key. */
const LONGEST_HEADER = 14;

/** Why a decoder stands still. */
export type Halt =
  /** A hole swallowed the next boundary. */
  | 'lost'
  /** An HTTP message begins where a frame should. */
  | 'http'
  /** `abandon` was called. */
  | 'no-frame'
  /** RFC 6455 5.2: no such length may be. */
  | 'length-high-bit-set';

const NO_OCTETS = new Uint8Array(0);
const NO_VIEW = new DataView(NO_OCTETS.buffer);

/** Frames that no decoder has in hand. */
const SPARE_FRAMES: Frame[] = [];

interface Waiting {
  chunk: Uint8Array;
  arrival: Arrival;
  gap: Gap | undefined;
}

/** Allocates nothing per frame; the frame it answers with is always the same object. */
export class FrameDecoder implements Decoder<Frame> {
  halted: Halt | undefined;
  /** Taken while a frame is under way, then given back: thousands of decoders share a few frames. */
  private inHand: Frame | undefined;
  /** The block at hand: what is not decoded of it stands from `at` up to `limit`. */
  private chunk: Uint8Array = NO_OCTETS;
  private view: DataView = NO_VIEW;
  private at = 0;
  private limit = 0;
  /** The arrival of `chunk`, copied: the one that was pushed is refilled by its owner. */
  private packet = 0;
  private time = 0;
  private readyAt = 0;
  /** Pushed while `chunk` was not yet used up: only when whoever reads is pausing, or a header was given back. */
  private readonly waiting: Waiting[] = [];
  /** The start of a header that its chunk cut. */
  private readonly held = new Uint8Array(LONGEST_HEADER);
  private heldLength = 0;
  /** The header last read stands in `held`, not in front of the payload in `chunk`. */
  private headerHeld = false;
  private inPayload = false;
  /** Bytes of this direction before `held` and `chunk[at]`. */
  private offset = 0;

  push(chunk: Uint8Array, arrival: Arrival): void {
    if (this.at < this.limit || this.waiting.length > 0) {
      this.waiting.push({ chunk, arrival: copyArrival(arrival), gap: undefined });
    } else {
      this.take(chunk, arrival);
    }
  }

  /** As push, for bytes that stand in a block: `chunk[start]` up to `chunk[end - 1]`; `view` is of the whole of `chunk`. */
  pushRange(chunk: Uint8Array, view: DataView, start: number, end: number, arrival: Arrival): void {
    if (this.at < this.limit || this.waiting.length > 0) this.push(chunk.subarray(start, end), arrival);
    else this.stand(chunk, view, start, end, arrival);
  }

  /** Between frames, with nothing in hand. */
  get idle(): boolean {
    return (
      this.at === this.limit &&
      !this.inPayload &&
      this.heldLength === 0 &&
      this.waiting.length === 0 &&
      this.halted === undefined
    );
  }

  /** Whole frames of `length` bytes in all were read by somebody else; only while idle. */
  pass(length: number): void {
    this.offset += length;
  }

  gap(gap: Gap): void {
    this.waiting.push({ chunk: NO_OCTETS, arrival: copyArrival(gap.arrival), gap });
  }

  next(): Frame | undefined {
    while (this.halted === undefined) {
      if (this.at < this.limit) {
        const frame = this.inPayload ? this.continuePayload() : this.readHeader();
        if (frame !== undefined) return frame;
      } else {
        if (this.waiting.length === 0) {
          this.letGo();
          return undefined;
        }
        const following = this.waiting.shift()!;
        if (following.gap === undefined) this.take(following.chunk, following.arrival);
        else if (this.cross(following.gap)) return this.frame;
      }
    }
    return undefined;
  }

  /** True when a gap that comes now would leave the next boundary known: it fits into the payload under way. */
  survives(gap: Gap): boolean {
    return this.inPayload && gap.cause !== 'capture-start' && gap.length <= this.remaining();
  }

  /** The frame under way, undefined between frames. `expected` is 0 while the header itself is incomplete. */
  unfinished(): { opcode: number; expected: number; seen: number } | undefined {
    if (this.inPayload) {
      const { opcode, length, position, start, end, missing } = this.frame;
      return { opcode, expected: length, seen: position + end - start - missing };
    }
    if (this.heldLength === 0) return undefined;
    return { opcode: this.held[0]! & 0xf, expected: 0, seen: this.heldLength };
  }

  /** Where the frame under way began. */
  unfinishedArrival(): Arrival {
    return this.frame.firstArrival();
  }

  /** Gives the frame whose header was just read back, whole: what stood there is no frame. */
  abandon(): void {
    const { frame } = this;
    if (this.headerHeld) {
      this.unread(this.chunk.subarray(frame.start, this.limit), {
        packet: this.packet,
        at: this.time,
        readyAt: this.readyAt,
      });
      this.take(this.held.slice(0, frame.headerLength), frame.firstArrival());
    } else {
      this.at = frame.start - frame.headerLength;
    }
    this.offset = frame.offset;
    this.inPayload = false;
    this.halted = 'no-frame';
  }

  /** Starts again at a boundary, `offset` bytes into the direction. */
  restart(offset: number): void {
    this.halted = undefined;
    this.inPayload = false;
    this.heldLength = 0;
    this.offset = offset;
  }

  /** Bytes of this direction before the first that has not been decoded. */
  position(): number {
    return this.offset;
  }

  handOver(to: (chunk: Uint8Array, arrival: Arrival) => void): void {
    if (this.heldLength > 0) to(this.held.slice(0, this.heldLength), this.frame.firstArrival());
    this.heldLength = 0;
    if (this.at < this.limit) {
      to(this.chunk.subarray(this.at, this.limit), { packet: this.packet, at: this.time, readyAt: this.readyAt });
    }
    this.letGo();
    for (const { chunk, arrival, gap } of this.waiting.splice(0)) if (gap === undefined) to(chunk, arrival);
  }

  private get frame(): Frame {
    this.inHand ??= SPARE_FRAMES.pop() ?? new Frame();
    return this.inHand;
  }

  /** A used-up chunk would pin its whole block for as long as this direction is silent. */
  private letGo(): void {
    this.chunk = NO_OCTETS;
    this.view = NO_VIEW;
    this.at = 0;
    this.limit = 0;
    const frame = this.inHand;
    if (frame === undefined) return;
    frame.chunk = NO_OCTETS;
    frame.view = NO_VIEW;
    if (this.inPayload || this.heldLength > 0) return;
    SPARE_FRAMES.push(frame);
    this.inHand = undefined;
  }

  private take(chunk: Uint8Array, arrival: Arrival): void {
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
    this.stand(chunk, view, 0, chunk.length, arrival);
  }

  private stand(chunk: Uint8Array, view: DataView, start: number, end: number, arrival: Arrival): void {
    this.chunk = chunk;
    this.view = view;
    this.at = start;
    this.limit = end;
    this.packet = arrival.packet;
    this.time = arrival.at;
    this.readyAt = arrival.readyAt;
  }

  private unread(chunk: Uint8Array, arrival: Arrival): void {
    if (chunk.length > 0) this.waiting.unshift({ chunk, arrival, gap: undefined });
  }

  private remaining(): number {
    return this.frame.length - this.frame.position - (this.frame.end - this.frame.start);
  }

  /** A header whose first octet is `chunk[at]` or already held. Undefined when it is not whole, or what stands there is none. */
  private readHeader(): Frame | undefined {
    const { chunk, at } = this;
    if (this.heldLength === 0) {
      this.frame.firstPacket = this.packet;
      this.frame.firstAt = this.time;
      this.frame.firstReadyAt = this.readyAt;
      if (at + 1 < this.limit && !mayBeText(chunk[at]!)) {
        const length = headerLength(chunk[at + 1]!);
        if (at + length <= this.limit) {
          this.at += length;
          this.headerHeld = false;
          return this.open(chunk, at, length);
        }
      }
    }
    return this.readHeldHeader();
  }

  /** The slow way, by way of `held`: headers that chunks cut, and those that may be HTTP instead. */
  private readHeldHeader(): Frame | undefined {
    const { held } = this;
    for (;;) {
      const http = this.heldLength > 0 && mayBeText(held[0]!) ? beginsHttp(held, 0, this.heldLength) : false;
      if (http === true) {
        this.halted = 'http';
        return undefined;
      }
      const wanted = this.heldLength < 2 ? 2 : headerLength(held[1]!);
      if (http === false && this.heldLength >= wanted) return this.openHeld(wanted);
      if (this.at === this.limit) return undefined;
      held[this.heldLength++] = this.chunk[this.at++]!;
    }
  }

  /** Octets held beyond the header, to tell HTTP from frames, go back in front of the chunk. */
  private openHeld(length: number): Frame | undefined {
    if (this.heldLength > length) {
      const arrival = { packet: this.packet, at: this.time, readyAt: this.readyAt };
      this.unread(this.chunk.subarray(this.at, this.limit), arrival);
      this.take(this.held.slice(length, this.heldLength), arrival);
    }
    this.heldLength = 0;
    this.headerHeld = true;
    return this.open(this.held, 0, length);
  }

  private open(octets: Uint8Array, at: number, headerLength: number): Frame | undefined {
    const { frame } = this;
    const first = octets[at]!;
    const second = octets[at + 1]!;
    frame.first = first;
    frame.fin = first >= 0x80;
    frame.opcode = first & 0xf;
    frame.masked = second >= 0x80;
    frame.headerLength = headerLength;
    let length = second & 0x7f;
    frame.lengthFault = undefined;
    if (length === 126) {
      length = (octets[at + 2]! << 8) | octets[at + 3]!;
      if (length < 126) frame.lengthFault = 'length-not-minimal';
    } else if (length === 127) {
      // RFC 6455 5.2: the most significant bit must be 0. Beyond 2^53 the number is rounded: no capture holds so much.
      length = readUint32(octets, at + 2) * 2 ** 32 + readUint32(octets, at + 6);
      if (length <= 0xffff) frame.lengthFault = 'length-not-minimal';
      if (octets[at + 2]! >= 0x80) this.halted = frame.lengthFault = 'length-high-bit-set';
    }
    frame.length = length;
    const keyAt = at + headerLength - 4;
    frame.key = frame.masked
      ? octets[keyAt]! | (octets[keyAt + 1]! << 8) | (octets[keyAt + 2]! << 16) | (octets[keyAt + 3]! << 24)
      : 0;
    frame.offset = this.offset;
    frame.position = 0;
    frame.missing = 0;
    frame.opens = true;
    this.offset += headerLength;
    this.deliver();
    return frame;
  }

  private continuePayload(): Frame {
    const { frame } = this;
    frame.position += frame.end - frame.start;
    frame.opens = false;
    this.deliver();
    return frame;
  }

  /** Points the frame at what the chunk has of its payload. */
  private deliver(): void {
    const { frame, chunk, at } = this;
    const rest = frame.length - frame.position;
    const available = this.halted === undefined ? this.limit - at : 0;
    const end = at + Math.min(rest, available);
    frame.chunk = chunk;
    frame.view = this.view;
    frame.start = at;
    frame.end = end;
    frame.limit = this.limit;
    frame.complete = rest <= available;
    frame.lastPacket = this.packet;
    frame.lastAt = this.time;
    frame.lastReadyAt = this.readyAt;
    this.inPayload = !frame.complete;
    this.offset += end - at;
    this.at = end;
  }

  /** Steps over a hole. True when it gave the frame under way a piece: an empty one, with bytes missing before it. */
  private cross(gap: Gap): boolean {
    const { frame } = this;
    const { length, cause, arrival } = gap;
    if (length === 0 && cause !== 'capture-start') return false;
    const inPayload = this.inPayload;
    const survives = this.survives(gap);
    this.offset += length;
    if (!survives) this.halted = 'lost';
    if (!inPayload) return false;
    frame.position += frame.end - frame.start;
    const missing = Math.min(length, frame.length - frame.position);
    frame.position += missing;
    frame.missing += missing;
    frame.opens = false;
    frame.start = frame.end;
    // |== header, payload ==|== hole that ends with or after the payload ==|
    frame.complete = frame.position === frame.length;
    frame.lastPacket = arrival.packet;
    frame.lastAt = arrival.at;
    frame.lastReadyAt = arrival.readyAt;
    this.inPayload = !frame.complete && survives;
    return true;
  }
}

/** FIN clear and an RSV bit set: no header of RFC 6455, one of RFC 7692 only where it starts a fragmented message, or ASCII. */
const mayBeText = (first: number): boolean => first < 0x80 && first >= 0x10;

/** RFC 6455 5.2: what the second octet says about the length of the header, in bytes. */
function headerLength(second: number): number {
  const length = second & 0x7f;
  return 2 + (length < 126 ? 0 : length === 126 ? 2 : 8) + (second >= 0x80 ? 4 : 0);
}

function readUint32(octets: Uint8Array, at: number): number {
  return octets[at]! * 0x1000000 + ((octets[at + 1]! << 16) | (octets[at + 2]! << 8) | octets[at + 3]!);
}
