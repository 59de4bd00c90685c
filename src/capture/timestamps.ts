/**
 * Timestamps of pcapng interfaces: 64-bit counts of any unit (if_tsresol, if_tsoffset) become Nanos since the file's
 * first packet. The epoch is taken off in whole units before anything is scaled, so numbers stay exact without a bigint
 * per packet.
 */
import type { CaptureTally } from './capture-tally.js';
import type { Nanos } from './packet.js';

const NANOS_PER_SECOND = 1_000_000_000n;

export class Timestamps {
  private started = false;
  private baseHigh = 0;
  private baseLow = 0;
  /** Of the epoch, what is no whole unit. */
  private restNanos = 0;
  private readonly nanosPerUnit: number;
  private readonly unitsPerSecond: bigint;

  /**
   * `resolution` is the octet of if_tsresol: 10 to its negative power, or 2 where the top bit is set. `offsetSeconds` is
   * if_tsoffset, to be added to every time.
   */
  constructor(
    private readonly tally: CaptureTally,
    resolution: number,
    private readonly offsetSeconds: bigint,
  ) {
    const power = resolution & 0x7f;
    this.unitsPerSecond = resolution >= 0x80 ? 2n ** BigInt(power) : 10n ** BigInt(power);
    // Powers of ten up to nanoseconds divide evenly; a quotient of two numbers would not be exact for them either way.
    this.nanosPerUnit =
      resolution <= 9 ? Number(NANOS_PER_SECOND / this.unitsPerSecond) : 1e9 / Number(this.unitsPerSecond);
  }

  nanos(high: number, low: number): Nanos {
    if (!this.started) this.start(high, low);
    return ((high - this.baseHigh) * 2 ** 32 + (low - this.baseLow)) * this.nanosPerUnit + this.restNanos;
  }

  private start(high: number, low: number): void {
    const offset = this.offsetSeconds * NANOS_PER_SECOND;
    const units = (BigInt(high) << 32n) | BigInt(low);
    this.tally.epoch ??= offset + (units * NANOS_PER_SECOND) / this.unitsPerSecond;
    const base = this.tally.epoch - offset;
    const baseUnits = (base * this.unitsPerSecond) / NANOS_PER_SECOND;
    this.restNanos = Number((baseUnits * NANOS_PER_SECOND) / this.unitsPerSecond - base);
    this.baseHigh = Number(baseUnits >> 32n);
    this.baseLow = Number(baseUnits & 0xffffffffn);
    this.started = true;
  }
}
