/**
 * Finds the requests that a proxy makes beside the one it passes on: to ask whether a client may come in (auth_request of
 * nginx, ForwardAuth of Traefik), or to mirror it. They copy the client's headers, Sec-WebSocket-Key with them, and leave
 * Upgrade out, since they are to open nothing: plain HTTP, neither a session nor a request that lost its headers.
 */
import { captureOf, type Nanos } from '../capture/packet.js';
import { headerTokens, headerValue } from '../http/header-fields.js';
import type { HttpExchange, HttpRequest, HttpResponse } from '../http/http-facts.js';
import type { Session } from './session.js';
import { EXAMPLE_KEY, mayBeLegs } from './twins.js';

/** In which proxies tell whom they ask what the client wanted; X-Auth-Request-Redirect is that of ingress-nginx. */
const ORIGINAL_TARGETS = ['X-Original-URI', 'X-Original-URL', 'X-Auth-Request-Redirect', 'X-Forwarded-Uri'];
/** Besides 2xx, what lets nobody in. */
const DENIALS: ReadonlySet<number> = new Set([401, 403]);
/** What a proxy asks beside is answered before it goes on to the backend. */
const GOES_ON_WITHIN: Nanos = 5e9;

export function subrequestsOf(sessions: readonly Session[]): Set<Session> {
  const wholeByKey = new Map<string, Session[]>();
  for (const session of sessions) {
    const key = session.handshake?.key;
    if (key === undefined || session.upgrade?.request === undefined || lacksUpgrade(session.upgrade.request)) continue;
    const known = wholeByKey.get(key);
    if (known === undefined) wholeByKey.set(key, [session]);
    else known.push(session);
  }
  return new Set(
    sessions.filter((session) => {
      if (session.websocket !== undefined || session.stream !== undefined) return false;
      const asked = (session.http?.exchanges ?? []).filter(carriesKey);
      return asked.length > 0 && asked.every((exchange) => isSubrequest(session, exchange, wholeByKey));
    }),
  );
}

const carriesKey = ({ request }: HttpExchange): boolean => request !== undefined && keyOf(request) !== undefined;
const keyOf = ({ headers }: HttpRequest): string | undefined => headerValue(headers, 'Sec-WebSocket-Key');

const lacksUpgrade = ({ headers, cut }: HttpRequest): boolean =>
  !cut && headerValue(headers, 'Upgrade') === undefined && !headerTokens(headers, 'connection').includes('upgrade');

function isSubrequest(session: Session, exchange: HttpExchange, wholeByKey: ReadonlyMap<string, Session[]>): boolean {
  const { request, response } = exchange;
  if (request === undefined || response === undefined || !lacksUpgrade(request)) return false;
  const key = keyOf(request)!;
  const whole = wholeByKey.get(key) ?? [];
  if (key !== EXAMPLE_KEY && whole.some((other) => isGoneOnTo(other, session, response))) return true;
  if (!mayDecide(response)) return false;
  const named = ORIGINAL_TARGETS.map((name) => headerValue(request.headers, name)).find((value) => value !== undefined);
  if (named !== undefined) return isOtherPlace(named, request.target);
  return (
    hasNoBody(response) &&
    whole.some(
      (front) =>
        isAskedFor(front, session, request) &&
        isOtherPlace(front.upgrade!.request!.target, request.target) &&
        (DENIALS.has(response.status) || front.upgrade!.response?.status !== response.status),
    )
  );
}

/** |-- without Upgrade --|-- answer --|-- with Upgrade, elsewhere --|: the proxy that sent both takes nothing away. */
const isGoneOnTo = (other: Session, { client, server, tcp }: Session, { span }: HttpResponse): boolean => {
  const since = other.upgrade!.request!.span.first.at - span.last.at;
  return (
    captureOf(other.tcp.first.packet) === captureOf(tcp.first.packet) &&
    other.client.address === client.address &&
    other.server.text !== server.text &&
    since >= 0 &&
    since <= GOES_ON_WITHIN
  );
};

/** Sent by the server of the client's leg while that client waited. */
const isAskedFor = (front: Session, session: Session, { span }: HttpRequest): boolean => {
  if (!mayBeLegs(front, session)) return false;
  // Two files may have two clocks.
  if (captureOf(front.tcp.first.packet) !== captureOf(session.tcp.first.packet)) return true;
  const { request, response } = front.upgrade!;
  const at = span.first.at;
  return request!.span.first.at <= at && at <= (response?.span.first.at ?? front.tcp.last.at);
};

const mayDecide = ({ status }: HttpResponse): boolean => (status >= 200 && status < 300) || DENIALS.has(status);

const hasNoBody = ({ headers, body }: HttpResponse): boolean =>
  body.bytes + body.missing === 0 && Number(headerValue(headers, 'Content-Length') ?? 0) === 0;

/** No path that a proxy makes of the other by exchanging its prefix: those keep the end. */
const isOtherPlace = (a: string, b: string): boolean => {
  const [one, other] = [lastSegment(a), lastSegment(b)];
  return one !== undefined && other !== undefined && one !== other;
};

const lastSegment = (target: string): string | undefined =>
  target
    .replace(/^[a-z]+:\/\/[^/?#]*/i, '')
    .split(/[?#]/, 1)[0]
    ?.split('/')
    .findLast((segment) => segment !== '');
