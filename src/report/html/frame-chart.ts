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

const WIDTH = 1000;
const HEIGHT = 170;
const MIDDLE = 80;
const REACH = 66;
const LEFT = 8;
const TICKS = 5;
/** A part of the session without an event is a silence from here on, and never below a second. */
const SILENT_SHARE = 0.08;
const SILENT_LEAST = 1000;
/** Frames below which there is nothing to compare. */
const WORTH = 2;

export const frameChart = (session: SessionReport, { page, terms }: Catalogue): Html | null => {
  const frames = session.timeline.filter(
    (event) => event.layer === 'ws' && (DATA.has(event.event) || event.event === 'run'),
  );
  if (frames.length < WORTH) return null;
  const { startMs, endMs, id } = session;
  const length = Math.max(endMs - startMs, 0.001);
  const x = (ms: number) => LEFT + ((ms - startMs) / length) * (WIDTH - 2 * LEFT);
  const largest = Math.round(
    frames.reduce((most, event) => Math.max(most, meanBytes(event, 'client'), meanBytes(event, 'server')), 1),
  );
  const y = (bytes: number) => Math.max(3, Math.sqrt(bytes / largest) * REACH);
  const quiet = silences(session);
  const said = page.frames;
  const size = formatBytes(largest);
  return html`<h3>${said.title}</h3>
<figure class="chart"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="c${id}-title c${id}-desc">
<title id="c${id}-title">${fillTemplate(said.of, { id: String(id) })}</title>
<desc id="c${id}-desc">${fillTemplate(said.describes, { size })}${terms.space}${
    quiet.length === 0
      ? said.noSilence
      : fillTemplate(said.silences, {
          silences: quiet
            .slice(0, 5)
            .map(([from, to]) => formatDuration((to - from) * 1e6))
            .join(terms.and),
        })
  }</desc>
${quiet.map(([from, to]) => silence(x(from), x(to), to - from, said.silence))}
<path class="axis" d="M0 ${MIDDLE}H${WIDTH}"/>
<path class="k-client" d="${frames.map((event) => stem(event, 'client', x, y)).join('')}"/>
<path class="k-server" d="${frames.map((event) => stem(event, 'server', x, y)).join('')}"/>
<path class="k-ping" d="${markers(session.timeline, 'ping', x)}"/><path class="k-pong" d="${markers(session.timeline, 'pong', x)}"/>
${session.timeline
  .filter(isEnd)
  .slice(0, 4)
  .map((event) => html`<path class="k-end" d="M${x(event.atMs).toFixed(1)} 8V${2 * MIDDLE - 8}"/>`)}
<text x="2" y="12">${said.client}</text><text x="2" y="${2 * MIDDLE - 4}">${said.server}</text>
${Array.from({ length: TICKS + 1 }, (_, index) => tick(index, length))}
</svg><figcaption>${fillTemplate(said.caption, { size })}</figcaption></figure>`;
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
  if (!isRun) return `M${from} ${MIDDLE}v${height.toFixed(1)}`;
  const width = Math.max(2, x(event.untilMs ?? event.atMs) - x(event.atMs));
  return `M${from} ${MIDDLE}v${height.toFixed(1)}h${width.toFixed(1)}V${MIDDLE}z`;
};

const markers = (timeline: readonly EventReport[], kind: string, x: (ms: number) => number): string =>
  timeline
    .filter((event) => event.layer === 'ws' && event.event === kind)
    .map((event) => `M${x(event.atMs).toFixed(1)} ${event.from === 'client' ? MIDDLE - 6 : MIDDLE + 6}h.01`)
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

const silence = (from: number, to: number, ms: number, template: string): Html =>
  html`<rect class="k-silence" x="${from.toFixed(1)}" y="14" width="${(to - from).toFixed(1)}" height="${2 * MIDDLE - 28}"/>${to - from < 90 ? null : html`<text class="quiet" x="${((from + to) / 2).toFixed(1)}" y="${MIDDLE - 8}">${fillTemplate(template, { duration: formatDuration(ms * 1e6) })}</text>`}`;

const tick = (index: number, length: number): Html => {
  const at = LEFT + ((WIDTH - 2 * LEFT) * index) / TICKS;
  const side = index === 0 ? 'start' : index === TICKS ? 'end' : 'middle';
  return html`<text class="tick" text-anchor="${side}" x="${at.toFixed(0)}" y="${HEIGHT - 2}">${formatDuration(((length * index) / TICKS) * 1e6)}</text>`;
};
