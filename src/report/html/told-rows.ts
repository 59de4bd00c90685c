/**
 * Which rows of timelines are on the page, and which of them tells of a packet: evidence leads there. A packet without a
 * row in the timeline of its finding (which has the legs behind a proxy in it) is in that of another session, in a run, or
 * nowhere.
 */

import type { LaneEvent, LegLanes } from '../leg-lanes.js';
import type { EventReport, PacketPlace, SessionReport } from '../report.js';

export interface ShownEvents {
  events: readonly LaneEvent[];
  /** Events left out, and the index of the first one after them. */
  cut: number;
  cutAt: number;
}

export interface ToldRow {
  id: string;
  session: number;
  /** The row tells of many packets, and this is among them. */
  isRun: boolean;
}

export class ToldRows {
  private places: Places | undefined;

  constructor(
    private readonly sessions: readonly SessionReport[],
    readonly lanes: LegLanes,
    /** Rows that each session told in full may use. */
    private readonly plan: ReadonlyMap<number, number>,
    /** Sessions that have a story or a row in the overview. */
    private readonly listed: ReadonlySet<number>,
  ) {}

  /** Sessions told in full. */
  get stories(): number {
    return this.plan.size;
  }

  isOnPage(id: number): boolean {
    return this.listed.has(id);
  }

  shown(session: SessionReport): ShownEvents {
    const most = this.plan.get(session.id) ?? 0;
    const timeline = this.lanes.eventsOf(session);
    if (most >= timeline.length) return { events: timeline, cut: 0, cutAt: -1 };
    const cutAt = Math.ceil(most / 2);
    const events = [...timeline.slice(0, cutAt), ...timeline.slice(timeline.length - Math.floor(most / 2))];
    return { events, cut: timeline.length - events.length, cutAt };
  }

  rowOf(session: SessionReport, place: PacketPlace): ToldRow | undefined {
    const { packet, capture = 0 } = place;
    this.places ??= this.index();
    const { holders, runs } = this.places;
    const among = holders.get(placeKey(place)) ?? [];
    const holder = (
      among.find((each) => each.session.id === session.id) ??
      among.find(({ isOwn }) => isOwn) ??
      among[0]
    )?.session;
    const run = narrowest(runs.get(session.id)?.filter((each) => isInside(place, each)) ?? []);
    // Packets of other connections have numbers inside a run and are not in it; those of another stream may be.
    const isElsewhere = holder !== undefined && holder.id !== session.id && !isSameConnection(holder, session);
    if (holder?.id === session.id || isElsewhere || run === undefined)
      return holder && { id: rowId(holder.id, { packet, capture }), session: holder.id, isRun: false };
    return { id: rowId(session.id, run), session: session.id, isRun: true };
  }

  private index(): Places {
    const places: Places = { holders: new Map(), runs: new Map() };
    for (const session of this.sessions) {
      if (!this.plan.has(session.id)) continue;
      const { events } = this.shown(session);
      for (const { event, leg } of events) {
        if (event.untilPacket !== undefined) continue;
        const key = placeKey(event);
        const holders = places.holders.get(key);
        const holder = { session, isOwn: leg.lane === 0 };
        if (holders === undefined) places.holders.set(key, [holder]);
        else if (holders.at(-1)?.session !== session) holders.push(holder);
      }
      const own = events.filter(({ event, leg }) => leg.lane === 0 && event.untilPacket !== undefined);
      places.runs.set(
        session.id,
        own.map(({ event }) => event),
      );
    }
    return places;
  }
}

interface Places {
  /** Timelines with a row of this packet: that of its own session, or of one that tells it as well. */
  holders: Map<string, { session: SessionReport; isOwn: boolean }[]>;
  /** Of the session itself: numbers of packets do not tell in which leg's run they are. */
  runs: Map<number, readonly EventReport[]>;
}

/** Of a row that tells of a packet, the same for all that share it; of a run, with its last packet. */
export const rowId = (id: number, place: PacketPlace & { untilPacket?: number }): string =>
  `s${id}-${placeKey(place)}${place.untilPacket === undefined ? '' : `-${place.untilPacket}`}`;

const placeKey = ({ packet, capture = 0 }: PacketPlace): string =>
  `${capture === 0 ? '' : `${capture + 1}-`}p${packet}`;

/** Numbers of another file say nothing: of a run that ends in one, only its ends are known. */
const isInside = ({ packet, capture = 0 }: PacketPlace, run: EventReport): boolean => {
  const { capture: from = 0, untilCapture: to = 0, packet: first, untilPacket: last = first } = run;
  if (from !== to) return (capture === from && packet === first) || (capture === to && packet === last);
  return capture === from && first <= packet && packet <= last;
};

/** Of runs of several layers, the one that says most about a packet. */
const narrowest = (runs: readonly EventReport[]): EventReport | undefined =>
  runs.reduce<EventReport | undefined>(
    (best, run) => (best === undefined || lengthOf(run) < lengthOf(best) ? run : best),
    undefined,
  );

const lengthOf = ({ packet, untilPacket = packet }: EventReport): number => untilPacket - packet;

const isSameConnection = (one: SessionReport, other: SessionReport): boolean =>
  one.client === other.client && one.server === other.server;
