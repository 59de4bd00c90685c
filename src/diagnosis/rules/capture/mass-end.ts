/**
 * Sessions with one server that ended within a second, told once for all of them: how many, whether the server said
 * goodbye, and what the connections after it show of the reason. A listener that refused connections for a while was
 * restarted or crashed; one that was never gone tells less, since a master process keeps it while its workers die.
 */
import type { Nanos } from '../../../capture/packet.js';
import type { Session } from '../../../session/session.js';
import type { Arrival } from '../../../stream/arrival.js';
import { evidence, type Point } from '../../evidence.js';
import { groupBy } from '../../measures/attempts.js';
import { sessionEnd } from '../../measures/ending.js';
import { legsOf } from '../../measures/legs.js';
import { textOr } from '../../measures/phrases.js';
import { count, duration, text } from '../../measures/values.js';
import { defineCaptureRule, type JudgedCapture } from '../../rule.js';

/** Ends within this of the one before are one burst. */
const TOGETHER: Nanos = 1e9;
/** Fewer say goodbye together by chance: two tabs that one browser closes. */
const GOODBYES_NEEDED = 5;
/** As the rule for one session: keepalive/mass-end. */
const ENDS_NEEDED = 3;
/** Connections that come back within this tell what the server did meanwhile. */
const AFTERMATH: Nanos = 60e9;
/** A listener that accepts this soon was there all the time; supervisors start a program anew in seconds. */
const NOT_GONE: Nanos = 1e9;
const ENDS_SHOWN = 4;
/** RFC 6455 7.4.1 and the IANA registry: going away, service restart, try again later. */
const RESTART_CODES: ReadonlySet<number> = new Set([1001, 1012, 1013]);

interface End {
  session: Session;
  at: Arrival;
  goodbye: boolean;
  /** The proxy that ended it from the client's side. */
  proxy: string | undefined;
}

const WHAT = '{sessions} sessions with {server} were ended by its side within {spread}';

export const captureMassEnd = defineCaptureRule({
  meta: {
    id: 'capture/mass-end',
    title: 'Many sessions of one server ended at once',
    severity: 'warning',
    causes: [],
    needs: [],
    reference: ['RFC 6455 7.4.1', 'RFC 6455 7.2.3'],
    messages: {
      goodbye: `${WHAT}, with a Close that says so ({codes}): a planned restart, deploy or drain. {returned} connections to it followed.`,
      reload: `${WHAT} without a Close, and it went on accepting connections ({returned}, the first after {back}): its listener was not gone. A reload of a proxy, a drained backend, a failover, or one worker that crashed or was killed under a master process that keeps the listener (nginx, Apache httpd, gunicorn, cluster of Node).`,
      later: `${WHAT} without a Close; the next connection to it came {back} later and was accepted. By then whatever had ended may have been started again, so the packets do not tell a reload from a crash.`,
      crash: `${WHAT} without a Close, and then {refused} connections to it were refused or unanswered before one was accepted again: its listener was gone for about {back}. A crash or a hard restart.`,
      down: `${WHAT} without a Close, and all {refused} connections to it after that were refused or unanswered: it did not come back while the capture lasted.`,
      proxy:
        '{sessions} sessions with {server} were ended within {spread} by {proxy}, the proxy before it, without a Close: a reload, deploy or crash of that proxy, or a server that it marked as down.',
      silent: `${WHAT} without a Close; no connection to it followed, so the packets do not tell a reload from a crash.`,
    },
    notes: { end: 'end of a session', refused: 'refused or unanswered', accepted: 'accepted again' },
    remedies: {
      logs: 'Look for a reload, deploy, restart or crash at that second in the logs of the proxy and the server.',
      drain: 'Let the server close its sessions with 1001 or 1012 before it goes, over some seconds.',
      spread: 'Let clients reconnect after a random delay, or all come back in the same second.',
    },
  },
  *check(capture) {
    const byEnder = groupBy(endsOf(capture), ({ session, proxy }) => `${session.server.text} ${proxy ?? ''}`);
    if (![...byEnder.values()].some((ends) => ends.length >= ENDS_NEEDED)) return;
    const connections = groupBy(connectionsOf(capture), ({ server }) => server);
    for (const ends of byEnder.values()) {
      const server = ends[0]!.session.server.text;
      for (const burst of burstsOf(ends)) yield findingOf(server, burst, connections.get(server) ?? []);
    }
  },
});

/** Ends that one event may have made: judged so one by one, or a goodbye that servers say to all. */
function* endsOf(capture: JudgedCapture): Iterable<End> {
  for (const session of capture.sessions) {
    const diagnosis = capture.diagnosis(session);
    const close = session.websocket?.firstClose;
    if (diagnosis === undefined) continue;
    if (close?.from === 'server' && RESTART_CODES.has(close.code) && diagnosis.cause !== 'ws-idle-timeout') {
      yield { session, at: close.span.first, goodbye: true, proxy: undefined };
    } else if (diagnosis.cause === 'ws-mass-disconnect') {
      const end = sessionEnd(session);
      // Told at the legs before the proxy, where those are in the capture.
      if (end === undefined || isToldBefore(session, capture)) continue;
      const proxy = end.by === 'client' ? session.client.address : undefined;
      yield { session, at: end.at, goodbye: false, proxy };
    }
  }
}

const isToldBefore = (session: Session, capture: JudgedCapture): boolean =>
  legsOf(session, capture).some(
    ({ front, back }) => back === session && capture.diagnosis(front)?.cause === 'ws-mass-disconnect',
  );

function* burstsOf(ends: End[]): Iterable<End[]> {
  ends.sort((a, b) => a.at.at - b.at.at);
  let burst: End[] = [];
  for (const end of [...ends, undefined]) {
    const before = burst.at(-1);
    if (end !== undefined && (before === undefined || end.at.at - before.at.at <= TOGETHER)) {
      burst.push(end);
      continue;
    }
    if (burst.length >= (isGoodbye(burst) ? GOODBYES_NEEDED : ENDS_NEEDED)) yield burst;
    if (end !== undefined) burst = [end];
  }
}

const isGoodbye = (burst: readonly End[]): boolean => burst.filter(({ goodbye }) => goodbye).length * 2 > burst.length;

/** What shows whether a listener was there: sessions, and the health checks that are none. */
interface Connection {
  server: string;
  first: Arrival;
  answer: 'accepted' | 'refused' | 'unclear';
}

function* connectionsOf({ sessions, checks }: JudgedCapture): Iterable<Connection> {
  for (const { server, tcp } of sessions) {
    const isRefused = tcp.syns.length > 0 && (tcp.refused !== undefined || tcp.syns.length > 1);
    const answer = tcp.synAcks.length > 0 ? 'accepted' : isRefused ? 'refused' : 'unclear';
    yield { server: server.text, first: tcp.first, answer };
  }
  for (const { server, checks: series } of checks) {
    for (const { first, passed, key } of series) {
      // One that asks for an upgrade may be accepted and fail all the same.
      const answer = passed ? 'accepted' : key === undefined ? 'refused' : 'unclear';
      yield { server, first, answer };
    }
  }
}

const findingOf = (server: string, burst: readonly End[], connections: readonly Connection[]) => {
  const [first, last] = [burst[0]!.at, burst.at(-1)!.at];
  const later = connections
    .filter(({ first: start }) => start.at > first.at && start.at - last.at <= AFTERMATH)
    .sort((a, b) => a.first.at - b.first.at);
  const returned = later.findIndex(({ answer }) => answer === 'accepted');
  const accepted = later[returned];
  const refused = later.slice(0, accepted && returned).filter(({ answer }) => answer === 'refused');
  const codes = new Set(
    burst.flatMap(({ session, goodbye }) => (goodbye ? [session.websocket?.firstClose?.code] : [])),
  );
  const [{ proxy } = { proxy: undefined }] = burst;
  const ended = isGoodbye(burst) ? 'goodbye' : proxy !== undefined ? 'proxy' : aftermathOf(accepted, refused, last.at);
  return {
    message: ended,
    cause: null,
    data: {
      sessions: count(burst.length),
      server: text(server),
      proxy: textOr(proxy, 'the-proxy'),
      spread: duration(last.at - first.at),
      codes: text([...codes].join(', ')),
      returned: count(later.length),
      refused: count(refused.length),
      back: duration(Math.max(0, (accepted?.first.at ?? last.at) - first.at)),
    },
    evidence: evidence(
      ...burst.slice(0, ENDS_SHOWN).map(({ at }): Point => [at, 'end']),
      [refused[0]?.first, 'refused'],
      [accepted?.first, 'accepted'],
    ),
    ...(ended === 'goodbye' ? { severity: 'note' as const } : {}),
    confidence: 'likely' as const,
    remedies: ended === 'goodbye' ? ['spread'] : ['logs', 'drain', 'spread'],
    sessions: burst.map(({ session }) => session).sort((a, b) => a.id - b.id),
  };
};

const aftermathOf = (accepted: Connection | undefined, refused: readonly Connection[], ended: Nanos) => {
  if (refused.length > 0) return accepted === undefined ? 'down' : 'crash';
  if (accepted === undefined) return 'silent';
  return accepted.first.at - ended <= NOT_GONE ? 'reload' : 'later';
};
