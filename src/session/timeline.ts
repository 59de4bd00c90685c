/**
 * The events of one session in the order they were captured. Runs of ordinary frames and records are folded as they
 * come, so that a long session costs no more than its notable moments. Columns of numbers: an event without data
 * allocates nothing.
 */
import type { Nanos, PacketRef } from '../capture/packet.js';
import type { EventData, EventLayer, EventSink } from '../stream/event-sink.js';
import { type Actor, opposite, type Side } from '../stream/side.js';
import { OpenRun } from './open-run.js';

/** Events kept a session; the rest are counted (`timelineOmitted` of the report). */
export const EVENTS_KEPT = 2000;
/** Of these, the last ones are kept too: an ending says more than the middle. */
const TAIL_KEPT = 500;

export interface TimelineEvent {
  layer: EventLayer;
  event: string;
  from: Actor;
  packet: PacketRef;
  at: Nanos;
  data: EventData | undefined;
  /** Of a folded run only. */
  run: Run | undefined;
}

/** Ordinary events that were folded into one row. */
export interface Run {
  count: { client: number; server: number };
  bytes: { client: number; server: number };
  /** Events by name, both sides together: {"text": 12, "binary": 3}. */
  kinds: Record<string, number>;
  until: Nanos;
  untilPacket: PacketRef;
}

export class Timeline implements EventSink {
  private head: TimelineEvent[] = [];
  private tail: TimelineEvent[] = [];
  private tailAt = 0;
  private dropped = 0;

  /** Runs under way, one a layer: a frame and the subprotocol's message in it do not interrupt each other. */
  private runs: OpenRun[] = [];
  private current: OpenRun | undefined;
  private readonly emit = (event: TimelineEvent): void => this.keep(event);

  /** Keeps every event and folds nothing: for sessions that were asked for by number. */
  constructor(private readonly complete = false) {}

  /** Events that were not kept. */
  get omitted(): number {
    return this.dropped;
  }

  event(layer: EventLayer, event: string, from: Actor, packet: PacketRef, at: Nanos, data?: EventData): void {
    this.closeRuns();
    this.keep({ layer, event, from, packet, at, data, run: undefined });
  }

  /** An event from before all others: kept in any case, so the caller bounds them. */
  precede(layer: EventLayer, event: string, from: Actor, packet: PacketRef, at: Nanos, data?: EventData): void {
    this.head.push({ layer, event, from, packet, at, data, run: undefined });
  }

  ordinary(layer: EventLayer, event: string, from: Side, packet: PacketRef, at: Nanos, bytes: number): void {
    if (this.complete) {
      this.keep({ layer, event, from, packet, at, data: { bytes }, run: undefined });
      return;
    }
    if (this.current === undefined || this.current.layer !== layer) this.current = this.runOf(layer);
    this.current.add(event, from, packet, at, bytes, this.emit);
  }

  /** The session is over: ends the runs under way and gives back what they share with other timelines. */
  settle(): void {
    this.closeRuns();
    for (const run of this.runs) run.release();
    this.runs = [];
    this.current = undefined;
  }

  /** All that was kept, in order of capture. Ends the run under way. */
  events(): TimelineEvent[] {
    this.closeRuns();
    const ordered = this.tail.slice(this.tailAt).concat(this.tail.slice(0, this.tailAt));
    // Facts of one packet are reported by several layers, and a hole is filled late: order by time, stably.
    return this.head.concat(ordered).sort((a, b) => a.at - b.at || a.packet - b.packet);
  }

  /** What was taken for the client turns out to be the server. */
  swapSides(): void {
    this.closeRuns();
    for (const event of [...this.head, ...this.tail]) {
      if (event.from !== 'network') event.from = opposite(event.from);
      if (event.run !== undefined) {
        const { count, bytes } = event.run;
        event.run.count = { client: count.server, server: count.client };
        event.run.bytes = { client: bytes.server, server: bytes.client };
      }
    }
  }

  private runOf(layer: EventLayer): OpenRun {
    let run = this.runs.find((open) => open.layer === layer);
    if (run === undefined) {
      run = new OpenRun(layer);
      this.runs.push(run);
    }
    return run;
  }

  private closeRuns(): void {
    for (const run of this.runs) run.close(this.emit);
  }

  /** The first events and the last ones are kept; the middle of a very long timeline is counted. */
  private keep(event: TimelineEvent): void {
    if (this.complete || this.head.length < EVENTS_KEPT - TAIL_KEPT) {
      this.head.push(event);
    } else if (this.tail.length < TAIL_KEPT) {
      this.tail.push(event);
    } else {
      this.tail[this.tailAt] = event;
      this.tailAt = (this.tailAt + 1) % TAIL_KEPT;
      this.dropped++;
    }
  }
}
