/**
 * Which rows of timelines are on the page, and which of them tells of a packet: evidence leads there. A packet without a
 * row of its own is in a run, or in a session that is related (the other leg of a proxy), or nowhere.
 */
import type { EventReport, PacketPlace, SessionReport } from '../report.js';

export interface ShownEvents {
  events: readonly EventReport[];
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
  private readonly byId: ReadonlyMap<number, SessionReport>;
  private readonly found = new Map<number, RowsOfOne>();

  constructor(
    sessions: readonly SessionReport[],
    /** Rows that each session told in full may use. */
    private readonly plan: ReadonlyMap<number, number>,
  ) {
    this.byId = new Map(sessions.map((session) => [session.id, session]));
  }

  shown({ id, timeline }: SessionReport): ShownEvents {
    const most = this.plan.get(id) ?? 0;
    if (most >= timeline.length) return { events: timeline, cut: 0, cutAt: -1 };
    const cutAt = Math.ceil(most / 2);
    const events = [...timeline.slice(0, cutAt), ...timeline.slice(timeline.length - Math.floor(most / 2))];
    return { events, cut: timeline.length - events.length, cutAt };
  }

  rowOf(session: SessionReport, place: PacketPlace): ToldRow | undefined {
    const others = session.related.flatMap(({ id }) => this.byId.get(id) ?? []);
    for (const each of [session, ...others]) {
      const id = rowId(each.id, place);
      if (this.rows(each).ids.has(id)) return { id, session: each.id, isRun: false };
    }
    const run = this.rows(session).runs.find((each) => isInside(place, each));
    return run && { id: rowId(session.id, run), session: session.id, isRun: true };
  }

  private rows(session: SessionReport): RowsOfOne {
    const known = this.found.get(session.id);
    if (known !== undefined) return known;
    const { events } = this.shown(session);
    const rows = {
      ids: new Set(events.map((event) => rowId(session.id, event))),
      runs: events.filter(({ untilPacket }) => untilPacket !== undefined),
    };
    this.found.set(session.id, rows);
    return rows;
  }
}

interface RowsOfOne {
  ids: ReadonlySet<string>;
  runs: readonly EventReport[];
}

/** Of the row that tells of a packet; the same for all that share it. */
export const rowId = (id: number, { packet, capture = 0 }: PacketPlace): string =>
  `s${id}-${capture === 0 ? '' : `${capture + 1}-`}p${packet}`;

/** Numbers of another file say nothing: a run that ends in one has no inside. */
const isInside = ({ packet, capture = 0 }: PacketPlace, run: EventReport): boolean => {
  const { capture: from = 0, untilCapture: to = 0, packet: first, untilPacket: last = first } = run;
  return capture === from && capture === to && first <= packet && packet <= last;
};
