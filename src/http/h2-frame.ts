/** The frame of HTTP/2 (RFC 9113 4.1 and 6): header, types, flags and error codes, and what a header may not look like. */
import type { Span } from '../stream/arrival.js';

export const FRAME_HEADER_BYTES = 9;

export const FRAME = {
  data: 0x0,
  headers: 0x1,
  priority: 0x2,
  rstStream: 0x3,
  settings: 0x4,
  pushPromise: 0x5,
  ping: 0x6,
  goaway: 0x7,
  windowUpdate: 0x8,
  continuation: 0x9,
} as const;

/** SETTINGS and PING call the lowest bit ACK, DATA and HEADERS END_STREAM. */
export const FLAG = { ack: 0x1, endStream: 0x1, endHeaders: 0x4, padded: 0x8, priority: 0x20 } as const;

/** RFC 9113 6.5.2, RFC 8441 3. */
export const SETTING = { initialWindowSize: 0x4, maxFrameSize: 0x5, enableConnectProtocol: 0x8 } as const;

export interface FrameHeader {
  type: number;
  flags: number;
  streamId: number;
  /** Of the payload, in bytes. */
  length: number;
}

/** A whole frame of any type but DATA. */
export interface ControlFrame extends FrameHeader {
  payload: Uint8Array;
  span: Span;
}

export function readFrameHeader(bytes: Uint8Array, at: number): FrameHeader {
  return {
    length: (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!,
    type: bytes[at + 3]!,
    flags: bytes[at + 4]!,
    // RFC 9113 4.1: the reserved bit is ignored.
    streamId: readUint31(bytes, at + 5),
  };
}

export const readUint31 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! & 0x7f) << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;

export const readUint32 = (bytes: Uint8Array, at: number): number =>
  readUint31(bytes, at) + (bytes[at]! >= 0x80 ? 2 ** 31 : 0);

/** No frame that a peer sends looks otherwise (RFC 9113 6.1 to 6.10); types that are not known may be anything. */
export function isPlausible({ type, streamId, length }: FrameHeader): boolean {
  switch (type) {
    case FRAME.data:
    case FRAME.headers:
    case FRAME.continuation:
    case FRAME.pushPromise:
      return streamId !== 0 && length <= LARGEST_SEEN;
    case FRAME.priority:
      return streamId !== 0 && length === 5;
    case FRAME.rstStream:
      return streamId !== 0 && length === 4;
    case FRAME.windowUpdate:
      return length === 4;
    case FRAME.settings:
      return streamId === 0 && length % 6 === 0 && length <= LARGEST_SETTINGS;
    case FRAME.ping:
      return streamId === 0 && length === 8;
    case FRAME.goaway:
      return streamId === 0 && length >= 8 && length <= LARGEST_SEEN;
    default:
      return length <= LARGEST_SEEN;
  }
}

/** SETTINGS_MAX_FRAME_SIZE is 16,384 unless raised; servers and browsers raise it to 1 MiB at most. */
const LARGEST_SEEN = 1 << 20;
const LARGEST_SETTINGS = 6 * 256;

/** RFC 9113 7. */
export const errorName = (code: number): string => ERRORS[code] ?? `unknown (0x${code.toString(16)})`;

const ERRORS = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
];
