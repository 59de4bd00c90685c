/**
 * Sessions made by hand, for tests of what comes after the layers: rules and reports. Reads like a screenplay; every
 * call is one packet a millisecond later (`wait` for longer), and fills in what the layers would have:
 *
 *   aSession().handshake().request('/live').response(101).message('client', 20).wait(60_000).fin('server').build()
 */
import type { Nanos } from '../../src/capture/packet.js';
import type { Header, HttpExchange, HttpRequest, HttpResponse } from '../../src/http/http-facts.js';
import type { ProxyFacts } from '../../src/proxy/proxy-facts.js';
import type { Endpoint, Session, Sight, StageFacts, StageName, StageStatus } from '../../src/session/session.js';
import { Timeline } from '../../src/session/timeline.js';
import type { Arrival, Span } from '../../src/stream/arrival.js';
import { type Actor, opposite, type Side } from '../../src/stream/side.js';
import type { SubprotocolFacts } from '../../src/subprotocol/subprotocol-facts.js';
import type { RetransmissionKind, TcpFacts } from '../../src/tcp/tcp-facts.js';
import { type CertificateFacts, emptyTlsFacts, type TlsFacts } from '../../src/tls/tls-facts.js';
import type { FrameKind, HandshakeFacts, ViolationRule, WebSocketFacts } from '../../src/websocket/websocket-facts.js';
import { noFlow, noHandshake, noWebSocket, previewOf } from './empty-facts.js';

const MS = 1e6;
const ALL_SIGHT: Sight[] = ['tcp-handshake', 'both-sides', 'upgrade', 'frames', 'payloads', 'ending', 'no-gaps'];

export const aSession = (id = 1): SessionBuilder => new SessionBuilder(id);

export class SessionBuilder {
  private clock: Nanos = 0;
  private packet = 0;
  private readonly timeline: Timeline;
  private readonly stages = new Map<StageName, StageFacts>();
  private readonly sight = new Set<Sight>(ALL_SIGHT);
  private readonly tcp: TcpFacts;
  private tls: TlsFacts | undefined;
  private readonly exchanges: HttpExchange[] = [];
  private judged: HandshakeFacts | undefined;
  private websocket: WebSocketFacts | undefined;
  private proxyFacts: ProxyFacts | undefined;
  private subprotocolFacts: SubprotocolFacts | undefined;
  private clientEnd = endpoint('10.0.0.5:53122');
  private serverEnd = endpoint('203.0.113.7:80');
  private hostName: string | null = null;
  private guessed = false;
  private remaining: Nanos = 10e9;

  constructor(
    private readonly id: number,
    complete = false,
  ) {
    this.timeline = new Timeline(complete);
    const nowhere: Arrival = { packet: 0, at: 0, readyAt: 0 };
    this.tcp = {
      flows: { client: noFlow(), server: noFlow() },
      syns: [],
      synAcks: [],
      established: undefined,
      simultaneousOpen: false,
      handshakeRtt: undefined,
      refused: undefined,
      icmpErrors: [],
      endedBy: 'none',
      end: 'none',
      endPacket: undefined,
      first: nowhere,
      last: nowhere,
      packets: 0,
      vantage: undefined,
      bothSides: true,
      gaps: [],
    };
  }

  // ——— Where and when ———

  between(client: string, server: string): this {
    this.clientEnd = endpoint(client);
    this.serverEnd = endpoint(server);
    return this;
  }

  host(name: string): this {
    this.hostName = name;
    return this;
  }

  /** Where the capture was taken. */
  near(vantage: Side | 'between'): this {
    this.tcp.vantage = vantage;
    return this;
  }

  rolesGuessed(): this {
    this.guessed = true;
    return this;
  }

  /** The first packet's number and time. */
  startingAt(packet: number, ms: number): this {
    this.packet = packet - 1;
    this.clock = ms * MS;
    return this;
  }

  wait(ms: number): this {
    this.clock += ms * MS;
    return this;
  }

  /** Milliseconds of capture after the last packet; 10 s unless said. */
  captureGoesOn(ms: number): this {
    this.remaining = ms * MS;
    return this;
  }

  unseen(...sights: Sight[]): this {
    for (const sight of sights) this.sight.delete(sight);
    return this;
  }

  stage(stage: StageName, status: StageStatus): this {
    this.enter(stage, undefined).status = status;
    return this;
  }

  // ——— TCP ———

  handshake(rttMs = 20): this {
    const syn = this.syn();
    this.wait(rttMs - 1);
    const synAck = this.step('tcp', 'syn-ack', 'server', 'tcp', 'syn-ack');
    this.tcp.synAcks.push(synAck);
    this.wait(-0.9);
    const ack = this.step('tcp', 'ack', 'client', 'tcp', 'established', { rttNs: this.clock - syn.at });
    this.tcp.established = ack;
    this.tcp.handshakeRtt = ack.at - syn.at;
    this.over('tcp', ack);
    return this;
  }

  /** SYNs with backoff, never answered. */
  unansweredSyns(count: number): this {
    this.syn();
    for (let wait = 1000, sent = 1; sent < count; sent++, wait *= 2) this.wait(wait).syn();
    this.enter('tcp', undefined).status = 'failed';
    return this.unseen('upgrade', 'frames', 'payloads', 'both-sides');
  }

  refused(): this {
    this.syn();
    this.tcp.refused = this.step('tcp', 'rst', 'server', 'tcp', 'rst');
    this.enter('tcp', undefined).status = 'failed';
    return this.endBy('server', 'rst', this.tcp.refused);
  }

  retransmission(from: Side, kind: RetransmissionKind, bytes = 1400): this {
    this.tcp.flows[from].retransmissions++;
    this.tcp.flows[from].retransmissionKinds[kind]++;
    const original = this.packet;
    this.tell(from, 'tcp', 'retransmission', { kind, bytes, original, sinceNs: 200 * MS });
    return this;
  }

  fin(from: Side): this {
    const arrival = this.tell(from, 'tcp', 'fin');
    this.tcp.flows[from].fin = arrival;
    return this.endBy(from, 'fin', arrival);
  }

  rst(from: Side): this {
    const arrival = this.tell(from, 'tcp', 'rst');
    this.tcp.flows[from].rst = arrival;
    return this.endBy(from, 'rst', arrival);
  }

  // ——— TLS ———

  clientHello(sni: string | null, alpn: string[] = ['http/1.1']): this {
    this.tls ??= emptyTlsFacts();
    const arrival = this.step('tls', 'client-hello', 'client', 'tls', 'client-hello', { sni: sni ?? '', alpn });
    this.tls.clientHello = {
      span: spanOf(arrival, 517),
      sni,
      legacyVersion: 0x0303,
      versions: [0x0304, 0x0303],
      cipherSuites: [0x1301],
      alpn,
      groups: [0x001d],
      keyShareGroups: [0x001d],
      signatureAlgorithms: [0x0403],
      offersResumption: false,
      earlyData: false,
      ech: false,
      applicationSettings: [],
      asksForStatus: false,
      sessionId: new Uint8Array(32),
      ja3: '0123456789abcdef0123456789abcdef',
      ja4: 't13d010203_0123456789ab_0123456789ab',
    };
    return this;
  }

  serverHello(version = 0x0304, cipherSuite = 0x1301): this {
    const arrival = this.step('tls', 'server-hello', 'server', 'tls', 'server-hello', { version: 'TLS 1.3' });
    this.tls!.serverHello = {
      span: spanOf(arrival, 122),
      version,
      cipherSuite,
      alpn: null,
      group: 0x001d,
      resumed: false,
      downgradeSentinel: false,
      ja3s: 'fedcba9876543210fedcba9876543210',
    };
    return this;
  }

  certificate(certificate: Partial<CertificateFacts> = {}): this {
    const arrival = this.step('tls', 'certificate', 'server', 'tls', 'certificate');
    this.tls!.certificatesAt = spanOf(arrival, 900);
    const names = ['example.com'];
    const [notBefore, notAfter] = [Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1)];
    const subject = 'CN=example.com';
    const known = { subject, issuer: 'CN=Example CA', names, notBefore, notAfter, sha256: 'ab'.repeat(32) };
    this.tls!.certificates = [{ ...known, selfSigned: false, problem: null, ...certificate }];
    return this;
  }

  alert(from: Side, description: string, code: number): this {
    const arrival = this.step('tls', 'alert', from, 'tls', 'alert', { description, level: 'fatal' });
    this.tls!.alerts.push({ from, level: 'fatal', description, code, arrival });
    this.enter('tls', undefined).status = 'failed';
    return this;
  }

  /** Both Finished: from here on everything is encrypted, and stays so. */
  finished(): this {
    this.tls!.finished.server = this.step('tls', 'finished', 'server', 'tls', 'finished');
    const arrival = this.step('tls', 'finished', 'client', 'tls', 'finished');
    this.tls!.finished.client = arrival;
    this.over('tls', arrival);
    return this.unseen('upgrade', 'frames', 'payloads');
  }

  records(from: Side, count: number, bytes: number): this {
    const sent = this.tls!.applicationData[from];
    for (let n = 0; n < count; n++) {
      const arrival = this.arrive(from);
      this.timeline.ordinary('tls', 'record', from, arrival.packet, arrival.at, bytes);
      sent.records++;
      sent.bytes += bytes;
      sent.first ??= arrival;
      sent.last = arrival;
      this.carry(from, arrival, bytes);
    }
    return this;
  }

  // ——— HTTP ———

  request(target = '/live', headers: Header[] = [], method = 'GET'): this {
    const data = { method, target, upgrade: true };
    const arrival = this.step('upgrade', 'request', 'client', 'http', 'request', data);
    const all: Header[] = [['Host', this.hostName ?? 'api.example.com'], ...headers];
    this.hostName ??= 'api.example.com';
    const head = { httpVersion: '1.1', headers: all, problems: [], cut: false, span: spanOf(arrival, 300) };
    const request: HttpRequest = { ...head, method, target, body: previewOf('') };
    this.exchanges.push({ request, response: undefined, interim: [] });
    this.carry('client', arrival, 300);
    return this;
  }

  response(status = 101, reason = REASONS[status] ?? '', headers: Header[] = [], body = ''): this {
    const data = { status, reason, server: 'nginx/1.22.1' };
    const arrival = this.step('upgrade', 'response', 'server', 'http', 'response', data);
    const head = { httpVersion: '1.1', headers, problems: [], cut: false, span: spanOf(arrival, 200) };
    const response: HttpResponse = { ...head, status, reason, body: previewOf(body) };
    const exchange = this.exchanges.at(-1);
    if (exchange === undefined) this.exchanges.push({ request: undefined, response, interim: [] });
    else exchange.response = response;
    this.judged = noHandshake();
    if (status === 101) {
      this.judged.acceptValid = true;
      this.websocket = noWebSocket();
      this.over('upgrade', arrival);
      this.enter('open', arrival);
    } else {
      this.enter('upgrade', undefined).status = 'failed';
    }
    this.carry('server', arrival, 200);
    return this;
  }

  handshakeFacts(facts: Partial<HandshakeFacts>): this {
    this.judged = { ...noHandshake(), ...this.judged, ...facts };
    return this;
  }

  // ——— WebSocket ———

  /** Frames without the opening handshake. */
  midstream(): this {
    this.websocket = { ...noWebSocket(), midstream: true };
    this.enter('open', undefined);
    return this.unseen('tcp-handshake', 'upgrade');
  }

  proxied(facts: ProxyFacts): this {
    this.proxyFacts = facts;
    return this;
  }

  subprotocol(facts: SubprotocolFacts): this {
    this.subprotocolFacts = facts;
    return this;
  }

  message(from: Side, bytes: number, kind: 'text' | 'binary' = 'text'): this {
    const arrival = this.frame(from, kind, bytes);
    this.websocket!.messages[from]++;
    this.websocket!.lastData[from] = arrival;
    this.timeline.ordinary('ws', kind, from, arrival.packet, arrival.at, bytes);
    return this;
  }

  ping(from: Side): this {
    const sent = this.frame(from, 'ping', 0);
    this.timeline.event('ws', 'ping', from, sent.packet, sent.at, { bytes: 0 });
    const pings = this.websocket!.pings[from];
    pings.count++;
    pings.first ??= sent;
    pings.last = sent;
    pings.unanswered.push({ sent, latePong: undefined });
    return this;
  }

  /** Answers every ping of the other side that waits (RFC 6455 5.5.3). */
  pong(from: Side): this {
    const pong = this.frame(from, 'pong', 0);
    const pings = this.websocket!.pings[opposite(from)];
    for (const { sent } of pings.unanswered.splice(0)) {
      pings.answered++;
      pings.rtts.push(pong.at - sent.at);
      pings.longestWait = Math.max(pings.longestWait, pong.at - sent.at);
    }
    this.timeline.event('ws', 'pong', from, pong.packet, pong.at, { bytes: 0 });
    return this;
  }

  violation(rule: ViolationRule, from: Side, detail = ''): this {
    const arrival = this.arrive(from);
    this.websocket!.violations.push({ rule, from, span: spanOf(arrival, 10), detail });
    this.websocket!.violationCount++;
    this.timeline.event('ws', 'violation', from, arrival.packet, arrival.at, { rule, detail });
    return this;
  }

  close(from: Side, code: number, reason = ''): this {
    const arrival = this.frame(from, 'close', reason.length + 2);
    const close = { from, code, reason, span: spanOf(arrival, reason.length + 2) };
    this.websocket!.closes[from] ??= close;
    this.websocket!.firstClose ??= close;
    this.timeline.event('ws', 'close', from, arrival.packet, arrival.at, { code, reason });
    this.over('open', arrival);
    this.enter('close', arrival);
    return this;
  }

  build(): Session {
    const { tcp } = this;
    const upgrade = this.exchanges.at(-1);
    const target = upgrade?.request?.target;
    const transport = this.tls !== undefined ? (this.websocket ? 'wss' : 'unknown') : upgrade ? 'ws' : 'unknown';
    const open = this.stages.get('open');
    if (tcp.endPacket !== undefined && open !== undefined) open.end ??= tcp.endPacket;
    const session = {
      id: this.id,
      client: this.clientEnd,
      server: this.serverEnd,
      rolesGuessed: this.guessed,
      origin: undefined,
      transport,
      host: this.hostName ?? this.tls?.clientHello?.sni ?? null,
      url: target === undefined ? null : `${this.tls ? 'wss' : 'ws'}://${this.hostName}${target}`,
      tcp,
      tls: this.tls,
      http:
        upgrade === undefined
          ? undefined
          : {
              exchanges: this.exchanges,
              exchangeCount: this.exchanges.length,
              upgrade,
              incompleteHead: undefined,
              notHttp: undefined,
              lost: { client: false, server: false },
              overLimit: { client: false, server: false },
              switched: this.websocket === undefined ? undefined : ('websocket' as const),
              switchAssumed: false,
            },
      proxy: this.proxyFacts,
      stream: undefined,
      upgrade,
      handshake: this.judged,
      websocket: this.websocket,
      subprotocol: this.subprotocolFacts,
      unknownBytes: undefined,
      sight: this.sight,
      stages: [...this.stages.values()],
      timeline: this.timeline,
      captureStart: 0,
      captureEnd: tcp.last.at + this.remaining,
    } satisfies Partial<Session>;
    return session as Session;
  }

  // ——— Packets ———

  private syn(): Arrival {
    const arrival = this.step('tcp', 'syn', 'client', 'tcp', this.tcp.syns.length === 0 ? 'syn' : 'retransmission', {
      ...(this.tcp.syns.length === 0 ? {} : { kind: 'timeout', of: 'SYN', bytes: 0 }),
    });
    this.tcp.syns.push(arrival);
    return arrival;
  }

  private arrive(from: Actor): Arrival {
    const arrival = { packet: ++this.packet, at: this.clock, readyAt: this.clock };
    this.clock += MS;
    this.tcp.packets++;
    if (this.tcp.packets === 1) this.tcp.first = arrival;
    this.tcp.last = arrival;
    if (from !== 'network') {
      this.tcp.flows[from].packets++;
      this.tcp.flows[from].lastPacket = arrival;
    }
    return arrival;
  }

  private tell(
    from: Actor,
    layer: string,
    event: string,
    data: Record<string, number | string | boolean | string[]> = {},
  ) {
    const arrival = this.arrive(from);
    this.timeline.event(layer, event, from, arrival.packet, arrival.at, data);
    return arrival;
  }

  private step(
    stage: StageName,
    step: string,
    from: Side,
    layer: string,
    event: string,
    data: Record<string, number | string | boolean | string[]> = {},
  ): Arrival {
    const arrival = this.tell(from, layer, event, data);
    this.enter(stage, arrival).steps.push({ step, arrival });
    return arrival;
  }

  private frame(from: Side, kind: FrameKind, bytes: number): Arrival {
    const arrival = this.arrive(from);
    const websocket = this.websocket!;
    websocket.frames[from][kind]++;
    websocket.payloadBytes[from] += bytes;
    websocket.firstFrame[from] ??= arrival;
    websocket.lastFrame[from] = arrival;
    this.carry(from, arrival, bytes + 6);
    return arrival;
  }

  private carry(from: Side, arrival: Arrival, bytes: number): void {
    const flow = this.tcp.flows[from];
    flow.bytes += bytes;
    flow.firstData ??= arrival;
    flow.lastData = arrival;
  }

  private enter(stage: StageName, start: Arrival | undefined): StageFacts {
    const known = this.stages.get(stage);
    if (known !== undefined) return known;
    const entered: StageFacts = { stage, status: 'in-progress', start, end: undefined, steps: [] };
    this.stages.set(stage, entered);
    return entered;
  }

  private over(stage: StageName, end: Arrival): void {
    const facts = this.enter(stage, end);
    facts.status = 'ok';
    facts.end ??= end;
  }

  private endBy(from: Side, end: 'fin' | 'rst', arrival: Arrival): this {
    if (this.tcp.end !== 'none') return this;
    this.tcp.end = end;
    this.tcp.endedBy = from;
    this.tcp.endPacket = arrival;
    if (this.stages.has('close')) this.over('close', arrival);
    return this;
  }
}

export const spanOf = (arrival: Arrival, length: number): Span => ({
  first: arrival,
  last: arrival,
  offset: 0,
  length,
});

const endpoint = (text: string): Endpoint => {
  const colon = text.lastIndexOf(':');
  return { address: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)), text };
};

const REASONS: Record<number, string> = {
  101: 'Switching Protocols',
  200: 'OK',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  502: 'Bad Gateway',
};
