/**
 * One direction of a WebSocket session: bytes in, frames counted, rules of RFC 6455 5 judged, messages put together, lost
 * boundaries searched. Hot: a small frame passes through `frame()` without an object being made; what is rare has its own method.
 */
import type { Arrival } from '../stream/arrival.js';
import type { Ending, Gap } from '../stream/consumer.js';
import type { Side } from '../stream/side.js';
import type { Conversation } from './conversation.js';
import { type Frame, kindOf, OPCODE } from './frame.js';
import { FrameDecoder } from './frame-decoder.js';
import { FrameTally } from './frame-tally.js';
import { headerFaults, isHabit, LONGEST_CONTROL_PAYLOAD, ORDINARY_FIRST, oddness } from './header-faults.js';
import type { MessageConsumer } from './message.js';
import { MessageAssembler } from './message-assembler.js';
import type { MessageInflater } from './message-inflater.js';
import { resemblesFrames } from './resemblance.js';
import { Resynchroniser } from './resynchroniser.js';
import { isAscii, rotateKey, unmask } from './unmask.js';
import type { CompressionFacts } from './websocket-facts.js';

/** Headers in a row that break a rule and lead to nothing: then these are no frames. */
const MOST_ODD_HEADERS = 3;
/** Times a direction may turn out to be no frames before it is left alone. */
const MOST_CORRUPTIONS = 64;
/** Text up to this length is looked at word by word; above, the native check is quicker. */
const SHORT_TEXT_BYTES = 4096;
/** Bytes of corruption shown: the head of an HTTP message, and the beginning of its body. */
const PREVIEW_BYTES = 256;
/** A frame that announces more than this is not believed without further reason. */
const ABSURD_LENGTH = 2 ** 40;

const NO_OCTETS = new Uint8Array(0);

type State =
  /** The capture starts after the stream: the first bytes decide. */
  | 'starting'
  | 'frames'
  /** Boundaries are lost. */
  | 'searching'
  /** Frames cannot be told any more (RFC 6455 5.2: a length nobody can mean). */
  | 'stopped';

export interface DirectionOptions {
  inflater: MessageInflater | undefined;
  /** The extensions in force are known: RSV bits are judged. */
  extensionsKnown: boolean;
  messages: MessageConsumer | undefined;
  midstream: boolean;
}

export class Direction {
  readonly tally = new FrameTally();
  outOfSync = 0;
  unreadableBytes = 0;
  unfinishedFrame: { opcode: number; expected: number; seen: number; arrival: Arrival } | undefined;
  unfinishedMessage = false;

  private state: State;
  private readonly decoder = new FrameDecoder();
  private readonly assembler: MessageAssembler;
  private resynchroniser: Resynchroniser | undefined;
  private readonly masks: boolean;
  private readonly rsv1: boolean;
  /** The payload of the control frame under way; made when the first one comes. */
  private control: Uint8Array | undefined;
  private controlLength = 0;
  private oddHeaders = 0;
  private corruptions = 0;
  private closed = false;

  constructor(
    private readonly side: Side,
    private readonly conversation: Conversation,
    private readonly options: DirectionOptions,
  ) {
    this.masks = side === 'client';
    this.rsv1 = options.inflater !== undefined || !options.extensionsKnown;
    this.assembler = new MessageAssembler(side, options.inflater, options.messages);
    this.assembler.startUnseen = options.midstream;
    this.state = options.midstream ? 'starting' : 'frames';
  }

  bytes(chunk: Uint8Array, arrival: Arrival): void {
    if (this.state === 'starting') this.begin(chunk);
    if (this.state === 'frames') {
      this.decoder.push(chunk, arrival);
      this.drain();
    } else if (this.state === 'searching') {
      this.search(chunk, arrival);
    } else {
      this.unreadableBytes += chunk.length;
    }
  }

  /** As bytes, for those that stand in a block; `view` is of the whole block. */
  range(block: Uint8Array, view: DataView, start: number, end: number, arrival: Arrival): void {
    if (this.state !== 'frames') {
      this.bytes(block.subarray(start, end), arrival);
      return;
    }
    const rest = this.decoder.idle ? this.passPlain(block, view, start, end, arrival) : start;
    if (rest === end) return;
    this.decoder.pushRange(block, view, rest, end, arrival);
    this.drain();
  }

  /**
   * The short way for what nearly all frames are: data, whole, in one piece, not compressed, read by nobody. Counts them
   * where they stand and answers where the first other octet is; that one takes the way through the decoder, which comes
   * to the same result for every frame (test/websocket/twin.test.ts).
   */
  private passPlain(block: Uint8Array, view: DataView, start: number, end: number, arrival: Arrival): number {
    if (this.assembler.underWay || this.closed || this.isRead()) return start;
    const { masks, side, tally } = this;
    const { sink } = this.conversation;
    let position = start;
    while (position + 2 <= end) {
      const first = block[position]!;
      const second = block[position + 1]!;
      if ((first !== 0x81 && first !== 0x82) || second >= 0x80 !== masks) break;
      let length = second & 0x7f;
      let payload = position + (masks ? 6 : 2);
      if (length >= 126) {
        if (length === 127 || position + 4 > end) break;
        length = view.getUint16(position + 2);
        payload += 2;
        if (length < 126) break;
      }
      const next = payload + length;
      if (next > end) break;
      if (first === 0x81 && !isAscii(view, payload, next, masks ? view.getInt32(payload - 4, true) : 0)) break;
      tally.countPlain(first & 0xf, length, arrival);
      sink.ordinary('ws', first === 0x81 ? 'text' : 'binary', side, arrival.packet, arrival.at, length);
      position = next;
    }
    if (position > start) {
      this.decoder.pass(position - start);
      this.assembler.startUnseen = false;
      this.oddHeaders = 0;
    }
    return position;
  }

  gap(gap: Gap): void {
    const { length, cause, arrival } = gap;
    if (length === 0 && cause !== 'capture-start') return;
    if (this.state === 'starting') this.searchFrom(0);
    if (this.state === 'searching') this.resynchroniser?.gap(length);
    if (this.state !== 'frames') return;
    const survives = this.decoder.survives(gap);
    const data = { bytes: length, cause, outOfSync: !survives };
    this.conversation.sink.event('ws', 'gap', this.side, arrival.packet, arrival.at, data);
    this.decoder.gap(gap);
    this.drain();
  }

  end(_ending: Ending): void {
    if (this.state === 'frames') {
      const unfinished = this.decoder.unfinished();
      if (unfinished !== undefined) {
        this.unfinishedFrame = { ...unfinished, arrival: this.decoder.unfinishedArrival() };
      }
    } else if (this.state === 'searching') {
      this.unreadableBytes += this.resynchroniser?.giveUp() ?? 0;
    }
    this.unfinishedMessage = this.assembler.underWay;
    if (this.assembler.underWay) this.tally.noteSize(this.assembler.wireBytes, this.assembler.first);
    this.state = 'stopped';
    this.assembler.release();
  }

  get compression(): CompressionFacts | undefined {
    return this.options.inflater?.facts();
  }

  get contextLost(): boolean {
    const { inflater } = this.options;
    return inflater !== undefined && (inflater.lost || inflater.overLimit);
  }

  private drain(): void {
    const { decoder } = this;
    for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) this.frame(frame);
    if (decoder.halted !== undefined && this.state === 'frames') this.halt();
  }

  private frame(frame: Frame): void {
    const { opcode } = frame;
    if (frame.opens) {
      const ordinary =
        ORDINARY_FIRST[frame.first] === 1 && frame.masked === this.masks && frame.lengthFault === undefined;
      const fits = opcode < OPCODE.close || frame.length <= LONGEST_CONTROL_PAYLOAD;
      if (ordinary && fits) this.oddHeaders = 0;
      else if (!this.judgeHeader(frame)) return;
    }
    if (opcode >= OPCODE.close) {
      if (opcode <= OPCODE.pong) this.collectControl(frame);
    } else if (opcode <= OPCODE.binary && !this.passes(frame)) {
      this.data(frame);
    }
    if (!frame.complete) return;
    this.tally.count(frame);
    if (opcode > OPCODE.binary) return;
    this.conversation.sink.ordinary('ws', kindOf(opcode), this.side, frame.lastPacket, frame.lastAt, frame.length);
  }

  /** True for what most frames are, done with here: a whole message, plain, in one piece. */
  private passes(frame: Frame): boolean {
    const { first } = frame;
    if (!frame.opens || !frame.complete || (first !== 0x81 && first !== 0x82)) return false;
    if (this.assembler.underWay || this.closed) return false;
    if (this.isRead()) {
      if (!this.assembler.passOn(frame)) return false;
    } else if (first === 0x81) {
      if (frame.length > SHORT_TEXT_BYTES) return false;
      if (!isAscii(frame.view, frame.start, frame.end, frame.key)) return false;
    }
    this.assembler.startUnseen = false;
    this.tally.countWhole(frame);
    return true;
  }

  /** Somebody wants to have the messages. */
  private isRead(): boolean {
    const { messages } = this.options;
    return messages !== undefined && messages.done !== true;
  }

  private data(frame: Frame): void {
    const { assembler } = this;
    if (frame.opens) this.judgeOrder(frame);
    if (!assembler.underWay) {
      if (frame.complete && frame.fin && assembler.startUnseen) {
        this.tally.messages++;
        this.tally.brokenMessages++;
        assembler.startUnseen = false;
      }
      return;
    }
    this.complain(assembler.add(frame), frame);
    if (frame.complete && frame.fin) {
      this.tally.noteSize(assembler.wireBytes, assembler.first);
      this.tally.messages++;
      if (!assembler.whole) this.tally.brokenMessages++;
      this.complain(assembler.finish(frame), frame);
    }
  }

  /** RFC 6455 5.4 and 5.5.1: a message begins where none is under way, and no data follows a Close. */
  private judgeOrder(frame: Frame): void {
    const { assembler, conversation, side } = this;
    if (this.closed) conversation.violation(side, 'data-after-close', frame, kindOf(frame.opcode));
    if (frame.opcode === OPCODE.continuation) {
      if (!assembler.underWay && !assembler.startUnseen) {
        conversation.violation(side, 'continuation-without-start', frame, `${frame.length} bytes`);
      }
      return;
    }
    if (assembler.underWay) conversation.violation(side, 'data-frame-inside-message', frame, kindOf(frame.opcode));
    if (frame.first & 0x40) this.tally.compressedSeen = true;
    assembler.begin(frame);
  }

  private complain(fault: 'invalid-utf8' | 'deflate-corrupt' | undefined, frame: Frame): void {
    if (fault === undefined) return;
    const detail = fault === 'deflate-corrupt' ? (this.options.inflater?.corrupt ?? '') : 'text message';
    this.conversation.violation(this.side, fault, frame, detail);
  }

  private collectControl(frame: Frame): void {
    if (frame.opens) this.controlLength = 0;
    const room = Math.min(frame.end - frame.start, LONGEST_CONTROL_PAYLOAD - this.controlLength);
    // Behind a hole the octets would stand in the wrong place.
    if (room > 0 && frame.missing === 0) {
      const { chunk, view, start } = frame;
      const octets = frame.masked
        ? unmask(view, start, start + room, rotateKey(frame.key, frame.position))
        : chunk.subarray(start, start + room);
      this.control ??= new Uint8Array(LONGEST_CONTROL_PAYLOAD);
      this.control.set(octets, this.controlLength);
      this.controlLength += room;
    }
    if (!frame.complete) return;
    const payload = this.control?.subarray(0, this.controlLength) ?? NO_OCTETS;
    const whole = this.controlLength === frame.length;
    if (frame.opcode === OPCODE.ping) this.conversation.ping(this.side, frame, payload);
    else if (frame.opcode === OPCODE.pong) this.conversation.pong(this.side, frame, payload);
    else this.close(frame, payload, whole);
  }

  private close(frame: Frame, payload: Uint8Array, whole: boolean): void {
    this.conversation.close(this.side, frame, payload, whole);
    this.closed = true;
  }

  /** A header that is not ordinary: rules are broken, or it is none, and then it was given back. */
  private judgeHeader(frame: Frame): boolean {
    const { options, side } = this;
    const faults = headerFaults(frame, side, options.extensionsKnown, options.inflater !== undefined);
    const leads = frame.lengthFault === 'length-high-bit-set' ? undefined : leadsToHeader(frame, this.masks);
    if (leads === undefined && faults.some((fault) => !isHabit(fault, frame.first))) this.oddHeaders++;
    const odd = faults.length + (leads === false ? 1 : 0);
    if (faults.length > 0 && leads !== true && (odd > 1 || this.oddHeaders >= MOST_ODD_HEADERS)) {
      this.decoder.abandon();
      return false;
    }
    for (const { rule, detail } of faults) this.conversation.violation(side, rule, frame, detail);
    return true;
  }

  /** The decoder stands still. */
  private halt(): void {
    const { decoder } = this;
    if (decoder.halted === 'length-high-bit-set') {
      this.state = 'stopped';
      decoder.handOver((chunk) => {
        this.unreadableBytes += chunk.length;
      });
      return;
    }
    this.conversation.lose(this.side);
    this.assembler.lose();
    this.oddHeaders = 0;
    const { halted } = decoder;
    const offset = decoder.position();
    const pieces = piecesOf((to) => decoder.handOver(to));
    if (halted === 'lost') {
      // |== part of a header ==| hole |== …: what stands before the hole is of no use behind it.
      const bytes = pieces.reduce((sum, { chunk }) => sum + chunk.length, 0);
      this.outOfSync++;
      this.unreadableBytes += bytes;
      this.searchFrom(offset + bytes);
      return;
    }
    this.corrupt(pieces, halted === 'http');
    if (this.state === 'stopped') return;
    this.searchFrom(offset);
    for (const { chunk, arrival } of pieces) this.bytes(chunk, arrival);
  }

  private corrupt(pieces: readonly Piece[], http: boolean): void {
    const arrival = pieces[0]!.arrival;
    const preview = new Uint8Array(Buffer.concat(pieces.map(({ chunk }) => chunk.subarray(0, PREVIEW_BYTES))));
    this.conversation.corrupt({ from: this.side, arrival, preview: preview.slice(0, PREVIEW_BYTES), http });
    if (++this.corruptions < MOST_CORRUPTIONS) return;
    this.state = 'stopped';
    for (const { chunk } of pieces) this.unreadableBytes += chunk.length;
  }

  private begin(chunk: Uint8Array): void {
    if (resemblesFrames(chunk, this.masks) === true) this.state = 'frames';
    else this.searchFrom(0);
  }

  private searchFrom(offset: number): void {
    this.resynchroniser ??= new Resynchroniser(this.masks, this.rsv1);
    this.resynchroniser.start(offset);
    this.state = 'searching';
  }

  private search(chunk: Uint8Array, arrival: Arrival): void {
    const { resynchroniser } = this;
    if (resynchroniser?.push(chunk, arrival) !== true) return;
    let offset = 0;
    const pieces = piecesOf((to) => {
      offset = resynchroniser.handOver(to);
    });
    this.unreadableBytes += resynchroniser.skipped;
    const data = { skippedBytes: resynchroniser.skipped };
    this.conversation.sink.event('ws', 'resynchronised', this.side, arrival.packet, arrival.at, data);
    this.decoder.restart(offset);
    this.state = 'frames';
    for (const piece of pieces) this.bytes(piece.chunk, piece.arrival);
  }
}

interface Piece {
  chunk: Uint8Array;
  arrival: Arrival;
}

/** Everything somebody hands over: taken whole before any of it goes back to where it came from. */
function piecesOf(handOver: (to: (chunk: Uint8Array, arrival: Arrival) => void) => void): Piece[] {
  const pieces: Piece[] = [];
  handOver((chunk, arrival) => void pieces.push({ chunk, arrival }));
  return pieces;
}

/** Whether a frame ends where a segment ends or an ordinary header may begin; undefined where that cannot be told. */
function leadsToHeader(frame: Frame, masks: boolean): boolean | undefined {
  const { chunk, end, limit } = frame;
  if (!frame.complete) return frame.length > ABSURD_LENGTH ? false : undefined;
  if (end === limit) return true;
  if (end + 1 === limit) return undefined;
  const odd = oddness(chunk[end]!, chunk[end + 1]!, masks);
  return odd === 0 ? true : odd === 1 ? undefined : false;
}
