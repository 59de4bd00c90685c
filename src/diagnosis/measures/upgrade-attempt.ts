/**
 * The exchange in which a session asked for WebSocket, or was told to: what the rules on the opening handshake look at.
 * An answer counts as refusal whatever follows it on the same connection.
 */
import type { HttpExchange, HttpRequest, HttpResponse } from '../../http/http-facts.js';
import { opensWebSocket } from '../../http/upgrade-request.js';
import type { Session } from '../../session/session.js';
import type { Arrival } from '../../stream/arrival.js';
import type { HandshakeProblem } from '../../websocket/websocket-facts.js';
import { isGoodbye } from '../outcome.js';
import type { Value } from '../rule.js';
import { header } from './headers.js';
import { textOr } from './phrases.js';
import { text } from './values.js';

/** The last request for an upgrade; else the last exchange of a connection that is listed for its answer. */
export const upgradeExchange = ({ upgrade, http }: Session): HttpExchange | undefined =>
  upgrade ?? http?.exchanges.at(-1);

/** Request and the response that did not switch; undefined while there is no response, or it is a 101. */
export const refusal = (session: Session): { request: HttpRequest | undefined; response: HttpResponse } | undefined => {
  const { request, response } = upgradeExchange(session) ?? {};
  // What refuses a stream of HTTP/2 has rules of its own.
  if (session.stream !== undefined) return undefined;
  return response === undefined || response.status === 101 ? undefined : { request, response };
};

/** Request and 101 of a session whose opening handshake both were seen of. */
export const switched = (session: Session): { request: HttpRequest; response: HttpResponse } | undefined => {
  const { request, response } = session.upgrade ?? {};
  return request === undefined || response === undefined || !opensWebSocket(response)
    ? undefined
    : { request, response };
};

export const problemsOf = ({ handshake }: Session, ...codes: readonly HandshakeProblem['code'][]): HandshakeProblem[] =>
  handshake?.problems.filter(({ code }) => codes.includes(code)) ?? [];

/** The first problem of one of these codes. */
export const problemOf = (
  session: Session,
  ...codes: readonly HandshakeProblem['code'][]
): HandshakeProblem | undefined => problemsOf(session, ...codes)[0];

/** Browsers hold to RFC 6455 and WHATWG to the letter; other clients often do not. */
export const isBrowser = (request: HttpRequest | undefined): boolean =>
  /^Mozilla\/5\.0/.test(header(request, 'User-Agent') ?? '');

/** The request was passed on by a proxy: this connection is the leg behind it, and its client the proxy. */
export const isFromProxy = ({ upgrade }: Session): boolean =>
  ['X-Forwarded-For', 'Forwarded', 'Via'].some((name) => header(upgrade?.request, name) !== undefined);

/** A client that sends frames after a faulty 101 has accepted it; its Close may be the refusal. */
export const clientWentOn = ({ websocket }: Session): boolean => {
  if (websocket === undefined) return false;
  const { text: texts, binary, continuation, ping, pong } = websocket.frames.client;
  return texts + binary + continuation + ping + pong > 0;
};

/** How soon after a faulty 101 an end counts as its consequence. */
const LEFT_OVER_IT = 5e9;
/** A client that must fail a 101 does so in some milliseconds; one that says goodbye in order later than this took it. */
const AT_ONCE = 100e6;
/** And that many round trips later, since the client may be far away. */
const ROUND_TRIPS = 4;

/**
 * When the client left over a faulty 101, or either side did soon after it; undefined where the session went on, or
 * where a Close with a goodbye shows that it was accepted.
 */
export const leftOverAnswer = (session: Session): Arrival | undefined => {
  const answered = session.upgrade?.response?.span.last;
  const { websocket, tcp } = session;
  if (answered === undefined) return undefined;
  // A client that goes on in HTTP has not taken the 101 for one.
  if (websocket?.corrupted?.from === 'client' && websocket.corrupted.http) return websocket.corrupted.arrival;
  if (clientWentOn(session)) return undefined;
  const close = websocket?.firstClose;
  const end = close?.span.first ?? tcp.endPacket;
  const soon = AT_ONCE + ROUND_TRIPS * (tcp.handshakeRtt ?? 0);
  if (close !== undefined && isGoodbye(close.code) && close.span.first.at - answered.at > soon) return undefined;
  return end !== undefined && end.at - answered.at <= LEFT_OVER_IT ? end : undefined;
};

/** What most messages of this family quote. */
export const answerData = (response: HttpResponse): Record<string, Value> => ({
  status: text(response.status),
  reason: text(response.reason === '' ? '' : ` ${response.reason}`),
  server: textOr(header(response, 'Server'), 'the-server'),
});
