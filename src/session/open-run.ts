/**
 * A run of ordinary events of one layer while it goes on: its first events one by one, then only sums, so that a long run
 * costs no more than a short one. A long silence ends it, because silence is notable.
 */
import type { Nanos, PacketRef } from '../capture/packet.js';
import type { EventLayer } from '../stream/event-sink.js';
import { NumberRows } from '../stream/number-rows.js';
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

// Columns of a row (number-rows.ts).
const COUNT = 0;
const CLIENT = 1;
const SERVER = 2;
const CLIENT_BYTES = 3;
const SERVER_BYTES = 4;
const FIRST_KIND = 5;
const SECOND_KIND = 6;
const UNTIL = 7;
const UNTIL_PACKET = 8;
const SILENCE_INSIDE = 9;
const ROWS = new NumberRows(16);

export class OpenRun {
  private pending: OrdinaryEvent[] = [];
  private readonly row = ROWS.take();
  /** Most runs are of one kind, or of two. */
  private firstKind = '';
  private secondKind = '';
  private otherKinds: Record<string, number> | undefined;

  constructor(readonly layer: EventLayer) {}

  add(event: string, from: Side, packet: PacketRef, at: Nanos, bytes: number, emit: Emit): void {
    const { row } = this;
    const { values } = ROWS;
    if (values[row + COUNT]! > 0) {
      const silence = at - values[row + UNTIL]!;
      if (silence > SILENCE && silence > 2 * values[row + SILENCE_INSIDE]!) this.close(emit);
      else if (silence > values[row + SILENCE_INSIDE]!) values[row + SILENCE_INSIDE] = silence;
    }
    if (values[row + COUNT]! < FOLD_FROM) {
      if (values[row + COUNT] === 0) this.open(event);
      this.pending.push({ event, from, packet, at, bytes });
    }
    const isClient = from === 'client';
    values[row + COUNT]!++;
    values[row + (isClient ? CLIENT : SERVER)]!++;
    values[row + (isClient ? CLIENT_BYTES : SERVER_BYTES)]! += bytes;
    if (event === this.firstKind) values[row + FIRST_KIND]!++;
    else if (event === this.secondKind) values[row + SECOND_KIND]!++;
    else this.countKind(event);
    values[row + UNTIL] = at;
    values[row + UNTIL_PACKET] = packet;
  }

  /** Gives what has run so far as one event, or as the few that it was. */
  close(emit: Emit): void {
    const { layer, pending, row } = this;
    const { values } = ROWS;
    if (values[row + COUNT] === 0) return;
    if (values[row + COUNT]! < FOLD_FROM) {
      for (const { event, from, packet, at, bytes } of pending) {
        emit({ layer, event, from, packet, at, data: { bytes }, run: undefined });
      }
    } else {
      const { from, packet, at } = pending[0] as OrdinaryEvent;
      const run = {
        count: { client: values[row + CLIENT]!, server: values[row + SERVER]! },
        bytes: { client: values[row + CLIENT_BYTES]!, server: values[row + SERVER_BYTES]! },
        kinds: this.kinds(),
        until: values[row + UNTIL]!,
        untilPacket: values[row + UNTIL_PACKET]!,
      };
      emit({ layer, event: 'run', from, packet, at, data: undefined, run });
    }
    this.pending = [];
    values[row + COUNT] = 0;
  }

  /** Nothing is added any more. */
  release(): void {
    ROWS.give(this.row);
  }

  private open(event: string): void {
    ROWS.values.fill(0, this.row, this.row + SILENCE_INSIDE + 1);
    this.firstKind = event;
    this.secondKind = '';
    this.otherKinds = undefined;
  }

  private countKind(event: string): void {
    if (this.secondKind === '') {
      this.secondKind = event;
      ROWS.values[this.row + SECOND_KIND] = 1;
      return;
    }
    this.otherKinds ??= {};
    this.otherKinds[event] = (this.otherKinds[event] ?? 0) + 1;
  }

  private kinds(): Record<string, number> {
    const kinds: Record<string, number> = { [this.firstKind]: ROWS.values[this.row + FIRST_KIND]! };
    if (this.secondKind !== '') kinds[this.secondKind] = ROWS.values[this.row + SECOND_KIND]!;
    return { ...kinds, ...this.otherKinds };
  }
}
