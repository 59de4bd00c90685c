/**
 * Sessions that many tests of rules begin with: open WebSocket sessions, upgrade requests with their headers judged as
 * the real layer judges them, and facts of TCP that no single packet shows.
 */
import type { Header } from '../../src/http/http-facts.js';
import type { Session } from '../../src/session/session.js';
import type { Arrival } from '../../src/stream/arrival.js';
import type { Side } from '../../src/stream/side.js';
import type { TlsFacts } from '../../src/tls/tls-facts.js';
import { judgeHandshake } from '../../src/websocket/opening-handshake.js';
import { aSession, type SessionBuilder } from '../wire/session-builder.js';

export const SECOND = 1e9;

/** RFC 6455 1.3. */
export const UPGRADE: readonly Header[] = [
  ['Upgrade', 'websocket'],
  ['Connection', 'Upgrade'],
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
  ['Sec-WebSocket-Version', '13'],
];
export const SWITCHING: readonly Header[] = [
  ['Upgrade', 'websocket'],
  ['Connection', 'Upgrade'],
  ['Sec-WebSocket-Accept', 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='],
];

/** The headers, some replaced or (undefined) left out, others added. */
export const having = (headers: readonly Header[], changes: Record<string, string | undefined>): Header[] => [
  ...headers.filter(([name]) => !(name in changes)),
  ...Object.entries(changes).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
];

/** An open session to go on with. */
export const opened = (id = 1): SessionBuilder =>
  aSession(id)
    .handshake()
    .request('/live', [...UPGRADE])
    .response(101, 'Switching Protocols', [...SWITCHING]);

/** Both closed with this code, then the server's FIN. */
export const closed = (session: SessionBuilder, code = 1000): Session =>
  session.close('client', code).close('server', code).fin('server').fin('client').build();

/** The session with its opening handshake judged by RFC 6455, as the real layer does. */
export const judged = (session: Session): Session => {
  if (session.upgrade === undefined) return session;
  return { ...session, handshake: judgeHandshake(session.upgrade) };
};

/** A request for an upgrade and its answer. */
export const answered = (
  status: number,
  {
    request = UPGRADE,
    response = status === 101 ? SWITCHING : [],
    target = '/live',
    method = 'GET',
    body = '',
    httpVersion = '1.1',
  }: {
    request?: readonly Header[];
    response?: readonly Header[];
    target?: string;
    method?: string;
    body?: string;
    httpVersion?: string;
  } = {},
): Session => {
  const builder = aSession()
    .handshake()
    .request(target, [...request], method);
  const session = builder.response(status, undefined, [...response], body).build();
  if (session.upgrade?.request !== undefined) session.upgrade.request.httpVersion = httpVersion;
  return judged(session);
};

/** From this packet on nothing of that side was acknowledged; it was sent again every second. */
export const unacknowledged = (session: Session, side: Side, since: Arrival, repeats = 5): Session => {
  const flow = session.tcp.flows[side];
  flow.oldestUnacked = since;
  flow.unackedBytes = 100;
  for (let n = 1; n <= repeats; n++) {
    flow.repeats.push({ packet: since.packet + 100 + n, at: since.at + n * SECOND, readyAt: since.at + n * SECOND });
  }
  flow.retransmissions += repeats;
  return session;
};

/** Somebody on the way answers packets of the client by ICMP, the first at that time. */
export const refusedBy = (session: Session, sent: Arrival, times: number): Session => {
  const error = { from: '192.0.2.1', family: 4, type: 3, code: 3, name: 'port unreachable', quoted: 'client' } as const;
  for (let n = 0; n < times; n++) {
    session.tcp.icmpErrors.push({ ...error, arrival: arrivalAt(200 + n, sent.at / SECOND + n) });
  }
  return session;
};

/** Changes what TLS saw. */
export const withTls = (session: Session, change: (tls: TlsFacts) => void): Session => {
  if (session.tls !== undefined) change(session.tls);
  return session;
};

export const arrivalAt = (packet: number, seconds: number): Arrival => ({
  packet,
  at: seconds * SECOND,
  readyAt: seconds * SECOND,
});
