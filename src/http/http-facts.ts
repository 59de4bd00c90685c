/**
 * HTTP/1 requests and responses of one connection, as seen (RFC 9112). The HTTP layer fills this in;
 * sessions and rules only read it.
 */
import type { Arrival, Span } from '../stream/arrival.js';
import type { Side } from '../stream/side.js';

export type Header = readonly [name: string, value: string];

export interface HttpHead {
  /** "1.1", "1.0", … as in the start line. */
  httpVersion: string;
  /** In order, names as written, values trimmed. */
  headers: Header[];
  /** Deviations from RFC 9112 that were tolerated, in words: bare LF, obsolete folding, space before a colon, … */
  problems: string[];
  /** Its end was not read (a hole, or a limit): `headers` are those before the cut, others may have followed. */
  cut: boolean;
  span: Span;
}

export interface HttpBody {
  /** Payload bytes seen so far, before content decoding. */
  readonly bytes: number;
  /** Payload bytes that fell into holes of the capture. */
  readonly missing: number;
  /** The first bytes, transfer and content coding removed, at most BODY_PREVIEW_BYTES. Decoded when first read. */
  readonly preview: Uint8Array;
  /** The preview is still in its content coding: one that is unknown, or bytes that do not decode. */
  readonly encoded: boolean;
  readonly complete: boolean;
}

export interface HttpRequest extends HttpHead {
  method: string;
  target: string;
  body: HttpBody;
}

export interface HttpResponse extends HttpHead {
  status: number;
  reason: string;
  body: HttpBody;
}

export interface HttpExchange {
  /** Undefined where the capture lacks it. */
  request: HttpRequest | undefined;
  /** The final response. */
  response: HttpResponse | undefined;
  /** 1xx responses other than 101. */
  interim: HttpResponse[];
}

export interface HttpFacts {
  /** At most EXCHANGES_KEPT: those that asked for an upgrade or a tunnel, and the latest others. */
  exchanges: HttpExchange[];
  exchangeCount: number;
  /** The exchange that asked for WebSocket last, whatever became of it. */
  upgrade: HttpExchange | undefined;
  /** A head that began and has not ended (yet, or ever): who sent it and what is there, at most 4 KiB. */
  incompleteHead: { side: Side; span: Span; preview: Uint8Array } | undefined;
  /** Bytes where a head had to be that are no HTTP. */
  notHttp: { side: Side; arrival: Arrival; preview: Uint8Array } | undefined;
  /** Bytes were missing inside a head of that side: what follows could not be read (until the next start line). */
  lost: { client: boolean; server: boolean };
  /** A head was longer than MAX_HEAD_BYTES, or more than HELD_BYTES waited for a response: bytes were left out. */
  overLimit: { client: boolean; server: boolean };
  /** The connection was switched to another protocol by a 101 (or a 2xx to CONNECT). */
  switched: 'websocket' | 'other' | undefined;
  /** The response that switched was not captured; frames of the right shape after the request say that it did. */
  switchAssumed: boolean;
}
