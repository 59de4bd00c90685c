/**
 * What one direction amounts to, in plain numbers: frames by opcode, messages and their sizes, first and last frame. Counted once a
 * frame, so nothing is allocated; objects are made when the facts are read (websocket-layer.ts).
 */
import { type Arrival, copyArrival } from '../stream/arrival.js';
import { NumberRows } from '../stream/number-rows.js';
import { type Frame, kindOf, OPCODE } from './frame.js';
import type { FrameKind, MessageFacts } from './websocket-facts.js';

// Columns of a row (number-rows.ts); those below 16 count frames by opcode.
const PAYLOAD_BYTES = 16;
const MESSAGES = 17;
const LAST_PACKET = 18;
const LAST_AT = 19;
const LAST_READY_AT = 20;
const LAST_DATA_PACKET = 21;
const LAST_DATA_AT = 22;
const LAST_DATA_READY_AT = 23;
const ROWS = new NumberRows(24);

export class FrameTally {
  brokenMessages = 0;
  /** A data message with RSV1 began. */
  compressedSeen = false;
  firstFrame: Arrival | undefined;
  private readonly row = ROWS.take();
  private largestBytes = -1;
  private largest: Arrival | undefined;

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
    values[row + opcode]!++;
    values[row + PAYLOAD_BYTES]! += frame.length;
    this.firstFrame ??= frame.firstArrival();
    values[row + LAST_PACKET] = frame.lastPacket;
    values[row + LAST_AT] = frame.lastAt;
    values[row + LAST_READY_AT] = frame.lastReadyAt;
    if (opcode > OPCODE.binary) return;
    values[row + LAST_DATA_PACKET] = frame.lastPacket;
    values[row + LAST_DATA_AT] = frame.lastAt;
    values[row + LAST_DATA_READY_AT] = frame.lastReadyAt;
  }

  /** A message that is one frame, which came in one packet. */
  countPlain(opcode: number, length: number, arrival: Arrival): void {
    const { row } = this;
    const { values } = ROWS;
    values[row + opcode]!++;
    values[row + PAYLOAD_BYTES]! += length;
    values[row + MESSAGES]!++;
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

  private arrival(column: number): Arrival {
    const at = this.row + column;
    return { packet: ROWS.values[at]!, at: ROWS.values[at + 1]!, readyAt: ROWS.values[at + 2]! };
  }
}
