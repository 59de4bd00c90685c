/**
 * The legs of one request through reverse proxies as one timeline: parties from the client to the last backend, and the
 * events of all legs in the order of time, each from one party to the next. A session on its own has two parties.
 */
import type { EventReport, Report, SessionReport } from './report.js';

/** A request passes few proxies; a capture in which names go round in a circle ends here. */
const MOST_LEGS = 6;

export interface JoinedRow {
  event: EventReport;
  session: SessionReport;
  /** Indices of parties; the same twice where the event has no direction, or both. */
  from: number;
  to: number;
}

export interface JoinedLegs {
  /** From the client's leg to the backend's. One more party than legs. */
  legs: SessionReport[];
  /** By time. Copies of packets are left out: they say that two captures overlap. */
  rows: JoinedRow[];
}

export const joinedLegs = (session: SessionReport, report: Report): JoinedLegs => {
  const legs = legsOf(session, report);
  const rows = legs.flatMap((leg, index) =>
    leg.timeline
      .filter(({ event, layer }) => !(layer === 'tcp' && event === 'copy'))
      .map((event) => ({ event, session: leg, ...directionOf(event, index) })),
  );
  return { legs, rows: legs.length === 1 ? rows : rows.sort((a, b) => a.event.atMs - b.event.atMs) };
};

/** The leg before the first and the one behind the last, until there is none. */
const legsOf = (session: SessionReport, { sessions }: Report): SessionReport[] => {
  const byId = new Map(sessions.map((each) => [each.id, each]));
  const legs = [session];
  const add = (end: SessionReport, key: 'client' | 'backend'): SessionReport | undefined => {
    const other = key === 'client' ? 'backend' : 'client';
    const id = end.legs?.find((leg) => leg[other] === end.id)?.[key];
    const next = id === undefined ? undefined : byId.get(id);
    return next === undefined || legs.includes(next) || legs.length >= MOST_LEGS ? undefined : next;
  };
  for (let next = add(session, 'client'); next !== undefined; next = add(next, 'client')) legs.unshift(next);
  for (let next = add(session, 'backend'); next !== undefined; next = add(next, 'backend')) legs.push(next);
  return legs;
};

const directionOf = ({ event, from }: EventReport, leg: number): { from: number; to: number } => {
  if (event === 'run' || from === 'network') return { from: leg, to: leg };
  return from === 'client' ? { from: leg, to: leg + 1 } : { from: leg + 1, to: leg };
};
