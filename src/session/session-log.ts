/**
 * One connection while it is followed: its ends, its timeline, and the layers found on it so far. When the connection
 * is over the log becomes a Session (build-session.ts), or a count.
 */
import type { PacketRef } from '../capture/packet.js';
import type { Http2Facts, Http2StreamFacts } from '../http/h2-facts.js';
import type { HttpExchange, HttpFacts } from '../http/http-facts.js';
import { connectTunnel } from '../proxy/http-connect.js';
import type { ProxyFacts, TunnelFacts } from '../proxy/proxy-facts.js';
import type { PerSide } from '../stream/side.js';
import type { SubprotocolFacts } from '../subprotocol/subprotocol-facts.js';
import type { Connection } from '../tcp/connection.js';
import type { TcpSeries } from '../tcp/series-recorder.js';
import type { TcpFacts } from '../tcp/tcp-facts.js';
import type { TlsFacts } from '../tls/tls-facts.js';
import type { MessageRecorder } from '../websocket/message-recorder.js';
import { judgeHandshake } from '../websocket/opening-handshake.js';
import type { HandshakeFacts, WebSocketFacts } from '../websocket/websocket-facts.js';
import type { Endpoint } from './session.js';
import { tcpOfStream } from './stream-tcp.js';
import type { Timeline } from './timeline.js';

/** Whatever holds the facts of a layer. */
export interface Layer<Facts> {
  readonly facts: Facts;
  /** Gives back what is shared with other sessions; facts are not asked for afterwards. */
  release?(): void;
}

/** Preambles, tunnels and TLS inside each other: three are real, more are made to exhaust the stack. */
const MAX_NESTING = 8;

export class SessionLog {
  tls: Layer<TlsFacts> | undefined;
  http: Layer<HttpFacts> | undefined;
  /** Proxies that were spoken to: preambles, and tunnels of CONNECT and SOCKS. */
  proxy: ProxyFacts | undefined;
  websocket: Layer<WebSocketFacts> | undefined;
  subprotocol: Layer<SubprotocolFacts | undefined> | undefined;
  /** Messages that are kept for reading, where they were asked for. */
  recorded: Pick<MessageRecorder, 'messages' | 'omitted'> | undefined;
  /** TCP over time, where it was asked for; known once the connection is over. */
  series: TcpSeries | undefined;
  /** The last exchange that asked for an upgrade, judged; known once the connection is over. */
  handshake: HandshakeFacts | undefined;
  /** First bytes that are neither TLS nor HTTP nor frames. */
  unknownBytes: PerSide<Uint8Array> | undefined;
  http2: Layer<Http2Facts> | undefined;
  /** The stream of HTTP/2 that this log is about; its connection has a log of its own. */
  stream: Http2StreamFacts | undefined;
  /** The logs of its streams that asked for WebSocket. */
  readonly streams: SessionLog[] = [];
  /** The exchange that `handshake` is about, where nothing can be added to it any more. */
  private judged: HttpExchange | undefined;
  private frozen: TcpFacts | undefined;
  private nesting = 0;

  constructor(
    readonly low: Endpoint,
    readonly high: Endpoint,
    readonly firstPacket: PacketRef,
    readonly timeline: Timeline,
    public connection: Connection | undefined,
  ) {}

  get client(): Endpoint {
    return this.clientIsLow ? this.low : this.high;
  }

  get server(): Endpoint {
    return this.clientIsLow ? this.high : this.low;
  }

  /** The facts of TCP; before the end those so far. */
  get tcp(): TcpFacts {
    return this.frozen ?? this.connection!.facts();
  }

  private freezeWith({ tcp, tls, series, lowIsClient, rolesGuessed }: SessionLog): void {
    this.settle();
    if (this.stream !== undefined) this.frozen = tcpOfStream(tcp, this.stream);
    this.connectionTcp = tcp;
    this.series = series;
    this.tls = tls;
    this.lowIsClient = lowIsClient;
    this.rolesGuessed = rolesGuessed;
    this.connection = undefined;
  }

  /** Of a stream's log: the facts of the whole connection. */
  connectionTcp: TcpFacts | undefined;
  private lowIsClient = true;
  rolesGuessed = false;

  private get clientIsLow(): boolean {
    return this.connection === undefined ? this.lowIsClient : this.connection.low.side === 'client';
  }

  /** One more layer of unknown kind inside this connection; false where there are too many to go on. */
  nest(): boolean {
    return ++this.nesting <= MAX_NESTING;
  }

  /** What its proxies tell, to be added to. */
  proxies(): ProxyFacts {
    this.proxy ??= { preambles: [], tunnels: [] };
    return this.proxy;
  }

  /** What looked like a tunnel is none. */
  forgetTunnel(tunnel: TunnelFacts): void {
    if (this.proxy !== undefined) this.proxy.tunnels = this.proxy.tunnels.filter((known) => known !== tunnel);
  }

  /** A CONNECT that did not open a tunnel is no exchange with the server of the session. */
  private settleConnect(): void {
    const facts = this.http?.facts;
    const tunnel = facts === undefined || facts.upgrade !== undefined ? undefined : connectTunnel(facts);
    if (tunnel === undefined) return;
    this.proxies().tunnels.push(tunnel);
    this.http = undefined;
  }

  /** Judges the opening handshake, once for each exchange that has both halves. */
  judge(exchange: HttpExchange): HandshakeFacts {
    if (this.handshake !== undefined && this.judged === exchange) return this.handshake;
    this.handshake = judgeHandshake(exchange);
    this.judged = exchange.request === undefined || exchange.response === undefined ? undefined : exchange;
    return this.handshake;
  }

  /** The log of a stream on this connection. */
  addStream(stream: Http2StreamFacts, timeline: Timeline): SessionLog {
    const log = new SessionLog(this.low, this.high, stream.first.packet, timeline, this.connection);
    log.stream = stream;
    log.tls = this.tls;
    log.proxy = this.proxy;
    log.http = { facts: streamFacts(stream) };
    this.streams.push(log);
    return log;
  }

  /** The stream is over, the connection may go on: lets go of the buffers above it. */
  settle(): void {
    const { exchange } = this.stream ?? {};
    if (exchange?.request !== undefined) this.judge(exchange);
    this.websocket = settled(this.websocket);
  }

  /** The connection is over: keeps its facts, lets go of its buffers. */
  freeze(): void {
    if (this.connection === undefined) return;
    this.frozen = this.connection.facts();
    this.series = this.connection.series();
    this.settleConnect();
    const upgrade = this.http?.facts.upgrade;
    if (upgrade !== undefined) this.judge(upgrade);
    this.lowIsClient = this.connection.low.side === 'client';
    this.rolesGuessed = this.connection.roles === 'guessed';
    this.connection.release();
    this.timeline.settle();
    this.connection = undefined;
    this.tls = settled(this.tls);
    this.http = settled(this.http);
    this.http2 = settled(this.http2);
    this.websocket = settled(this.websocket);
    for (const stream of this.streams) stream.freezeWith(this);
    if (this.recorded !== undefined)
      this.recorded = { messages: this.recorded.messages, omitted: this.recorded.omitted };
  }
}

/** A stream is one exchange of HTTP/2, and what follows it. */
const streamFacts = ({ exchange, connection }: Http2StreamFacts): HttpFacts => ({
  exchanges: exchange.request === undefined ? [] : [exchange],
  exchangeCount: 1,
  upgrade: exchange.request === undefined ? undefined : exchange,
  incompleteHead: undefined,
  notHttp: undefined,
  lost: connection.lost,
  overLimit: { client: false, server: false },
  switched: undefined,
  switchAssumed: false,
});

/** The facts of a layer without the layer. */
function settled<Facts>(layer: Layer<Facts> | undefined): Layer<Facts> | undefined {
  if (layer === undefined) return undefined;
  const { facts } = layer;
  layer.release?.();
  return { facts };
}
