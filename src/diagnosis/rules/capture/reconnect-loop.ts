/**
 * Clients that come back again and again although every attempt fails: how often, with which pause, and what stops
 * them. A program connects anew only after its last attempt is over, so only attempts without overlap make a loop.
 */

import type { Nanos } from '../../../capture/packet.js';
import type { Session } from '../../../session/session.js';
import { evidence } from '../../evidence.js';
import { chainsOf, commonest, type FailedAttempt, failedAttempts, groupBy, quantile } from '../../measures/attempts.js';
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

type Pacing = 'immediate' | 'fixed' | 'growing' | 'irregular';

interface Loop {
  client: string;
  attempts: FailedAttempt[];
  pauses: Nanos[];
  pacing: Pacing;
}

const WHAT =
  '{clients} came back to {server} again and again: {attempts} attempts within {over}, one every {period}, and none of them held (mostly {cause}).';

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
    const byPair = groupBy(
      failedAttempts(capture),
      ({ session: { client, server } }) => `${client.address} ${server.text}`,
    );
    for (const attempts of byPair.values()) {
      if (attempts.length < ATTEMPTS_NEEDED) continue;
      attempts.sort((a, b) => a.start - b.start);
      for (const chain of chainsOf(attempts, LONGEST_PAUSE)) {
        if (chain.length < ATTEMPTS_NEEDED) continue;
        const { client, server } = chain[0]!.session;
        const pauses = chain.slice(1).map(({ start }, index) => start - chain[index]!.over);
        const loop = { client: client.address, attempts: chain, pauses, pacing: pacingOf(pauses) };
        const known = byServer.get(server.text);
        if (known === undefined) byServer.set(server.text, [loop]);
        else known.push(loop);
      }
    }
    for (const [server, loops] of byServer) yield findingOf(server, loops);
  },
});

const findingOf = (server: string, loops: readonly Loop[]) => {
  const attempts = loops.flatMap((loop) => loop.attempts).sort((a, b) => a.start - b.start);
  const pauses = loops.flatMap((loop) => loop.pauses);
  const periods = loops.flatMap((loop) =>
    loop.attempts.slice(1).map((next, at) => next.start - loop.attempts[at]!.start),
  );
  const clients = [...new Set(loops.map(({ client }) => client))];
  const pacing = commonest(loops.map((loop) => loop.pacing)) ?? 'irregular';
  const last = attempts.at(-1)!;
  const named = clients.slice(0, CLIENTS_NAMED);
  const more = clients.length - named.length;
  const sessions: Session[] = attempts.map(({ session }) => session).sort((a, b) => a.id - b.id);
  return {
    message: pacing,
    cause: null,
    data: {
      clients: values([...named.map(text), ...(more > 0 ? [phrase('n-more', { n: count(more) })] : [])]),
      server: text(server),
      attempts: count(attempts.length),
      over: duration(last.over - attempts[0]!.start),
      period: duration(quantile(periods, 0.5)),
      pause: duration(quantile(pauses, 0.5)),
      shortest: duration(quantile(pauses, 0)),
      longest: duration(quantile(pauses, 1)),
      cause: textOr(commonest(attempts.map(({ cause }) => cause)), 'unknown'),
    },
    evidence: evidence(
      ...attempts.slice(0, ATTEMPTS_SHOWN).map(({ session }) => [session.tcp.first, 'attempt'] as const),
      [last.session.tcp.first, attempts.length > ATTEMPTS_SHOWN ? 'last' : 'attempt'],
    ),
    // Several programs at one address may have been taken for one.
    confidence: clients.length === loops.length ? ('likely' as const) : ('possible' as const),
    remedies: pacing === 'growing' ? ['cause'] : ['cause', 'backoff'],
    sessions,
  };
};

const pacingOf = (pauses: readonly Nanos[]): Pacing => {
  const middle = quantile(pauses, 0.5);
  if (middle < AT_ONCE) return 'immediate';
  const [first, last] = [pauses[0] ?? 0, pauses.at(-1) ?? 0];
  const growing = pauses.slice(1).filter((pause, index) => pause >= pauses[index]! * 0.95).length;
  if (last >= GROWTH * Math.max(first, 1) && growing >= GROWING_SHARE * (pauses.length - 1)) return 'growing';
  return quantile(pauses, 0.9) - quantile(pauses, 0.1) <= FIXED_SPREAD * middle ? 'fixed' : 'irregular';
};
