/**
 * Timelines that are told side by side: that of a client's leg with those of the legs behind the proxy, in the order of
 * time, each event in the lane of its leg. A session without a leg behind it has one lane, its own.
 */
import type { EventReport, SessionReport } from './report.js';
import { withoutCopies } from './without-copies.js';

/** Side by side there is room for so many: client, two proxies, server. */
const MOST_LANES = 3;
/** A proxy that tries many servers for one client is told with the first of them. */
const MOST_LEGS = 12;

export interface Leg {
  session: SessionReport;
  /** 0 is the client's leg. */
  lane: number;
  /** The proxy before this leg as its answers name it; null where it is the first leg or nameless. */
  proxy: string | null;
}

export interface LaneEvent {
  event: EventReport;
  leg: Leg;
}

export class LegLanes {
  private readonly byId: ReadonlyMap<number, SessionReport>;

  constructor(sessions: readonly SessionReport[]) {
    this.byId = new Map(sessions.map((session) => [session.id, session]));
  }

  /** The session's own leg first, then those behind it. */
  legsOf(session: SessionReport): Leg[] {
    const legs: Leg[] = [{ session, lane: 0, proxy: null }];
    const seen = new Set([session.id]);
    for (const { session: before, lane } of legs) {
      if (lane + 1 === MOST_LANES) continue;
      for (const { client, backend, proxy } of before.legs ?? []) {
        const behind = this.byId.get(backend);
        if (client !== before.id || behind === undefined || seen.has(backend) || legs.length === MOST_LEGS) continue;
        seen.add(backend);
        legs.push({ session: behind, lane: lane + 1, proxy });
      }
    }
    return legs;
  }

  /** Of all its legs, as they happened; each leg keeps the order of its own timeline. */
  eventsOf(session: SessionReport): LaneEvent[] {
    return this.legsOf(session)
      .map((leg) => withoutCopies(leg.session.timeline, leg.session).map((event): LaneEvent => ({ event, leg })))
      .reduce(merged);
  }

  /** The client's leg that has this one behind it; the session itself where there is none, or too many between. */
  frontOf(session: SessionReport): SessionReport {
    let front = session;
    for (let lanes = 1; lanes < MOST_LANES; lanes++) {
      const id = this.before(front);
      if (id === undefined || id === session.id) break;
      front = this.byId.get(id)!;
    }
    return this.legsOf(front).some((leg) => leg.session === session) ? front : session;
  }

  /** The session before this one on the way from the client, whose timeline has this one in it. */
  before({ id, legs = [] }: SessionReport): number | undefined {
    return legs.find(({ client, backend }) => backend === id && this.byId.has(client))?.client;
  }
}

/** Of two lists in the order of time; at the same moment the first goes first. */
const merged = (one: readonly LaneEvent[], other: readonly LaneEvent[]): LaneEvent[] => {
  const both: LaneEvent[] = [];
  let next = 0;
  for (const each of other) {
    for (; next < one.length && one[next]!.event.atMs <= each.event.atMs; next++) both.push(one[next]!);
    both.push(each);
  }
  return [...both, ...one.slice(next)];
};
