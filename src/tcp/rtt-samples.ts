/**
 * Round-trip samples of one direction, summed up as minimum, median, 95th percentile and maximum. Exact up to
 * SAMPLES_KEPT; beyond, every second, then every fourth … sample is kept, minimum and maximum stay exact.
 */
import type { Nanos } from '../capture/packet.js';
import type { RttSummary } from './tcp-facts.js';

/** Enough for percentiles that do not wobble; 2 KiB a direction at most. */
const SAMPLES_KEPT = 256;

export class RttSamples {
  private values: number[] = [];
  private stride = 1;
  private skipped = 0;
  private count = 0;
  private min = Number.POSITIVE_INFINITY;
  private max = 0;

  /** The newest sample, -1 before the first. */
  latest: Nanos = -1;

  add(rtt: Nanos): void {
    this.count++;
    this.latest = rtt;
    if (rtt < this.min) this.min = rtt;
    if (rtt > this.max) this.max = rtt;
    if (++this.skipped < this.stride) return;
    this.skipped = 0;
    if (this.values.length === SAMPLES_KEPT) this.makeRoom();
    this.values.push(rtt);
  }

  summary(): RttSummary {
    if (this.count === 0) return { samples: 0, min: 0, median: 0, p95: 0, max: 0 };
    const sorted = Float64Array.from(this.values).sort();
    const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
    return { samples: this.count, min: this.min, median: rank(0.5), p95: rank(0.95), max: this.max };
  }

  private makeRoom(): void {
    this.values = this.values.filter((_, index) => index % 2 === 0);
    this.stride *= 2;
  }
}
