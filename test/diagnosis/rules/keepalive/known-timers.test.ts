import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  KNOWN_TIMERS,
  nameTimer,
  rankTimers,
  type TimerCandidate,
  type TimerKind,
} from '../../../../src/diagnosis/rules/keepalive/known-timers.js';
import { formatValue } from '../../../../src/report/format-value.js';
import { ENGLISH } from '../../../../src/report/language/english/english.js';

const PAGE = new URL('../../../../docs/timers.md', import.meta.url);

const named = (candidate: TimerCandidate): string => formatValue(nameTimer(candidate), ENGLISH);

const timersOf = (length: number, kind: TimerKind = 'silence') => [
  ...new Set(rankTimers(kind, length).map(({ seconds }) => seconds)),
];

describe('known timers', () => {
  it('are candidates with how far they are', () => {
    const [first] = rankTimers('silence', 350.4e9);
    expect(first).toMatchObject({ timer: 350e9, distance: expect.closeTo(0.4e9, -3) });
    expect(named(first!)).toBe('AWS NLB and NAT gateway (350 s, +0.400 s)');
    expect(named(rankTimers('silence', 349.9e9)[0]!)).toContain('(350 s, -0.100 s)');
  });

  it('fire late rather than early', () => {
    expect(timersOf(61.5e9)).toEqual([60]);
    expect(timersOf(61.6e9)).toEqual([]);
    expect(timersOf(59.75e9)).toEqual([60]);
    expect(timersOf(59.7e9)).toEqual([]);
    expect(timersOf(0)).toEqual([]);
  });

  it('never name one product where several ship the number', () => {
    expect(rankTimers('silence', 60e9).length).toBeGreaterThan(3);
    expect(rankTimers('silence', 300e9).length).toBeGreaterThan(1);
  });

  it('of periods leave less to chance', () => {
    expect(timersOf(20.4e9, 'period')).toEqual([20]);
    expect(timersOf(20.6e9, 'period')).toEqual([]);
    expect(rankTimers('period', 20e9).length).toBeGreaterThan(1);
  });

  it('are of one kind: an age is no silence', () => {
    expect(rankTimers('age', 7200.2e9).map(({ name }) => name)).toEqual(['AWS API Gateway connection duration']);
    expect(rankTimers('silence', 7200.2e9)).toEqual([]);
  });

  it('stand with their sources in docs/timers.md, each of them and nothing else', () => {
    const page = readFileSync(PAGE, 'utf8');
    const rows = page.split('\n').filter((line) => /^\| \d/.test(line));
    const kinds: Record<TimerKind, string> = {
      silence: 'silence',
      ping: 'unanswered ping',
      age: 'age',
      period: 'ping period',
    };
    expect(rows).toEqual(
      KNOWN_TIMERS.map(
        ({ kind, seconds, name, source }) => `| ${seconds} s | ${kinds[kind]} | ${name} | <${source}> |`,
      ),
    );
  });
});
