/**
 * What the messages of one session tell of the subprotocol they belong to: its handshake, its goodbye, its errors, the
 * heart-beats it promised and sent, and how long its requests took. The subprotocol layer fills this in; sessions and
 * rules only read it. Texts are from the capture, hence hostile, and cut to a bound.
 */
import type { Nanos } from '../capture/packet.js';
import type { Arrival } from '../stream/arrival.js';
import type { PerSide, Side } from '../stream/side.js';
import type { RttPoint } from '../tcp/series-recorder.js';

export interface SubprotocolFacts {
  /** As in the report and as the layer of its timeline events: `stomp`, `mqtt`, `socket.io`, … */
  name: string;
  /** As its own specification counts versions; null while unknown. */
  version: string | null;
  /** By Sec-WebSocket-Protocol of the response, or by what the first messages look like. */
  recognised: 'negotiated' | 'resembles';
  /** The name of which the other side allows one session at a time: the client identifier of MQTT. */
  identity: string | undefined;
  /** Undefined for subprotocols without a handshake of their own. */
  handshake: SubprotocolHandshake | undefined;
  /** The subprotocol's own way to end a session, when it was seen. */
  goodbye: Goodbye | undefined;
  /** At most 16 kept, the first fatal one always. */
  errors: SubprotocolError[];
  errorCount: number;
  /** What broke a rule over which the receiver must end the connection, or does not take the message; the latest 16. */
  breaches: Breach[];
  heartbeats: PerSide<HeartbeatFacts>;
  /** What each side last asked of the other, of the kinds that may be refused without a word: STOMP and MQTT. */
  lastCommand: PerSide<Command | undefined>;
  /** Time between requests and their answers, by who asked. */
  latency: PerSide<LatencyFacts>;
  /** Messages that were not whole or could not be understood. Never held against their sender. */
  unread: number;
  /** What else is worth telling, by name: for the report. */
  detail: Record<string, string | number | boolean>;
}

export interface SubprotocolHandshake {
  /** In the subprotocol's own words, in order; at most 12 kept. */
  steps: { step: string; from: Side; arrival: Arrival }[];
  /** The first message of it. */
  asked: Arrival | undefined;
  /** The message that accepts. */
  answered: Arrival | undefined;
  /** The message that refuses. */
  refused: Arrival | undefined;
}

export interface Goodbye {
  /** DISCONNECT, GOODBYE, connection_terminate, … */
  event: string;
  from: Side;
  arrival: Arrival;
  /** The answer that was asked for: undefined while it has not come. */
  confirmed: Arrival | undefined;
  /** An answer was asked for, so that without one this is no goodbye yet. */
  awaitsAnswer: boolean;
}

export interface SubprotocolError {
  /** ERROR, CONNACK, CONNECT_ERROR, phx_error, … */
  event: string;
  from: Side;
  arrival: Arrival;
  code: string | null;
  text: string;
  /** What it is about: a topic, a namespace, a destination; empty for the whole session. */
  subject: string;
  inHandshake: boolean;
  /** The subprotocol's session is over, not just one request. */
  fatal: boolean;
  /** Other parts of the session go on as before: namespaces that it is not about. */
  leavesOthers: boolean;
  /** Tried again later, and then it worked. */
  recovered: boolean;
  /** The last message of the other side before it. */
  peerLast: Arrival | undefined;
  /** The request that it answers, where that was seen. */
  asked: Arrival | undefined;
}

export interface Command {
  /** SUBSCRIBE, PUBLISH, SEND, … */
  event: string;
  /** Its topic or destination, or what it acknowledges. */
  subject: string;
  arrival: Arrival;
  isAnswered: boolean;
  /** As many of the same kind and subject went before it in this session. */
  before: number;
}

export interface Breach {
  /** Names the rule, in words of the subprotocol: `publish-wildcard`, … */
  rule: string;
  from: Side;
  arrival: Arrival;
  /** The topic, or whatever it is that is wrong. */
  subject: string;
}

/** The heart-beats of one side: what the other side may expect of it, and what it sent. */
export interface HeartbeatFacts {
  /** What it promised or was told: a sign of life at least this often; 0 for none. */
  interval: Nanos;
  /** The silence after which the other side may give up, where the subprotocol says so; 0 where it does not. */
  patience: Nanos;
  /** Where these were agreed on; undefined where nothing was. */
  promised: Arrival | undefined;
  /** Heart-beats and answers to heart-beats. */
  count: number;
  last: Arrival | undefined;
  /** A heart-beat of this side that asks for an answer and has not got one. */
  unanswered: Arrival | undefined;
  /** From a heart-beat of this side to its answer over time, where no other waited that the answer may be of. */
  roundTrips: RttPoint[];
  /** The heart-beat that came last in relation to when its timer began to run, and what that was. */
  latest: { since: Arrival; beat: Arrival } | undefined;
  /** The last message of this side, of whatever kind. */
  lastMessage: Arrival | undefined;
  /** The longest time between two messages of this side, counted from when the interval was agreed. */
  longestSilence: Nanos;
  /** The shortest time between two heart-beats of this side; 0 before the second. */
  shortestPeriod: Nanos;
}

export interface LatencyFacts {
  /** Requests that were answered; the figures are over the first 512. */
  count: number;
  min: Nanos;
  median: Nanos;
  p95: Nanos;
  max: Nanos;
}

/** A goodbye that was confirmed, or for which no confirmation was asked. */
export const hasSaidGoodbye = (facts: SubprotocolFacts | undefined): boolean =>
  facts?.goodbye !== undefined && (!facts.goodbye.awaitsAnswer || facts.goodbye.confirmed !== undefined);
