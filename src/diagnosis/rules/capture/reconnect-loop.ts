/**
 * Clients that come back again and again although every attempt fails: how often, with which pause, and what stops
 * them. A program connects anew only after its last attempt is over, so only attempts without overlap make a loop, and
 * only those at one target, where targets are visible. A session that held in between ends it.
 */

import type { Nanos } from '../../../capture/packet.js';
import { isSamePurpose, purposeOf } from '../../../session/purpose.js';
import type { Session } from '../../../session/session.js';
import { evidence } from '../../evidence.js';
import {
  type Chain,
  chainsOf,
  commonest,
  type FailedAttempt,
  failedAttempts,
  groupBy,
  heldSessions,
  quantile,
} from '../../measures/attempts.js';
import { phrase, textOr } from '../../measures/phrases.js';
import { count, duration, text, values } from '../../measures/values.js';
import { defineCaptureRule } from '../../rule.js';

/** Three may be a person who reloads a page. */
const ATTEMPTS_NEEDED = 5;
/** Libraries wait two minutes at most before they try again; who comes later begins anew. */
const LONGEST_PAUSE: Nanos = 130e9;
/** A pause below this is none: the program did not wait. */
const AT_ONCE: Nanos = 0.1e9;
/** Pauses that differ by less than this share of their median are one setting. */
const FIXED_SPREAD = 0.3;
/** Doubling is usual, 1.3 and 1.5 are found; jitter may shorten one step. */
const GROWTH = 2;
const GROWING_SHARE = 0.75;
const CLIENTS_NAMED = 8;
const ATTEMPTS_SHOWN = 5;

type Pacing = 'immediate' | 'fixed' | 'growing' | 'irregular' | 'mixed';

interface Loop {
  client: string;
  attempts: FailedAttempt[];
  pauses: Nanos[];
  pacing: Pacing;
  /** Sessions for the same purpose that held, shortly before, beside or after. */
  held: readonly Session[];
  /** One of those that held came after the last attempt. */
  recovered: boolean;
}

const WHAT =
  '{clients} came back to {server} again and again: {tries}, and none of them held (mostly {cause}){others}.';

export const reconnectLoop = defineCaptureRule({
  meta: {
    id: 'capture/reconnect-loop',
    title: 'Clients that reconnect in a loop',
    severity: 'warning',
    causes: [],
    needs: [],
    reference: ['RFC 6455 7.2.3'],
    messages: {
      immediate: `${WHAT} They do not wait before they try again: while the reason lasts, this is load that grows with the number of clients.`,
      fixed: `${WHAT} The pause before the next attempt is always about {pause}: no back-off, and clients that failed together come back together.`,
      growing: `${WHAT} The pause before the next attempt grows from {shortest} to {longest}, as a back-off does.`,
      irregular: `${WHAT} The pause before the next attempt is between {shortest} and {longest}, about {pause}, without a visible rule.`,
      mixed: `${WHAT} So many sessions of that address were open at one time, before or after, that these may be several programs; which attempt is whose, and how long each of them waits, the packets do not tell.`,
    },
    notes: { attempt: 'an attempt begins', last: 'the last one' },
    remedies: {
      cause: 'Look at one of the sessions for why it failed; the loop only repeats it.',
      backoff:
        'Let clients wait longer after each failure, with a random part: the first time up to 5 s, then twice as long, up to a minute or two (RFC 6455 7.2.3).',
    },
  },
  *check(capture) {
    const byServer = new Map<string, Loop[]>();
    const attempts = [...failedAttempts(capture)].filter(({ session }) => !hidesItsTarget(session));
    const byPair = groupBy(attempts, ({ session }) => pairOf(session));
    const held = groupBy(heldSessions(capture), pairOf);
    for (const [pair, attempts] of byPair) {
      if (attempts.length < ATTEMPTS_NEEDED) continue;
      attempts.sort((a, b) => a.start - b.start);
      for (const chain of chainsOf(attempts, LONGEST_PAUSE)) {
        if (chain.attempts.length < ATTEMPTS_NEEDED) continue;
        for (const loop of loopsOf(chain, attempts, held.get(pair) ?? [])) {
          const server = loop.attempts[0]!.session.server.text;
          const known = byServer.get(server);
          if (known === undefined) byServer.set(server, [loop]);
          else known.push(loop);
        }
      }
    }
    for (const [server, loops] of byServer) yield findingOf(server, loops);
  },
});

/** Half decrypted: an open session whose request stayed closed may have been for anything, and by any program. */
const hidesItsTarget = ({ tls, websocket, upgrade }: Session): boolean =>
  tls?.decrypted === 'partly' && websocket !== undefined && upgrade?.request === undefined;

const pairOf = ({ client, server }: Session): string => `${client.address} ${server.text}`;

/** The runs of failures in a chain: whoever got what it came for in between did not go round in a loop. */
function* loopsOf(
  { attempts, purpose }: Chain,
  all: readonly FailedAttempt[],
  held: readonly Session[],
): Iterable<Loop> {
  const [begin, end] = [attempts[0]!.start - LONGEST_PAUSE, attempts.at(-1)!.over + LONGEST_PAUSE];
  const near = held.filter(
    (session) => startedAt(session) >= begin && startedAt(session) <= end && isSamePurpose(purpose, purposeOf(session)),
  );
  let run: FailedAttempt[] = [];
  for (const attempt of [...attempts, undefined]) {
    const last = run.at(-1);
    const isBroken = attempt === undefined || (last !== undefined && near.some(liesBetween(last.over, attempt.start)));
    const programs = isBroken && run.length > 0 ? programsIn(run, held) : 1;
    if (isBroken && attemptsEach(run, all, programs) >= ATTEMPTS_NEEDED && !choseItsEnds(run)) {
      const pauses = run.slice(1).map(({ start }, index) => start - run[index]!.over);
      const client = run[0]!.session.client.address;
      const pacing = programs > 1 ? 'mixed' : pacingOf(pauses);
      const recovered = near.some((session) => startedAt(session) >= run.at(-1)!.over);
      yield { client, attempts: run, pauses, pacing, held: near, recovered };
    }
    if (isBroken) run = [];
    if (attempt !== undefined) run.push(attempt);
  }
}

/**
 * How many programs at that address may have made these attempts. Those that were refused show no program: as many may
 * stand behind them as had sessions at one time, which ended before the attempts were over or began after the first.
 */
const programsIn = (run: readonly FailedAttempt[], held: readonly Session[]): number => {
  if (run.filter(isAnonymous).length * 2 <= run.length) return 1;
  const [first, last] = [run[0]!, run.at(-1)!];
  const before = held.filter(({ tcp }) => tcp.last.at <= last.over && tcp.last.at >= first.start - LONGEST_PAUSE);
  const after = held.filter(({ tcp }) => tcp.first.at >= first.start && tcp.first.at <= last.over + LONGEST_PAUSE);
  return Math.max(1, mostAtOnce(before), mostAtOnce(after));
};

const isAnonymous = ({ session }: FailedAttempt): boolean => {
  const { agent, hello } = purposeOf(session);
  return agent === undefined && hello === undefined;
};

const mostAtOnce = (sessions: readonly Session[]): number =>
  mostTogether(sessions.map(({ tcp }) => [tcp.first.at, tcp.last.at]));

/** Attempts of each program, if they share what shows no program evenly. */
const attemptsEach = (run: readonly FailedAttempt[], all: readonly FailedAttempt[], programs: number): number => {
  if (programs === 1) return run.length;
  const [from, to] = [run[0]!.start, run.at(-1)!.over];
  return all.filter((attempt) => attempt.start >= from && attempt.over <= to).length / programs;
};

/** Sessions that the client closed itself, with one code here and another there, do not fail for one reason. */
const choseItsEnds = (run: readonly FailedAttempt[]): boolean => {
  const codes = run.flatMap(({ session: { websocket } }) =>
    websocket?.firstClose?.from === 'client' ? [websocket.firstClose.code] : [],
  );
  return new Set(codes).size * 2 > run.length;
};

const startedAt = ({ tcp }: Session): Nanos => tcp.first.at;

const liesBetween =
  (from: Nanos, to: Nanos) =>
  ({ tcp }: Session): boolean =>
    tcp.first.at >= from && tcp.last.at <= to;

const findingOf = (server: string, loops: readonly Loop[]) => {
  const attempts = loops.flatMap((loop) => loop.attempts).sort((a, b) => a.start - b.start);
  const pauses = loops.flatMap((loop) => loop.pauses);
  const periods = loops.flatMap((loop) =>
    loop.attempts.slice(1).map((next, at) => next.start - loop.attempts[at]!.start),
  );
  const clients = [...new Set(loops.map(({ client }) => client))];
  const programs = clients.reduce((sum, client) => sum + sideBySide(loops.filter((loop) => loop.client === client)), 0);
  const held = new Set(loops.flatMap((loop) => loop.held)).size;
  const pacing = commonest(loops.map((loop) => loop.pacing)) ?? 'irregular';
  const last = attempts.at(-1)!;
  const named = clients.slice(0, CLIENTS_NAMED);
  const more = clients.length - named.length;
  const sessions: Session[] = attempts.map(({ session }) => session).sort((a, b) => a.id - b.id);
  const measured = {
    attempts: count(attempts.length),
    over: duration(last.over - attempts[0]!.start),
    period: duration(quantile(periods, 0.5)),
  };
  return {
    message: pacing,
    cause: null,
    data: {
      clients: values([...named.map(text), ...(more > 0 ? [phrase('n-more', { n: count(more) })] : [])]),
      server: text(server),
      ...measured,
      tries:
        programs === 1
          ? phrase('tries-of-one', measured)
          : phrase('tries-of-several', { ...measured, programs: count(programs) }),
      pause: duration(quantile(pauses, 0.5)),
      shortest: duration(quantile(pauses, 0)),
      longest: duration(quantile(pauses, 1)),
      cause: textOr(commonest(attempts.map(({ cause }) => cause)), 'unknown'),
      others: held === 0 ? text('') : phrase('others-held', { n: count(held) }),
    },
    evidence: evidence(
      ...attempts.slice(0, ATTEMPTS_SHOWN).map(({ session }) => [session.tcp.first, 'attempt'] as const),
      [attempts.length > ATTEMPTS_SHOWN ? last.session.tcp.first : undefined, 'last'],
    ),
    // Several programs at one address may have been taken for one.
    confidence: clients.length === programs ? ('likely' as const) : ('possible' as const),
    remedies: pacing === 'growing' || pacing === 'mixed' ? ['cause'] : ['cause', 'backoff'],
    // Who waited longer each time, and came back at last, did as one should.
    ...(loops.every(({ pacing, recovered }) => pacing === 'growing' && recovered) ? { severity: 'note' as const } : {}),
    sessions,
  };
};

/** How many programs these loops are at least: so many went on at one time. */
const sideBySide = (loops: readonly Loop[]): number => {
  const most = mostTogether(loops.map(({ attempts }) => [attempts[0]!.start, attempts.at(-1)!.over]));
  return Math.max(most, new Set(loops.map(({ attempts }) => agentOf(attempts))).size);
};

const mostTogether = (spans: readonly (readonly [from: Nanos, to: Nanos])[]): number => {
  const turns = spans.flatMap(([from, to]) => [
    { at: from, step: 1 },
    { at: to, step: -1 },
  ]);
  turns.sort((a, b) => a.at - b.at || a.step - b.step);
  let [now, most] = [0, 0];
  for (const { step } of turns) {
    now += step;
    most = Math.max(most, now);
  }
  return most;
};

/** User-Agent, where one of the attempts shows it. */
const agentOf = (attempts: readonly FailedAttempt[]): string | undefined =>
  attempts.map(({ session }) => purposeOf(session).agent).find((agent) => agent !== undefined);

const pacingOf = (pauses: readonly Nanos[]): Pacing => {
  const middle = quantile(pauses, 0.5);
  if (middle < AT_ONCE) return 'immediate';
  const [first, last] = [pauses[0] ?? 0, pauses.at(-1) ?? 0];
  const growing = pauses.slice(1).filter((pause, index) => pause >= pauses[index]! * 0.95).length;
  if (last >= GROWTH * Math.max(first, 1) && growing >= GROWING_SHARE * (pauses.length - 1)) return 'growing';
  return quantile(pauses, 0.9) - quantile(pauses, 0.1) <= FIXED_SPREAD * middle ? 'fixed' : 'irregular';
};
