/**
 * The time axis that the drawings of a page share: round moments, and their labels in an SVG of its own size, so that
 * letters stay as large as the text around them however wide the page is. What is drawn over it is stretched; this is not.
 */
import { formatDuration, type UnitWords } from '../format-value.js';
import { type Html, html } from './html.js';

/** Units across a drawing, in which its paths are told. */
export const ACROSS = 1000;
/** Steps of an axis: more labels than this run into each other. A little more than six, so that 60.1 s has six of 10 s. */
const MOST_STEPS = 6.1;
/** Labels that a phone has room for; of more, every other one is hidden there. */
const FEW = 4;
/** A label this near to an end is written on the inner side of its moment, in units across. */
const NEAR_START = 30;
const NEAR_END = 940;

export interface Axis {
  /** Milliseconds since the beginning of the capture. */
  startMs: number;
  /** In milliseconds, and never 0. */
  lengthMs: number;
  /** As many labels as there is room for. */
  steps: number;
}

export const axisBetween = (startMs: number, endMs: number, steps = MOST_STEPS): Axis => ({
  startMs,
  lengthMs: Math.max(endMs - startMs, 0.001),
  steps,
});

/** Where a moment stands, in units across. */
export const across = (ms: number, { startMs, lengthMs }: Axis): number =>
  Math.max(0, Math.min(ACROSS, ((ms - startMs) / lengthMs) * ACROSS));

/** Labels in a row, counted from the beginning of the axis unless that is `fromMs` of something else. */
export const axisLabels = (axis: Axis, y: number, units: UnitWords, fromMs = 0): Html =>
  html`${ticksOf(axis, fromMs).map((ms, index, { length }) => {
    const at = (ms / axis.lengthMs) * ACROSS;
    const anchor = at < NEAR_START ? 'start' : at > NEAR_END ? 'end' : 'middle';
    return html`<text class="${index % 2 === 1 && length > FEW ? 'tick odd' : 'tick'}" x="${(at / 10).toFixed(2)}%" y="${y}" text-anchor="${anchor}">${formatDuration((fromMs + ms) * 1e6, units)}</text>`;
  })}`;

/** Lines from top to bottom at the same moments. */
export const axisLines = (axis: Axis, height: number): Html =>
  html`<path class="grid" d="${ticksOf(axis)
    .map((ms) => `M${((ms / axis.lengthMs) * ACROSS).toFixed(1)} 0V${height}`)
    .join('')}"/>`;

/** Distances from the beginning, in milliseconds, that are round when counted from there with `fromMs` added. */
export const ticksOf = ({ lengthMs, steps }: Axis, fromMs = 0): number[] => {
  const step = stepOf(lengthMs / steps);
  const first = Math.ceil(fromMs / step - CLOSE) * step - fromMs;
  const count = Math.floor((lengthMs - first) / step + CLOSE) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => Math.max(0, first + index * step));
};

/** Of a step: what rounding leaves over. */
const CLOSE = 1e-6;

/** The round step that is no shorter than this, in milliseconds. */
const stepOf = (leastMs: number): number => {
  const named = LONG_STEPS.find((step) => step >= leastMs);
  if (leastMs > 10_000 && named !== undefined) return named;
  const unit = leastMs > DAY ? DAY : 1;
  const power = unit * 10 ** Math.floor(Math.log10(leastMs / unit));
  return power * ([1, 2, 5].find((factor) => factor * power >= leastMs) ?? 10);
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Beyond ten seconds people count by sixty. */
const LONG_STEPS: readonly number[] = [
  ...[20_000, 30_000],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12, 24].map((count) => count * HOUR),
];
