/**
 * One WebSocket frame (RFC 6455 5.2) as a view that its decoder refills, or one piece of a frame whose payload comes in
 * several chunks. Says what the bits say; whether they are allowed here is for direction.ts.
 */
import type { Arrival, Span } from '../stream/arrival.js';
import type { FrameKind } from './websocket-facts.js';

/** RFC 6455 11.8. */
export const OPCODE = { continuation: 0x0, text: 0x1, binary: 0x2, close: 0x8, ping: 0x9, pong: 0xa } as const;

/** RFC 6455 5.5: control frames have the most significant bit of the opcode set. */
export const isControl = (opcode: number): boolean => (opcode & 0x8) !== 0;

export const isReserved = (opcode: number): boolean => KINDS[opcode] === undefined;

export const kindOf = (opcode: number): FrameKind => KINDS[opcode] ?? 'reserved';

const NO_OCTETS = new Uint8Array(0);
const NO_VIEW = new DataView(NO_OCTETS.buffer);

/** Allocates nothing while frames pass; `span()` and the arrivals make objects and are for what is kept. */
export class Frame {
  /** The first octet of the header: FIN, RSV1-3, opcode. */
  first = 0;
  opcode = 0;
  fin = false;
  masked = false;
  /** Masking key, its first octet in the lowest eight bits; 0 where the frame is not masked. */
  key = 0;
  /** Header length in bytes. */
  headerLength = 0;
  /** Payload length in bytes as the header says. */
  length = 0;
  /** What RFC 6455 5.2 forbids of the way the length is written. */
  lengthFault: 'length-not-minimal' | 'length-high-bit-set' | undefined;

  /** The piece: payload octets `chunk[start]` up to `chunk[end - 1]`, still masked. */
  chunk: Uint8Array = NO_OCTETS;
  /** A view of the whole of `chunk`. */
  view: DataView = NO_VIEW;
  start = 0;
  end = 0;
  /** Up to here the octets behind the piece in `chunk` are of this direction, too; what follows belongs to others. */
  limit = 0;
  /** Payload bytes of this frame before the piece, in the capture or not. */
  position = 0;
  /** This is the first piece: the header has just been read. */
  opens = false;
  /** This is the last piece: the payload ends with it. */
  complete = false;
  /** Payload bytes of this frame that stood in holes. */
  missing = 0;

  /** Bytes of this direction before the header. */
  offset = 0;
  firstPacket = 0;
  firstAt = 0;
  firstReadyAt = 0;
  lastPacket = 0;
  lastAt = 0;
  lastReadyAt = 0;

  firstArrival(): Arrival {
    return { packet: this.firstPacket, at: this.firstAt, readyAt: this.firstReadyAt };
  }

  lastArrival(): Arrival {
    return { packet: this.lastPacket, at: this.lastAt, readyAt: this.lastReadyAt };
  }

  /** From the header to the last byte that has come; its length is that of the whole frame as announced. */
  span(): Span {
    return {
      first: this.firstArrival(),
      last: this.lastArrival(),
      offset: this.offset,
      length: this.headerLength + this.length,
    };
  }
}

const KINDS: readonly (FrameKind | undefined)[] = [
  'continuation',
  'text',
  'binary',
  undefined,
  undefined,
  undefined,
  undefined,
  undefined,
  'close',
  'ping',
  'pong',
];
