/**
 * The header of a TLS record (RFC 8446 5.1): its content types, what a plausible header looks like, and the
 * one other way in which a client may open. Reading records is the work of record-decoder.ts.
 */
import type { Arrival } from '../stream/arrival.js';

export const CHANGE_CIPHER_SPEC = 20;
export const ALERT = 21;
export const HANDSHAKE = 22;
export const APPLICATION_DATA = 23;
/** RFC 6520 */
export const HEARTBEAT = 24;

/** Octets: content type, version, length. */
export const HEADER_LENGTH = 5;

/** RFC 5246 6.2.3: 2^14 octets and at most 2048 that encryption adds. */
export const MAX_RECORD_LENGTH = 2 ** 14 + 2048;

/** One record of one direction. A view: `next()` of the decoder refills it. */
export interface TlsRecord {
  kind: 'record';
  type: number;
  /** legacy_record_version. */
  version: number;
  /** Of the body in octets, as the header says. */
  length: number;
  /** Of the header, in octets since the start of the stream; gaps of unknown length count nothing. */
  offset: number;
  /** Refilled like the record. */
  first: Arrival;
  last: Arrival;
  /** Handshake and alert bodies in clear; zeros where octets are missing. Undefined where nobody wanted to read it. */
  body: Uint8Array | undefined;
  /** Places in the body whose octets are missing, in order. */
  holes: readonly Hole[];
  /** Octets of the body that are missing. */
  missing: number;
}

/** A run of missing octets. */
export interface Hole {
  /** Counted from the start of the body. */
  start: number;
  length: number;
}

/**
 * Whether the `available` octets at `start` may begin a record header: a known content type, SSL 3.0 to TLS 1.3, and a
 * length that a record may have. Fewer than five octets are judged by what they show.
 */
export function plausibleHeader(bytes: Uint8Array, start: number, available: number): boolean {
  if (available < 1) return true;
  const type = bytes[start]!;
  if (type < CHANGE_CIPHER_SPEC || type > HEARTBEAT) return false;
  if (available >= 2 && bytes[start + 1] !== 3) return false;
  if (available >= 3 && bytes[start + 2]! > 4) return false;
  return available < HEADER_LENGTH || bytes[start + 3]! * 0x100 + bytes[start + 4]! <= MAX_RECORD_LENGTH;
}

/**
 * Whether the `available` octets may begin a ClientHello in the format of SSL 2.0 (RFC 5246 E.2), which browsers sent
 * until about 2006: two octets of length with the highest bit set, the type 1, a version.
 */
export function plausibleSslV2Hello(bytes: Uint8Array, start: number, available: number): boolean {
  if (available >= 1 && bytes[start]! < 0x80) return false;
  if (available >= 3 && bytes[start + 2] !== 1) return false;
  if (available < HEADER_LENGTH) return true;
  const length = sslV2Length(bytes, start);
  const version = bytes[start + 3]! * 0x100 + bytes[start + 4]!;
  const known = version === 0x0002 || (version >= 0x0300 && version <= 0x0304);
  return known && length >= SSL_V2_MIN_HELLO && length <= SSL_V2_MAX_HELLO;
}

/** Octets after the two of the length. */
export const sslV2Length = (bytes: Uint8Array, start: number): number =>
  (bytes[start]! & 0x7f) * 0x100 + bytes[start + 1]!;

/** Type, version, three lengths, one cipher and a challenge of 16 octets. */
const SSL_V2_MIN_HELLO = 28;
/** Real ones have fewer than 200 octets; a larger number is taken for something that is not TLS. */
const SSL_V2_MAX_HELLO = 2048;

/** Overwrites an arrival that is kept, without making a new one. */
export function refill(to: Arrival, from: Arrival): void {
  to.packet = from.packet;
  to.at = from.at;
  to.readyAt = from.readyAt;
}
