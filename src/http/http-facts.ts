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
  span: Span;
}

export interface HttpBody {
  /** Payload bytes seen so far, before content decoding. */
  bytes: number;
  /** The first bytes, transfer and content coding removed, at most BODY_PREVIEW_BYTES. */
  preview: Uint8Array;
  complete: boolean;
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
  /** At most EXCHANGES_KEPT: every one that asked for an upgrade and the latest others. */
  exchanges: HttpExchange[];
  exchangeCount: number;
  /** The exchange that asked for WebSocket last, whatever became of it. */
  upgrade: HttpExchange | undefined;
  /** A head that began and has not ended (yet, or ever): who sent it and what is there, at most 4 KiB. */
  incompleteHead: { side: Side; span: Span; preview: Uint8Array } | undefined;
  /** Bytes where a head had to be that are no HTTP. */
  notHttp: { side: Side; arrival: Arrival; preview: Uint8Array } | undefined;
  /** Bytes were missing inside a head of that side: what follows could not be read. */
  lost: { client: boolean; server: boolean };
  /** The connection was switched to another protocol by a 101 (or a 2xx to CONNECT). */
  switched: 'websocket' | 'other' | undefined;
}
