/**
 * Round trips of pings over time: single ones in, points out, the least and the most of every interval. Intervals double
 * when there would be too many of them, as those of TCP's numbers do (tcp/series-recorder.ts), so that both can be drawn
 * on one axis. What is a ping, and which pong is its answer, is decided by whoever adds it.
 */
import type { Nanos } from '../capture/packet.js';
import { INTERVALS_KEPT, type RttPoint } from '../tcp/series-recorder.js';

/** As fine as TCP's: pings of one interval are a burst, not a course. */
const FIRST_INTERVAL: Nanos = 1e6;

export class RoundTrips {
  /** In order of intervals, one point each at most. */
  readonly points: RttPoint[] = [];
  private interval = FIRST_INTERVAL;
  private origin: Nanos = 0;

  /** `at` is when the answer was there. */
  add(at: Nanos, rtt: Nanos): void {
    const { points } = this;
    const last = points.at(-1);
    if (last === undefined) this.origin = at;
    // Packets may be recorded out of order: what is older than the last point is told with it.
    if (last !== undefined && this.indexOf(at) <= this.indexOf(last.at)) {
      merge(last, { at, least: rtt, most: rtt });
      return;
    }
    points.push({ at, least: rtt, most: rtt });
    while (this.indexOf(at) >= INTERVALS_KEPT) this.coarsen();
  }

  private indexOf(at: Nanos): number {
    return Math.floor(Math.max(0, at - this.origin) / this.interval);
  }

  /** Makes every two neighbours one. */
  private coarsen(): void {
    this.interval *= 2;
    const { points } = this;
    let kept = 0;
    for (const point of points) {
      const before = points[kept - 1];
      if (before !== undefined && this.indexOf(before.at) === this.indexOf(point.at)) merge(before, point);
      else points[kept++] = point;
    }
    points.length = kept;
  }
}

/** The time of a point is that of its longest round trip, which lies inside its interval. */
const merge = (point: RttPoint, { at, least, most }: RttPoint): void => {
  point.least = Math.min(point.least, least);
  if (most <= point.most) return;
  point.most = most;
  // Only forwards: what came out of order does not put its point before its interval.
  point.at = Math.max(point.at, at);
};
