/**
 * DEFLATE blocks (RFC 1951) to octets, synchronously and with a window that outlives a message, as permessage-deflate
 * with context takeover needs it (RFC 7692 7.2.2). One message of 30 octets costs 20 microseconds through
 * zlib.inflateRawSync with a dictionary (mostly setting up and tearing down a stream); this takes about one. Output comes
 * in views of the window. Knows nothing of frames; message-inflater.ts sets the limits.
 */
import { DISTANCES, FIXED_CODES, LENGTHS, PrefixCode } from './prefix-code.js';

/** RFC 1951 2: how far back a distance may reach. */
const HISTORY_OCTETS = 32768;
/** History and room in front of it: when full, the last 32 KiB move to the start. */
const WINDOW_OCTETS = HISTORY_OCTETS + 8192;
/** The window starts small: most sessions say little, and thousands may be open at once. */
const FIRST_WINDOW_OCTETS = 1024;
/** RFC 1951 3.2.5: the longest copy. */
const LONGEST_COPY = 258;
/** Another octet is read up to here, so that the bit buffer stays a positive small integer. */
const MOST_HELD_BITS = 23;
/** RFC 7692 7.2.2: the empty block that the sender left out. */
const TAIL = [0x00, 0x00, 0xff, 0xff] as const;

export type InflateProblem =
  | 'invalid block type'
  | 'invalid stored block lengths'
  | 'too many length or distance symbols'
  | 'invalid code lengths set'
  | 'invalid bit length repeat'
  | 'invalid literal/lengths set'
  | 'invalid distances set'
  | 'missing end-of-block'
  | 'invalid literal/length code'
  | 'invalid distance code'
  | 'invalid distance too far back'
  | 'unexpected end of data'
  /** More octets came out than the caller allows. */
  | 'over-limit';

export class Inflater {
  private window = new Uint8Array(FIRST_WINDOW_OCTETS);
  /** Octets in the window; the next goes to `window[at]`. */
  private at = 0;
  /** Octets of the window that were given to `emit`. */
  private emitted = 0;
  private produced = 0;
  private limit = 0;
  private emit: (octets: Uint8Array) => void = () => {};

  /** The message refers to octets of earlier ones. */
  usesHistory = false;
  /** It refers to octets that the sender agreed not to use: farther back than its window, or of earlier messages. */
  strays: 'window' | 'history' | undefined;
  /** It strays, and all of it decodes all the same with what is there. */
  explained = false;
  private alone = false;

  private input: Uint8Array = this.window;
  private readAt = 0;
  private inputEnd = 0;
  private hold = 0;
  private held = 0;

  /** `reach`: how many octets back a distance may go. */
  constructor(private readonly reach: number) {}

  /** Forgets all history. */
  reset(): void {
    this.at = 0;
  }

  /** Forgets all history and gives back its memory. */
  release(): void {
    this.at = 0;
    this.window = new Uint8Array(0);
    this.input = this.window;
  }

  /**
   * Inflates one message. `input` has four octets of room behind `length` for the tail. `emit` gets views that are right during
   * the call. The answer says what was wrong; the window is of no use any more then. `alone`: it was agreed that no message
   * refers to earlier ones; whether one does is found out all the same, since that tells whose mistake it is.
   */
  inflate(
    input: Uint8Array,
    length: number,
    limit: number,
    emit: (octets: Uint8Array) => void,
    alone = false,
  ): InflateProblem | undefined {
    input.set(TAIL, length);
    this.input = input;
    this.readAt = 0;
    this.inputEnd = length + TAIL.length;
    this.hold = 0;
    this.held = 0;
    this.emitted = this.at;
    this.produced = 0;
    this.limit = limit;
    this.emit = emit;
    this.alone = alone;
    this.usesHistory = false;
    this.strays = undefined;
    const problem = this.blocks(length);
    this.give();
    this.explained = this.strays !== undefined && problem === undefined;
    return this.strays === undefined ? problem : 'invalid distance too far back';
  }

  private blocks(length: number): InflateProblem | undefined {
    for (;;) {
      const blockAt = this.readAt - (this.held >> 3);
      if (blockAt >= this.inputEnd) return undefined;
      const problem = this.block();
      // Some senders leave the tail in place, or end with BFINAL and without the octet of RFC 7692 7.2.3.4: what then
      // remains of the tail is no whole block, and inflaters in the field do not mind.
      if (problem === 'unexpected end of data' && blockAt >= length - 1) return undefined;
      if (problem !== undefined) return problem;
    }
  }

  /** RFC 1951 3.2.3. A block with BFINAL does not end a message: others follow at the next octet (RFC 7692 7.2.3.4). */
  private block(): InflateProblem | undefined {
    if (!this.need(3)) return 'unexpected end of data';
    const final = this.bits(1) === 1;
    const type = this.bits(2);
    const problem =
      type === 0
        ? this.stored()
        : type === 1
          ? this.codes(FIXED_CODES.lengths, FIXED_CODES.distances)
          : type === 2
            ? this.dynamic()
            : 'invalid block type';
    if (final && problem === undefined) this.align();
    return problem;
  }

  /** RFC 1951 3.2.4. */
  private stored(): InflateProblem | undefined {
    this.align();
    if (!this.need(16)) return 'unexpected end of data';
    const length = this.bits(16);
    if (!this.need(16)) return 'unexpected end of data';
    if (length !== (this.bits(16) ^ 0xffff)) return 'invalid stored block lengths';
    for (let left = length; left > 0; left--) {
      if (!this.need(8)) return 'unexpected end of data';
      if (this.at === this.window.length && !this.room()) return 'over-limit';
      this.window[this.at++] = this.bits(8);
    }
    return undefined;
  }

  /** RFC 1951 3.2.7. */
  private dynamic(): InflateProblem | undefined {
    if (!this.need(14)) return 'unexpected end of data';
    const literals = this.bits(5) + 257;
    const distances = this.bits(5) + 1;
    const count = this.bits(4) + 4;
    if (literals > 286 || distances > 30) return 'too many length or distance symbols';
    lengthsRead.fill(0, 0, 19);
    for (let index = 0; index < count; index++) {
      if (!this.need(3)) return 'unexpected end of data';
      lengthsRead[LENGTH_CODE_ORDER[index]!] = this.bits(3);
    }
    if (!lengthCode.build(lengthsRead, 0, 19) || lengthCode.incomplete) return 'invalid code lengths set';
    const problem = this.codeLengths(literals + distances);
    if (problem !== undefined) return problem;
    if (lengthsRead[256] === 0) return 'missing end-of-block';
    if (!literalCode.build(lengthsRead, 0, literals)) return 'invalid literal/lengths set';
    if (!distanceCode.build(lengthsRead, literals, distances)) return 'invalid distances set';
    return this.codes(literalCode, distanceCode);
  }

  private codeLengths(count: number): InflateProblem | undefined {
    for (let index = 0; index < count; ) {
      const symbol = this.symbol(lengthCode);
      if (symbol < 0) return symbol === -1 ? 'unexpected end of data' : 'invalid code lengths set';
      if (symbol < 16) {
        lengthsRead[index++] = symbol;
        continue;
      }
      if (!this.need(7) && !this.need(symbol === 16 ? 2 : symbol === 17 ? 3 : 7)) return 'unexpected end of data';
      if (symbol === 16 && index === 0) return 'invalid bit length repeat';
      const value = symbol === 16 ? lengthsRead[index - 1]! : 0;
      const times = symbol === 16 ? 3 + this.bits(2) : symbol === 17 ? 3 + this.bits(3) : 11 + this.bits(7);
      if (index + times > count) return 'invalid bit length repeat';
      lengthsRead.fill(value, index, index + times);
      index += times;
    }
    return undefined;
  }

  /** RFC 1951 3.2.5: literals and copies until the end-of-block symbol. */
  private codes(literal: PrefixCode, distance: PrefixCode): InflateProblem | undefined {
    for (;;) {
      const symbol = this.symbol(literal);
      if (symbol < 0) return symbol === -1 ? 'unexpected end of data' : 'invalid literal/length code';
      if (symbol === 256) return undefined;
      if (this.at + LONGEST_COPY > this.window.length && !this.room()) return 'over-limit';
      if (symbol < 256) {
        this.window[this.at++] = symbol;
        continue;
      }
      if (symbol > 285) return 'invalid literal/length code';
      const lengthBits = LENGTHS.extra[symbol - 257]!;
      if (!this.need(lengthBits)) return 'unexpected end of data';
      const length = LENGTHS.base[symbol - 257]! + this.bits(lengthBits);
      const place = this.symbol(distance);
      if (place < 0) return place === -1 ? 'unexpected end of data' : 'invalid distance code';
      if (place > 29) return 'invalid distance code';
      const distanceBits = DISTANCES.extra[place]!;
      if (!this.need(distanceBits)) return 'unexpected end of data';
      const back = DISTANCES.base[place]! + this.bits(distanceBits);
      if (back > this.at) return 'invalid distance too far back';
      if (back > this.produced + this.at - this.emitted) {
        this.usesHistory = true;
        if (this.alone) this.strays ??= 'history';
      }
      if (back > this.reach) this.strays ??= 'window';
      this.copy(length, back);
    }
  }

  private copy(length: number, back: number): void {
    const { window } = this;
    let to = this.at;
    for (const end = to + length; to < end; to++) window[to] = window[to - back]!;
    this.at = to;
  }

  /** Makes room in the window for at least the longest copy; false when the limit is reached. */
  private room(): boolean {
    if (this.produced + this.at - this.emitted > this.limit) return false;
    if (this.window.length < WINDOW_OCTETS) {
      const larger = new Uint8Array(Math.min(Math.max(FIRST_WINDOW_OCTETS, this.window.length * 2), WINDOW_OCTETS));
      larger.set(this.window.subarray(0, this.at));
      this.window = larger;
      return true;
    }
    this.give();
    this.window.copyWithin(0, this.at - HISTORY_OCTETS, this.at);
    this.at = HISTORY_OCTETS;
    this.emitted = HISTORY_OCTETS;
    return true;
  }

  private give(): void {
    if (this.at === this.emitted) return;
    this.produced += this.at - this.emitted;
    // What a receiver that keeps to the agreement would not get is not handed on.
    if (this.strays === undefined) this.emit(this.window.subarray(this.emitted, this.at));
    this.emitted = this.at;
  }

  /** The next symbol of a code: -1 when the data ends, -2 when no symbol has these bits. */
  private symbol(code: PrefixCode): number {
    this.fill();
    const found = code.find(this.hold);
    const length = found & 0xf;
    if (length === 0) return this.held >= 15 ? -2 : -1;
    if (length > this.held) return -1;
    this.hold >>>= length;
    this.held -= length;
    return found >> 4;
  }

  private fill(): void {
    while (this.held <= MOST_HELD_BITS && this.readAt < this.inputEnd) {
      this.hold |= this.input[this.readAt++]! << this.held;
      this.held += 8;
    }
  }

  private need(count: number): boolean {
    if (this.held < count) this.fill();
    return this.held >= count;
  }

  private bits(count: number): number {
    const value = this.hold & ((1 << count) - 1);
    this.hold >>>= count;
    this.held -= count;
    return value;
  }

  private align(): void {
    this.bits(this.held & 7);
  }
}

/** RFC 1951 3.2.7: the order in which the lengths of the code length code are written. */
const LENGTH_CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] as const;

// A block is decoded in one go, so all directions share the codes of the block under way.
const lengthsRead = new Uint8Array(320);
const lengthCode = new PrefixCode(7);
const literalCode = new PrefixCode(10);
const distanceCode = new PrefixCode(8);
