/**
 * What WebSocket tells of one session: the opening handshake judged, frames and messages counted, pings paired, rules
 * broken, the closing handshake (RFC 6455, RFC 7692). The WebSocket layer fills this in; sessions and rules only read it.
 */
import type { Nanos } from '../capture/packet.js';
import type { Arrival, Span } from '../stream/arrival.js';
import type { PerSide, Side } from '../stream/side.js';
import type { RttPoint } from '../tcp/series-recorder.js';

/** Something wrong with the opening handshake; `detail` quotes what was sent where that helps. */
export interface HandshakeProblem {
  code:
    | 'method-not-get'
    | 'http-version-old'
    | 'host-missing'
    | 'host-repeated'
    | 'target-invalid'
    | 'upgrade-missing'
    | 'connection-upgrade-missing'
    | 'key-missing'
    | 'key-invalid'
    | 'key-repeated'
    | 'version-missing'
    | 'version-unsupported'
    | 'version-repeated'
    | 'subprotocol-invalid'
    | 'response-http-version-old'
    | 'response-upgrade-missing'
    | 'response-connection-missing'
    | 'accept-missing'
    | 'accept-mismatch'
    | 'accept-repeated'
    | 'subprotocol-not-offered'
    | 'subprotocol-missing'
    | 'subprotocol-several'
    | 'extension-malformed'
    | 'extension-not-offered'
    | 'extension-repeated'
    | 'extension-parameter-invalid';
  side: Side;
  detail: string;
}

/** permessage-deflate as agreed in the response (RFC 7692 7.1). */
export interface DeflateParameters {
  serverNoContextTakeover: boolean;
  clientNoContextTakeover: boolean;
  serverMaxWindowBits: number;
  clientMaxWindowBits: number;
}

export interface HandshakeFacts {
  /** The request asked for WebSocket: Upgrade: websocket, or a Sec-WebSocket-Key (then something was stripped). */
  asked: boolean;
  /** The Sec-WebSocket-Key as sent. */
  key: string | undefined;
  subprotocolsOffered: string[];
  subprotocol: string | null;
  extensionsOffered: string[];
  extensions: string[];
  deflate: DeflateParameters | undefined;
  /** Null when request or response were not seen or the response is no 101. */
  acceptValid: boolean | null;
  acceptExpected: string | undefined;
  problems: HandshakeProblem[];
}

export type FrameKind = 'text' | 'binary' | 'continuation' | 'ping' | 'pong' | 'close' | 'reserved';

/** Rules of RFC 6455 and RFC 7692 that a capture can show broken; names as in docs/json.md. */
export type ViolationRule =
  | 'client-frame-unmasked'
  | 'server-frame-masked'
  | 'reserved-opcode'
  | 'rsv-without-extension'
  | 'control-frame-fragmented'
  | 'control-frame-too-long'
  | 'continuation-without-start'
  | 'data-frame-inside-message'
  | 'length-not-minimal'
  | 'length-high-bit-set'
  | 'invalid-utf8'
  | 'close-payload-of-one-byte'
  | 'invalid-close-code'
  | 'data-after-close'
  | 'deflate-corrupt';

export interface Violation {
  rule: ViolationRule;
  from: Side;
  span: Span;
  /** What was found: an opcode, a length, a code; for deflate-corrupt zlib's own word. */
  detail: string;
}

export interface CloseFrame {
  from: Side;
  /** 1005 when the body is empty; never 1006. -1 when the body is one byte. */
  code: number;
  /** As sent, invalid UTF-8 replaced. */
  reason: string;
  span: Span;
}

/** A ping and what became of it. */
export interface Ping {
  sent: Arrival;
  /** Its Pong, or the Pong of a later ping (RFC 6455 5.5.3), that came only after the pinger had left and answers nobody any more. */
  latePong: Arrival | undefined;
}

export interface PingFacts {
  count: number;
  answered: number;
  /** Neither answered nor unanswered: their pongs may stand where frames of the other side were lost. */
  unseen: number;
  /** Not answered before their sender closed or ended, at most 64 kept: oldest first. */
  unanswered: Ping[];
  /** Time from ping to its own pong, in ns, where no other ping waits with the same payload; at most 512 kept. */
  rtts: Nanos[];
  /** The same over time and of all of them, by when the pong was there. */
  roundTrips: RttPoint[];
  /**
   * Pongs that fit several pings of one payload, all of which had waited: how long the newest of them had, and the oldest;
   * the first 64. Which pong is whose is not known then, so these are no round trips.
   */
  sharedWaits: RttPoint[];
  /** The longest a ping of this sender waited for its pong, or that of a later one, and got it. */
  longestWait: Nanos;
  first: Arrival | undefined;
  last: Arrival | undefined;
  /** Smallest and largest time between two pings of this sender, 0 with fewer than two. */
  minInterval: Nanos;
  maxInterval: Nanos;
}

/** Many messages of one side in a short time after a silence of its own. */
export interface BurstFacts {
  /** Its first and its last data frame. */
  first: Arrival;
  last: Arrival;
  /** Before the first one. */
  silence: Nanos;
  messages: number;
  /** Payload on the wire. */
  bytes: number;
}

export interface MessageFacts {
  /** Largest message or unfinished message, in payload bytes on the wire, and its first frame. */
  largestBytes: number;
  largest: Arrival | undefined;
}

/** The first bytes that are no frame although one should begin there. */
export interface Corruption {
  from: Side;
  arrival: Arrival;
  /** The first 256 bytes at most. */
  preview: Uint8Array;
  /** They are the beginning of an HTTP message. */
  http: boolean;
}

/** What permessage-deflate did to the messages of one side (RFC 7692 7), as far as they could be inflated. */
export interface CompressionFacts {
  messages: number;
  wireBytes: number;
  inflatedBytes: number;
  /** Messages that refer to octets of earlier ones: a receiver without the context cannot read these. */
  historyUses: number;
  lastUsesHistory: boolean;
  /**
   * Why the message that is corrupt is so: it decodes with the history that its sender agreed not to use
   * (RFC 7692 7.1.1), or with a larger window than agreed (RFC 7692 7.1.2).
   */
  fault: 'kept-context' | 'larger-window' | undefined;
}

export interface WebSocketFacts {
  /** Complete frames by kind. */
  frames: PerSide<Record<FrameKind, number>>;
  /** Messages whose last fragment came, including those with bytes missing. */
  messages: PerSide<number>;
  /** Of those, the ones with bytes missing or without their start: their text is not judged. */
  brokenMessages: PerSide<number>;
  messageSizes: PerSide<MessageFacts>;
  /** Payload of complete frames of every kind, on the wire, before decompression. */
  payloadBytes: PerSide<number>;
  /** At most 9 of each side, those of most bytes; whether they did any harm is not said. */
  bursts: PerSide<BurstFacts[]>;
  compressed: boolean;
  pings: PerSide<PingFacts>;
  /** At most 100 kept, of each rule and side at most 20, in order. */
  violations: Violation[];
  violationCount: number;
  /** The first Close of each side. */
  closes: PerSide<CloseFrame | undefined>;
  /** Whichever came first. */
  firstClose: CloseFrame | undefined;
  /** The other side had ended its stream before it: by a FIN without a Close, unless that was missed. */
  closedBehindEnd: boolean;
  /** First and last frame of any kind, and last data frame. */
  firstFrame: PerSide<Arrival | undefined>;
  lastFrame: PerSide<Arrival | undefined>;
  /** The last ones when the first side ended by FIN or RST; undefined before that. */
  lastFrameBeforeEnd: PerSide<Arrival | undefined> | undefined;
  lastData: PerSide<Arrival | undefined>;
  /** The last data frame of the other side when the first Close was sent. */
  heardBeforeClose: Arrival | undefined;
  /** A frame whose bytes had not all come when the stream ended: bytes expected (0 inside a header) and seen. */
  unfinishedFrame: PerSide<{ opcode: number; expected: number; seen: number; arrival: Arrival } | undefined>;
  /** A fragmented message whose last fragment never came. */
  unfinishedMessage: PerSide<boolean>;
  /** Times frame boundaries were lost in a hole, and bytes skipped until they were found again. */
  outOfSync: PerSide<number>;
  unreadableBytes: PerSide<number>;
  /** Bytes that are no frame inside an open session: HTTP text of a second writer, a desynchronised peer. */
  corrupted: Corruption | undefined;
  /** How often that happened, both sides together. */
  corruptionCount: number;
  /** The compression context of a side was lost (a gap or a limit): its compressed messages could not be read. */
  contextLost: PerSide<boolean>;
  /** Of each side's messages under permessage-deflate; undefined where it was not agreed. */
  compression: PerSide<CompressionFacts | undefined>;
  /** The session was found without its opening handshake, by the shape of its frames. */
  midstream: boolean;
}
