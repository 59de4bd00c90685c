/**
 * Frames over time as one drawing: what the client sent upwards, what the server sent downwards, as high as their sizes
 * (by square root, so that a ping can be seen beside a picture); silences shaded; pings, pongs, Close and the end marked.
 * Runs that were folded stand as boxes of their mean size.
 */
import { formatBytes, formatDuration } from '../format-value.js';
import type { Catalogue } from '../language/catalogue.js';
import type { EventReport, SessionReport } from '../report.js';
import { fillTemplate } from '../wording.js';
import { type Html, html } from './html.js';
import { across, axisBetween } from './time-axis.js';
import { chartKey, INSIDE, timeChart } from './time-chart.js';

/** Pixels from the line to the largest frame. */
const REACH = 66;
/** Pixels that the smallest frame is high. */
const LOWEST = 3;
/** Narrower silences, in units across, have no room for their words on a wide screen. */
const WORDS = 110;
/** And these none on a phone. */
const PHONE_WORDS = 300;
/** A part of the session without an event is a silence from here on, and never below a second. */
const SILENT_SHARE = 0.08;
const SILENT_LEAST = 1000;
/** Frames below which there is nothing to compare. */
const WORTH = 2;
/** Ends that are drawn; one session has no more of them that matter. */
const MOST_ENDS = 4;

export const frameChart = (session: SessionReport, catalogue: Catalogue): Html | null => {
  const { page, terms } = catalogue;
  const frames = session.timeline.filter(
    (event) => event.layer === 'ws' && (DATA.has(event.event) || event.event === 'run'),
  );
  if (frames.length < WORTH) return null;
  const { startMs, endMs, id, timeline } = session;
  const axis = axisBetween(startMs, endMs);
  const x = (ms: number) => across(ms, axis);
  const largest = Math.round(
    frames.reduce((most, event) => Math.max(most, meanBytes(event, 'client'), meanBytes(event, 'server')), 1),
  );
  const y = (bytes: number) => Math.max(LOWEST, Math.sqrt(bytes / largest) * REACH);
  const quiet = silences(session);
  const ends = timeline.filter(isEnd).slice(0, MOST_ENDS);
  const pings = markers(timeline, 'ping', x);
  const pongs = markers(timeline, 'pong', x);
  const { frames: said, chart } = page;
  const size = formatBytes(largest, terms.units);
  const heard =
    quiet.length === 0
      ? said.noSilence
      : fillTemplate(said.silences, {
          silences: quiet
            .slice(0, 5)
            .map(([from, to]) => formatDuration((to - from) * 1e6, terms.units))
            .join(terms.and),
        });
  return html`<h3>${said.title}</h3>
<figure class="chart"><figcaption>${chartKey('client', chart.sides.client)}${chartKey('server', chart.sides.server)}${pings === '' ? null : chartKey('ping', chart.ping)}${pongs === '' ? null : chartKey('pong', chart.pong)}${quiet.length === 0 ? null : chartKey('silence', chart.silence)}${ends.length === 0 ? null : chartKey('end', chart.end)}<span>${fillTemplate(said.caption, { size })}</span></figcaption>
${timeChart(
  {
    key: `c${id}`,
    title: fillTemplate(said.of, { id: String(id) }),
    description: `${fillTemplate(said.describes, { size })}${terms.space}${heard}`,
    axis,
    reach: REACH,
    top: size,
    paths: html`${quiet.map(([from, to]) => html`<rect class="k-silence" x="${x(from).toFixed(1)}" width="${(x(to) - x(from)).toFixed(1)}" height="${2 * REACH}"/>`)}
<path class="k-client" d="${frames.map((event) => stem(event, 'client', x, y)).join('')}"/>
<path class="k-server" d="${frames.map((event) => stem(event, 'server', x, y)).join('')}"/>
${pings === '' ? null : html`<path class="k-dots k-ping" d="${pings}"/>`}${pongs === '' ? null : html`<path class="k-dots k-pong" d="${pongs}"/>`}
<path class="k-end" d="${ends.map(({ atMs }) => `M${x(atMs).toFixed(1)} 0v${2 * REACH}`).join('')}"/>`,
    inside: html`${quiet.filter(([from, to]) => x(to) - x(from) >= WORDS).map(([from, to]) => silence([x(from), x(to)], fillTemplate(said.silence, { duration: formatDuration((to - from) * 1e6, terms.units) })))}`,
  },
  catalogue,
)}</figure>`;
};

const DATA: ReadonlySet<string> = new Set(['text', 'binary', 'continuation']);

const meanBytes = (event: EventReport, side: 'client' | 'server'): number => {
  if (event.event === 'run') {
    const count = event.count?.[side] ?? 0;
    return count === 0 ? 0 : (event.bytes?.[side] ?? 0) / count;
  }
  const bytes = event.data?.bytes;
  return event.from === side && typeof bytes === 'number' ? bytes : 0;
};

/** A line for a frame, a box for a run. */
const stem = (
  event: EventReport,
  side: 'client' | 'server',
  x: (ms: number) => number,
  y: (bytes: number) => number,
): string => {
  const isRun = event.event === 'run';
  if (isRun ? (event.count?.[side] ?? 0) === 0 : event.from !== side) return '';
  const height = (side === 'client' ? -1 : 1) * y(meanBytes(event, side));
  const from = x(event.atMs).toFixed(1);
  if (!isRun) return `M${from} ${REACH}v${height.toFixed(1)}`;
  const width = Math.max(2, x(event.untilMs ?? event.atMs) - x(event.atMs));
  return `M${from} ${REACH}v${height.toFixed(1)}h${width.toFixed(1)}V${REACH}z`;
};

const markers = (timeline: readonly EventReport[], kind: string, x: (ms: number) => number): string =>
  timeline
    .filter((event) => event.layer === 'ws' && event.event === kind)
    .map((event) => `M${x(event.atMs).toFixed(1)} ${event.from === 'client' ? REACH - 7 : REACH + 7}h.01`)
    .join('');

const isEnd = ({ layer, event }: EventReport): boolean =>
  (layer === 'ws' && event === 'close') || (layer === 'tcp' && (event === 'fin' || event === 'rst'));

/** Between two events that follow each other. */
const silences = ({ timeline, startMs, endMs }: SessionReport): [from: number, to: number][] => {
  const least = Math.max(SILENT_LEAST, (endMs - startMs) * SILENT_SHARE);
  const found: [number, number][] = [];
  let before = timeline[0]?.atMs ?? startMs;
  for (const { atMs, untilMs } of timeline) {
    if (atMs - before >= least) found.push([before, atMs]);
    before = Math.max(before, untilMs ?? atMs);
  }
  if (endMs - before >= least) found.push([before, endMs]);
  return found;
};

const silence = ([from, to]: [number, number], words: string): Html =>
  html`<text class="${to - from < PHONE_WORDS ? 'quiet narrow' : 'quiet'}" x="${((from + to) / 20).toFixed(2)}%" y="${INSIDE + REACH - 8}">${words}</text>`;
