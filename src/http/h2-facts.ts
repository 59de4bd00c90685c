/**
 * What HTTP/2 tells of one connection, and of each stream on it that asks for WebSocket (RFC 9113, RFC 8441). The HTTP/2
 * layer fills this in; sessions and rules only read it.
 */
import type { Nanos } from '../capture/packet.js';
import type { Arrival, Span } from '../stream/arrival.js';
import type { PerSide, Side } from '../stream/side.js';
import type { HttpExchange } from './http-facts.js';

/** The SETTINGS of one side, all frames so far taken together. */
export interface Http2Settings {
  /** Of its first SETTINGS frame. */
  span: Span;
  /** SETTINGS_ENABLE_CONNECT_PROTOCOL (RFC 8441 3); undefined while it was never named. */
  enableConnectProtocol: number | undefined;
}

export interface Http2Error {
  from: Side;
  code: number;
  /** CANCEL, REFUSED_STREAM, … */
  name: string;
  arrival: Arrival;
}

export interface Http2Goaway extends Http2Error {
  /** Streams with a higher number were not processed (RFC 9113 6.8). */
  lastStreamId: number;
  /** Debug data as text, at most DEBUG_KEPT characters. */
  debug: string;
}

/** How often and how long a sender had used up the window that its peer granted (RFC 9113 5.2). */
export interface WindowStalls {
  count: number;
  longest: Nanos;
  /** When the longest began. */
  longestSince: Arrival | undefined;
  /** The window has been empty since; undefined when it is open. */
  since: Arrival | undefined;
}

export interface Http2Facts {
  settings: PerSide<Http2Settings | undefined>;
  /** GOAWAY of each side: what the last one says, when the first one came. */
  goaways: PerSide<Http2Goaway | undefined>;
  /** Streams that the client opened, and of these the ones that asked for WebSocket. */
  streams: number;
  webSocketStreams: number;
  /** Of the connection's own windows, by sender. */
  stalls: PerSide<WindowStalls>;
  /** The capture starts after the connection did: headers may refer to what was said before. */
  midway: boolean;
  /** Frames of that side were lost, or could not be read. */
  lost: PerSide<boolean>;
  /** Header blocks of that side that could be read only in part, or not at all. */
  cutHeads: PerSide<number>;
  /** A header block was longer than MAX_BLOCK_BYTES, or there were more WebSocket streams than STREAMS_FOLLOWED. */
  overLimit: boolean;
}

/** A stream that asks for WebSocket, or is found to speak it. */
export interface Http2StreamFacts {
  id: number;
  connection: Http2Facts;
  first: Arrival;
  last: Arrival;
  /** Packets that carried something of it. */
  packets: number;
  /** Request and response from their pseudo-header fields; both undefined where the stream was found midway. */
  exchange: HttpExchange;
  /** END_STREAM. */
  ends: PerSide<Arrival | undefined>;
  reset: Http2Error | undefined;
  /** Its first and last DATA frame. */
  firstData: PerSide<Arrival | undefined>;
  lastData: PerSide<Arrival | undefined>;
  /** Of its own windows, by sender. */
  stalls: PerSide<WindowStalls>;
}

export const noStalls = (): WindowStalls => ({
  count: 0,
  longest: 0,
  longestSince: undefined,
  since: undefined,
});

/** The GOAWAY that came first of those about this stream. */
export const firstGoaway = (stream: Http2StreamFacts): Http2Goaway | undefined =>
  [goawayAbout(stream, 'client'), goawayAbout(stream, 'server')]
    .filter((goaway) => goaway !== undefined)
    .sort((a, b) => a.arrival.at - b.arrival.at || a.arrival.packet - b.arrival.packet)[0];

/** A GOAWAY that leaves this stream unprocessed, or that came while it was open. */
export const goawayAbout = ({ id, connection, first }: Http2StreamFacts, from: Side): Http2Goaway | undefined => {
  const goaway = connection.goaways[from];
  if (goaway === undefined) return undefined;
  return goaway.lastStreamId < id || goaway.arrival.at >= first.at ? goaway : undefined;
};
