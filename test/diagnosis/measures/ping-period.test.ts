import { describe, expect, it } from 'vitest';
import { pingPeriod } from '../../../src/diagnosis/measures/ping-period.js';
import { PingLedger } from '../../../src/websocket/ping-ledger.js';

const SECOND = 1e9;

/** What the ledger says of pings at these seconds. */
const pingsAt = (...seconds: readonly number[]) => {
  const ledger = new PingLedger();
  for (const [index, at] of seconds.entries()) {
    ledger.ping(Uint8Array.of(index), 1, { packet: index + 1, at: at * SECOND, readyAt: at * SECOND });
  }
  return ledger.facts();
};

describe('the period of pings', () => {
  it('is the mean of steps that differ by little', () => {
    expect(pingPeriod(pingsAt(3, 23, 43.2, 63.3))).toEqual({
      period: expect.closeTo(20.1 * SECOND, -3),
      jitter: expect.closeTo(0.2 * SECOND, -3),
    });
  });

  it.each([
    { name: 'no pings', at: [] },
    { name: 'two pings', at: [1, 21] },
    { name: 'pings that come as they like', at: [1, 21, 44, 61] },
    { name: 'a ping that was left out', at: [0, 20, 60, 80] },
    { name: 'pings of one moment', at: [5, 5, 5] },
  ])('is not there for $name', ({ at }) => {
    expect(pingPeriod(pingsAt(...at))).toBeUndefined();
  });
});
