/**
 * Finds frame boundaries again after they were lost: behind a hole that swallowed a header, in a capture that starts
 * inside a frame, behind bytes that are no frames. Every octet may be the start of a header; the one that is continued by
 * a chain of plausible frames wins (frame-chain.ts). What stands before it cannot be read and is counted, never judged.
 *
 *     |== lost ==| hole |== rest of a frame ==|== frame ==|== frame ==|== …
 *                                             ^ found, once the chain behind it is long enough
 */
import { type Arrival, copyArrival } from '../stream/arrival.js';
import { CERTAIN_BITS, EDGE_BITS, FrameChain, mayBeHeader } from './frame-chain.js';

/** Octets kept while searching: several segments with many frames; larger frames are found by the ends they announce. */
const SEARCH_OCTETS = 65536;
/** Octets searched at a time. */
const STEP_OCTETS = SEARCH_OCTETS / 2;
/** Chunks kept while searching: more only where somebody writes octet by octet. */
const SEARCH_PIECES = 2048;
/** Chains followed at a time. In random octets one place in 40 starts one, and most end within two headers. */
const MOST_CHAINS = 256;

interface Piece {
  /** Offset behind its last octet. */
  end: number;
  length: number;
  arrival: Arrival;
}

export class Resynchroniser {
  /** Bytes passed over that were no part of any frame found. */
  skipped = 0;
  private octets = new Uint8Array(4096);
  private length = 0;
  /** Stream offset of the first octet kept. */
  private base = 0;
  private pieces: Piece[] = [];
  private readonly edges = new Map<number, number>();
  private chains: FrameChain[] = [];
  /** Where the search began: behind a hole that is often a boundary, as programs write frame by frame. */
  private origin = 0;
  /** The offset up to which starts of chains have been tried. */
  private tried = 0;
  private found = -1;

  constructor(
    private readonly masked: boolean,
    private readonly rsv1: boolean,
  ) {}

  /** Begins a search `offset` bytes into the direction. */
  start(offset: number): void {
    this.skipped = 0;
    this.clear(offset);
  }

  /** Bytes that nobody has: what was being searched is given up, the search goes on behind them. */
  gap(length: number): void {
    this.skipped += this.length;
    this.clear(this.base + this.length + length);
  }

  /** Offset of the next byte to come. */
  position(): number {
    return this.base + this.length;
  }

  /** True when a boundary has been found: then `handOver` has the bytes from there on. */
  push(chunk: Uint8Array, arrival: Arrival): boolean {
    for (let at = 0; at < chunk.length; at += STEP_OCTETS) {
      const end = Math.min(at + STEP_OCTETS, chunk.length);
      if (this.search(chunk.subarray(at, end), arrival, end === chunk.length)) {
        this.keep(chunk.subarray(end), arrival);
        return true;
      }
    }
    return false;
  }

  /** The offset that was found, and the bytes from there on in the pieces they came in. */
  handOver(to: (chunk: Uint8Array, arrival: Arrival) => void): number {
    const { found, base } = this;
    this.skipped += found - base;
    const octets = this.octets.slice(0, this.length);
    const pieces = this.pieces;
    this.clear(this.position());
    for (const { end, length, arrival } of pieces) {
      if (end > found) to(octets.subarray(Math.max(found, end - length) - base, end - base), arrival);
    }
    return found;
  }

  /** Gives up: everything kept is counted as unreadable. */
  giveUp(): number {
    this.skipped += this.length;
    this.clear(this.position());
    return this.skipped;
  }

  private clear(offset: number): void {
    this.base = offset;
    this.origin = offset;
    this.tried = offset;
    this.length = 0;
    this.pieces = [];
    this.chains = [];
    this.edges.clear();
    this.found = -1;
    this.octets = this.octets.length > 4096 ? new Uint8Array(4096) : this.octets;
  }

  private search(chunk: Uint8Array, arrival: Arrival, last: boolean): boolean {
    const begin = this.position();
    this.keep(chunk, arrival);
    if (last) this.edges.set(this.position(), edgeBits(chunk.length));
    this.startChains(begin, edgeBits(chunk.length));
    const octets = this.octets.subarray(0, this.length);
    const edge = (offset: number): number => this.edges.get(offset) ?? 0;
    this.chains = this.chains.filter((chain) => chain.walk(octets, this.base, edge));
    const best = this.chains.find((chain) => chain.bits >= CERTAIN_BITS);
    if (best === undefined) return false;
    this.found = best.start >= this.base ? best.start : best.boundary;
    return true;
  }

  private startChains(segment: number, segmentBits: number): void {
    for (; this.tried + 1 < this.position(); this.tried++) {
      const at = this.tried - this.base;
      if (!mayBeHeader(this.octets[at]!, this.octets[at + 1]!, this.masked, this.rsv1)) continue;
      this.chains.push(new FrameChain(this.tried, this.masked, this.rsv1, this.startBits(segment, segmentBits)));
      if (this.chains.length > MOST_CHAINS) this.dropWeakest();
    }
  }

  private startBits(segment: number, segmentBits: number): number {
    if (this.tried === this.origin) return EDGE_BITS;
    return this.tried === segment ? segmentBits : 0;
  }

  /** The chain with least evidence goes; among equals the one whose next header is farthest away. */
  private dropWeakest(): void {
    let weakest = 0;
    this.chains.forEach((chain, index) => {
      const other = this.chains[weakest]!;
      if (chain.bits < other.bits || (chain.bits === other.bits && chain.next > other.next)) weakest = index;
    });
    this.chains.splice(weakest, 1);
  }

  private keep(chunk: Uint8Array, arrival: Arrival): void {
    if (chunk.length === 0) return;
    if (this.found < 0 && (this.length + chunk.length > SEARCH_OCTETS || this.pieces.length >= SEARCH_PIECES))
      this.forget();
    if (this.length + chunk.length > this.octets.length) {
      const larger = new Uint8Array(2 ** Math.ceil(Math.log2(this.length + chunk.length)));
      larger.set(this.octets.subarray(0, this.length));
      this.octets = larger;
    }
    this.octets.set(chunk, this.length);
    this.length += chunk.length;
    this.pieces.push({ end: this.position(), length: chunk.length, arrival: copyArrival(arrival) });
  }

  /** Drops the older half. Chains that began there stay: they know where their next header must stand. */
  private forget(): void {
    const half = this.pieces.length > 1 ? this.pieces[this.pieces.length >> 1]!.end : this.position();
    const count = half - this.base;
    this.skipped += count;
    this.octets.copyWithin(0, count, this.length);
    this.length -= count;
    this.base = half;
    this.tried = Math.max(this.tried, half);
    this.pieces = this.pieces.filter(({ end }) => end > half);
    this.chains = this.chains.filter(({ next }) => next >= half);
    for (const offset of this.edges.keys()) if (offset < half) this.edges.delete(offset);
  }
}

/** The more octets a segment has, the less its end is met by chance. */
const edgeBits = (length: number): number => Math.min(EDGE_BITS, Math.floor(Math.log2(length)));
