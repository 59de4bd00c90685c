import { describe, expect, it } from 'vitest';
import { textOf } from '../../../src/report/html/html.js';
import { across, axisBetween, axisLabels, ticksOf } from '../../../src/report/html/time-axis.js';
import { ENGLISH } from '../../../src/report/language/english/english.js';

const labels = (fromMs: number, toMs: number): string[] =>
  [...textOf(axisLabels(axisBetween(fromMs, toMs), 10, ENGLISH.terms.units, fromMs)).matchAll(/>([^<]+)</g)].map(
    ([, text]) => text ?? '',
  );

describe('the time axis of a drawing', () => {
  it.each([
    [0, 60_104, ['0 ms', '10.0 s', '20.0 s', '30.0 s', '40.0 s', '50.0 s', '60.0 s']],
    [0, 150, ['0 ms', '50.0 ms', '100 ms', '150 ms']],
    [99.4, 268, ['100 ms', '150 ms', '200 ms', '250 ms']],
    [0, 4.3, ['0 ms', '1.0 ms', '2.0 ms', '3.0 ms', '4.0 ms']],
    [0, 3_600_000, ['0 ms', '10.0 min', '20.0 min', '30.0 min', '40.0 min', '50.0 min', '60.0 min']],
    [0, 40 * 86_400_000, ['0 ms', '10.0 days', '20.0 days', '30.0 days', '40.0 days']],
  ])('from %d to %d ms has labels at round moments', (from, to, expected) => {
    expect(labels(from, to)).toEqual(expected);
  });

  it('has some labels and no crowd of them, however long it is', () => {
    for (let length = 0.001; length < 1e12; length *= 1.37) {
      const ticks = ticksOf(axisBetween(0, length));
      expect({ length, few: ticks.length >= 2 && ticks.length <= 7 }).toEqual({ length, few: true });
      expect(ticks.at(-1)! <= length * 1.000001).toBe(true);
    }
  });

  it('keeps every moment inside, and is never without a length', () => {
    const axis = axisBetween(10, 20);
    expect([0, 10, 15, 20, 99].map((ms) => across(ms, axis))).toEqual([0, 0, 500, 1000, 1000]);
    expect(axisBetween(5, 5).lengthMs).toBeGreaterThan(0);
  });
});
