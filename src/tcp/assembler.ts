/**
 * Puts the bytes of one direction in order: what comes in order passes straight through, what comes early waits, what
 * never came is told as a gap once the peer has acknowledged past it.
 *
 *     |== delivered ==|.. hole ..|== waiting ==|.. hole ..|== waiting ==|
 *                     next
 *
 * Where two segments hold different bytes for the same place, the first one captured wins.
 */
import type { Nanos, PacketRef } from '../capture/packet.js';
import type { Arrival } from '../stream/arrival.js';
import type { GapCause } from '../stream/consumer.js';
import { advance, ahead } from './sequence.js';

/** Out-of-order bytes that may wait in one direction: four times a 1 MiB window. Beyond, the hole is given up. */
const WAITING_BYTES = 4 << 20;
/** Segments that may wait, against floods of tiny ones. */
const WAITING_SEGMENTS = 4096;

export interface AssemblerOutput {
  /** `block[start]` up to `block[end - 1]`; `view` is of the whole block. */
  range(block: Uint8Array, view: DataView, start: number, end: number, arrival: Arrival): void;
  gap(length: number, cause: GapCause, arrival: Arrival): void;
}

interface Waiting {
  sequence: number;
  /** Length on the wire; `chunk` is shorter where the snap length cut it. */
  length: number;
  chunk: Uint8Array;
  packet: PacketRef;
  at: Nanos;
}

export class Assembler {
  /** Sequence number of the next byte to deliver. */
  next = 0;
  /** Bytes delivered, gaps included. */
  delivered = 0;
  /** Bytes that were told as gaps of cause `not-captured`. */
  missing = 0;
  private waiting: Waiting[] = [];
  private waitingBytes = 0;

  constructor(private readonly output: AssemblerOutput) {}

  get holds(): boolean {
    return this.waiting.length > 0;
  }

  /** The first waiting byte; only meaningful while `holds`. */
  get waitingFrom(): number {
    return this.waiting[0]?.sequence ?? this.next;
  }

  /** The first hole and the packet behind it; undefined where nothing waits. */
  hole(): { bytes: number; behind: Arrival } | undefined {
    const first = this.waiting[0];
    if (first === undefined) return undefined;
    const { packet, at } = first;
    return { bytes: ahead(first.sequence, this.next), behind: { packet, at, readyAt: at } };
  }

  /** True when the byte at `sequence` is delivered or waits. */
  has(sequence: number): boolean {
    if (ahead(sequence, this.next) < 0) return true;
    for (const segment of this.waiting) {
      const into = ahead(sequence, segment.sequence);
      if (into < 0) return false;
      if (into < segment.length) return true;
    }
    return false;
  }

  /** How many bytes from `sequence` up to `end` are neither delivered nor waiting. */
  lacking(sequence: number, end: number): number {
    const from = ahead(sequence, this.next) < 0 ? this.next : sequence;
    let lacking = Math.max(0, ahead(end, from));
    for (const segment of this.waiting) {
      const start = Math.max(0, ahead(segment.sequence, from));
      const until = Math.min(ahead(advance(segment.sequence, segment.length), from), ahead(end, from));
      if (start >= ahead(end, from)) break;
      if (until > start) lacking -= until - start;
    }
    return lacking;
  }

  /** Takes a segment whose captured bytes are `block[start..end)` and whose length on the wire is `length`. */
  accept(
    sequence: number,
    length: number,
    block: Uint8Array,
    view: DataView,
    start: number,
    end: number,
    packet: PacketRef,
    at: Nanos,
  ): void {
    const early = ahead(sequence, this.next);
    if (this.waiting.length === 0 && early <= 0) {
      if (early + length > 0)
        this.deliver(early + length, block, view, Math.min(start - early, end), end, packet, at, at);
      return;
    }
    const old = Math.min(Math.max(0, -early), length);
    if (old === length) return;
    this.wait(advance(sequence, old), length - old, block.subarray(Math.min(start + old, end), end), packet, at);
    this.drain(at);
  }

  /**
   * Gives up the hole before the first waiting byte, or before `sequence` where nothing waits: a gap, then what waited.
   * The gap stands at the packet behind it, which showed it; where there is none, at the packet that made it certain.
   */
  skipTo(sequence: number, cause: GapCause, packet: PacketRef, at: Nanos): void {
    const first = this.waiting[0];
    const behind = first !== undefined && ahead(first.sequence, sequence) < 0 ? first : undefined;
    const length = ahead(behind?.sequence ?? sequence, this.next);
    if (length > 0) this.giveUp(length, cause, behind?.packet ?? packet, behind?.at ?? at, at);
    this.drain(at);
  }

  private giveUp(length: number, cause: GapCause, packet: PacketRef, at: Nanos, readyAt: Nanos): void {
    this.next = advance(this.next, length);
    this.delivered += length;
    if (cause === 'not-captured') this.missing += length;
    this.output.gap(length, cause, arrived(packet, at, readyAt));
  }

  private deliver(
    length: number,
    block: Uint8Array,
    view: DataView,
    start: number,
    end: number,
    packet: PacketRef,
    at: Nanos,
    readyAt: Nanos,
  ): void {
    this.next = advance(this.next, length);
    this.delivered += length;
    const cut = length - (end - start);
    if (end > start) this.output.range(block, view, start, end, arrived(packet, at, readyAt));
    if (cut > 0) this.output.gap(cut, 'snap-length', arrived(packet, at, readyAt));
  }

  /** Keeps only the bytes that are not waiting yet, so that waiting segments are in order and never overlap. */
  private wait(sequence: number, length: number, chunk: Uint8Array, packet: PacketRef, at: Nanos): void {
    let index = this.waiting.length;
    while (index > 0 && ahead(this.waiting[index - 1]!.sequence, sequence) > 0) index--;
    const before = this.waiting[index - 1];
    if (before !== undefined) {
      const overlap = before.length - ahead(sequence, before.sequence);
      if (overlap >= length) return;
      if (overlap > 0) {
        sequence = advance(sequence, overlap);
        length -= overlap;
        chunk = chunk.subarray(Math.min(overlap, chunk.length));
      }
    }
    while (length > 0) {
      const after = this.waiting[index];
      const room = after === undefined ? length : Math.min(length, ahead(after.sequence, sequence));
      if (room > 0) {
        // A copy: a view would pin its whole block for as long as the hole lasts.
        const kept = Uint8Array.prototype.slice.call(chunk, 0, Math.min(room, chunk.length));
        this.waiting.splice(index, 0, { sequence, length: room, chunk: kept, packet, at });
        this.waitingBytes += kept.length;
        index++;
      }
      if (after === undefined) break;
      const covered = room + after.length;
      sequence = advance(sequence, covered);
      chunk = chunk.subarray(Math.min(covered, chunk.length));
      length -= covered;
      index++;
    }
    if (this.waitingBytes > WAITING_BYTES || this.waiting.length > WAITING_SEGMENTS) {
      this.skipTo(this.waitingFrom, 'over-limit', packet, at);
    }
  }

  private drain(readyAt: Nanos): void {
    let taken = 0;
    for (const { sequence, length, chunk, packet, at } of this.waiting) {
      const old = ahead(this.next, sequence);
      if (old < 0) break;
      taken++;
      this.waitingBytes -= chunk.length;
      if (old < length) {
        const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
        this.deliver(length - old, chunk, view, Math.min(old, chunk.length), chunk.length, packet, at, readyAt);
      }
    }
    if (taken > 0) this.waiting.splice(0, taken);
  }
}

/** The one arrival that every assembler refills: whoever keeps an arrival copies it, and nothing here is concurrent. */
const inHand: Arrival = { packet: 0, at: 0.5, readyAt: 0.5 };

function arrived(packet: PacketRef, at: Nanos, readyAt: Nanos): Arrival {
  inHand.packet = packet;
  inHand.at = at;
  inHand.readyAt = readyAt;
  return inHand;
}
