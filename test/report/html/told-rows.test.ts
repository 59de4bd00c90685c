import { describe, expect, it } from 'vitest';
import { ToldRows } from '../../../src/report/html/told-rows.js';
import { LegLanes } from '../../../src/report/leg-lanes.js';
import type { EventReport, SessionReport } from '../../../src/report/report.js';
import { incident } from '../terminal/stories.js';

const like = incident().sessions[1]!;
const event = like.timeline[0]!;

/** With a row of each packet, and a run for each pair. */
const session = (id: number, rows: readonly (number | [number, number])[], more: Partial<SessionReport> = {}) => ({
  ...like,
  id,
  client: `10.0.0.${id}:5000`,
  timeline: rows.map(
    (row): EventReport =>
      typeof row === 'number'
        ? { ...event, packet: row }
        : { ...event, event: 'run', packet: row[0], untilPacket: row[1] },
  ),
  ...more,
});

const toldOf = (sessions: SessionReport[], most = 100): ToldRows =>
  new ToldRows(sessions, new LegLanes(sessions), new Map(sessions.map(({ id }) => [id, most])), new Set());

describe('the row that tells of a packet', () => {
  it('is its own, in its own session first', () => {
    const [a, b] = [session(1, [1, 2, 5]), session(2, [2, 3])];
    const told = toldOf([a, b]);
    expect(told.rowOf(a, { packet: 2 })).toEqual({ id: 's1-p2', session: 1, isRun: false });
    expect(told.rowOf(b, { packet: 2 })).toEqual({ id: 's2-p2', session: 2, isRun: false });
    expect(told.rowOf(a, { packet: 9 })).toBeUndefined();
  });

  it('is a run that it is part of', () => {
    const a = session(1, [1, [2, 40], 41]);
    expect(toldOf([a]).rowOf(a, { packet: 17 })).toEqual({ id: 's1-p2-40', session: 1, isRun: true });
  });

  it('is the narrower of two runs, and not a row that shares the first packet of a run', () => {
    const a = session(1, [11, [11, 20], [13, 20]]);
    const told = toldOf([a]);
    expect(told.rowOf(a, { packet: 20 })?.id).toBe('s1-p13-20');
    expect(told.rowOf(a, { packet: 12 })?.id).toBe('s1-p11-20');
    expect(told.rowOf(a, { packet: 11 })).toEqual({ id: 's1-p11', session: 1, isRun: false });
  });

  it('is that of another connection rather than a run whose numbers go past it', () => {
    const [a, b] = [session(1, [1, [2, 40], 41]), session(2, [17])];
    expect(toldOf([a, b]).rowOf(a, { packet: 17 })).toEqual({ id: 's2-p17', session: 2, isRun: false });
  });

  it('is the run of its own stream where streams share the connection', () => {
    const [a, b] = [session(1, [[2, 40]]), session(2, [17], { client: '10.0.0.1:5000' })];
    expect(toldOf([a, b]).rowOf(a, { packet: 17 })).toEqual({ id: 's1-p2-40', session: 1, isRun: true });
  });

  it('tells files apart, and asks no run that ends in another file', () => {
    const a = session(1, [1]);
    a.timeline.push({ ...event, packet: 3, capture: 1 });
    a.timeline.push({ ...event, event: 'run', packet: 4, untilPacket: 9, untilCapture: 1 });
    const told = toldOf([a]);
    expect(told.rowOf(a, { packet: 3, capture: 1 })?.id).toBe('s1-2-p3');
    expect(told.rowOf(a, { packet: 3 })).toBeUndefined();
    expect(told.rowOf(a, { packet: 6 })).toBeUndefined();
    expect(told.rowOf(a, { packet: 9, capture: 1 })?.id).toBe('s1-p4-9');
  });

  it('is none where it was left out of the page', () => {
    const a = session(1, [1, 2, 3, 4, 5, 6]);
    const told = toldOf([a], 4);
    expect(told.shown(a)).toMatchObject({ cut: 2, cutAt: 2 });
    expect([1, 2, 3, 4, 5, 6].map((packet) => told.rowOf(a, { packet })?.id)).toEqual([
      's1-p1',
      's1-p2',
      undefined,
      undefined,
      's1-p5',
      's1-p6',
    ]);
    const untold = new ToldRows([a], new LegLanes([a]), new Map(), new Set());
    expect(untold.rowOf(a, { packet: 1 })).toBeUndefined();
  });
});
