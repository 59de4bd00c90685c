/**
 * A session over time as three small drawings on its own axis: round-trip times (TCP's, and those of pings beside them),
 * bytes in flight, throughput. As in the chart of frames, what is the client's stands above the line and what is the
 * server's below, on one scale. Where there is too little to draw, its numbers are told instead.
 */
import type { PerSide } from '../../stream/side.js';
import { formatBytes, formatDuration, type UnitWords } from '../format-value.js';
import type { Catalogue } from '../language/catalogue.js';
import type { SeriesReport, SessionReport } from '../report.js';
import { fillTemplate } from '../wording.js';
import { type Html, html } from './html.js';
import { across, axisBetween } from './time-axis.js';
import { chartKey, timeChart } from './time-chart.js';

/** Pixels from the line to the largest value. */
const REACH = 42;
/** Columns of the throughput: narrower ones are single messages rather than a rate. */
const MOST_COLUMNS = 125;
/** Parts of a session; with points in fewer of them than the second says, a drawing is a dot or two on an empty field. */
const PARTS = 50;
const LEAST_PARTS = 5;

/** Where a moment of the session stands. */
type Across = (ms: number) => number;
/** Where a value of one side stands. */
type Up = (value: number) => number;

export const seriesCharts = (session: SessionReport, catalogue: Catalogue): Html | null => {
  const { series } = session;
  if (series === undefined) return null;
  const said = catalogue.page.series;
  const all = [roundTrips, inFlight, throughput].flatMap((of) => of(session, series, catalogue) ?? []);
  const drawn = all.filter(({ moments }) => partsOf(moments, session) >= LEAST_PARTS);
  const told = all.filter((drawing) => !drawn.includes(drawing));
  if (all.length === 0) return null;
  return html`<h3>${drawn.length === 0 ? said.numbers : said.title}</h3>
${drawn.length === 0 ? null : html`<div class="charts">${drawn.map((drawing) => chart(session, catalogue, drawing))}</div>`}
${told.length === 0 ? null : html`<ul>${told.map((drawing) => html`<li>${inNumbers(drawing, catalogue)}</li>`)}</ul>`}`;
};

const inNumbers = ({ name, says }: Drawing, { page: { chart: words, series: said }, terms }: Catalogue): string =>
  fillTemplate(said.told, {
    name,
    sides: (['client', 'server'] as const)
      .map((side) => fillTemplate(said.sideOf, { side: words.sides[side], value: says(side) }))
      .join(terms.comma),
  });

/** In how many parts of the session there is something to draw. */
const partsOf = (moments: readonly number[], { startMs, endMs }: SessionReport): number =>
  new Set(moments.map((atMs) => Math.floor(((atMs - startMs) / Math.max(endMs - startMs, 0.001)) * PARTS))).size;

type Texts = Catalogue['page']['series'];

type RoundTrip = SeriesReport['rtt']['client'][number];

const roundTrips = (
  session: SessionReport,
  { rtt, pingRtt, heartbeatRtt }: SeriesReport,
  { page, terms }: Catalogue,
): Drawing | undefined => {
  const said = page.series;
  const points = within(rtt, session);
  const pings = within(pingRtt, session);
  const beats = within(heartbeatRtt, session);
  const tops = [points, pings, beats].flatMap((each) => largest(each, ([, , mostMs]) => mostMs) ?? []);
  if (tops.length === 0) return undefined;
  const most = Math.max(...tops);
  const dots = (of: PerSide<RoundTrip[]>) => (side: keyof PerSide<unknown>, x: Across, y: Up) =>
    of[side]
      .map(([atMs, leastMs, mostMs]) => `M${x(atMs).toFixed(1)} ${y(leastMs).toFixed(1)}V${y(mostMs).toFixed(1)}h.01`)
      .join('');
  const spreadOf = (of: readonly RoundTrip[]) =>
    spread(
      of.map(([, leastMs, mostMs]) => [leastMs, mostMs] as const),
      said,
      terms.units,
    );
  const told = (before: string, template: string, of: readonly RoundTrip[]) =>
    of.length === 0 ? before : fillTemplate(template, { rtt: before, more: spreadOf(of) });
  return {
    key: 'rtt',
    name: said.rtt,
    top: inMs(most, terms.units),
    most,
    says: (side) => told(told(spreadOf(points[side]), said.pings, pings[side]), said.heartbeats, beats[side]),
    note: tops.length === 1 ? said.rttNote : said.answersNote,
    moments: [points, pings, beats].flatMap(momentsOf),
    kind: 'k-dots',
    draw: dots(points),
    beside: [
      { kind: 'k-dots k-ping', sign: 'ping', name: page.chart.ping, draw: dots(pings) },
      { kind: 'k-dots k-pong', sign: 'pong', name: page.chart.heartbeat, draw: dots(beats) },
    ],
  };
};

const inFlight = (
  session: SessionReport,
  { bytesInFlight }: SeriesReport,
  { page, terms }: Catalogue,
): Drawing | undefined => {
  const said = page.series;
  const points = within(bytesInFlight, session);
  const most = largest(points, ([, mostBytes]) => mostBytes);
  if (most === undefined || most === 0) return undefined;
  return {
    key: 'flight',
    name: said.inFlight,
    top: formatBytes(most, terms.units),
    most,
    says: (side) =>
      points[side].length === 0
        ? said.notSeen
        : fillTemplate(said.atMost, {
            bytes: formatBytes(
              points[side].reduce((top, [, bytes]) => Math.max(top, bytes), 0),
              terms.units,
            ),
          }),
    note: said.inFlightNote,
    moments: momentsOf(points),
    kind: 'k-area',
    draw: (side, x, y) => {
      const [first] = points[side];
      if (first === undefined) return '';
      const steps = points[side].map(
        ([atMs, mostBytes, lastBytes]) =>
          `H${x(atMs).toFixed(1)}V${y(mostBytes).toFixed(1)}${lastBytes === mostBytes ? '' : `V${y(lastBytes).toFixed(1)}`}`,
      );
      return `M${x(first[0]).toFixed(1)} ${REACH}${steps.join('')}H${x(session.endMs).toFixed(1)}V${REACH}z`;
    },
  };
};

const throughput = (
  session: SessionReport,
  { throughput: sent, intervalMs }: SeriesReport,
  { page, terms }: Catalogue,
): Drawing | undefined => {
  const said = page.series;
  const { startMs, endMs } = session;
  const widthMs = Math.max(intervalMs, (endMs - startMs) / MOST_COLUMNS);
  const points = within(sent, session);
  const columns = {
    client: columnsOf(points.client, startMs, widthMs),
    server: columnsOf(points.server, startMs, widthMs),
  };
  const most = largest(columns, ([, bytes]) => bytes);
  if (most === undefined) return undefined;
  const total = (side: keyof PerSide<unknown>) =>
    formatBytes(
      points[side].reduce((sum, [, bytes]) => sum + bytes, 0),
      terms.units,
    );
  return {
    key: 'rate',
    name: said.throughput,
    top: `${formatBytes(Math.round((most / widthMs) * 1000), terms.units)}/s`,
    most,
    says: (side) => fillTemplate(said.inAll, { bytes: total(side) }),
    moments: momentsOf(columns),
    note: fillTemplate(said.throughputNote, { width: inMs(widthMs, terms.units) }),
    kind: 'k-area',
    draw: (side, x, y) =>
      columns[side]
        .map(([atMs, bytes]) => {
          const from = x(atMs);
          const to = x(Math.min(atMs + widthMs, endMs));
          return `M${from.toFixed(1)} ${REACH}V${y(bytes).toFixed(1)}h${Math.max(1, to - from).toFixed(1)}V${REACH}z`;
        })
        .join(''),
  };
};

interface Drawing {
  /** Part of the ids of its title and description. */
  key: string;
  name: string;
  /** The largest value, in words. */
  top: string;
  most: number;
  /** What is to be said of one side, for those who do not see the drawing. */
  says: (side: 'client' | 'server') => string;
  note: string;
  /** In milliseconds, where there is something to see. */
  moments: readonly number[];
  /** How its paths are drawn. */
  kind: 'k-dots' | 'k-area';
  draw: Draw;
  /** What is compared with it, in colours of its own; what draws nothing is left out. */
  beside?: readonly { kind: string; sign: string; name: string; draw: Draw }[];
}

type Draw = (side: 'client' | 'server', x: Across, y: Up) => string;

const chart = (session: SessionReport, catalogue: Catalogue, drawing: Drawing): Html => {
  const { series: said, chart: words } = catalogue.page;
  const { key, name, top, most, says, note, kind, draw, beside = [] } = drawing;
  const { id, startMs, endMs } = session;
  const axis = axisBetween(startMs, endMs);
  const x: Across = (ms) => across(ms, axis);
  const y =
    (direction: 1 | -1): Up =>
    (value) =>
      REACH + direction * (value / Math.max(most, Number.MIN_VALUE)) * REACH;
  const sides = { client: says('client'), server: says('server') };
  const others = beside
    .map((each) => ({ ...each, path: each.draw('client', x, y(-1)) + each.draw('server', x, y(1)) }))
    .filter(({ path }) => path !== '');
  const signs = others.length === 0 ? null : others.map((each) => chartKey(each.sign, each.name));
  return html`
<figure class="chart"><figcaption><b>${name}</b>${chartKey('client', fillTemplate(said.sideOf, { side: words.sides.client, value: sides.client }))}${chartKey('server', fillTemplate(said.sideOf, { side: words.sides.server, value: sides.server }))}${signs}</figcaption>
${timeChart(
  {
    key: `${key}${id}`,
    title: fillTemplate(said.of, { name, id: String(id) }),
    description: fillTemplate(said.describes, { note, ...sides }),
    axis,
    reach: REACH,
    top,
    paths: html`<path class="k-client ${kind}" d="${draw('client', x, y(-1))}"/><path class="k-server ${kind}" d="${draw('server', x, y(1))}"/>${others.map((each) => html`<path class="${each.kind}" d="${each.path}"/>`)}`,
  },
  catalogue,
)}<p class="small">${note}</p></figure>`;
};

/** A stream of HTTP/2 is shorter than the connection that the points are of. */
const within = <Point extends readonly [atMs: number, ...rest: number[]]>(
  { client, server }: PerSide<Point[]>,
  { startMs, endMs }: SessionReport,
): PerSide<Point[]> => {
  const isInside = ([atMs]: Point) => atMs >= startMs && atMs <= endMs;
  return { client: client.filter(isInside), server: server.filter(isInside) };
};

const momentsOf = <Point extends readonly [atMs: number, ...rest: number[]]>({
  client,
  server,
}: PerSide<Point[]>): number[] => [...client, ...server].map(([atMs]) => atMs);

const largest = <Point>({ client, server }: PerSide<Point[]>, read: (point: Point) => number): number | undefined => {
  const points = [...client, ...server];
  return points.length === 0 ? undefined : points.reduce((top, point) => Math.max(top, read(point)), 0);
};

/** Intervals put together, by the column in which each begins. */
const columnsOf = (
  points: readonly (readonly [atMs: number, bytes: number])[],
  startMs: number,
  widthMs: number,
): [atMs: number, bytes: number][] => {
  const sums = new Map<number, number>();
  for (const [atMs, bytes] of points) {
    const column = Math.floor((atMs - startMs) / widthMs);
    sums.set(column, (sums.get(column) ?? 0) + bytes);
  }
  return [...sums].map(([column, bytes]) => [startMs + column * widthMs, bytes]);
};

const spread = (pairs: readonly (readonly [least: number, most: number])[], said: Texts, units: UnitWords): string => {
  if (pairs.length === 0) return said.notSeen;
  const least = inMs(
    pairs.reduce((low, [value]) => Math.min(low, value), Number.POSITIVE_INFINITY),
    units,
  );
  const most = inMs(
    pairs.reduce((top, [, value]) => Math.max(top, value), 0),
    units,
  );
  return least === most ? most : fillTemplate(said.range, { least, most });
};

const inMs = (value: number, units: UnitWords): string => formatDuration(value * 1e6, units);
