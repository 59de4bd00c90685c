/**
 * One session as the rules see it: what happened, nothing of what it means. A session is one TCP connection that asked
 * for WebSocket, spoke it, may have (encrypted), or never got far enough to tell.
 */
import type { Nanos } from '../capture/packet.js';
import type { Http2StreamFacts } from '../http/h2-facts.js';
import type { HttpExchange, HttpFacts } from '../http/http-facts.js';
import type { ProxyFacts } from '../proxy/proxy-facts.js';
import type { Arrival } from '../stream/arrival.js';
import type { Side } from '../stream/side.js';
import type { PolledSession } from '../subprotocol/engine-polling.js';
import type { SubprotocolFacts } from '../subprotocol/subprotocol-facts.js';
import type { TcpSeries } from '../tcp/series-recorder.js';
import type { TcpFacts } from '../tcp/tcp-facts.js';
import type { TlsFacts } from '../tls/tls-facts.js';
import type { MessageRecorder } from '../websocket/message-recorder.js';
import type { HandshakeFacts, WebSocketFacts } from '../websocket/websocket-facts.js';
import type { HealthChecks } from './health-checks.js';
import type { Leg } from './legs.js';
import type { Origin } from './resolution.js';
import type { Timeline } from './timeline.js';

export const STAGES = ['dns', 'tcp', 'proxy', 'tls', 'upgrade', 'subprotocol', 'open', 'close'] as const;
export type StageName = (typeof STAGES)[number];

/** The packets cannot show more than this of a stage; `failed` is decided from findings, never from absence. */
export type StageStatus = 'ok' | 'failed' | 'in-progress' | 'not-seen' | 'hidden';

export interface StageStep {
  /** Name of the step: syn, syn-ack, ack, client-hello, server-hello, certificate, finished, request, response, … */
  step: string;
  arrival: Arrival;
}

export interface StageFacts {
  stage: StageName;
  status: StageStatus;
  /** First packet of the stage; undefined when none was seen. */
  start: Arrival | undefined;
  /** Last packet of the stage, once it is over. */
  end: Arrival | undefined;
  steps: StageStep[];
}

/**
 * What the capture lets us see of a session. A rule that needs a sight which is missing is not applicable.
 *
 * - `tcp-handshake`: SYN and SYN-ACK (or the RST that answers the SYN, or unanswered SYNs)
 * - `both-sides`: packets of both directions
 * - `upgrade`: upgrade request and its response, in clear
 * - `frames`: WebSocket frame headers
 * - `payloads`: frame payloads: neither cut off nor encrypted
 * - `ending`: FIN or RST, or a capture that goes on long enough after the last packet
 * - `no-gaps`: no byte that was acknowledged is missing
 */
export type Sight = 'tcp-handshake' | 'both-sides' | 'upgrade' | 'frames' | 'payloads' | 'ending' | 'no-gaps';

export interface Endpoint {
  address: string;
  port: number;
  /** `ip:port`, IPv6 as `[ip]:port`. */
  text: string;
}

export interface Session {
  /** 1… in the order of first packets; given at the end. */
  id: number;
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** Roles were read from SYN, hello, request or masks; otherwise guessed from the port numbers. */
  readonly rolesGuessed: boolean;
  readonly transport: 'ws' | 'wss' | 'unknown';
  /** Host header, else SNI, else the name that was looked up for it. */
  readonly host: string | null;
  /** Only from a request that was seen. */
  readonly url: string | null;
  /** The lookup that gave the server's address, where it is in the capture. */
  readonly origin: Origin | undefined;
  /** Of a session on HTTP/2: as its stream sees it (stream-tcp.ts). */
  readonly tcp: TcpFacts;
  /** The stream of HTTP/2 that carries it, and the facts of the whole connection's TCP. */
  readonly stream: (Http2StreamFacts & { readonly tcp: TcpFacts }) | undefined;
  readonly tls: TlsFacts | undefined;
  readonly http: HttpFacts | undefined;
  /** Preambles and tunnels of proxies on the way, where they were spoken. */
  readonly proxy: ProxyFacts | undefined;
  /** The exchange that asked for WebSocket last; those before it are in `http.exchanges`. */
  readonly upgrade: HttpExchange | undefined;
  /** `upgrade` judged by RFC 6455. */
  readonly handshake: HandshakeFacts | undefined;
  /** Once frames may flow: after a 101, or from mid-stream. */
  readonly websocket: WebSocketFacts | undefined;
  /** What the messages belong to, where that is known. */
  readonly subprotocol: SubprotocolFacts | undefined;
  /** What was said, where it was asked for. */
  readonly recorded?: Pick<MessageRecorder, 'messages' | 'omitted'> | undefined;
  /** TCP over time, of the whole connection, where it was asked for. */
  readonly series?: TcpSeries | undefined;
  /** First bytes that were neither TLS nor HTTP nor frames, by sender, at most 64 bytes of each. */
  readonly unknownBytes: { client: Uint8Array; server: Uint8Array } | undefined;
  readonly sight: ReadonlySet<Sight>;
  /** Set by session/stages.ts from the facts; a diagnosis may turn one into `failed`. */
  stages: StageFacts[];
  readonly timeline: Timeline;
  /** When the capture that holds the session ends, for judging silence. */
  readonly captureEnd: Nanos;
  readonly captureStart: Nanos;
}

/** What a rule may know about the rest of the capture. */
export interface CaptureView {
  /** Everything seen at one server endpoint (`ip:port`), this session's own connection included. */
  server(endpoint: string): ServerHistory;
  /** All sessions, in order of their first packet. */
  sessions: readonly Session[];
  /** Both connections of what went through a reverse proxy. */
  legs: readonly Leg[];
  /** Those of proxies and load balancers, which are no sessions. */
  checks: readonly HealthChecks[];
  /** Nanoseconds since 1970 at Nanos 0: what a certificate's dates are compared with. */
  readonly epoch: bigint;
}

/** A port answered a SYN. */
export interface Answer {
  readonly client: string;
  readonly synAck: Arrival;
  /** Where the capture was taken, as that connection shows. */
  readonly vantage: Side | 'between' | undefined;
}

/** What is known of one server endpoint from all connections to it, listed or not. */
export interface ServerHistory {
  connections: number;
  /** Connections per client address in which bytes flowed both ways. */
  worked(clientAddress: string): number;
  /** Of these, TLS connections in which application data went both ways. */
  tlsWorked(clientAddress: string): number;
  /** Connections in which the server itself sent a TLS record, HTTP, or WebSocket frames. */
  spokeTls: number;
  spokeHttp: number;
  spokeWebSocket: number;
  /** Connections that were answered as they should be, and began with a PROXY preamble or without one. */
  workedWithPreamble: number;
  workedWithoutPreamble: number;
  /** SNI values (null: none sent) to which this server answered with a ServerHello. */
  sniAccepted: ReadonlySet<string | null>;
  /** The SYN-ACK of that port nearest to a moment, to that client or, without one, to any. */
  answerNear(at: Nanos, clientAddress?: string): Answer | undefined;
  /** When the port sent its last packet of all. */
  lastHeard: Nanos;
  /** What polling requests tell of an Engine.IO session, whichever server of the capture answered them. */
  polled(sid: string): PolledSession | undefined;
}

/** The first packet of its story: of the lookup that it followed, else of the connection. */
export const startOf = ({ origin, tcp, stream }: Session): Arrival =>
  origin?.followed && stream === undefined ? (origin.resolution.lookups[0]?.first ?? tcp.first) : tcp.first;

/** Time of the last sign of life before `until`: payload or frame of either side; undefined without one. */
export const lastActivity = (session: Session): Arrival | undefined => {
  const { client, server } = session.tcp.flows;
  if (client.lastData === undefined) return server.lastData;
  if (server.lastData === undefined) return client.lastData;
  return client.lastData.at > server.lastData.at ? client.lastData : server.lastData;
};

/** Who ended the connection by FIN or RST first, when a side did. */
export const endingSide = (session: Session): Side | undefined =>
  session.tcp.endedBy === 'client' || session.tcp.endedBy === 'server' ? session.tcp.endedBy : undefined;
