/**
 * What one direction amounts to, in plain numbers: frames by opcode, messages and their sizes, first and last frame. Counted once a
 * frame, so nothing is allocated; objects are made when the facts are read (websocket-layer.ts).
 */
import type { Arrival } from '../stream/arrival.js';
import { type Frame, kindOf, OPCODE } from './frame.js';
import type { FrameKind, MessageFacts } from './websocket-facts.js';

export class FrameTally {
  payloadBytes = 0;
  messages = 0;
  brokenMessages = 0;
  /** A data message with RSV1 began. */
  compressedSeen = false;
  firstFrame: Arrival | undefined;
  private readonly byOpcode = new Float64Array(16);
  private largestBytes = -1;
  private largest: Arrival | undefined;
  private lastPacket = 0;
  private lastAt = 0;
  private lastReadyAt = 0;
  private lastDataPacket = -1;
  private lastDataAt = 0;
  private lastDataReadyAt = 0;

  /** A complete frame. */
  count(frame: Frame): void {
    const { opcode } = frame;
    this.byOpcode[opcode]!++;
    this.payloadBytes += frame.length;
    this.firstFrame ??= frame.firstArrival();
    this.lastPacket = frame.lastPacket;
    this.lastAt = frame.lastAt;
    this.lastReadyAt = frame.lastReadyAt;
    if (opcode > OPCODE.binary) return;
    this.lastDataPacket = frame.lastPacket;
    this.lastDataAt = frame.lastAt;
    this.lastDataReadyAt = frame.lastReadyAt;
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
    this.byOpcode.forEach((count, opcode) => {
      counts[kindOf(opcode)] += count;
    });
    return counts;
  }

  sizes(): MessageFacts {
    return { largestBytes: Math.max(0, this.largestBytes), largest: this.largest };
  }

  lastFrame(): Arrival | undefined {
    if (this.firstFrame === undefined) return undefined;
    return { packet: this.lastPacket, at: this.lastAt, readyAt: this.lastReadyAt };
  }

  lastData(): Arrival | undefined {
    if (this.lastDataPacket < 0) return undefined;
    return { packet: this.lastDataPacket, at: this.lastDataAt, readyAt: this.lastDataReadyAt };
  }
}
