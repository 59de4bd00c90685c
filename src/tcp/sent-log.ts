/**
 * The segments one side sent lately: which are still unacknowledged (for round-trip times and for who fell silent) and
 * what an earlier copy of the same bytes looked like (for telling retransmissions from copies). A ring of numbers in
 * one plain array, which stays beside its connection in memory: logging a segment allocates nothing once the ring has
 * its size.
 */
import type { Nanos, PacketRef } from '../capture/packet.js';
import { ahead } from './sequence.js';

// Columns of one entry.
const START = 0;
const END = 1;
const IP_ID = 2;
const TS_VAL = 3;
const AT = 4;
const PACKET = 5;
/** How often the same bytes were sent again. */
const REPEATED = 6;
const STRIDE = 7;
/** Segments larger than all before them that are remembered: sizes seldom grow in so many steps within one window. */
const RECORDS_KEPT = 16;
/** In the column of repetitions: sent once, and acknowledged only when a hole before it was filled. */
const DISTRUSTED = 0.5;

const FIRST_ENTRIES = 4;
/** Answer of `acknowledge`: covered, and no sample. */
export const AGAIN = -2;
/** 1,024 segments in flight are 1.4 MB at full size: more than most windows. Beyond, the oldest lose their sample. */
const MOST_ENTRIES = 1024;

export class SentLog {
  private ring = emptyRing(FIRST_ENTRIES);
  /** A power of two. */
  private entries = FIRST_ENTRIES;
  /** Entries ever logged; the newest stands at `(logged - 1) % entries`. */
  private logged = 0;
  /** Entries ever acknowledged (or given up); between them and `logged` are those in flight. */
  private done = 0;
  /** The largest payload so far, in bytes. */
  largest = 0;
  /** Segments that were larger than all before them. */
  private readonly records: { end: number; bytes: number }[] = [];

  /** A new segment of `start` up to `end`. */
  log(start: number, end: number, ipId: number, tsVal: number, at: Nanos, packet: PacketRef): void {
    if (this.logged - this.done === this.entries) this.makeRoom();
    const { ring } = this;
    const slot = (this.logged & (this.entries - 1)) * STRIDE;
    ring[slot + START] = start;
    ring[slot + END] = end;
    ring[slot + IP_ID] = ipId;
    ring[slot + TS_VAL] = tsVal;
    ring[slot + AT] = at;
    ring[slot + PACKET] = packet;
    ring[slot + REPEATED] = 0;
    this.logged++;
    if (((end - start) | 0) > this.largest) this.noteRecord(end, (end - start) | 0);
  }

  /** The largest payload of those that end at or before `sequence`, in bytes; 0 when there is none. */
  largestBefore(sequence: number): number {
    return this.records.findLast(({ end }) => ahead(sequence, end) >= 0)?.bytes ?? 0;
  }

  /** Calls back for every segment in flight, oldest first. */
  forEachInFlight(visit: (start: number, end: number) => void): void {
    const { ring, entries } = this;
    for (let index = this.done; index < this.logged; index++) {
      const slot = (index & (entries - 1)) * STRIDE;
      visit(ring[slot + START]!, ring[slot + END]!);
    }
  }

  /**
   * Everything before `acknowledgment` has arrived. Returns the time since the newest segment it covers was sent; AGAIN
   * where one of them was sent more than once (Karn's rule, RFC 6298 3), -1 where nothing new is covered.
   */
  acknowledge(acknowledgment: number, at: Nanos): Nanos {
    const { ring, entries } = this;
    let rtt = -1;
    let again = false;
    while (this.done < this.logged) {
      const slot = (this.done & (entries - 1)) * STRIDE;
      if (ahead(acknowledgment, ring[slot + END]!) < 0) break;
      if (ring[slot + REPEATED] !== 0) again = true;
      rtt = at - ring[slot + AT]!;
      this.done++;
    }
    return again ? AGAIN : rtt;
  }

  /** Finds the latest entry that holds the byte at `sequence`: its slot, or -1. Looks at what the ring still has. */
  find(sequence: number): number {
    const { ring, entries } = this;
    const oldest = Math.max(0, this.logged - entries);
    for (let index = this.logged - 1; index >= oldest; index--) {
      const slot = (index % entries) * STRIDE;
      if (ahead(sequence, ring[slot + START]!) >= 0 && ahead(sequence, ring[slot + END]!) < 0) return slot;
    }
    return -1;
  }

  startAt(slot: number): number {
    return this.ring[slot + START]!;
  }

  endAt(slot: number): number {
    return this.ring[slot + END]!;
  }

  ipIdAt(slot: number): number {
    return this.ring[slot + IP_ID]!;
  }

  tsValAt(slot: number): number {
    return this.ring[slot + TS_VAL]!;
  }

  sentAt(slot: number): Nanos {
    return this.ring[slot + AT]!;
  }

  packetAt(slot: number): PacketRef {
    return this.ring[slot + PACKET]!;
  }

  /** How often the entry was sent again. */
  repeats(slot: number): number {
    return this.ring[slot + REPEATED]!;
  }

  /** Marks the entries from `start` to `end` as sent again: they give no round-trip sample. */
  repeat(start: number, end: number): void {
    const { ring, entries } = this;
    const oldest = Math.max(0, this.logged - entries);
    for (let index = this.logged - 1; index >= oldest; index--) {
      const slot = (index % entries) * STRIDE;
      if (ahead(ring[slot + END]!, start) <= 0) return;
      if (ahead(ring[slot + START]!, end) >= 0) continue;
      ring[slot + REPEATED] = Math.floor(ring[slot + REPEATED]!) + 1;
    }
  }

  /** A hole before `sequence` was filled late: what waited behind it is acknowledged late, and gives no sample. */
  distrust(sequence: number): void {
    const { ring, entries } = this;
    for (let index = this.logged - 1; index >= this.done; index--) {
      const slot = (index % entries) * STRIDE;
      if (ahead(ring[slot + START]!, sequence) < 0) return;
      if (ring[slot + REPEATED] === 0) ring[slot + REPEATED] = DISTRUSTED;
    }
  }

  /** Slot of the newest entry, or -1. */
  newest(): number {
    return this.logged === 0 ? -1 : ((this.logged - 1) % this.entries) * STRIDE;
  }

  /** Slot of the oldest unacknowledged entry, or -1. */
  oldest(): number {
    return this.done < this.logged ? (this.done % this.entries) * STRIDE : -1;
  }

  private noteRecord(end: number, bytes: number): void {
    this.largest = bytes;
    if (this.records.length === RECORDS_KEPT) this.records.shift();
    this.records.push({ end, bytes });
  }

  private makeRoom(): void {
    if (this.entries === MOST_ENTRIES) {
      this.done++;
      return;
    }
    const grown = emptyRing(this.entries * 2);
    const { ring } = this;
    // The ring is full: unrolled, its oldest entry comes first.
    const from = (this.logged % this.entries) * STRIDE;
    for (let index = 0; index < ring.length; index++) grown[index] = ring[(from + index) % ring.length]!;
    this.ring = grown;
    this.logged -= this.done;
    this.done = 0;
    this.entries *= 2;
  }
}

/** An array of doubles from the start, since times and packet references become doubles anyway. */
const emptyRing = (entries: number): number[] => new Array<number>(entries * STRIDE).fill(0.5);
