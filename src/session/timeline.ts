/**
 * The events of one session in the order they were captured. Runs of ordinary frames and records are folded as they
 * come, so that a long session costs no more than its notable moments. Columns of numbers: an event without data
 * allocates nothing.
 */
import type { Nanos, PacketRef } from '../capture/packet.js';
import type { EventData, EventLayer, EventSink } from '../stream/event-sink.js';
import { type Actor, opposite, type Side } from '../stream/side.js';

/** Events kept a session; the rest are counted (CONTRACT.md `timelineOmitted`). */
export const EVENTS_KEPT = 2000;
/** Of these, the last ones are kept too: an ending says more than the middle. */
const TAIL_KEPT = 500;
/** A run is folded from this many ordinary events; fewer stand alone. */
export const FOLD_FROM = 4;
/** A silence this long, and twice as long as any inside the run, begins a new run: silence is notable. */
const SILENCE = 5e9;

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

interface OrdinaryEvent {
  layer: EventLayer;
  event: string;
  from: Side;
  packet: PacketRef;
  at: Nanos;
  bytes: number;
}

export class Timeline implements EventSink {
  private head: TimelineEvent[] = [];
  private tail: TimelineEvent[] = [];
  private tailAt = 0;
  private dropped = 0;

  // The run under way: its first events one by one, then only sums.
  private pending: OrdinaryEvent[] = [];
  private pendingCount = 0;
  private runLayer: EventLayer = '';
  private runClient = 0;
  private runServer = 0;
  private runClientBytes = 0;
  private runServerBytes = 0;
  private runEvent = '';
  private runEventCount = 0;
  private runKinds: Record<string, number> | undefined;
  private runUntil: Nanos = 0;
  private runUntilPacket: PacketRef = 0;
  private runSilence: Nanos = 0;

  /** Keeps every event and folds nothing: for sessions that were asked for by number. */
  constructor(private readonly complete = false) {}

  /** Events that were not kept. */
  get omitted(): number {
    return this.dropped;
  }

  event(layer: EventLayer, event: string, from: Actor, packet: PacketRef, at: Nanos, data?: EventData): void {
    if (this.pendingCount > 0) this.closeRun();
    this.keep({ layer, event, from, packet, at, data, run: undefined });
  }

  ordinary(layer: EventLayer, event: string, from: Side, packet: PacketRef, at: Nanos, bytes: number): void {
    if (this.complete) {
      this.keep({ layer, event, from, packet, at, data: { bytes }, run: undefined });
      return;
    }
    if (this.pendingCount > 0) {
      const silence = at - this.runUntil;
      if (layer !== this.runLayer || (silence > SILENCE && silence > 2 * this.runSilence)) this.closeRun();
      else if (silence > this.runSilence) this.runSilence = silence;
    }
    if (this.pendingCount < FOLD_FROM) {
      if (this.pendingCount === 0) this.openRun(layer, event);
      this.pending.push({ layer, event, from, packet, at, bytes });
    }
    this.pendingCount++;
    if (from === 'client') {
      this.runClient++;
      this.runClientBytes += bytes;
    } else {
      this.runServer++;
      this.runServerBytes += bytes;
    }
    if (event === this.runEvent) this.runEventCount++;
    else this.countKind(event);
    this.runUntil = at;
    this.runUntilPacket = packet;
  }

  /** All that was kept, in order of capture. Ends the run under way. */
  events(): TimelineEvent[] {
    if (this.pendingCount > 0) this.closeRun();
    const ordered = this.tail.slice(this.tailAt).concat(this.tail.slice(0, this.tailAt));
    // Facts of one packet are reported by several layers, and a hole is filled late: order by time, stably.
    return this.head.concat(ordered).sort((a, b) => a.at - b.at || a.packet - b.packet);
  }

  /** What was taken for the client turns out to be the server. */
  swapSides(): void {
    if (this.pendingCount > 0) this.closeRun();
    for (const event of [...this.head, ...this.tail]) {
      if (event.from !== 'network') event.from = opposite(event.from);
      if (event.run !== undefined) {
        const { count, bytes } = event.run;
        event.run.count = { client: count.server, server: count.client };
        event.run.bytes = { client: bytes.server, server: bytes.client };
      }
    }
  }

  private openRun(layer: EventLayer, event: string): void {
    this.pending.length = 0;
    this.runLayer = layer;
    this.runClient = this.runServer = this.runClientBytes = this.runServerBytes = 0;
    this.runEvent = event;
    this.runEventCount = 0;
    this.runKinds = undefined;
    this.runSilence = 0;
  }

  private countKind(event: string): void {
    this.runKinds ??= {};
    this.runKinds[event] = (this.runKinds[event] ?? 0) + 1;
  }

  private closeRun(): void {
    const { pending } = this;
    if (this.pendingCount < FOLD_FROM) {
      for (const { layer, event, from, packet, at, bytes } of pending) {
        this.keep({ layer, event, from, packet, at, data: { bytes }, run: undefined });
      }
    } else {
      const first = pending[0] as OrdinaryEvent;
      this.keep({
        layer: first.layer,
        event: 'run',
        from: first.from,
        packet: first.packet,
        at: first.at,
        data: undefined,
        run: {
          count: { client: this.runClient, server: this.runServer },
          bytes: { client: this.runClientBytes, server: this.runServerBytes },
          kinds: { [this.runEvent]: this.runEventCount, ...this.runKinds },
          until: this.runUntil,
          untilPacket: this.runUntilPacket,
        },
      });
    }
    this.pending = [];
    this.pendingCount = 0;
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
