/**
 * An end after a silence as long as a timer: one that products ship with, or one that ended other sessions with the
 * same server after the same silence. Silence alone is never proof: likely at most, and all candidates are named.
 */
import type { Nanos } from '../../../capture/packet.js';
import type { CaptureView, Session } from '../../../session/session.js';
import type { Arrival } from '../../../stream/arrival.js';
import { type Actor, SIDES } from '../../../stream/side.js';
import { evidence } from '../../evidence.js';
import { closeMayBeUnseen } from '../../measures/close-visibility.js';
import { lastFrame, sessionEnd, silenceBefore } from '../../measures/ending.js';
import { neighboursBy } from '../../measures/neighbours.js';
import { phrase } from '../../measures/phrases.js';
import { isFromProxy } from '../../measures/upgrade-attempt.js';
import { count, duration, values } from '../../measures/values.js';
import { isWholeSeconds } from '../../measures/whole-seconds.js';
import { defineRule, type Value } from '../../rule.js';
import { nameTimer, rankTimers } from './known-timers.js';

/** A shared silence shorter than this is ordinary life: replies and retries come in such steps. */
const SHORTEST_SHARED: Nanos = 5e9;
/** Unless so many others ended after the very same whole number of seconds, by the server's side. */
const OTHERS_OF_SECONDS = 2;
const VERY_SAME: Nanos = 50e6;
/** Silences of two sessions that one timer ended differ by no more than its granularity. */
const SAME: Nanos = 0.5e9;
/** Jetty closes idle sessions with 1001 and this word in the reason. */
const IDLE_REASON = /idle|timeout|timed out|inactiv/i;

interface Silence {
  session: Session;
  /** Of the opening handshake. */
  key: string | undefined;
  since: Arrival;
  end: Arrival;
  by: Actor;
  length: Nanos;
  /** Ended by a Close that says so. */
  closed: boolean;
}

export const idleTimeout = defineRule({
  meta: {
    id: 'keepalive/idle-timeout',
    title: 'Ended after a silence',
    severity: 'error',
    causes: ['ws-idle-timeout'],
    needs: ['frames', 'both-sides', 'ending'],
    precedence: 'idle',
    reference: ['RFC 6455 5.5.2', 'RFC 6455 7.1.4'],
    messages: {
      timer:
        'Nothing was said for {silence}, then {by} ended the connection without a Close frame. That is how an idle timeout of {timer} looks; known ones, the nearest first: {candidates}. Libraries report this as 1006.',
      shared:
        'Nothing was said for {silence}, then {by} ended the connection without a Close frame. {others} other sessions with this server ended after the same silence: a timer of about {timer}. Libraries report this as 1006.',
      closed: 'Nothing was said for {silence}, then {by} closed with 1001: an idle timeout that says goodbye.',
    },
    notes: { last: 'last frame before the silence', end: 'end of the connection' },
    remedies: {
      ping: 'Send WebSocket pings more often than the timer, for example every {half}: ws: setInterval(() => socket.ping(), ms); python websockets: ping_interval=20; a browser cannot send pings, let the server do it.',
      nginx: 'For nginx, raise the timers of the location: proxy_read_timeout 3600s; proxy_send_timeout 3600s;',
      haproxy:
        'For HAProxy: timeout tunnel 1h. For an AWS ALB: idle_timeout.timeout_seconds. For Envoy: stream_idle_timeout 0s on the route.',
      find: 'To learn who ended it, capture behind each proxy: the first one whose own backend did not end the connection has the timer.',
    },
  },
  *check(session, capture) {
    const silence = silenceOf(session);
    if (silence === undefined) return;
    const { since, end, by, length, closed } = silence;
    const candidates = rankTimers('silence', length);
    const match = candidates[0];
    const others = othersWithSameSilence(session, capture, silence);
    const shared = others.length > 0 && (length >= SHORTEST_SHARED || isSetInSeconds(silence, session, capture));
    const saysSo = closed && IDLE_REASON.test(session.websocket?.firstClose?.reason ?? '');
    if (match === undefined && !shared && !saysSo) return;
    yield {
      message: closed ? 'closed' : match === undefined ? 'shared' : 'timer',
      cause: 'ws-idle-timeout',
      severity: closed ? 'warning' : 'error',
      data: {
        silence: duration(length),
        by: byWhom(by, closed),
        timer: duration(match?.timer ?? Math.round(length / 1e9) * 1e9),
        half: duration(Math.round(length / 2e9) * 1e9),
        candidates: values(candidates.map(nameTimer)),
        others: count(others.length),
      },
      evidence: evidence([since, 'last'], [end, 'end']),
      struckAt: end.at,
      // From behind a proxy its timer strikes from the client's side; a client of its own may just have left.
      confidence: by === 'server' || shared || isProxyLeg(session, capture) ? 'likely' : 'possible',
      remedies: ['ping', 'nginx', 'haproxy', 'find'],
    };
  },
});

const byWhom = (by: Actor, closed: boolean): Value =>
  phrase(by === 'network' ? 'the-network' : closed ? `the-${by}` : `the-${by}s-side`);

/** The silence a session ended with, when it ended without a Close or with a going-away. */
const silenceOf = (session: Session): Silence | undefined => {
  const { websocket } = session;
  if (websocket === undefined) return undefined;
  const { firstClose } = websocket;
  if (firstClose !== undefined) {
    if (firstClose.code !== 1001 || firstClose.from !== 'server') return undefined;
    const before = websocket.lastData.server?.at ?? Number.NEGATIVE_INFINITY;
    const since =
      before > (websocket.lastData.client?.at ?? Number.NEGATIVE_INFINITY)
        ? websocket.lastData.server
        : websocket.lastData.client;
    if (since === undefined) return undefined;
    const end = firstClose.span.first;
    return { session, key: session.handshake?.key, since, end, by: 'server', length: end.at - since.at, closed: true };
  }
  const end = sessionEnd(session);
  if (end === undefined || closeMayBeUnseen(session)) return undefined;
  const before = silenceBefore(session, end.at);
  if (before === undefined || !isQuietOn(session, before.since, end.at)) return undefined;
  return {
    session,
    key: session.handshake?.key,
    since: before.since,
    end: end.at,
    by: end.by,
    length: before.length,
    closed: false,
  };
};

/** Nothing else was sent in the silence either: no unfinished frame, nothing in a hole. */
const isQuietOn = (session: Session, since: Arrival, end: Arrival): boolean => {
  const isQuiet = SIDES.every((side) => {
    const heard = session.tcp.flows[side].lastData?.at ?? 0;
    return heard <= since.at || heard > end.at;
  });
  return lastFrame(session) === since && (session.tls !== undefined || isQuiet) && noneUnacked(session, end);
};

/** Data that was never acknowledged is no silence but a lost peer; what is sent after the end is nobody's any more. */
const noneUnacked = ({ tcp }: Session, end: Arrival): boolean =>
  SIDES.every((side) => {
    const { unackedBytes, oldestUnacked } = tcp.flows[side];
    return unackedBytes === 0 || (oldestUnacked !== undefined && oldestUnacked.at > end.at);
  });

/** Sessions with the same server whose silence before the end was as long, ended from the same side. */
const othersWithSameSilence = (session: Session, capture: CaptureView, silence: Silence, same = SAME): Session[] => {
  if (silence.closed) return [];
  return silencesLike(capture, session, same)
    .nearest.filter(
      (other) =>
        other.session !== session &&
        other.by === silence.by &&
        // Sessions that ended in one moment were ended by one event, not by a timer each.
        Math.abs(other.end.at - silence.end.at) > SAME,
    )
    .map((other) => other.session);
};

/** Shorter than others are believed, but alike and in whole seconds. */
const isSetInSeconds = (silence: Silence, session: Session, capture: CaptureView): boolean =>
  silence.by === 'server' &&
  isWholeSeconds(silence.length) &&
  othersWithSameSilence(session, capture, silence, VERY_SAME).length >= OTHERS_OF_SECONDS;

/** The client of this connection is a proxy: its request says so, or its client's leg ended with it. */
const isProxyLeg = (session: Session, capture: CaptureView): boolean => {
  const key = session.handshake?.key;
  if (isFromProxy(session)) return true;
  return endedWith(capture, session, SAME).nearest.some(
    (other) => other.session !== session && other.by === 'server' && key !== undefined && other.key === key,
  );
};

const visibleSilence = (session: Session): Silence | undefined => {
  const silence = session.sight.has('frames') && session.sight.has('both-sides') ? silenceOf(session) : undefined;
  return silence === undefined || silence.closed ? undefined : silence;
};

/** Ends of sessions with any server, by time: the two legs of a proxy share the key of their handshake. */
const endedWith = neighboursBy(
  visibleSilence,
  () => 'all',
  (silence) => silence.end.at,
);

const silencesLike = neighboursBy(
  visibleSilence,
  ({ server }) => server.text,
  (silence) => silence.length,
);
