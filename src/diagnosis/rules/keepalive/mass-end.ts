/**
 * Sessions with one server that ended together without a Close, at different ages and after different silences: one
 * event ended them all, such as a reload, a deploy, a crash or a failover.
 */
import type { Nanos } from '../../../capture/packet.js';
import type { CaptureView, Session } from '../../../session/session.js';
import { evidence } from '../../evidence.js';
import { closeMayBeUnseen } from '../../measures/close-visibility.js';
import { lastFrame, sessionEnd, silenceBefore } from '../../measures/ending.js';
import { legDifference } from '../../measures/leg-difference.js';
import { legsOf } from '../../measures/legs.js';
import { neighboursBy } from '../../measures/neighbours.js';
import { isFromProxy } from '../../measures/upgrade-attempt.js';
import { count, duration, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

/** Ends within this of each other are one event. */
const TOGETHER: Nanos = 1e9;
/** Two may be chance. */
const SESSIONS_NEEDED = 3;
/** Silences that differ by less than this, the granularity of idle timers, may have been ended by a timer each. */
const DIFFERENT: Nanos = 1e9;
/** Sessions that began further apart than this did not come to the same age at one moment; lifetimes are not swept for. */
const BEGUN_APART: Nanos = 0.2e9;
/** What differs by less than this many times the spread of the ends themselves differs by chance. */
const CLEARLY = 3;
interface End {
  session: Session;
  at: Nanos;
  age: Nanos;
  silence: Nanos;
}

export const massEnd = defineRule({
  meta: {
    id: 'keepalive/mass-end',
    title: 'Many sessions ended together',
    severity: 'error',
    causes: ['ws-mass-disconnect'],
    needs: ['frames', 'both-sides', 'ending'],
    precedence: 'mass-end',
    reference: ['RFC 6455 7.1.4', 'https://nginx.org/en/docs/ngx_core_module.html#worker_shutdown_timeout'],
    messages: {
      together:
        '{sessions} sessions with {server} were ended within {spread}, this one {silence} after its last frame, without a Close frame. Their ages and silences differ, so no timer ended them: one event did, such as a reload, deploy, crash or failover. Libraries report this as 1006.',
      behind:
        '{sessions} sessions with the proxy {server} were ended within {spread} by that proxy, and this leg behind it with them, {silence} after its last frame, without a Close frame. Their ages and silences differ, so no timer ended them: one event did, such as a reload, deploy or crash of the proxy. Libraries report this as 1006.',
    },
    notes: { last: 'last frame', end: 'end of this session', others: 'end of another session' },
    remedies: {
      reload:
        'Look for a reload, deploy or restart at that second in the logs of the proxy and the server, and for a process that died (nginx: “worker process … exited on signal”). nginx: worker_shutdown_timeout 1h; gives old workers time (ingress-nginx: worker-shutdown-timeout); HAProxy: hard-stop-after 1h; Apache httpd: GracefulShutdownTimeout 3600.',
      drain: 'Let the server say goodbye first: close all sessions with 1001 or 1012 on SIGTERM, over some seconds.',
      spread: 'Let clients reconnect with a randomised delay, or all come back in the same second.',
    },
  },
  *check(session, capture) {
    const at = sessionEnd(session)?.at;
    const known = endOf(session) === undefined ? frontOf(session, capture) : session;
    const end = known && endOf(known);
    if (end === undefined || at === undefined) return;
    const { count: together, nearest } = endsNear(capture, known!, TOGETHER);
    if (together < SESSIONS_NEEDED || maySameTimer(nearest)) return;
    yield {
      message: known === session ? 'together' : 'behind',
      cause: 'ws-mass-disconnect',
      data: {
        sessions: count(together),
        server: text(known!.server.text),
        spread: duration(spread(nearest.map((other) => other.at))),
        silence: duration(known === session ? end.silence : (silenceBefore(session, at)?.length ?? 0)),
      },
      evidence: evidence(
        [lastFrame(session), 'last'],
        [at, 'end'],
        ...nearest
          .filter((other) => other.session !== known)
          .slice(0, 3)
          .map((other) => [other.session.tcp.endPacket, 'others'] as const),
      ),
      struckAt: at.at,
      confidence: 'likely',
      remedies: ['reload', 'drain', 'spread'],
    };
  },
});

/** The client's leg, of the leg behind a proxy that ended both. */
const frontOf = (session: Session, capture: CaptureView): Session | undefined => {
  const leg = legsOf(session, capture).find(({ back }) => back === session);
  const isEnded = session.websocket !== undefined && session.websocket.firstClose === undefined;
  return isEnded && leg !== undefined && legDifference(leg).ended?.by === 'proxy' ? leg.front : undefined;
};

/** All of one age, or of one silence: a lifetime or idle timer each, begun together. */
const maySameTimer = (together: readonly End[]): boolean => {
  const apart = CLEARLY * spread(together.map(({ at }) => at));
  const spreadOf = (measure: 'age' | 'silence') => spread(together.map((end) => end[measure]));
  return spreadOf('age') < Math.max(BEGUN_APART, apart) || spreadOf('silence') < Math.max(DIFFERENT, apart);
};

const spread = (values: readonly Nanos[]): Nanos => Math.max(...values) - Math.min(...values);

/** Of a session that ended without a Close, by the server's side or, on the leg behind a proxy, by that proxy. */
const endOf = (session: Session): End | undefined => {
  const end = sessionEnd(session);
  if (end === undefined || session.websocket === undefined) return undefined;
  if (end.by === 'client' && !isFromProxy(session)) return undefined;
  if (session.websocket.firstClose !== undefined || closeMayBeUnseen(session)) return undefined;
  const opened = session.upgrade?.response?.span.last ?? session.tcp.first;
  return {
    session,
    at: end.at.at,
    age: end.at.at - opened.at,
    silence: silenceBefore(session, end.at)?.length ?? 0,
  };
};

/** Sessions that one machine can have ended: with one server, from the same side of it. */
const groupOf = (session: Session): string => {
  const { server, client } = session;
  return sessionEnd(session)?.by === 'client' ? `${server.text} from ${client.address}` : server.text;
};

const endsNear = neighboursBy(endOf, groupOf, (end) => end.at);
