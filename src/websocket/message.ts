/**
 * A message (RFC 6455 5.4) as whoever reads messages gets it: subprotocols and message previews. A view that is refilled:
 * whoever keeps the bytes copies them.
 */
import type { Arrival, Span } from '../stream/arrival.js';
import type { Side } from '../stream/side.js';

/** Bytes of a message that consumers get: enough for any message a subprotocol steers by; data may be longer. */
export const MESSAGE_KEEP_BYTES = 65536;

export interface Message {
  /** OPCODE.text or OPCODE.binary. */
  opcode: number;
  /** Unmasked and inflated, the first MESSAGE_KEEP_BYTES at most; empty where it could not be read. */
  bytes: Uint8Array;
  /** `bytes` is the message and nothing of it is missing. */
  whole: boolean;
  /** Length of the payload in bytes, inflated where it was compressed and could be read. */
  length: number;
  /** Payload on the wire, in bytes. */
  wireBytes: number;
  compressed: boolean;
  /** False for a compressed message that was not inflated: its context is lost, unknown, or the data is corrupt. */
  readable: boolean;
  /** First octet of its first frame to last octet of its last. */
  span: Span;
}

export interface MessageConsumer {
  /** Wants no more messages: payloads need not be kept for it. */
  readonly done?: boolean;
  /** Called when the last fragment has come. `arrival` is that of its last byte. */
  message(side: Side, message: Message, arrival: Arrival): void;
}
