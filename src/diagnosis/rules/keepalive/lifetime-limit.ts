/**
 * Sessions that were ended at one fixed age although they were busy: a limit on how long a connection may live, which
 * no ping prevents. Said only where several sessions of different beginnings share the age.
 */
import type { Nanos } from '../../../capture/packet.js';
import type { Session } from '../../../session/session.js';
import { evidence } from '../../evidence.js';
import { closeMayBeUnseen } from '../../measures/close-visibility.js';
import { lastFrame, sessionEnd, unusedBefore } from '../../measures/ending.js';
import { neighboursBy } from '../../measures/neighbours.js';
import { count, duration, values } from '../../measures/values.js';
import { defineRule } from '../../rule.js';
import { nameTimer, rankTimers } from './known-timers.js';

/** An age that is shorter belongs to other timers and to chance; up to SHORT, two sessions are not enough. */
const SHORTEST: Nanos = 3e9;
const SHORT: Nanos = 10e9;
/** Ages that one limit ended differ by no more than this, or this share of the age. */
const SAME_AGE: Nanos = 0.1e9;
const SAME_SHARE = 0.01;
/** Beginnings farther apart than this: the ends are not one event. */
const APART: Nanos = 1e9;
/** Busy: the silence before the end is at most this share of the age. */
const BUSY_SHARE = 0.2;

interface Life {
  session: Session;
  start: Nanos;
  age: Nanos;
}

export const lifetimeLimit = defineRule({
  meta: {
    id: 'keepalive/lifetime-limit',
    title: 'Ended at a fixed age',
    severity: 'error',
    causes: ['ws-lifetime-limit'],
    needs: ['frames', 'both-sides', 'ending'],
    precedence: 'lifetime',
    reference: ['RFC 6455 7.1.4'],
    messages: {
      age: 'The connection was ended at an age of {age} although it was in use until {silence} before. {others} other sessions with this server ended at the same age: a limit on the lifetime of connections. Libraries report this as 1006.',
      known:
        'The connection was ended at an age of {age} although it was in use until {silence} before. {others} other sessions with this server ended at the same age: a limit on the lifetime of connections. Known ones, the nearest first: {candidates}. Libraries report this as 1006.',
    },
    notes: { opened: 'session opened', last: 'last frame before the end', end: 'end of the connection' },
    remedies: {
      limit:
        'Raise the lifetime limit of the load balancer in front: Google Cloud backend service timeoutSec (30 s unless set) counts the whole connection for WebSocket; Envoy: max_connection_duration; HAProxy: timeout tunnel counts silence only.',
      reconnect: 'Or let the client reconnect shortly before that age, and resume where it was.',
    },
  },
  *check(session, capture) {
    const life = lifeOf(session);
    const end = sessionEnd(session);
    if (life === undefined || end === undefined) return;
    const sameAge = Math.max(SAME_AGE, life.age * SAME_SHARE);
    const others = livesOfAge(capture, session, sameAge).nearest.filter(
      (other) => other.session !== session && Math.abs(other.start - life.start) > APART,
    );
    if (others.length < (life.age < SHORT ? 2 : 1)) return;
    const candidates = rankTimers('age', life.age);
    yield {
      message: candidates.length === 0 ? 'age' : 'known',
      cause: 'ws-lifetime-limit',
      data: {
        age: duration(life.age),
        silence: duration(unusedBefore(session, end.at) ?? 0),
        others: count(others.length),
        candidates: values(candidates.map(nameTimer)),
      },
      evidence: evidence([session.upgrade?.response?.span, 'opened'], [lastFrame(session), 'last'], [end.at, 'end']),
      struckAt: end.at.at,
      confidence: others.length > 1 ? 'likely' : 'possible',
      remedies: ['limit', 'reconnect'],
    };
  },
});

/** Of a busy session that the server's side ended without a Close; undefined for all others. */
const lifeOf = (session: Session): Life | undefined => {
  const end = sessionEnd(session);
  const opened = session.upgrade?.response?.span.last;
  if (end === undefined || end.by === 'client' || opened === undefined) return undefined;
  if (session.websocket?.firstClose !== undefined || closeMayBeUnseen(session)) return undefined;
  const age = end.at.at - opened.at;
  const silence = unusedBefore(session, end.at) ?? age;
  return age < SHORTEST || silence > age * BUSY_SHARE ? undefined : { session, start: opened.at, age };
};

const livesOfAge = neighboursBy(
  lifeOf,
  ({ server }) => server.text,
  (life) => life.age,
);
