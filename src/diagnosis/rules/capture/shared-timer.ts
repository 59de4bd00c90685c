/**
 * Sessions with one server that one timer ended, told once for all of them: its length as measured, what it counts from,
 * and which products ship with it. Several ends measure a timer better than one does.
 */
import type { Nanos } from '../../../capture/packet.js';
import type { Session } from '../../../session/session.js';
import type { Arrival } from '../../../stream/arrival.js';
import { evidence } from '../../evidence.js';
import { groupBy, quantile } from '../../measures/attempts.js';
import { count, duration, text, values } from '../../measures/values.js';
import { defineCaptureRule, type JudgedCapture } from '../../rule.js';
import { nameTimer, rankTimers } from '../keepalive/known-timers.js';

const SESSIONS_NEEDED = 3;
/** Times that one timer made differ by no more than its granularity. */
const SAME: Nanos = 1e9;
const ENDS_SHOWN = 4;

/** Causes that are timers, what each counts, and where its finding keeps the measured time. */
const TIMERS = {
  'ws-idle-timeout': { kind: 'silence', key: 'silence', message: 'silence' },
  'ws-lifetime-limit': { kind: 'age', key: 'age', message: 'age' },
} as const;

interface Timed {
  session: Session;
  cause: keyof typeof TIMERS;
  length: Nanos;
  end: Arrival;
}

const SILENCE =
  '{sessions} sessions with {server} ended after a silence of {shortest} to {longest}: an idle timer of about {timer}.';
const AGE =
  '{sessions} sessions with {server} ended at an age of {shortest} to {longest} although they were in use: a limit of about {timer} on the lifetime of connections, which no ping prevents.';
const KNOWN = ' Known ones, the nearest first: {candidates}.';

export const sharedTimer = defineCaptureRule({
  meta: {
    id: 'capture/shared-timer',
    title: 'One timer ended several sessions',
    severity: 'warning',
    causes: [],
    needs: [],
    reference: ['RFC 6455 5.5.2', 'RFC 6455 7.1.4'],
    messages: {
      silence: SILENCE,
      'silence-known': `${SILENCE}${KNOWN}`,
      age: AGE,
      'age-known': `${AGE}${KNOWN}`,
    },
    notes: { end: 'end of a session' },
    remedies: {
      ping: 'Send WebSocket pings more often than the timer, or raise it on the way.',
      age: 'Raise the limit, or let clients reconnect shortly before that age.',
    },
  },
  *check(capture) {
    for (const all of groupBy(timedOf(capture), ({ session, cause }) => `${session.server.text} ${cause}`).values()) {
      for (const same of clustersOf(all)) yield findingOf(same);
    }
  },
});

function* timedOf(capture: JudgedCapture): Iterable<Timed> {
  for (const session of capture.sessions) {
    const diagnosis = capture.diagnosis(session);
    const cause = diagnosis?.cause;
    if (cause !== 'ws-idle-timeout' && cause !== 'ws-lifetime-limit') continue;
    const finding = diagnosis?.decisive?.finding;
    const measured = finding?.data?.[TIMERS[cause].key];
    const end = finding?.evidence.at(-1)?.arrival;
    if (measured?.type === 'duration' && end !== undefined) yield { session, cause, length: measured.ns, end };
  }
}

function* clustersOf(all: Timed[]): Iterable<Timed[]> {
  all.sort((a, b) => a.length - b.length);
  let same: Timed[] = [];
  for (const timed of [...all, undefined]) {
    const first = same[0];
    if (timed !== undefined && (first === undefined || timed.length - first.length <= SAME)) {
      same.push(timed);
      continue;
    }
    if (same.length >= SESSIONS_NEEDED) yield same;
    if (timed !== undefined) same = [timed];
  }
}

const findingOf = (same: readonly Timed[]) => {
  const { session, cause } = same[0]!;
  const lengths = same.map(({ length }) => length);
  const typical = quantile(lengths, 0.5);
  const { kind, message } = TIMERS[cause];
  const ends = same.map(({ end }) => end).sort((a, b) => a.at - b.at);
  const candidates = rankTimers(kind, typical);
  return {
    message: candidates.length === 0 ? message : (`${message}-known` as const),
    cause: null,
    data: {
      sessions: count(same.length),
      server: text(session.server.text),
      shortest: duration(quantile(lengths, 0)),
      longest: duration(quantile(lengths, 1)),
      timer: duration(typical),
      candidates: values(candidates.map(nameTimer)),
    },
    evidence: evidence(...ends.slice(0, ENDS_SHOWN).map((at) => [at, 'end'] as const)),
    confidence: 'likely' as const,
    remedies: [kind === 'age' ? 'age' : 'ping'],
    sessions: same.map((timed) => timed.session).sort((a, b) => a.id - b.id),
  };
};
