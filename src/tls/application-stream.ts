/**
 * Decrypted application data on its way up: the layer above is made when the first of it is there, and hears of what
 * could not be decrypted, or was not captured, as gaps. Runs of such records become one gap; a side ends once.
 */
import { copyArrival } from '../stream/arrival.js';
import type { Ending, Gap, StreamConsumer } from '../stream/consumer.js';
import { type PerSide, SIDES, type Side } from '../stream/side.js';

/** Makes the layer above; `midway`: the beginning of the application data is missing. */
export type OpenAbove = (stream: ApplicationStream, midway: boolean) => StreamConsumer;

export class ApplicationStream implements StreamConsumer {
  private above: StreamConsumer | undefined;
  private ignored = false;
  private readonly gaps: PerSide<Gap | undefined> = { client: undefined, server: undefined };
  private readonly endings: PerSide<Ending | undefined> = { client: undefined, server: undefined };

  constructor(private readonly open: OpenAbove) {}

  bytes(side: Side, chunk: Uint8Array, arrival: Gap['arrival']): void {
    if (this.ignored || this.endings[side] !== undefined || chunk.length === 0) return;
    if (this.above === undefined) this.begin();
    this.tellGap(side);
    this.above?.bytes(side, chunk, arrival);
  }

  gap(side: Side, { length, cause, arrival }: Gap): void {
    const before = this.gaps[side];
    if (before === undefined) this.gaps[side] = { length, cause, arrival: copyArrival(arrival) };
    else before.length += length;
  }

  end(side: Side, ending: Ending): void {
    if (this.endings[side] !== undefined) return;
    this.endings[side] = { kind: ending.kind, arrival: copyArrival(ending.arrival) };
    if (this.above !== undefined) this.tellEnd(side);
  }

  /** Whether `consumer` is the layer above; it may put another one in its own place by `consume`. */
  consumes(consumer: StreamConsumer): boolean {
    return this.above === consumer;
  }

  consume(consumer: StreamConsumer): void {
    this.above = consumer;
  }

  /** What it carries is of no interest. */
  ignore(): void {
    this.ignored = true;
    this.above = undefined;
  }

  private begin(): void {
    this.above = this.open(
      this,
      SIDES.some((side) => this.gaps[side] !== undefined),
    );
    for (const side of SIDES) if (this.endings[side] !== undefined) this.tellEnd(side);
  }

  private tellGap(side: Side): void {
    const gap = this.gaps[side];
    if (gap === undefined) return;
    this.gaps[side] = undefined;
    this.above?.gap(side, gap);
  }

  private tellEnd(side: Side): void {
    this.tellGap(side);
    this.above?.end(side, this.endings[side]!);
  }
}
