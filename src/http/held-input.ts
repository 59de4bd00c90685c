/**
 * Bytes and gaps of one direction in the order they came, until they are decoded or handed over. Usually there is one
 * chunk, that of the present packet; only while a decoder is paused are there more, and those are copies.
 */
import type { Arrival } from '../stream/arrival.js';
import { copyArrival } from '../stream/arrival.js';
import type { Gap } from '../stream/consumer.js';

/**
 * What a client may send before the answer to its upgrade request is captured: a client has to wait (RFC 6455 4.1), but
 * some send a first message at once, and a capture can show the answer late. More becomes a gap.
 */
export const HELD_BYTES = 64 * 1024;

/** Also bounds what a flood of one-byte segments costs in objects. */
const HELD_ENTRIES = 4096;

interface Entry {
  chunk: Uint8Array | undefined;
  gap: Gap | undefined;
  arrival: Arrival;
}

export class HeldInput {
  /** Bytes of the first chunk that were decoded already. */
  position = 0;
  /** Bytes were left out because more than HELD_BYTES waited. */
  overflowed = false;
  private entries: Entry[] = [];
  private heldBytes = 0;

  get empty(): boolean {
    return this.entries.length === 0;
  }

  /** The first chunk, undefined when there is none or a gap comes first. */
  get chunk(): Uint8Array | undefined {
    return this.entries[0]?.chunk;
  }

  /** Of the first entry. */
  get arrival(): Arrival {
    const entry = this.entries[0];
    if (entry === undefined) throw new Error('nothing is held');
    return entry.arrival;
  }

  /** `keep`: the chunk will outlive this packet, so it is copied and counted. */
  push(chunk: Uint8Array, arrival: Arrival, keep: boolean): void {
    if (chunk.length === 0) return;
    if (keep && (this.heldBytes + chunk.length > HELD_BYTES || this.entries.length >= HELD_ENTRIES)) {
      this.overflowed = true;
      this.pushGap({ length: chunk.length, cause: 'over-limit', arrival });
      return;
    }
    this.heldBytes += keep ? chunk.length : 0;
    const kept = keep ? Uint8Array.from(chunk) : chunk;
    this.entries.push({ chunk: kept, gap: undefined, arrival: copyArrival(arrival) });
  }

  /** Two neighbouring gaps of one cause become one. */
  pushGap(gap: Gap): void {
    const last = this.entries.at(-1);
    if (last?.gap !== undefined && (last.gap.cause === gap.cause || this.entries.length > HELD_ENTRIES)) {
      last.gap.length += gap.length;
      return;
    }
    const arrival = copyArrival(gap.arrival);
    this.entries.push({ chunk: undefined, gap: { length: gap.length, cause: gap.cause, arrival }, arrival });
  }

  takeGap(): Gap | undefined {
    const gap = this.entries[0]?.gap;
    if (gap !== undefined) this.entries.shift();
    return gap;
  }

  /** So many bytes of the first chunk are done with. */
  advance(length: number): void {
    if (length === 0) return;
    this.position += length;
    if (this.position < (this.chunk?.length ?? 0)) return;
    this.position = 0;
    this.entries.shift();
    if (this.entries.length === 0) this.heldBytes = 0;
  }

  /** Copies what is there, so that it does not pin the block it came in. */
  detach(): void {
    for (const entry of this.entries) {
      if (entry.chunk === undefined) continue;
      const start = entry === this.entries[0] ? this.position : 0;
      entry.chunk = entry.chunk.slice(start);
      this.heldBytes += entry.chunk.length;
    }
    this.position = 0;
  }

  /** The first bytes before any gap, at most `length` of them. */
  peek(length: number): Uint8Array {
    const parts: Uint8Array[] = [];
    let start = this.position;
    let left = length;
    for (const { chunk } of this.entries) {
      if (chunk === undefined || left <= 0) break;
      parts.push(chunk.subarray(start, start + left));
      left -= chunk.length - start;
      start = 0;
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
  }

  /** Gives everything away, in order; nothing is held afterwards. */
  handOver(to: (chunk: Uint8Array, arrival: Arrival) => void, gapTo?: (gap: Gap) => void): void {
    const { entries, position } = this;
    this.entries = [];
    this.position = 0;
    this.heldBytes = 0;
    entries.forEach(({ chunk, gap, arrival }, index) => {
      if (gap !== undefined) gapTo?.(gap);
      else if (chunk !== undefined) to(index === 0 ? chunk.subarray(position) : chunk, arrival);
    });
  }
}
