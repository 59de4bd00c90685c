/** Turns the log of a connection that is over into the Session that rules and reports read. */
import type { Nanos } from '../capture/packet.js';
import { headerValue } from '../http/header-fields.js';
import type { HttpExchange } from '../http/http-facts.js';
import type { Session } from './session.js';
import type { SessionLog } from './session-log.js';
import { sightOf } from './sight.js';
import { stagesOf } from './stages.js';

/** When the capture begins and ends. */
export interface CaptureBounds {
  start: Nanos;
  end: Nanos;
}

export function buildSession(log: SessionLog, id: number, bounds: CaptureBounds): Session {
  const { tcp } = log;
  const tls = log.tls?.facts;
  const http = log.http?.facts;
  const websocket = log.websocket?.facts;
  const subprotocol = log.subprotocol?.facts;
  const upgrade = http?.upgrade;
  const host =
    hostOf(upgrade) ?? hostOf(http?.exchanges.at(-1)) ?? tls?.clientHello?.sni ?? log.tunnel?.request?.target ?? null;
  return {
    id,
    client: log.client,
    server: log.server,
    rolesGuessed: log.rolesGuessed,
    transport: transportOf(log),
    host,
    url: urlOf(upgrade, tls !== undefined),
    tcp,
    tls,
    http,
    upgrade,
    handshake: log.handshake,
    websocket,
    subprotocol,
    unknownBytes: log.unknownBytes,
    sight: sightOf(tcp, upgrade, websocket, bounds.end),
    stages: stagesOf({ tcp, tls, tunnel: log.tunnel, upgrade, websocket, subprotocol, mayUpgrade: true }),
    timeline: log.timeline,
    captureStart: bounds.start,
    captureEnd: bounds.end,
  };
}

/** `ws` and `wss` only where something proves WebSocket. */
function transportOf(log: SessionLog): Session['transport'] {
  const isWebSocket = log.websocket !== undefined || log.handshake?.asked === true;
  if (!isWebSocket) return 'unknown';
  return log.tls === undefined ? 'ws' : 'wss';
}

function hostOf(exchange: HttpExchange | undefined): string | undefined {
  const { request } = exchange ?? {};
  return request === undefined ? undefined : headerValue(request.headers, 'host');
}

/** The URL the client asked for, from its request line and Host (RFC 6455 3, RFC 9112 3.3). */
function urlOf(exchange: HttpExchange | undefined, isEncrypted: boolean): string | null {
  const { request } = exchange ?? {};
  if (request === undefined) return null;
  if (/^[a-z]+:\/\//i.test(request.target)) return request.target;
  const host = headerValue(request.headers, 'host');
  return host === undefined ? null : `${isEncrypted ? 'wss' : 'ws'}://${host}${request.target}`;
}
