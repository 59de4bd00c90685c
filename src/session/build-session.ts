/** Turns the log of a connection that is over into the Session that rules and reports read. */
import type { Nanos } from '../capture/packet.js';
import { headerValue } from '../http/header-fields.js';
import type { HttpExchange } from '../http/http-facts.js';
import type { TcpFacts } from '../tcp/tcp-facts.js';
import type { WebSocketFacts } from '../websocket/websocket-facts.js';
import { closesHalfOpen } from './half-close.js';
import { leftBeforeAnswer } from './late-answer.js';
import { tellResolution } from './lookup-events.js';
import { dnsStage, type Origin, type Resolutions, settledBy } from './resolution.js';
import type { Session, Sight } from './session.js';
import type { SessionLog } from './session-log.js';
import { sightOf } from './sight.js';
import { stagesOf } from './stages.js';
import { isUnheard } from './unheard-answer.js';

/** When the capture begins and ends. */
export interface CaptureBounds {
  start: Nanos;
  end: Nanos;
}

/** What must have been seen whole before a FIN counts as one without a Close, or without a goodbye of the subprotocol. */
const WHOLE: readonly Sight[] = ['both-sides', 'upgrade', 'payloads', 'no-gaps'];

/** Whoever closes a connection that the other side has ended already begins nothing, unless that side reads on. */
const withFirstClose = (websocket: WebSocketFacts, sight: ReadonlySet<Sight>, tcp: TcpFacts): WebSocketFacts =>
  websocket.closedBehindEnd && WHOLE.every((part) => sight.has(part)) && !closesHalfOpen(websocket, tcp)
    ? { ...websocket, firstClose: undefined }
    : websocket;

/** Its id is given once all are known. */
export function buildSession(log: SessionLog, bounds: CaptureBounds, resolutions: Resolutions): Session {
  const { tcp, proxy } = log;
  const tls = log.tls?.facts;
  const http = log.http?.facts;
  const isLate = log.stream === undefined && leftBeforeAnswer(http?.upgrade, tcp) !== undefined;
  const wasNeverOpen = isLate || (log.stream === undefined && isUnheard(http?.upgrade, tcp));
  const facts = wasNeverOpen ? undefined : log.websocket?.facts;
  const sight = sightOf(tcp, log.http?.facts.upgrade, facts, bounds.end);
  const websocket = facts && withFirstClose(facts, sight, tcp);
  const subprotocol = wasNeverOpen ? undefined : log.subprotocol?.facts;
  const upgrade = http?.upgrade;
  const named =
    hostOf(upgrade) ?? hostOf(http?.exchanges.at(-1)) ?? tls?.clientHello?.sni ?? proxy?.tunnels.at(-1)?.target ?? null;
  const origin = originOf(log, named, resolutions);
  const stages = stagesOf({ tcp, tls, proxy, upgrade, websocket, subprotocol, mayUpgrade: true });
  if (origin?.followed && log.stream === undefined) {
    stages.unshift(dnsStage(origin.resolution, origin.answer.arrival));
    tellResolution(origin.resolution, log.timeline, 'network');
  }
  return {
    id: 0,
    client: log.client,
    server: log.server,
    rolesGuessed: log.rolesGuessed,
    transport: transportOf(log),
    host: named ?? (origin === undefined ? null : settledBy(origin.resolution).name),
    url: urlOf(upgrade, tls !== undefined),
    origin,
    tcp,
    stream: log.stream && { ...log.stream, tcp: log.connectionTcp ?? tcp },
    tls,
    http,
    proxy,
    upgrade,
    handshake: log.handshake,
    websocket,
    subprotocol,
    recorded: log.recorded,
    series: log.series,
    unknownBytes: log.unknownBytes,
    sight,
    stages,
    timeline: log.timeline,
    captureStart: bounds.start,
    captureEnd: bounds.end,
  };
}

/** A connection whose beginning was not captured is older than any lookup that was. */
function originOf(log: SessionLog, named: string | null, resolutions: Resolutions): Origin | undefined {
  const [syn] = log.tcp.syns;
  if (syn === undefined) return undefined;
  const name = named === null || (log.proxy?.tunnels.length ?? 0) > 0 ? undefined : named.replace(/:\d*$/, '');
  return resolutions.originOf({ client: log.client.address, server: log.server.address, at: syn.at, name });
}

/** `ws` and `wss` only where something proves WebSocket. */
function transportOf(log: SessionLog): Session['transport'] {
  const isWebSocket = log.websocket !== undefined || log.handshake?.asked === true;
  if (!isWebSocket) return 'unknown';
  return log.tls === undefined ? 'ws' : 'wss';
}

function hostOf(exchange: HttpExchange | undefined): string | undefined {
  const { request } = exchange ?? {};
  return request === undefined
    ? undefined
    : (headerValue(request.headers, ':authority') ?? headerValue(request.headers, 'host'));
}

/** The URL the client asked for, from its request line and Host (RFC 6455 3, RFC 9112 3.3). */
function urlOf(exchange: HttpExchange | undefined, isEncrypted: boolean): string | null {
  const { request } = exchange ?? {};
  if (request === undefined) return null;
  if (/^[a-z]+:\/\//i.test(request.target)) return request.target;
  const host = hostOf(exchange);
  return host === undefined ? null : `${isEncrypted ? 'wss' : 'ws'}://${host}${request.target}`;
}
