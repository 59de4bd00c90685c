/**
 * Data frames of one direction to messages (RFC 6455 5.4): fragments joined, permessage-deflate undone (RFC 7692 7.2.2), text
 * checked as it comes (RFC 6455 8.1). Payloads are looked at piece by piece; only a compressed message is collected
 * whole, and the beginning of every message where a consumer wants it.
 */
import { isUtf8 } from 'node:buffer';
import { Utf8Validator } from '../bytes/utf8.js';
import type { Arrival } from '../stream/arrival.js';
import type { Side } from '../stream/side.js';
import { type Frame, OPCODE } from './frame.js';
import { MESSAGE_KEEP_BYTES, type Message, type MessageConsumer } from './message.js';
import { COMPRESSED_OCTETS, type MessageInflater } from './message-inflater.js';
import { OctetBuffer } from './octet-buffer.js';
import { rotateKey, UNMASK_OCTETS, unmask } from './unmask.js';

/** What a finished message showed to be wrong. */
export type MessageFault = 'invalid-utf8' | 'deflate-corrupt';

const NO_OCTETS = new Uint8Array(0);

export class MessageAssembler {
  /** A data message has begun and its last fragment has not come. */
  underWay = false;
  /** Boundaries were lost: until a first fragment is seen, continuations may belong to a message whose start was not. */
  startUnseen = false;
  /** Payload bytes of the message so far, on the wire. */
  wireBytes = 0;
  /** All of its bytes were there so far. */
  whole = true;
  first: Arrival = { packet: 0, at: 0, readyAt: 0 };

  private opcode = 0;
  private compressed = false;
  private offset = 0;
  /** Payload bytes of the complete frames of the message. */
  private framesBytes = 0;
  private corruptReported = false;
  private readonly utf8 = new Utf8Validator();
  private utf8Failed = false;
  private inflatedBytes = 0;
  /** The compressed message, or what the consumer will get of a plain one. */
  private readonly collected = new OctetBuffer();
  private readonly kept = new OctetBuffer();

  constructor(
    private readonly side: Side,
    readonly inflater: MessageInflater | undefined,
    private readonly consumer: MessageConsumer | undefined,
  ) {}

  /** A message that is one plain frame in one piece, handed on without keeping it; false for text that has to be judged. */
  passOn(frame: Frame): boolean {
    const { chunk, view, start, end, key, length } = frame;
    if (length > Math.min(MESSAGE_KEEP_BYTES, UNMASK_OCTETS)) return false;
    const bytes = frame.masked ? unmask(view, start, end, key) : chunk.subarray(start, end);
    if (frame.opcode === OPCODE.text && !isUtf8(bytes)) return false;
    this.consumer?.message(
      this.side,
      {
        opcode: frame.opcode,
        bytes,
        whole: true,
        length,
        wireBytes: length,
        compressed: false,
        readable: true,
        span: frame.span(),
      },
      frame.lastArrival(),
    );
    return true;
  }

  /** The first frame of a message. */
  begin(frame: Frame): void {
    this.underWay = true;
    this.startUnseen = false;
    this.opcode = frame.opcode;
    this.compressed = (frame.first & 0x40) !== 0;
    this.first = frame.firstArrival();
    this.offset = frame.offset;
    this.framesBytes = 0;
    this.wireBytes = 0;
    this.whole = true;
    this.utf8.reset();
    this.utf8Failed = false;
    this.inflatedBytes = 0;
    this.collected.clear();
    this.kept.clear();
  }

  /** A piece of a data frame that belongs to the message. Answers what it showed to be wrong, once a message. */
  add(frame: Frame): MessageFault | undefined {
    if (frame.missing > 0) this.whole = false;
    if (this.whole && this.wanted()) this.read(frame);
    this.wireBytes = this.framesBytes + frame.position + frame.end - frame.start;
    if (frame.complete) this.framesBytes = this.wireBytes;
    if (this.opcode === OPCODE.text && !this.compressed && this.whole && !this.utf8Failed && this.utf8.failedAt >= 0) {
      this.utf8Failed = true;
      return 'invalid-utf8';
    }
    return undefined;
  }

  /** The last fragment is complete. */
  finish(frame: Frame): MessageFault | undefined {
    this.underWay = false;
    let fault: MessageFault | undefined;
    let readable = true;
    if (this.compressed) {
      readable = this.inflate();
      if (this.inflater?.corrupt !== undefined && !this.corruptReported) {
        this.corruptReported = true;
        fault = 'deflate-corrupt';
      }
    }
    const judged = this.opcode === OPCODE.text && this.whole && readable && !this.utf8Failed;
    if (judged && !this.utf8.end()) fault = 'invalid-utf8';
    if (this.isRead()) this.consumer?.message(this.side, this.message(frame, readable), frame.lastArrival());
    this.kept.clear();
    this.collected.clear();
    return fault;
  }

  /** Frame boundaries were lost: whatever was under way cannot be told from what comes. */
  lose(): void {
    this.underWay = false;
    this.startUnseen = true;
    this.whole = false;
    this.collected.clear();
    this.kept.clear();
    this.inflater?.miss();
  }

  /** Nothing follows: gives back the memory. */
  release(): void {
    this.collected.release();
    this.kept.release();
    this.inflater?.release();
  }

  /** Whether anybody needs the payload octets. */
  private wanted(): boolean {
    if (this.compressed) return this.inflater?.readable === true;
    return this.opcode === OPCODE.text ? !this.utf8Failed || this.isRead() : this.isRead();
  }

  private isRead(): boolean {
    return this.consumer !== undefined && this.consumer.done !== true;
  }

  private read(frame: Frame): void {
    const { chunk, view, start, end } = frame;
    for (let at = start; at < end; at += UNMASK_OCTETS) {
      const until = Math.min(end, at + UNMASK_OCTETS);
      const key = rotateKey(frame.key, frame.position + at - start);
      const octets = frame.masked ? unmask(view, at, until, key) : chunk.subarray(at, until);
      if (this.compressed) {
        this.collect(octets);
      } else {
        if (this.opcode === OPCODE.text) this.utf8.push(octets);
        if (this.isRead()) this.kept.append(octets, MESSAGE_KEEP_BYTES);
      }
    }
  }

  private collect(octets: Uint8Array): void {
    if (this.collected.append(octets, COMPRESSED_OCTETS)) return;
    this.whole = false;
    this.inflater?.overrun();
  }

  private inflate(): boolean {
    const { inflater } = this;
    if (inflater === undefined) return false;
    if (!this.whole) {
      inflater.miss();
      return false;
    }
    return inflater.inflate(this.collected.view(), (octets) => {
      this.inflatedBytes += octets.length;
      if (this.opcode === OPCODE.text) this.utf8.push(octets);
      if (this.isRead()) this.kept.append(octets, MESSAGE_KEEP_BYTES);
    });
  }

  private message(frame: Frame, readable: boolean): Message {
    const length = this.compressed && readable ? this.inflatedBytes : this.wireBytes;
    const bytes = readable ? this.kept.view() : NO_OCTETS;
    return {
      opcode: this.opcode,
      bytes,
      whole: this.whole && readable && bytes.length === length,
      length,
      wireBytes: this.wireBytes,
      compressed: this.compressed,
      readable,
      span: {
        first: this.first,
        last: frame.lastArrival(),
        offset: this.offset,
        length: frame.offset + frame.headerLength + frame.length - this.offset,
      },
    };
  }
}
