import { describe, expect, it } from 'vitest';
import { reportOf } from '../../../wire/capture-report.js';
import { lived } from '../../../wire/many-sessions.js';

const sharedTimers = async (...packets: Parameters<typeof reportOf>) =>
  (await reportOf(...packets)).findings.filter(({ rule }) => rule === 'capture/shared-timer');

const sessions = (count: number, talkMs: (n: number) => number[]) =>
  Array.from({ length: count }, (_, n) =>
    lived({ startMs: n * 4000, port: 40000 + n, talkMs: talkMs(n), end: 'fin' }),
  ).flat();

describe('capture/shared-timer', () => {
  it('measures an idle timer over the sessions that it ended, and names candidates', async () => {
    const [found, ...more] = await sharedTimers(sessions(4, (n) => [500 * n, 60_000 + 10 * n]));
    expect(more).toEqual([]);
    expect(found).toMatchObject({ message: 'silence-known', sessions: [1, 2, 3, 4] });
    const timer = found?.data.timer;
    expect(timer?.type === 'duration' && Math.round(timer.ms / 100)).toBe(600);
    const candidates = found?.data.candidates;
    expect(candidates?.type === 'list' && candidates.texts.length).toBeGreaterThan(3);
  });

  it('measures a timer that no product is known for', async () => {
    const [found] = await sharedTimers(sessions(3, (n) => [900 * n, 17_000]));
    expect(found).toMatchObject({ message: 'silence' });
  });

  it('tells a limit of age from an idle timer by traffic right before the end', async () => {
    const busy = Array.from({ length: 29 }, () => 997);
    const [found] = await sharedTimers(sessions(4, () => [...busy, 1000]));
    expect(found).toMatchObject({ message: 'age-known' });
    const candidates = found?.data.candidates;
    expect(candidates?.type === 'list' && candidates.texts[0]).toContain(
      'Google Cloud backend service timeoutSec (30 s',
    );
  });

  it('says nothing of two sessions, or of silences that differ', async () => {
    expect(await sharedTimers(sessions(2, () => [10, 60_000]))).toEqual([]);
    expect(await sharedTimers(sessions(3, (n) => [10, 20_000 + 13_000 * n]))).toEqual([]);
  });
});
