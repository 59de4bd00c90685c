/**
 * Turns the state of a connection after each of its segments into numbers over time: round-trip times, bytes in flight,
 * payload. Time is cut into intervals that double when there would be too many of them, so that a session of any length
 * is told in the same room, and no part of it more coarsely than another. What the numbers mean is not decided here.
 */
import type { Nanos } from '../capture/packet.js';
import type { PerSide, Side } from '../stream/side.js';
import type { Flow } from './flow.js';

/** Of one connection: what a chart of usual width can show. */
export const INTERVALS_KEPT = 500;
/** Finer than most round trips, and a whole number of milliseconds however often it doubles. */
const FIRST_INTERVAL: Nanos = 1e6;
/** Connections of one capture that are recorded: as many as a page tells in full, 100 kB each where they are long. */
export const SERIES_KEPT = 500;

// Columns of an interval: those of the lower endpoint's flow, then those of the other's.
const BYTES = 0;
const RTT_LEAST = 1;
const RTT_MOST = 2;
const RTT_AT = 3;
const FLIGHT_MOST = 4;
const FLIGHT_AT = 5;
const FLIGHT_LAST = 6;
const COLUMNS = 7;
/** Nothing was measured in this interval. */
const NONE = -1;

export interface RttPoint {
  /** Of the longest. */
  at: Nanos;
  least: Nanos;
  most: Nanos;
}

export interface FlightPoint {
  /** Of the most. */
  at: Nanos;
  most: number;
  /** When the interval was over. */
  last: number;
}

export interface ThroughputPoint {
  /** When the interval began. */
  at: Nanos;
  /** Payload, each byte once. */
  bytes: number;
}

/** Points in order of time, INTERVALS_KEPT at most of each; intervals without anything new have none. */
export interface TcpSeries {
  interval: Nanos;
  /** Of the side's data until its acknowledgment, at the capture point. */
  rtt: PerSide<RttPoint[]>;
  /** Sent and not acknowledged, as far as the capture point saw both. */
  bytesInFlight: PerSide<FlightPoint[]>;
  throughput: PerSide<ThroughputPoint[]>;
}

/** What was known of a flow after the segment before. */
interface Watched {
  readonly flow: Flow;
  /** Of its first column. */
  readonly offset: number;
  bytes: number;
  samples: number;
  inFlight: number;
}

export class SeriesRecorder {
  private readonly low: Watched;
  private readonly high: Watched;
  private intervals = new Map<number, number[]>();
  private interval = FIRST_INTERVAL;
  private origin: Nanos = Number.NaN;

  constructor(low: Flow, high: Flow) {
    this.low = { flow: low, offset: 0, bytes: 0, samples: 0, inFlight: NONE };
    this.high = { flow: high, offset: COLUMNS, bytes: 0, samples: 0, inFlight: NONE };
  }

  /** A segment was taken: looks for what has changed. */
  observe(at: Nanos): void {
    if (Number.isNaN(this.origin)) this.origin = at;
    this.watch(this.low, at);
    this.watch(this.high, at);
  }

  series(): TcpSeries {
    const rows = [...this.intervals].sort(([a], [b]) => a - b);
    const both = <Point>(read: (row: number[], offset: number, start: Nanos) => Point | undefined) => {
      const of = ({ offset }: Watched) =>
        rows.flatMap(([index, row]) => read(row, offset, this.origin + index * this.interval) ?? []);
      return bySide<Point[]>([this.low.flow.side, of(this.low)], of(this.high));
    };
    return {
      interval: this.interval,
      rtt: both((row, offset) => {
        const most = row[offset + RTT_MOST]!;
        return most === NONE ? undefined : { at: row[offset + RTT_AT]!, least: row[offset + RTT_LEAST]!, most };
      }),
      bytesInFlight: both((row, offset) => {
        const most = row[offset + FLIGHT_MOST]!;
        return most === NONE ? undefined : { at: row[offset + FLIGHT_AT]!, most, last: row[offset + FLIGHT_LAST]! };
      }),
      throughput: both((row, offset, at) => {
        const bytes = row[offset + BYTES]!;
        return bytes === 0 ? undefined : { at, bytes };
      }),
    };
  }

  private watch(watched: Watched, at: Nanos): void {
    const { flow, offset } = watched;
    const { freshBytes } = flow;
    const samples = flow.rtt.count;
    // The number that a FIN takes is no byte.
    const isPastFin = flow.fin !== undefined && flow.top === flow.finEnd;
    const inFlight = flow.started && flow.ackedKnown ? Math.max(0, flow.inFlight() - (isPastFin ? 1 : 0)) : NONE;
    const isSame = freshBytes === watched.bytes && samples === watched.samples && inFlight === watched.inFlight;
    if (isSame) return;
    const row = this.rowAt(at);
    row[offset + BYTES]! += freshBytes - watched.bytes;
    if (samples !== watched.samples) noteRtt(row, offset, flow.rtt.latest, flow.rtt.latest, at);
    if (inFlight !== watched.inFlight && inFlight !== NONE) {
      if (row[offset + FLIGHT_MOST] === NONE) noteFlight(row, offset, Math.max(0, watched.inFlight), at);
      noteFlight(row, offset, inFlight, at);
      row[offset + FLIGHT_LAST] = inFlight;
    }
    watched.bytes = freshBytes;
    watched.samples = samples;
    watched.inFlight = inFlight;
  }

  /** Packets may be recorded out of order: what is older than the first is told with the first. */
  private rowAt(at: Nanos): number[] {
    const since = Math.max(0, at - this.origin);
    while (since >= this.interval * INTERVALS_KEPT) this.coarsen();
    const index = Math.floor(since / this.interval);
    let row = this.intervals.get(index);
    if (row === undefined) {
      row = emptyRow();
      this.intervals.set(index, row);
    }
    return row;
  }

  /** Makes every two neighbours one. */
  private coarsen(): void {
    this.interval *= 2;
    const merged = new Map<number, number[]>();
    // In order of time, so that what came last stays last.
    for (const [index, row] of [...this.intervals].sort(([a], [b]) => a - b)) {
      const half = Math.floor(index / 2);
      const before = merged.get(half);
      if (before === undefined) merged.set(half, row);
      else for (const offset of [this.low.offset, this.high.offset]) merge(before, row, offset);
    }
    this.intervals = merged;
  }
}

const emptyRow = (): number[] => {
  const row = new Array<number>(2 * COLUMNS).fill(NONE);
  row[BYTES] = 0;
  row[COLUMNS + BYTES] = 0;
  return row;
};

const merge = (row: number[], later: readonly number[], offset: number): void => {
  row[offset + BYTES]! += later[offset + BYTES]!;
  const rtt = later[offset + RTT_MOST]!;
  if (rtt !== NONE) noteRtt(row, offset, later[offset + RTT_LEAST]!, rtt, later[offset + RTT_AT]!);
  const most = later[offset + FLIGHT_MOST]!;
  if (most === NONE) return;
  noteFlight(row, offset, most, later[offset + FLIGHT_AT]!);
  row[offset + FLIGHT_LAST] = later[offset + FLIGHT_LAST]!;
};

const noteRtt = (row: number[], offset: number, least: Nanos, most: Nanos, at: Nanos): void => {
  const known = row[offset + RTT_LEAST]!;
  if (known === NONE || least < known) row[offset + RTT_LEAST] = least;
  if (most <= row[offset + RTT_MOST]!) return;
  row[offset + RTT_MOST] = most;
  row[offset + RTT_AT] = at;
};

const noteFlight = (row: number[], offset: number, bytes: number, at: Nanos): void => {
  if (bytes <= row[offset + FLIGHT_MOST]!) return;
  row[offset + FLIGHT_MOST] = bytes;
  row[offset + FLIGHT_AT] = at;
};

const bySide = <T>([lowSide, low]: [Side, T], high: T): PerSide<T> =>
  lowSide === 'client' ? { client: low, server: high } : { client: high, server: low };
