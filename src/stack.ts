/**
 * Which layer follows which: the only file that knows all layers. Packets come in, connections and their layers are
 * built on the way, and every connection that is over ends as a session log or as a count.
 */

import type { Nanos, Packet, PacketRef } from './capture/packet.js';
import { type Warning, warning } from './capture/warning.js';
import { DnsStream } from './dns/dns-stream.js';
import { LookupTable } from './dns/lookup-table.js';
import type { Http2StreamFacts } from './http/h2-facts.js';
import { Http2Layer, settingsData } from './http/h2-layer.js';
import { headerTokens } from './http/header-fields.js';
import type { HttpExchange } from './http/http-facts.js';
import { HttpLayer } from './http/http-layer.js';
import type { IpDatagram } from './ip/ip-datagram.js';
import { DNS_PORT, endpoint, Network } from './network.js';
import { connectTunnel } from './proxy/http-connect.js';
import { PreambleLayer } from './proxy/preamble-layer.js';
import { SocksLayer } from './proxy/socks-layer.js';
import { type Listing, listingOf } from './session/listing.js';
import { ServerHistories } from './session/server-history.js';
import type { Endpoint } from './session/session.js';
import { SessionLog } from './session/session-log.js';
import { Timeline } from './session/timeline.js';
import { Sniffer } from './sniffer.js';
import type { StreamConsumer } from './stream/consumer.js';
import { SIDES, type Side } from './stream/side.js';
import { SubprotocolLayer } from './subprotocol/subprotocol-layer.js';
import { Connection } from './tcp/connection.js';
import { type ConnectionOwner, ConnectionTable } from './tcp/connection-table.js';
import { RecordedConnection } from './tcp/recorded-connection.js';
import type { Segment } from './tcp/segment.js';
import { SERIES_KEPT } from './tcp/series-recorder.js';
import type { KeyLog } from './tls/key-log.js';
import { TlsLayer } from './tls/tls-layer.js';
import type { MessageConsumer } from './websocket/message.js';
import { MessageRecorder, RECORDED_BYTES_TOTAL, type RecordingBudget } from './websocket/message-recorder.js';
import { WebSocketLayer } from './websocket/websocket-layer.js';

/** Connections of no interest are counted at once; those that need the whole capture to tell are kept, to this number. */
const UNDECIDED_KEPT = 200_000;

const NOTHING = new Uint8Array(0);

export type NotListedCounts = Record<Exclude<Listing, 'session'>, number>;

/** The ends of a pair, the lower one first in the table's order of addresses. */
interface Ends {
  low: Endpoint;
  high: Endpoint;
}

export class Stack implements ConnectionOwner<Ends> {
  /** Connections that are over and are, or may be, sessions. */
  readonly logs: SessionLog[] = [];
  readonly notListed: NotListedCounts = { http: 0, tls: 0, spare: 0, other: 0 };
  readonly servers = new ServerHistories();
  readonly lookups = new LookupTable();
  firstAt: Nanos = Number.POSITIVE_INFINITY;
  lastAt: Nanos = Number.NEGATIVE_INFINITY;
  private lastPacket: PacketRef = 0;
  private readonly connections = new ConnectionTable<Ends>(this);
  private readonly network = new Network(this.connections, this.lookups);
  private readonly logOf = new Map<Connection, SessionLog>();

  private readonly recordings: RecordingBudget = { bytes: RECORDED_BYTES_TOTAL };
  /** Connections whose numbers over time may still be kept. */
  private charts = SERIES_KEPT;
  /** Connections that were asked for beyond that. */
  private uncharted = 0;

  /**
   * `isComplete` tells, by its first packet, a connection whose timeline is to be kept whole, `isRecorded` one whose
   * messages are to be kept, `isCharted` one of which TCP's numbers over time are.
   */
  constructor(
    private readonly isComplete: (firstPacket: PacketRef) => boolean,
    private readonly keyLog: KeyLog,
    private readonly isRecorded: (firstPacket: PacketRef) => boolean = isComplete,
    private readonly isCharted: (firstPacket: PacketRef) => boolean = isComplete,
    /** Told of every connection that is over and is a session for certain. */
    private readonly onSession?: (log: SessionLog) => void,
  ) {}

  packet(packet: Packet): void {
    const { at, ref } = packet;
    if (at < this.firstAt) this.firstAt = at;
    if (at > this.lastAt) this.lastAt = at;
    this.lastPacket = ref;
    this.network.packet(packet);
  }

  /** The captures are over. */
  finish(): void {
    this.connections.finish(this.lastPacket, this.lastAt);
  }

  /** Limits that were reached. */
  warnings(): Warning[] {
    const { evicted } = this.connections;
    const { forgotten } = this.lookups;
    const warnings: Warning[] = [];
    if (evicted > 0) warnings.push(warning('connections-evicted', { count: evicted }));
    if (forgotten > 0) warnings.push(warning('lookups-forgotten', { count: forgotten }));
    if (this.uncharted > 0) warnings.push(warning('series-over-limit', { kept: SERIES_KEPT, omitted: this.uncharted }));
    return warnings;
  }

  meet(ip: IpDatagram, segment: Segment, fromLow: boolean): Ends {
    const source = endpoint(ip, ip.source, segment.sourcePort);
    const destination = endpoint(ip, ip.destination, segment.destinationPort);
    return fromLow ? { low: source, high: destination } : { low: destination, high: source };
  }

  open({ low, high }: Ends, segment: Segment, lowSide: Side, roles: 'syn' | 'guessed'): Connection {
    const timeline = new Timeline(this.isComplete(segment.packet));
    const isCharted = this.isCharted(segment.packet) && this.mayChart();
    const connection = new (isCharted ? RecordedConnection : Connection)(lowSide, roles, timeline);
    const log = new SessionLog(low, high, segment.packet, timeline, connection);
    this.logOf.set(connection, log);
    const sniffer = this.sniff(log, connection);
    const mayBeDns = low.port === DNS_PORT || high.port === DNS_PORT;
    connection.consume(mayBeDns ? this.overDns(log, sniffer) : sniffer);
    return connection;
  }

  private mayChart(): boolean {
    if (this.charts === 0) {
      this.uncharted++;
      return false;
    }
    this.charts--;
    return true;
  }

  forget(connection: Connection): void {
    const log = this.logOf.get(connection);
    if (log === undefined) return;
    this.logOf.delete(connection);
    log.freeze();
    this.servers.note(log);
    if (log.streams.length > 0) {
      for (const stream of log.streams) {
        this.logs.push(stream);
        this.onSession?.(stream);
      }
      return;
    }
    // Only a silent connection needs to know its neighbours, and those may come later.
    const listing = listingOf(log, this.servers.of(log.server.text));
    const mayChange =
      listing === 'session' && log.tls === undefined && log.http === undefined && log.websocket === undefined;
    if (listing === 'session' || (mayChange && this.logs.length < UNDECIDED_KEPT)) {
      this.logs.push(log);
      if (!mayChange) this.onSession?.(log);
    } else {
      this.notListed[listing]++;
      if (log.series !== undefined) this.charts++;
    }
  }

  /** Finds out what a connection, a tunnel inside one or decrypted TLS carries. */
  private sniff(
    log: SessionLog,
    connection: Connection,
    carrier: Carrier = connection,
    startsMidway = connection.roles === 'guessed',
    switched: HttpExchange | undefined = undefined,
  ): StreamConsumer {
    if (!log.nest()) {
      log.unknownBytes ??= { client: NOTHING, server: NOTHING };
      return IGNORE;
    }
    return new Sniffer({
      startsMidway,
      afterSwitch: switched !== undefined,
      mayBeSwapped: () => connection.roles === 'guessed',
      rolesFound: (swap) => {
        connection.roles = 'content';
        if (!swap) return;
        connection.swapRoles();
        log.timeline.swapSides();
      },
      tls: () => this.overTls(log, connection),
      http: () => this.overHttp(log, connection, carrier),
      http2: () => this.overHttp2(log, startsMidway),
      preamble: () => this.overPreamble(log, connection, carrier),
      socks: () => this.overSocks(log, connection, carrier),
      webSocket: () => {
        const messages = this.readMessages(log, '', undefined);
        const layer = new WebSocketLayer({
          sink: log.timeline,
          deflate: undefined,
          extensionsKnown: false,
          midstream: switched === undefined,
          messages,
        });
        log.websocket = layer;
        if (switched !== undefined && log.http !== undefined) {
          log.http.facts.upgrade = switched;
          log.http.facts.switched = 'websocket';
        }
        return layer;
      },
      decided: (sniffer, consumer) => {
        if (carrier.consumes(sniffer)) carrier.consume(consumer);
      },
      unknown: (bytes) => {
        log.unknownBytes = bytes;
        carrier.ignore();
      },
    });
  }

  private overDns(log: SessionLog, otherwise: StreamConsumer): DnsStream {
    return new DnsStream((message, side, arrival) => {
      log.unknownBytes ??= { client: NOTHING, server: NOTHING };
      const [source, destination] = side === 'client' ? [log.client, log.server] : [log.server, log.client];
      this.lookups.message(message, source, destination, arrival);
    }, otherwise);
  }

  private overTls(log: SessionLog, connection: Connection): StreamConsumer {
    const layer = new TlsLayer(log.timeline, {
      keyLog: this.keyLog,
      above: (stream, midway) => this.sniff(log, connection, stream, midway),
    });
    log.tls = layer;
    return layer;
  }

  private overHttp(log: SessionLog, connection: Connection, carrier: Carrier): StreamConsumer {
    const switchTo = (exchange: HttpExchange) => {
      if (exchange.request?.method === 'CONNECT' && exchange.response?.status !== 101) {
        const tunnel = connectTunnel(layer.facts);
        if (tunnel !== undefined) log.proxies().tunnels.push({ ...tunnel, assumed: exchange.response === undefined });
        log.http = undefined;
        return this.sniff(log, connection, carrier, false);
      }
      return this.overUpgrade(log, exchange) ?? this.overUnknownSwitch(log, connection, carrier, exchange);
    };
    const layer = new HttpLayer(log.timeline, switchTo, (consumer) => {
      // Out of the way, and its buffers with it; a CONNECT's layer is gone from the log already.
      if (log.http === layer) log.http = { facts: layer.facts };
      if (carrier.consumes(layer)) carrier.consume(consumer);
    });
    log.http = layer;
    return layer;
  }

  /** Every stream that asks for WebSocket is a session of its own. */
  private overHttp2(log: SessionLog, midway: boolean): StreamConsumer {
    const layer = new Http2Layer({
      midway,
      open: (stream) => {
        const own = this.openStream(log, stream);
        return {
          sink: own.timeline,
          accepted: (exchange) => this.overUpgrade(own, exchange) ?? IGNORE,
          over: () => own.settle(),
        };
      },
      stranger: (stream) => this.sniffStream(log, stream),
      tell: (event, from, { packet, at }, data) => {
        for (const { stream, timeline } of log.streams) {
          if (stream !== undefined && isOpen(stream)) timeline.event('http', event, from, packet, at, data);
        }
      },
    });
    log.http2 = layer;
    return layer;
  }

  private openStream(log: SessionLog, stream: Http2StreamFacts): SessionLog {
    const own = log.addStream(stream, new Timeline(this.isComplete(stream.first.packet)));
    for (const from of SIDES) {
      const settings = stream.connection.settings[from];
      if (settings === undefined) continue;
      const { packet, at } = settings.span.last;
      own.timeline.event('http', 'settings', from, packet, at, settingsData(settings));
    }
    return own;
  }

  /** A stream whose request is not in the capture, or could not be read, is a session where it carries frames. */
  private sniffStream(log: SessionLog, stream: Http2StreamFacts): StreamConsumer {
    const ignore = () => IGNORE;
    return new Sniffer({
      startsMidway: true,
      mayBeSwapped: () => false,
      rolesFound() {},
      tls: ignore,
      http: ignore,
      http2: ignore,
      preamble: ignore,
      socks: ignore,
      webSocket: () => {
        const own = this.openStream(log, stream);
        const messages = this.readMessages(own, '', undefined);
        const layer = new WebSocketLayer({ sink: own.timeline, deflate: undefined, midstream: true, messages });
        own.websocket = layer;
        return layer;
      },
      decided() {},
      unknown() {},
    });
  }

  /** A preamble is taken off; what follows it is looked at as if it had come first. */
  private overPreamble(log: SessionLog, connection: Connection, carrier: Carrier): StreamConsumer {
    const layer = new PreambleLayer(log.timeline, this.sniff(log, connection, carrier, false), {
      read: (preamble) => log.proxies().preambles.push(preamble),
      over: (next) => {
        if (carrier.consumes(layer)) carrier.consume(next);
      },
    });
    return layer;
  }

  private overSocks(log: SessionLog, connection: Connection, carrier: Carrier): StreamConsumer {
    const layer = new SocksLayer(log.timeline, {
      open: (midway) => this.sniff(log, connection, carrier, midway),
      over: (next) => {
        if (carrier.consumes(layer)) carrier.consume(next);
      },
      foreign: () => {
        log.forgetTunnel(layer.facts);
        log.unknownBytes = { client: NOTHING, server: NOTHING };
        carrier.ignore();
      },
    });
    log.proxies().tunnels.push(layer.facts);
    return layer;
  }

  private overUpgrade(log: SessionLog, exchange: HttpExchange): StreamConsumer | undefined {
    const { request, response } = exchange;
    const agreed = response === undefined || headerTokens(response.headers, 'upgrade').includes('websocket');
    const { asked, deflate, extensions, subprotocol } = log.judge(exchange);
    if (!agreed && !asked && request !== undefined) return undefined;
    const messages = this.readMessages(log, subprotocol ?? '', exchange);
    // Of a response that is not in the capture, or not whole, nobody knows what it agreed to.
    const extensionsKnown =
      response !== undefined && !response.cut && extensions.length === (deflate === undefined ? 0 : 1);
    const layer = new WebSocketLayer({ sink: log.timeline, deflate, extensionsKnown, midstream: false, messages });
    log.websocket = layer;
    return layer;
  }

  /** What the messages of a session may belong to; without an exchange it is found in mid-stream. */
  private readMessages(log: SessionLog, token: string, exchange: HttpExchange | undefined): MessageConsumer {
    const target = exchange?.request?.target ?? '';
    const layer = new SubprotocolLayer({ sink: log.timeline, token, target, midstream: exchange === undefined });
    log.subprotocol = layer;
    if (!this.isRecorded(log.firstPacket)) return layer;
    const recorder = new MessageRecorder(layer, this.recordings);
    log.recorded = recorder;
    return recorder;
  }

  /** The heads were cut before they could name the protocol of a 101: what follows shows whether it is WebSocket. */
  private overUnknownSwitch(
    log: SessionLog,
    connection: Connection,
    carrier: Carrier,
    exchange: HttpExchange,
  ): StreamConsumer | undefined {
    const { request, response } = exchange;
    const isCut = request?.cut === true && response?.cut === true;
    return isCut && response.status === 101 ? this.sniff(log, connection, carrier, true, exchange) : undefined;
  }
}

/** What concerns the whole connection concerns a stream while it is open. */
const isOpen = ({ reset, ends }: Http2StreamFacts): boolean =>
  reset === undefined && (ends.client === undefined || ends.server === undefined);

/** Takes what is wrapped more often than anybody means it. */
const IGNORE: StreamConsumer = { bytes() {}, gap() {}, end() {} };

/** Something whose bytes go to a layer that may put another one into its place: a connection, or decrypted TLS. */
interface Carrier {
  consumes(consumer: StreamConsumer): boolean;
  consume(consumer: StreamConsumer): void;
  ignore(): void;
}
