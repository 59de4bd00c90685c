/**
 * Round-trip samples of one direction, summed up as minimum, median, 95th percentile and maximum. Exact up to
 * SAMPLES_KEPT; beyond, every second, then every fourth … sample is kept, minimum and maximum stay exact.
 */
import type { Nanos } from '../capture/packet.js';
import type { RttSummary } from './tcp-facts.js';

/** Delayed acknowledgments wait 40 ms (Linux) to 200 ms (Windows, BSD); less is jitter. */
const HELD_BACK_FROM: Nanos = 30e6;
/** Enough for percentiles that do not wobble; 2 KiB a direction at most. */
const SAMPLES_KEPT = 256;

// Before the samples, in the same array: one array of doubles is two lines of the processor's cache, fields are more.
const COUNT = 0;
const LATEST = 1;
const MIN = 2;
const MAX = 3;
const STRIDE = 4;
const SKIPPED = 5;
/** RFC 6298 2: smoothed round trip and its variation. */
const SMOOTHED = 6;
const VARIATION = 7;
const SAMPLES = 8;

export class RttSamples {
  private values = [0.5, -1, Number.POSITIVE_INFINITY, 0, 1, 0, -1, 0];

  constructor() {
    this.values[COUNT] = 0;
  }

  /** Samples so far. */
  get count(): number {
    return this.values[COUNT]!;
  }

  /** The newest sample, -1 before the first. */
  get latest(): Nanos {
    return this.values[LATEST]!;
  }

  /** The least sample, -1 before the first. */
  get shortest(): Nanos {
    return this.values[COUNT] === 0 ? -1 : this.values[MIN]!;
  }

  /** SRTT and RTTVAR as a sender at the capture point would have them (RFC 6298 2); -1 and 0 before the first. */
  get smoothed(): Nanos {
    return this.values[SMOOTHED]!;
  }

  get variation(): Nanos {
    return this.values[VARIATION]!;
  }

  /** Adds a sample. Answers whether it is so far above the least that the acknowledgment may have been held back. */
  add(rtt: Nanos): boolean {
    const { values } = this;
    values[COUNT]!++;
    values[LATEST] = rtt;
    const smoothed = values[SMOOTHED]!;
    if (smoothed < 0) {
      values[SMOOTHED] = rtt;
      values[VARIATION] = rtt / 2;
    } else {
      values[VARIATION] = values[VARIATION]! * 0.75 + Math.abs(smoothed - rtt) * 0.25;
      values[SMOOTHED] = smoothed * 0.875 + rtt * 0.125;
    }
    if (rtt < values[MIN]!) values[MIN] = rtt;
    if (rtt > values[MAX]!) values[MAX] = rtt;
    const isSlow = rtt - values[MIN]! >= HELD_BACK_FROM;
    if (++values[SKIPPED]! < values[STRIDE]!) return isSlow;
    values[SKIPPED] = 0;
    if (values.length === SAMPLES + SAMPLES_KEPT) this.makeRoom();
    this.values.push(rtt);
    return isSlow;
  }

  summary(): RttSummary {
    const { values } = this;
    if (values[COUNT] === 0) return { samples: 0, min: 0, median: 0, p95: 0, max: 0 };
    const sorted = Float64Array.from(values.slice(SAMPLES)).sort();
    const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
    return { samples: values[COUNT]!, min: values[MIN]!, median: rank(0.5), p95: rank(0.95), max: values[MAX]! };
  }

  private makeRoom(): void {
    this.values = this.values.filter((_, index) => index < SAMPLES || (index - SAMPLES) % 2 === 0);
    this.values[STRIDE]! *= 2;
  }
}
