import { describe, expect, it } from 'vitest';
import { reportOf } from '../../../wire/capture-report.js';
import { type CheckKind, series, times } from '../../../wire/health-checks.js';

describe('capture/health-checks', () => {
  it.each<{ name: string; kinds: CheckKind[]; message: string; notes: string[] }>([
    {
      name: 'that failed to the end',
      kinds: [...times(3, 'rst'), ...times(3, 'refused')],
      message: 'down',
      notes: ['a check is accepted', 'the first that fails'],
    },
    {
      name: 'that passed again',
      kinds: [...times(3, 'rst'), ...times(2, 'refused'), ...times(2, 'rst')],
      message: 'back',
      notes: ['a check is accepted', 'the first that fails', 'accepted again'],
    },
    {
      name: 'that failed until the server was there',
      kinds: [...times(3, 'silent'), ...times(2, 'fin')],
      message: 'late',
      notes: ['the first that fails', 'accepted again'],
    },
  ])('tells of checks $name', async ({ kinds, message, notes }) => {
    const { findings } = await reportOf(...series(kinds));
    expect(findings).toMatchObject([{ rule: 'capture/health-checks', message, severity: 'note', sessions: [] }]);
    expect(findings[0]?.evidence.map(({ note }) => note)).toEqual(notes);
    const failed = kinds.filter((kind) => kind === 'refused' || kind === 'silent').length;
    expect(findings[0]?.data).toMatchObject({
      client: { text: '10.9.0.1' },
      server: { text: '10.9.0.2:9009' },
      period: { ms: 500 },
      passed: { n: kinds.length - failed },
      failed: { n: failed },
    });
  });
});
