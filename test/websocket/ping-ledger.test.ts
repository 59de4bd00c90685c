import { describe, expect, it } from 'vitest';
import { PingLedger } from '../../src/websocket/ping-ledger.js';

const EMPTY = new Uint8Array();
/** Empty pings at these milliseconds, and one empty pong. */
const waitsOf = (pingsMs: readonly number[], pongMs: number) => {
  const ledger = new PingLedger();
  for (const ms of pingsMs) ledger.ping(EMPTY, 0, { packet: ms, at: ms * 1e6, readyAt: ms * 1e6 });
  ledger.pong(EMPTY, 0, pongMs * 1e6);
  return ledger.facts().sharedWaits;
};

describe('a pong that fits several pings', () => {
  it('shows how long all of them had waited', () => {
    expect(waitsOf([0, 1000, 2000], 2900)).toEqual([{ at: 2.9e9, least: 0.9e9, most: 2.9e9 }]);
  });

  it('shows nothing where the last of them was answered as it came: who answers that alone may (RFC 6455 5.5.3)', () => {
    expect(waitsOf([0, 1000, 2000], 2001)).toEqual([]);
  });

  it('is a round trip where it fits one', () => {
    expect(waitsOf([0], 2900)).toEqual([]);
  });
});
