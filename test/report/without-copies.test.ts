import { describe, expect, it } from 'vitest';
import type { FindingReport } from '../../src/report/report.js';
import { withoutCopies } from '../../src/report/without-copies.js';
import { incident } from './terminal/stories.js';

const [session] = incident().sessions;
const [event] = session!.timeline;
const copy = (packet: number, capture?: number) => ({
  ...event!,
  layer: 'tcp' as const,
  event: 'copy' as const,
  packet,
  ...(capture === undefined ? {} : { capture }),
});

describe('a timeline without copies', () => {
  it('keeps those that are evidence, in their own file', () => {
    const finding: FindingReport = {
      ...session!.findings[0]!,
      evidence: [{ packet: 7, capture: 1, atMs: 0, note: '' }],
    };
    const timeline = [event!, copy(7), copy(7, 1), copy(8, 1)];
    expect(withoutCopies(timeline, { findings: [finding] })).toEqual([event, copy(7, 1)]);
  });

  it('is the same where there are none', () => {
    expect(withoutCopies(session!.timeline, session!)).toBe(session!.timeline);
  });
});
