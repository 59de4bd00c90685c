import { describe, expect, it } from 'vitest';
import { harTimings, totalOf } from '../../../src/report/har/har-timings.js';
import type { SessionReport } from '../../../src/report/report.js';
import { incident } from '../terminal/stories.js';

/** A session of 1000 ms from 100 ms on that asked at 180 ms and was answered at 300 ms. */
const session = (stages: [name: string, startMs: number | null, durationMs: number | null][]): SessionReport => {
  const base = incident().sessions[1]!;
  const { request, response } = base.upgrade!;
  return {
    ...base,
    startMs: 100,
    endMs: 1100,
    stages: stages.map(([stage, startMs, durationMs]) => ({
      ...base.stages[0]!,
      ...{ stage: stage as 'tcp', startMs, durationMs },
    })),
    upgrade: {
      ...base.upgrade!,
      request: { ...request!, atMs: 180 },
      response: { ...response!, atMs: 300 },
      timing: { requestMs: 2, waitedMs: 118, networkMs: null, serverMs: null, responseMs: 0 },
    },
  };
};

const AFTER = { send: 2, wait: 118, receive: 800 };

describe('the phases of an entry', () => {
  it.each([
    {
      what: 'one after the other, TLS inside the connecting',
      stages: [
        ['dns', 100, 10],
        ['tcp', 110, 20],
        ['tls', 130, 30],
      ],
      is: { blocked: 20, dns: 10, connect: 50, ssl: 30 },
    },
    {
      what: 'a proxy is a part of what blocked',
      stages: [
        ['tcp', 100, 20],
        ['proxy', 120, 30],
      ],
      is: { blocked: 60, dns: -1, connect: 20, ssl: -1, _blocked_proxy: 30 },
    },
    {
      what: 'a connection that was there before',
      stages: [
        ['tcp', 40, 20],
        ['tls', 60, 30],
      ],
      is: { blocked: 80, dns: -1, connect: -1, ssl: -1 },
    },
    {
      what: 'TLS of which nothing but the beginning of TCP is missing',
      stages: [
        ['tcp', null, null],
        ['tls', 130, 30],
      ],
      is: { blocked: 50, dns: -1, connect: 30, ssl: 30 },
    },
    {
      what: 'TLS that was answered in place of the request',
      stages: [
        ['tcp', 100, 20],
        ['tls', 180, 120],
      ],
      is: { blocked: 60, dns: -1, connect: 20, ssl: -1 },
    },
  ] as const)('are $what', ({ stages, is }) => {
    const timings = harTimings(session(stages.map(([...stage]) => stage)));
    expect(timings).toEqual({ ...AFTER, ...is });
    expect(totalOf(timings)).toBe(1000);
  });

  it('wait to the end where no answer came', () => {
    const asked = session([['tcp', 100, 20]]);
    asked.upgrade = { ...asked.upgrade!, response: null, timing: null };
    expect(harTimings(asked)).toMatchObject({ send: 0, wait: 920, receive: 0 });
  });
});
