/**
 * A run of ordinary events of one layer while it goes on: its first events one by one, then only sums, so that a long run
 * costs no more than a short one. A long silence ends it, because silence is notable.
 */
import type { Nanos, PacketRef } from '../capture/packet.js';
import type { EventLayer } from '../stream/event-sink.js';
import type { Side } from '../stream/side.js';
import type { TimelineEvent } from './timeline.js';

/** A run is folded from this many ordinary events; fewer stand alone. */
export const FOLD_FROM = 4;
/** A silence this long, and twice as long as any inside the run, begins a new run. */
const SILENCE = 5e9;

interface OrdinaryEvent {
  event: string;
  from: Side;
  packet: PacketRef;
  at: Nanos;
  bytes: number;
}

type Emit = (event: TimelineEvent) => void;

export class OpenRun {
  private pending: OrdinaryEvent[] = [];
  private count = 0;
  private client = 0;
  private server = 0;
  private clientBytes = 0;
  private serverBytes = 0;
  private firstKind = '';
  private firstKindCount = 0;
  private otherKinds: Record<string, number> | undefined;
  private until: Nanos = 0;
  private untilPacket: PacketRef = 0;
  private silence: Nanos = 0;

  constructor(readonly layer: EventLayer) {}

  add(event: string, from: Side, packet: PacketRef, at: Nanos, bytes: number, emit: Emit): void {
    if (this.count > 0) {
      const silence = at - this.until;
      if (silence > SILENCE && silence > 2 * this.silence) this.close(emit);
      else if (silence > this.silence) this.silence = silence;
    }
    if (this.count < FOLD_FROM) {
      if (this.count === 0) this.open(event);
      this.pending.push({ event, from, packet, at, bytes });
    }
    this.count++;
    if (from === 'client') {
      this.client++;
      this.clientBytes += bytes;
    } else {
      this.server++;
      this.serverBytes += bytes;
    }
    if (event === this.firstKind) this.firstKindCount++;
    else this.countKind(event);
    this.until = at;
    this.untilPacket = packet;
  }

  /** Gives what has run so far as one event, or as the few that it was. */
  close(emit: Emit): void {
    if (this.count === 0) return;
    const { layer, pending } = this;
    if (this.count < FOLD_FROM) {
      for (const { event, from, packet, at, bytes } of pending) {
        emit({ layer, event, from, packet, at, data: { bytes }, run: undefined });
      }
    } else {
      const { from, packet, at } = pending[0] as OrdinaryEvent;
      const run = {
        count: { client: this.client, server: this.server },
        bytes: { client: this.clientBytes, server: this.serverBytes },
        kinds: { [this.firstKind]: this.firstKindCount, ...this.otherKinds },
        until: this.until,
        untilPacket: this.untilPacket,
      };
      emit({ layer, event: 'run', from, packet, at, data: undefined, run });
    }
    this.pending = [];
    this.count = 0;
  }

  private open(event: string): void {
    this.client = this.server = this.clientBytes = this.serverBytes = 0;
    this.firstKind = event;
    this.firstKindCount = 0;
    this.otherKinds = undefined;
    this.silence = 0;
  }

  private countKind(event: string): void {
    this.otherKinds ??= {};
    this.otherKinds[event] = (this.otherKinds[event] ?? 0) + 1;
  }
}
