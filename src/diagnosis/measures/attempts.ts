/**
 * Failed sessions as the attempts of a client to reach a server: who, where, from when to when. Rules over the whole
 * capture look for patterns in them. What one program did for one purpose, one after the other, is a chain: attempts
 * that overlap belong to different programs, or to different clients behind one address.
 */
import type { Nanos } from '../../capture/packet.js';
import { isSamePurpose, joined, type Purpose, purposeOf } from '../../session/purpose.js';
import { hasWorked } from '../../session/relations.js';
import type { Session } from '../../session/session.js';
import type { CauseId } from '../causes.js';
import type { JudgedCapture } from '../rule.js';
import { isFromProxy } from './upgrade-attempt.js';

export interface FailedAttempt {
  session: Session;
  start: Nanos;
  /** When its client could know that it had failed. */
  over: Nanos;
  cause: CauseId;
}

/** No program hears of a failure and tries again in less: who comes sooner is another. */
const REACTION: Nanos = 0.1e6;
/** Programs of one address that are told apart; attempts of more are mixed up. */
const CHAINS_KEPT = 64;

/** Failed attempts in the order of the sessions; legs of proxies left out: a proxy connects when its clients do. */
export function* failedAttempts(capture: JudgedCapture): Iterable<FailedAttempt> {
  for (const session of capture.sessions) {
    const cause = capture.diagnosis(session)?.cause;
    if (cause == null || isFromProxy(session)) continue;
    const { tcp, upgrade } = session;
    const refused = upgrade?.response?.status === 101 ? undefined : upgrade?.response?.span.last;
    const over = (refused ?? tcp.refused ?? tcp.endPacket ?? tcp.last).at;
    yield { session, start: tcp.first.at, over, cause };
  }
}

/** Sessions that came to something, in their order; legs of proxies left out. */
export const heldSessions = (capture: JudgedCapture): Session[] =>
  capture.sessions.filter((session) => {
    const outcome = capture.diagnosis(session)?.outcome;
    return outcome !== undefined && hasWorked({ session, outcome }) && !isFromProxy(session);
  });

/** What one program tried again and again, and what for, as far as any of the attempts shows it. */
export interface Chain {
  attempts: FailedAttempt[];
  purpose: Purpose;
}

/** Splits attempts, given in the order of their beginnings, into chains without overlaps or pauses above `longest`. */
export const chainsOf = (attempts: readonly FailedAttempt[], longest: Nanos): Chain[] => {
  const chains: Chain[] = [];
  let open: Chain[] = [];
  for (const attempt of attempts) {
    open = open.filter((chain) => attempt.start - overOf(chain) <= longest);
    const purpose = purposeOf(attempt.session);
    // The one that ended last before this began: of several programs, the likeliest to have begun it.
    let best: Chain | undefined;
    for (const chain of open) {
      if (overOf(chain) + REACTION > attempt.start || !isSamePurpose(chain.purpose, purpose)) continue;
      if (best === undefined || overOf(chain) > overOf(best)) best = chain;
    }
    if (best !== undefined) {
      best.attempts.push(attempt);
      best.purpose = joined(best.purpose, purpose);
    } else {
      const chain = { attempts: [attempt], purpose };
      chains.push(chain);
      open.push(chain);
      if (open.length > CHAINS_KEPT) open.shift();
    }
  }
  return chains;
};

const overOf = ({ attempts }: Chain): Nanos => attempts.at(-1)!.over;

/** Groups things by a key, in the order of their first. */
export const groupBy = <T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [item]);
    else known.push(item);
  }
  return groups;
};

/** The commonest value, of equally common ones the first. */
export const commonest = <T>(values: readonly T[]): T | undefined => {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best: T | undefined;
  for (const [value, count] of counts) if (best === undefined || count > (counts.get(best) ?? 0)) best = value;
  return best;
};

/** The value below which this share of them lies; 0 without any. Sorts a copy. */
export const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
};
