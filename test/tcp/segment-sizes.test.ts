import { describe, expect, it } from 'vitest';
import type { SegmentSizes } from '../../src/tcp/tcp-facts.js';
import { type Fields, hear, opening, raw } from './raw-segments.js';

let id = 200;
const data = (ms: number, seq: number, size: number) => raw({ ms, from: 'client', seq, ack: 1, size, id: id++ });
const ack = (ms: number, acknowledgment: number, more: Partial<Fields> = {}) =>
  raw({ ms, from: 'server', seq: 1, ack: acknowledgment, id: id++, ...more });
const sizes = (...packets: ReturnType<typeof raw>[]): SegmentSizes =>
  hear(...opening(), ...packets).facts.flows.client.sizes;

/** 150 bytes that arrive, then 1400 and 1400 that do not, and 600 that do. */
const blackHole = [
  data(100, 1, 150),
  ack(140, 151),
  data(200, 151, 1400),
  data(200.1, 1551, 1400),
  data(200.2, 2951, 600),
  ack(240, 151, { sack: [[2951, 3551]] }),
];

describe('sizes of segments', () => {
  it('tells what is stuck from what passed before and behind it', () => {
    const told = sizes(...blackHole, data(300, 151, 1400), data(700, 151, 1400));
    expect(told).toMatchObject({ stuck: 1400, acknowledged: 150, sackedBehind: 600, sackedAt: { packet: 9 } });
    expect(told.shrunk).toBeUndefined();
  });

  it('knows the smallest size that was tried in vain', () => {
    expect(sizes(...blackHole, data(300, 151, 1400), data(700, 151, 536)).stuck).toBe(536);
  });

  it('has nothing stuck once all is acknowledged, and keeps what passed', () => {
    const told = sizes(...blackHole, data(300, 151, 1400), ack(340, 3551));
    expect(told).toMatchObject({ stuck: 0, acknowledged: 1400, sackedBehind: 0, sackedAt: undefined });
  });

  it('sees a large segment arrive only once it is sent in smaller ones', () => {
    const again = [300, 700, 1500].map((ms) => data(ms, 151, 1400));
    const { shrunk } = sizes(...blackHole, ...again, data(3100, 151, 900), ack(3140, 1051));
    expect(shrunk).toMatchObject({ from: 1400, to: 900, tries: 3, passed: { at: 3140e6 } });
    expect(sizes(...blackHole, ...again, ack(3140, 1551)).shrunk).toBeUndefined();
  });

  it('tells the hole before what came by, where nobody acknowledged it', () => {
    const lost = [data(100, 1, 150), ack(140, 151), data(200, 2951, 600), ack(200.1, 151, { sack: [[2951, 3551]] })];
    expect(sizes(...lost)).toMatchObject({ largest: 600, hole: { bytes: 2800, behind: { packet: 6 } } });
    expect(sizes(...lost, ack(300, 3551)).hole).toBeUndefined();
  });

  it('tells a hole that the peer reports to have as one of the capture', () => {
    const { facts } = hear(
      ...opening(),
      data(100, 1, 150),
      ack(140, 151),
      data(200, 1551, 600),
      data(200.1, 2751, 600),
      ack(240, 151, { sack: [[1551, 3351]] }),
    );
    expect(facts.gaps.map(({ length, cause }) => `${length} ${cause}`)).toEqual([
      '1400 not-acknowledged',
      '600 not-captured',
    ]);
  });
});
