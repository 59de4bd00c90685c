/**
 * Pairs the requests of one side with their answers, by the id the subprotocol gives them, and sums up how long they took.
 * Bounded: a peer that never answers costs no memory.
 */
import type { Nanos } from '../capture/packet.js';
import type { LatencyFacts } from './subprotocol-facts.js';

/** Requests that wait for an answer; of more the oldest is forgotten. */
const PENDING_KEPT = 256;
/** Samples for median and percentile. */
const SAMPLES_KEPT = 512;
/** An id is a number or a UUID; what is longer is cut, and may then be taken for another. */
const ID_KEPT = 64;

export class LatencySamples {
  private readonly pending = new Map<string, Nanos>();
  private readonly samples: Nanos[] = [];
  private count = 0;

  ask(id: string, at: Nanos): void {
    const key = id.slice(0, ID_KEPT);
    this.pending.delete(key);
    if (this.pending.size >= PENDING_KEPT) {
      for (const oldest of this.pending.keys()) {
        this.pending.delete(oldest);
        break;
      }
    }
    this.pending.set(key, at);
  }

  /** How long it took; undefined for an answer to nothing that is known. */
  answer(id: string, at: Nanos): Nanos | undefined {
    const key = id.slice(0, ID_KEPT);
    const asked = this.pending.get(key);
    if (asked === undefined) return undefined;
    this.pending.delete(key);
    // Captures merged from two clocks may have the answer before the question.
    const took = Math.max(0, at - asked);
    this.count++;
    if (this.samples.length < SAMPLES_KEPT) this.samples.push(took);
    return took;
  }

  facts(): LatencyFacts {
    const sorted = [...this.samples].sort((a, b) => a - b);
    const at = (share: number): Nanos => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
    return { count: this.count, min: sorted[0] ?? 0, median: at(0.5), p95: at(0.95), max: sorted.at(-1) ?? 0 };
  }
}
