import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INTERVALS_KEPT } from '../../src/tcp/series-recorder.js';
import { RoundTrips } from '../../src/websocket/round-trips.js';

const MS = 1e6;

const pointsOf = (samples: readonly (readonly [atMs: number, rttMs: number])[]) => {
  const trips = new RoundTrips();
  for (const [at, rtt] of samples) trips.add(at * MS, rtt * MS);
  return trips.points.map(({ at, least, most }) => [at / MS, least / MS, most / MS]);
};

describe('round trips over time', () => {
  it('are a point each where they are far apart', () => {
    expect(
      pointsOf([
        [100, 3],
        [2100, 4],
        [4100, 2],
      ]),
    ).toEqual([
      [100, 3, 3],
      [2100, 4, 4],
      [4100, 2, 2],
    ]);
  });

  it('are one point within an interval, at the time of the longest', () => {
    expect(
      pointsOf([
        [5, 3],
        [5.2, 9],
        [5.4, 1],
      ]),
    ).toEqual([[5.2, 1, 9]]);
  });

  it('go with the last point where their packets were recorded out of order', () => {
    expect(
      pointsOf([
        [100, 3],
        [200, 4],
        [150, 7],
      ]),
    ).toEqual([
      [100, 3, 3],
      [200, 4, 7],
    ]);
  });

  it('keep their extremes and their order, however many there are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 1, max: 900 })), {
          minLength: 1,
          maxLength: 1500,
        }),
        (steps) => {
          let now = 0;
          const samples = steps.map(([wait, rtt]) => {
            now += wait;
            return [now, rtt] as const;
          });
          const points = pointsOf(samples);
          expect(points.length).toBeLessThanOrEqual(INTERVALS_KEPT);
          expect(Math.max(...points.map(([, , most]) => most!))).toBe(Math.max(...samples.map(([, rtt]) => rtt)));
          expect(Math.min(...points.map(([, least]) => least!))).toBe(Math.min(...samples.map(([, rtt]) => rtt)));
          const times = points.map(([at]) => at!);
          expect(times).toEqual([...times].sort((a, b) => a - b));
        },
      ),
      { numRuns: 40 },
    );
  });
});
