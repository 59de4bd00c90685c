/**
 * Handshake messages of one direction (RFC 8446 4) out of handshake records in clear or decrypted: several in a record, or one over
 * many. A message with a hole in it is passed over by its length; a hole over a message's header ends the reading until
 * a record is filled exactly by whole messages again.
 */
import { type Arrival, copyArrival, type Span } from '../stream/arrival.js';
import { HEADER_LENGTH, type TlsRecord } from './record.js';

export const HELLO_REQUEST = 0;
export const CLIENT_HELLO = 1;
export const SERVER_HELLO = 2;
export const NEW_SESSION_TICKET = 4;
export const END_OF_EARLY_DATA = 5;
export const ENCRYPTED_EXTENSIONS = 8;
export const CERTIFICATE = 11;
export const CERTIFICATE_REQUEST = 13;
export const SERVER_HELLO_DONE = 14;
export const CLIENT_KEY_EXCHANGE = 16;
export const FINISHED = 20;
export const CERTIFICATE_STATUS = 22;
export const KEY_UPDATE = 24;

/**
 * Octets. Real messages stay below 64 KiB (a chain with many large certificates); the length field could say 16 MiB.
 */
const MAX_MESSAGE_LENGTH = 256 * 1024;

/** Octets: type and length. */
const MESSAGE_HEADER_LENGTH = 4;

export interface HandshakeMessage {
  type: number;
  /** Without its header; undefined where octets are missing or the limit was passed. */
  body: Uint8Array | undefined;
  /** Why there is no body. */
  unread: 'octets are missing' | 'longer than 262144 octets' | undefined;
  /** Headers of records inside the message count. */
  span: Span;
}

export class HandshakeDecoder {
  private record: TlsRecord | undefined;
  private position = 0;
  private holeIndex = 0;
  /** The order of messages is lost: nothing is read until it is found again. */
  private lost = false;

  private readonly header = new Uint8Array(MESSAGE_HEADER_LENGTH);
  private headerLength = 0;
  private first: Arrival = { packet: 0, at: 0, readyAt: 0 };
  private offset = 0;
  /** Octets of the message's body passed so far, and all of them. */
  private received = 0;
  private length = 0;
  private parts: Uint8Array[] = [];
  private damaged = false;

  /** Messages may be missing before the next record: read on only where it is certain that one begins. */
  lose(): void {
    this.lost = true;
    this.headerLength = 0;
    this.parts = [];
  }

  /** Gives a record with a body; its messages follow by `next()`. False: what it holds cannot be read. */
  push(record: TlsRecord): boolean {
    if (this.lost) {
      if (!holdsWholeMessages(record)) return false;
      this.lost = false;
    }
    this.record = record;
    this.position = 0;
    this.holeIndex = 0;
    return true;
  }

  next(): HandshakeMessage | undefined {
    const { record } = this;
    if (record?.body === undefined) return undefined;
    while (this.position < record.length) {
      const hole = record.holes[this.holeIndex];
      if (hole !== undefined && hole.start === this.position) {
        this.holeIndex++;
        const message = this.passHole(hole.length);
        if (this.lost) break;
        if (message !== undefined) return message;
        continue;
      }
      const message = this.read(record.body, hole?.start ?? record.length);
      if (message !== undefined) return message;
    }
    this.record = undefined;
    return undefined;
  }

  /** Reads up to `end`, the end of the record or the next hole, or to the end of the message. */
  private read(body: Uint8Array, end: number): HandshakeMessage | undefined {
    if (this.headerLength < MESSAGE_HEADER_LENGTH) {
      if (this.headerLength === 0) this.start();
      while (this.headerLength < MESSAGE_HEADER_LENGTH && this.position < end)
        this.header[this.headerLength++] = body[this.position++]!;
      if (this.headerLength < MESSAGE_HEADER_LENGTH) return undefined;
      this.length = this.header[1]! * 0x10000 + this.header[2]! * 0x100 + this.header[3]!;
    }
    const take = Math.min(this.length - this.received, end - this.position);
    if (take > 0 && this.length <= MAX_MESSAGE_LENGTH && !this.damaged)
      this.parts.push(body.subarray(this.position, this.position + take));
    this.position += take;
    this.received += take;
    return this.received === this.length ? this.finish() : undefined;
  }

  private start(): void {
    const record = this.record!;
    this.first = copyArrival(record.first);
    this.offset = record.offset + HEADER_LENGTH + this.position;
    this.received = 0;
    this.parts = [];
    this.damaged = false;
  }

  private passHole(length: number): HandshakeMessage | undefined {
    if (this.headerLength < MESSAGE_HEADER_LENGTH || length > this.length - this.received) {
      this.lose();
      return undefined;
    }
    this.damaged = true;
    this.parts = [];
    this.position += length;
    this.received += length;
    return this.received === this.length ? this.finish() : undefined;
  }

  private finish(): HandshakeMessage {
    const record = this.record!;
    const end = record.offset + HEADER_LENGTH + this.position;
    const unread = this.damaged
      ? 'octets are missing'
      : this.length > MAX_MESSAGE_LENGTH
        ? 'longer than 262144 octets'
        : undefined;
    const message: HandshakeMessage = {
      type: this.header[0]!,
      body: unread === undefined ? join(this.parts) : undefined,
      unread,
      span: { first: this.first, last: copyArrival(record.last), offset: this.offset, length: end - this.offset },
    };
    this.headerLength = 0;
    this.parts = [];
    return message;
  }
}

/** The record is whole, and known messages fill it from its first octet to its last. */
export function holdsWholeMessages(record: TlsRecord): boolean {
  const { body } = record;
  if (body === undefined || record.missing > 0 || body.length === 0) return false;
  let at = 0;
  while (at + MESSAGE_HEADER_LENGTH <= body.length && KNOWN_MESSAGES.has(body[at]!))
    at += MESSAGE_HEADER_LENGTH + body[at + 1]! * 0x10000 + body[at + 2]! * 0x100 + body[at + 3]!;
  return at === body.length;
}

const join = (parts: readonly Uint8Array[]): Uint8Array =>
  parts.length === 1 ? parts[0]! : new Uint8Array(Buffer.concat(parts));

/** The registry "TLS HandshakeType", and NextProtocol (67) and encrypted extensions (203) of older drafts. */
const KNOWN_MESSAGES = new Set([0, 1, 2, 3, 4, 5, 6, 8, 11, 12, 13, 14, 15, 16, 20, 21, 22, 23, 24, 25, 67, 203, 254]);
