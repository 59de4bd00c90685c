/**
 * What one direction amounts to, in plain numbers: frames by opcode, messages and their sizes, first and last frame. Counted once a
 * frame, so nothing is allocated; objects are made when the facts are read (websocket-layer.ts).
 */
import type { Nanos } from '../capture/packet.js';
import { type Arrival, copyArrival } from '../stream/arrival.js';
import { NumberRows } from '../stream/number-rows.js';
import { type Frame, kindOf, OPCODE } from './frame.js';
import type { BurstFacts, FrameKind, MessageFacts } from './websocket-facts.js';

// Columns of a row (number-rows.ts); those below 16 count frames by opcode.
const PAYLOAD_BYTES = 16;
const MESSAGES = 17;
const LAST_PACKET = 18;
const LAST_AT = 19;
const LAST_READY_AT = 20;
const LAST_DATA_PACKET = 21;
const LAST_DATA_AT = 22;
const LAST_DATA_READY_AT = 23;
// The run of messages under way: its first frame, the silence before it, the messages until then, the bytes since.
const RUN_PACKET = 24;
const RUN_AT = 25;
const RUN_READY_AT = 26;
const RUN_SILENCE = 27;
const RUN_MESSAGES = 28;
const RUN_BYTES = 29;
const ROWS = new NumberRows(32);

/** Messages follow each other in a run while they come closer than this: frames that a program writes in one go do. */
const RUN_PAUSE: Nanos = 100e6;
/** A run is a burst after a silence like this, */
const BURST_SILENCE: Nanos = 1e9;
/** of so many messages, */
const BURST_MESSAGES = 20;
/** in no more time than this: what goes on for longer is a stream. */
const BURST_SPAN: Nanos = 2e9;
/** Of each side, those of most bytes. */
const BURSTS_KEPT = 8;

export class FrameTally {
  brokenMessages = 0;
  /** A data message with RSV1 began. */
  compressedSeen = false;
  firstFrame: Arrival | undefined;
  private readonly row = ROWS.take();
  private largestBytes = -1;
  private largest: Arrival | undefined;
  private bursts: BurstFacts[] | undefined;

  constructor() {
    ROWS.values[this.row + LAST_DATA_PACKET] = -1;
  }

  get payloadBytes(): number {
    return ROWS.values[this.row + PAYLOAD_BYTES]!;
  }

  get messages(): number {
    return ROWS.values[this.row + MESSAGES]!;
  }
  set messages(count: number) {
    ROWS.values[this.row + MESSAGES] = count;
  }

  /** A complete frame. */
  count(frame: Frame): void {
    const { row } = this;
    const { values } = ROWS;
    const { opcode } = frame;
    if (opcode <= OPCODE.binary && frame.lastAt - values[row + LAST_DATA_AT]! >= RUN_PAUSE) {
      this.startRun(frame.lastPacket, frame.lastAt, frame.lastReadyAt, this.messages - (frame.fin ? 1 : 0));
    }
    values[row + opcode]!++;
    values[row + PAYLOAD_BYTES]! += frame.length;
    this.firstFrame ??= frame.firstArrival();
    values[row + LAST_PACKET] = frame.lastPacket;
    values[row + LAST_AT] = frame.lastAt;
    values[row + LAST_READY_AT] = frame.lastReadyAt;
    if (opcode > OPCODE.binary) return;
    values[row + RUN_BYTES]! += frame.length;
    values[row + LAST_DATA_PACKET] = frame.lastPacket;
    values[row + LAST_DATA_AT] = frame.lastAt;
    values[row + LAST_DATA_READY_AT] = frame.lastReadyAt;
  }

  /** A message that is one frame, which came in one packet. */
  countPlain(opcode: number, length: number, arrival: Arrival): void {
    const { row } = this;
    const { values } = ROWS;
    if (arrival.at - values[row + LAST_DATA_AT]! >= RUN_PAUSE) {
      this.startRun(arrival.packet, arrival.at, arrival.readyAt, this.messages);
    }
    values[row + opcode]!++;
    values[row + PAYLOAD_BYTES]! += length;
    values[row + MESSAGES]!++;
    values[row + RUN_BYTES]! += length;
    values[row + LAST_PACKET] = arrival.packet;
    values[row + LAST_AT] = arrival.at;
    values[row + LAST_READY_AT] = arrival.readyAt;
    values[row + LAST_DATA_PACKET] = arrival.packet;
    values[row + LAST_DATA_AT] = arrival.at;
    values[row + LAST_DATA_READY_AT] = arrival.readyAt;
    this.firstFrame ??= copyArrival(arrival);
    if (length <= this.largestBytes) return;
    this.largestBytes = length;
    this.largest = copyArrival(arrival);
  }

  /** A message that is one frame. */
  countWhole(frame: Frame): void {
    this.messages++;
    if (frame.length <= this.largestBytes) return;
    this.largestBytes = frame.length;
    this.largest = frame.firstArrival();
  }

  /** The size of a message, finished or not, and where its first frame is. */
  noteSize(bytes: number, first: Arrival): void {
    if (bytes <= this.largestBytes) return;
    this.largestBytes = bytes;
    this.largest = first;
  }

  frames(): Record<FrameKind, number> {
    const counts = { text: 0, binary: 0, continuation: 0, ping: 0, pong: 0, close: 0, reserved: 0 };
    for (let opcode = 0; opcode < 16; opcode++) counts[kindOf(opcode)] += ROWS.values[this.row + opcode]!;
    return counts;
  }

  sizes(): MessageFacts {
    return { largestBytes: Math.max(0, this.largestBytes), largest: this.largest };
  }

  /** Bursts in order of time, the run under way included. */
  burstFacts(): BurstFacts[] {
    const run = this.burst();
    return [...(this.bursts ?? []), ...(run === undefined ? [] : [run])].sort((a, b) => a.first.at - b.first.at);
  }

  lastFrame(): Arrival | undefined {
    return this.firstFrame === undefined ? undefined : this.arrival(LAST_PACKET);
  }

  lastData(): Arrival | undefined {
    return ROWS.values[this.row + LAST_DATA_PACKET]! < 0 ? undefined : this.arrival(LAST_DATA_PACKET);
  }

  /** Nothing is read any more. */
  release(): void {
    ROWS.give(this.row);
  }

  /** Data after a pause: what came before it is over. `messages` is the count without this one. */
  private startRun(packet: number, at: Nanos, readyAt: Nanos, messages: number): void {
    const over = this.burst();
    if (over !== undefined) {
      this.bursts ??= [];
      this.bursts.push(over);
      if (this.bursts.length > BURSTS_KEPT) {
        const least = this.bursts.reduce((small, burst) => (burst.bytes < small.bytes ? burst : small), over);
        this.bursts.splice(this.bursts.indexOf(least), 1);
      }
    }
    const { row } = this;
    const { values } = ROWS;
    values[row + RUN_PACKET] = packet;
    values[row + RUN_AT] = at;
    values[row + RUN_READY_AT] = readyAt;
    // Before the first message nobody knows how long there was nothing to say.
    values[row + RUN_SILENCE] = values[row + LAST_DATA_PACKET]! < 0 ? 0 : at - values[row + LAST_DATA_AT]!;
    values[row + RUN_MESSAGES] = messages;
    values[row + RUN_BYTES] = 0;
  }

  /** The run under way, where it is a burst. */
  private burst(): BurstFacts | undefined {
    const { row } = this;
    const { values } = ROWS;
    const silence = values[row + RUN_SILENCE]!;
    const messages = this.messages - values[row + RUN_MESSAGES]!;
    const span = values[row + LAST_DATA_AT]! - values[row + RUN_AT]!;
    if (silence < BURST_SILENCE || messages < BURST_MESSAGES || span > BURST_SPAN) return undefined;
    const bytes = values[row + RUN_BYTES]!;
    return { first: this.arrival(RUN_PACKET), last: this.arrival(LAST_DATA_PACKET), silence, messages, bytes };
  }

  private arrival(column: number): Arrival {
    const at = this.row + column;
    return { packet: ROWS.values[at]!, at: ROWS.values[at + 1]!, readyAt: ROWS.values[at + 2]! };
  }
}
