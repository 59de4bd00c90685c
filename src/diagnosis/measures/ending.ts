/**
 * How a session ended, as rules ask for it: by whom, when, and after how much silence. What that means is for the
 * rules.
 */
import type { Nanos } from '../../capture/packet.js';
import { lastActivity, type Session } from '../../session/session.js';
import type { Arrival } from '../../stream/arrival.js';
import { type Actor, opposite, SIDES, type Side } from '../../stream/side.js';
import { CLOSE_NOTIFY } from '../../tls/alert.js';

export interface TcpEnd {
  by: Actor;
  kind: 'fin' | 'rst';
  at: Arrival;
}

/** The FIN or RST that ended the connection; undefined while it is open or merely silent. */
export const tcpEnd = ({ tcp }: Session): TcpEnd | undefined => {
  if (tcp.endPacket === undefined || tcp.endedBy === 'none') return undefined;
  if (tcp.end !== 'fin' && tcp.end !== 'rst') return undefined;
  return { by: tcp.endedBy, kind: tcp.end, at: tcp.endPacket };
};

export interface SessionEnd extends Omit<TcpEnd, 'kind'> {
  kind: TcpEnd['kind'] | 'close-notify';
}

/**
 * Who ended the session, once the connection is over. A goodbye of TLS asks the other side to end too (RFC 5246 7.2.1),
 * so that the FIN or RST which comes back is an answer.
 */
export const sessionEnd = (session: Session): SessionEnd | undefined => {
  const end = tcpEnd(session);
  if (end === undefined || end.by === 'network') return end;
  const at = goodbyeOfTls(session, opposite(end.by));
  const own = goodbyeOfTls(session, end.by);
  if (at === undefined || at.at > end.at.at || (own !== undefined && own.at <= at.at)) return end;
  return { by: opposite(end.by), kind: 'close-notify', at };
};

/**
 * The close_notify of a side. Of an encrypted connection any alert behind the handshake is taken for one: it may be a
 * complaint, and ends the connection too.
 */
export const goodbyeOfTls = ({ tls }: Session, side: Side): Arrival | undefined => {
  const plain = tls?.alerts.find(({ from, code }) => from === side && code === CLOSE_NOTIFY);
  const used = tls?.applicationData[side].first;
  const sealed = tls?.encryptedAlerts.find(({ from, arrival }) => from === side && used && arrival.at >= used.at);
  return earliest(plain?.arrival, sealed?.arrival);
};

/** When a side left: its first Close, close_notify, FIN or RST, whichever came first. */
export const departure = (session: Session, side: Side): Arrival | undefined => {
  const { fin, rst } = session.tcp.flows[side];
  const close = session.websocket?.closes[side]?.span.first;
  return earliest(close, goodbyeOfTls(session, side), fin, rst);
};

export const earliest = (...arrivals: readonly (Arrival | undefined)[]): Arrival | undefined =>
  arrivals.reduce((best, next) => (next !== undefined && (best === undefined || next.at < best.at) ? next : best));

export const latest = (...arrivals: readonly (Arrival | undefined)[]): Arrival | undefined =>
  arrivals.reduce((best, next) => (next !== undefined && (best === undefined || next.at > best.at) ? next : best));

/**
 * The last frame of either side before the first one ended, or the response that opened the session when there was none:
 * what the other side still sends into a connection that is over says nothing about how it ended.
 */
export const lastFrame = (session: Session): Arrival | undefined => {
  const { websocket, upgrade } = session;
  if (websocket === undefined) return lastActivity(session);
  const last = websocket.lastFrameBeforeEnd ?? websocket.lastFrame;
  return latest(...SIDES.map((side) => last[side]), upgrade?.response?.span.last);
};

/** Time between the last frame and the end without a Close. */
export const silenceBefore = (session: Session, end: Arrival): { since: Arrival; length: Nanos } | undefined => {
  const since = lastFrame(session);
  return since === undefined ? undefined : { since, length: end.at - since.at };
};

/**
 * How long nobody used the connection before its end. A RST that answers a packet as hosts do for a connection they do not
 * have ends the silence before that packet: what nobody took any more is no use of the connection.
 */
export const unusedBefore = (session: Session, end: Arrival): Nanos | undefined => {
  const lost = silenceBeforeLoss(session, end);
  return lost === undefined ? silenceBefore(session, end)?.length : lost.until.at - lost.since.at;
};

/** From the last packet of the side whose RST it is until the first that it left unacknowledged. */
const silenceBeforeLoss = ({ tcp }: Session, end: Arrival): { since: Arrival; until: Arrival } | undefined => {
  for (const side of SIDES) {
    const { rst, rstAnswers, beforeRst: since } = tcp.flows[side];
    const until = tcp.flows[opposite(side)].oldestUnacked;
    if (rst?.packet !== end.packet || rstAnswers === undefined || since === undefined || until === undefined) continue;
    if (until.at > since.at && until.at <= rstAnswers.at) return { since, until };
  }
  return undefined;
};
