/**
 * Whether octets are a chain of WebSocket frames, weighed in bits: how unlikely it would be for other octets to look like this.
 * For places where nobody has said that frames stand here: behind a hole (resynchroniser.ts) and in a capture that starts
 * late (resemblance.ts). Stricter than RFC 6455 5.2 on purpose: what is legal but rare counts as no frame.
 */
import { Utf8Validator } from '../bytes/utf8.js';
import { OPCODE } from './frame.js';
import { UNMASK_OCTETS, unmask } from './unmask.js';

/** Evidence from which on a chain is believed: chance of 1 in 16 million, at thousands of places a stream. */
export const CERTAIN_BITS = 24;

/** 9 to 13 of 256 first octets are legal, and one mask bit of two. */
const HEADER_BITS = 6;
/** Zeros and small numbers, as numbers, sound and structures are full of them, look like short frames. */
const COMMON_HEADER_BITS = 2;
const COMMON_LENGTH = 4;
/** What repeats itself repeats whatever it looks like, where the period is short. */
const SHORT_PERIOD = 125;
const REPEATED_HEADER_BITS = 1;
/** The frame ends where the segment ends: its seven-bit length is right. */
export const EDGE_BITS = 7;
/** The same for a length of 16 bits. */
const LONG_EDGE_BITS = 19;
/** A known close code in two octets of payload. */
const CLOSE_CODE_BITS = 12;
const PRIVATE_CODE_BITS = 5;
/** Printable ASCII is 98 of 256 octets: 1.4 bits each, at most this much a frame. */
const MOST_TEXT_BITS = 16;
const MOST_PLAIN_TEXT_BITS = 8;
const TEXT_OCTET_BITS = 1.4;
const CONTROL_OCTET_PENALTY = 6;
/** Messages are cut into smaller frames long before this; headers in nonsense announce far more. */
const PLAUSIBLE_LENGTH = 64 * 1024 * 1024;

/** Bits of evidence that a segment ends at this offset, 0 where none does. */
export type EdgeBits = (offset: number) => number;

export class FrameChain {
  bits: number;
  /** Complete frames walked over. */
  frames = 0;
  /** Where the next header must stand, as an offset of the stream: behind the frame under way, where there is one. */
  next: number;
  /** A header was read and its frame's end not yet reached. */
  private open = false;
  private headerAt = 0;
  private payloadAt = 0;
  private first = 0;
  private key = 0;
  /** The frame before, where there was one. */
  private lastFirst = -1;
  private lastLength = -1;
  private lastKey: number | undefined;
  /** Inside a fragmented message; undefined until a frame has told. */
  private fragmented: boolean | undefined;

  /** A chain whose first header stands at `start`. `rsv1`: compressed messages may occur. */
  constructor(
    readonly start: number,
    private readonly masked: boolean,
    private readonly rsv1: boolean,
    startBits = 0,
  ) {
    this.next = start;
    this.bits = startBits;
  }

  /** The last place a header is known to stand at, or must. */
  get boundary(): number {
    return this.open ? this.headerAt : this.next;
  }

  /** Walks over the octets of the stream from offset `base` on. False when they are no such frames. */
  walk(octets: Uint8Array, base: number, edge: EdgeBits): boolean {
    const end = base + octets.length;
    for (;;) {
      if (this.open) {
        if (this.next > end) return true;
        if (!this.close(octets, base, edge(this.next))) return false;
      }
      const at = this.next - base;
      if (at + 1 >= octets.length) return true;
      if (!this.fits(octets[at]!, octets[at + 1]!)) return false;
      const headerLength = headerLengthAt(octets, at);
      if (at + headerLength > octets.length) return true;
      const length = lengthAt(octets, at);
      if (length < 0 || length > PLAUSIBLE_LENGTH) return false;
      this.open = true;
      this.first = octets[at]!;
      this.headerAt = this.next;
      this.payloadAt = this.next + headerLength;
      this.key = this.masked ? keyBefore(octets, at + headerLength) : 0;
      this.next = this.payloadAt + length;
    }
  }

  /** RFC 6455 5.4: fragments in their order. */
  private fits(first: number, second: number): boolean {
    if (!mayBeHeader(first, second, this.masked, this.rsv1)) return false;
    const opcode = first & 0xf;
    if (opcode >= OPCODE.close || this.fragmented === undefined) return true;
    return this.fragmented === (opcode === OPCODE.continuation);
  }

  /** Weighs the frame whose end has been reached; false when its payload cannot be one. */
  private close(octets: Uint8Array, base: number, edgeBits: number): boolean {
    const length = this.next - this.payloadAt;
    const payloadBits = this.payloadAt < base ? 0 : this.payloadBits(octets, this.payloadAt - base, length);
    if (payloadBits === undefined) return false;
    const repeated = length <= SHORT_PERIOD && this.repeats(length);
    this.bits += headerBits(this.first, length, repeated) + (repeated ? 0 : payloadBits);
    this.bits += edgeBits >= EDGE_BITS && length > 125 ? LONG_EDGE_BITS : edgeBits;
    this.lastFirst = this.first;
    this.lastLength = length;
    this.lastKey = this.key;
    this.frames++;
    this.open = false;
    if ((this.first & 0xf) < OPCODE.close) this.fragmented = this.first < 0x80;
    return true;
  }

  /** Nobody masks two frames with the same key; frames that are not masked are alike in kind and length. */
  private repeats(length: number): boolean {
    return this.masked ? this.key === this.lastKey : this.first === this.lastFirst && length === this.lastLength;
  }

  /** Evidence in a payload; undefined when it cannot be one. */
  private payloadBits(octets: Uint8Array, at: number, length: number): number | undefined {
    const opcode = this.first & 0xf;
    if (length === 0) return 0;
    // The judgement of a long payload rests on its beginning.
    const judged = Math.min(length, UNMASK_OCTETS);
    if (opcode !== OPCODE.close && (opcode !== OPCODE.text || this.first & 0x40)) return 0;
    const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
    const plain = unmask(view, at, at + judged, this.key);
    if (opcode === OPCODE.close) return closeBits(plain);
    const whole = judged === length && this.first >= 0x80;
    // Behind a hole in unmasked text everything is text: that says little about headers.
    const most = this.masked ? MOST_TEXT_BITS : MOST_PLAIN_TEXT_BITS;
    return textBits(plain, whole, most);
  }
}

function headerBits(first: number, length: number, repeated: boolean): number {
  if (length === 0) return 0;
  if (repeated) return REPEATED_HEADER_BITS;
  return first <= 0x80 || length < COMMON_LENGTH ? COMMON_HEADER_BITS : HEADER_BITS;
}

/** RFC 6455 5.2 and 5.5: opcode, RSV bits and mask bit of a header that may be met, by its first two octets. */
export function mayBeHeader(first: number, second: number, masked: boolean, rsv1: boolean): boolean {
  const opcode = first & 0xf;
  if (second >= 0x80 !== masked) return false;
  if (opcode > OPCODE.binary && (opcode < OPCODE.close || opcode > OPCODE.pong)) return false;
  const rsv = first & 0x70;
  if (rsv !== 0 && !(rsv === 0x40 && rsv1 && (opcode === OPCODE.text || opcode === OPCODE.binary))) return false;
  if (opcode >= OPCODE.close) return first >= 0x80 && (second & 0x7f) <= 125;
  return first >= 0x80 || (second & 0x7f) > 0;
}

function closeBits(payload: Uint8Array): number | undefined {
  if (payload.length < 2) return undefined;
  const code = (payload[0]! << 8) | payload[1]!;
  if (code >= 3000 && code < 5000) return PRIVATE_CODE_BITS;
  const known = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
  return known ? CLOSE_CODE_BITS : undefined;
}

function textBits(payload: Uint8Array, ends: boolean, most: number): number | undefined {
  const utf8 = new Utf8Validator();
  if (!utf8.push(payload) || (ends && !utf8.end())) return undefined;
  let bits = 0;
  for (let at = 0; at < payload.length && at < 64; at++) {
    const octet = payload[at]!;
    if (octet >= 0x20 || octet === 0x0a || octet === 0x0d || octet === 0x09) bits += TEXT_OCTET_BITS;
    else bits -= CONTROL_OCTET_PENALTY;
  }
  return Math.max(-HEADER_BITS, Math.min(most, bits));
}

function headerLengthAt(octets: Uint8Array, at: number): number {
  const second = octets[at + 1]!;
  const length = second & 0x7f;
  return 2 + (length < 126 ? 0 : length === 126 ? 2 : 8) + (second >= 0x80 ? 4 : 0);
}

/** Payload length, -1 where it is not minimal or absurd. The header is whole. */
function lengthAt(octets: Uint8Array, at: number): number {
  const length = octets[at + 1]! & 0x7f;
  if (length < 126) return length;
  if (length === 126) {
    const long = (octets[at + 2]! << 8) | octets[at + 3]!;
    return long >= 126 ? long : -1;
  }
  if (octets[at + 2]! | octets[at + 3]! | octets[at + 4]! | octets[at + 5]!) return -1;
  const long = octets[at + 6]! * 0x1000000 + ((octets[at + 7]! << 16) | (octets[at + 8]! << 8) | octets[at + 9]!);
  return long > 0xffff ? long : -1;
}

function keyBefore(octets: Uint8Array, start: number): number {
  return octets[start - 4]! | (octets[start - 3]! << 8) | (octets[start - 2]! << 16) | (octets[start - 1]! << 24);
}
