/**
 * Keeps the messages of a session as they were said, for those who ask to read them: the beginning of each, to a limit of
 * the session and one of the whole capture. Hands every message on to the consumer behind it (the subprotocol). What it
 * keeps are copies: the views it is given are refilled.
 */
import type { Arrival } from '../stream/arrival.js';
import type { Side } from '../stream/side.js';
import type { Message, MessageConsumer } from './message.js';

/** Bytes of a message that are kept: what a reader looks at. */
export const RECORDED_BYTES_EACH = 4096;
/** A session; more is for a program that reads the capture itself. */
export const RECORDED_MESSAGES = 10_000;
/** Of all sessions together, so that a capture of a day does not fill the memory. */
export const RECORDED_BYTES_TOTAL = 64 * 2 ** 20;
/** What a record costs besides its bytes, roughly. */
const RECORD_BYTES = 200;

export interface RecordedMessage {
  from: Side;
  opcode: number;
  /** The beginning, RECORDED_BYTES_EACH at most; empty where it could not be read. */
  bytes: Uint8Array;
  /** Of the whole message, inflated. */
  length: number;
  /** All of it was captured and could be read; `bytes` may still be its beginning only. */
  whole: boolean;
  readable: boolean;
  /** Of its first octet. */
  first: Arrival;
}

/** What sessions may still keep; shared by all of a capture. */
export interface RecordingBudget {
  bytes: number;
}

export class MessageRecorder implements MessageConsumer {
  readonly messages: RecordedMessage[] = [];
  omitted = 0;

  constructor(
    private readonly next: MessageConsumer,
    private readonly budget: RecordingBudget,
  ) {}

  get done(): boolean {
    return this.isFull && this.next.done === true;
  }

  message(side: Side, message: Message, arrival: Arrival): void {
    if (this.next.done !== true) this.next.message(side, message, arrival);
    if (this.isFull) {
      this.omitted++;
      return;
    }
    const { opcode, length, whole, readable, span } = message;
    const bytes = message.bytes.slice(0, RECORDED_BYTES_EACH);
    this.budget.bytes -= bytes.length + RECORD_BYTES;
    this.messages.push({ from: side, opcode, bytes, length, whole, readable, first: { ...span.first } });
  }

  private get isFull(): boolean {
    return this.messages.length >= RECORDED_MESSAGES || this.budget.bytes <= 0;
  }
}
