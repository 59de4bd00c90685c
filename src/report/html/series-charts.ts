/**
 * A session over time as three small drawings on its own axis: round-trip times (TCP's, and those of pings beside them),
 * bytes in flight, throughput. As in the chart of frames, what is the client's stands above the line and what is the
 * server's below, on one scale.
 */
import type { PerSide } from '../../stream/side.js';
import { formatBytes, formatDuration } from '../format-value.js';
import type { Catalogue } from '../language/catalogue.js';
import type { SeriesReport, SessionReport } from '../report.js';
import { fillTemplate } from '../wording.js';
import { type Html, html } from './html.js';

const WIDTH = 1000;
const HEIGHT = 126;
const MIDDLE = 52;
const REACH = 40;
const LEFT = 8;
const TICKS = 5;
/** Columns of the throughput: narrower ones are single messages rather than a rate. */
const MOST_COLUMNS = 125;

/** Where a moment of the session stands. */
type Across = (ms: number) => number;
/** Where a value of one side stands. */
type Up = (value: number) => number;

export const seriesCharts = (session: SessionReport, { page: { series: said } }: Catalogue): Html | null => {
  if (session.series === undefined) return null;
  const charts = [roundTrips, inFlight, throughput].flatMap((draw) => draw(session, session.series!, said) ?? []);
  return charts.length === 0 ? null : html`<h3>${said.title}</h3>${charts}`;
};

type Texts = Catalogue['page']['series'];

type RoundTrip = SeriesReport['rtt']['client'][number];

const roundTrips = (
  session: SessionReport,
  { rtt, pingRtt, heartbeatRtt }: SeriesReport,
  said: Texts,
): Html | undefined => {
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
    );
  const told = (before: string, template: string, of: readonly RoundTrip[]) =>
    of.length === 0 ? before : fillTemplate(template, { rtt: before, more: spreadOf(of) });
  return chart(session, said, {
    key: 'rtt',
    name: said.rtt,
    top: ms(most),
    most,
    says: (side) => told(told(spreadOf(points[side]), said.pings, pings[side]), said.heartbeats, beats[side]),
    note: tops.length === 1 ? said.rttNote : said.answersNote,
    kind: 'k-dots',
    draw: dots(points),
    beside: [
      { kind: 'k-dots k-ping', draw: dots(pings) },
      { kind: 'k-dots k-pong', draw: dots(beats) },
    ],
  });
};

const inFlight = (session: SessionReport, { bytesInFlight }: SeriesReport, said: Texts): Html | undefined => {
  const points = within(bytesInFlight, session);
  const most = largest(points, ([, mostBytes]) => mostBytes);
  if (most === undefined || most === 0) return undefined;
  return chart(session, said, {
    key: 'flight',
    name: said.inFlight,
    top: formatBytes(most),
    most,
    says: (side) =>
      points[side].length === 0
        ? said.notSeen
        : fillTemplate(said.atMost, {
            bytes: formatBytes(points[side].reduce((top, [, bytes]) => Math.max(top, bytes), 0)),
          }),
    note: said.inFlightNote,
    kind: 'k-area',
    draw: (side, x, y) => {
      const [first] = points[side];
      if (first === undefined) return '';
      const steps = points[side].map(
        ([atMs, mostBytes, lastBytes]) =>
          `H${x(atMs).toFixed(1)}V${y(mostBytes).toFixed(1)}${lastBytes === mostBytes ? '' : `V${y(lastBytes).toFixed(1)}`}`,
      );
      return `M${x(first[0]).toFixed(1)} ${MIDDLE}${steps.join('')}H${x(session.endMs).toFixed(1)}V${MIDDLE}z`;
    },
  });
};

const throughput = (
  session: SessionReport,
  { throughput: sent, intervalMs }: SeriesReport,
  said: Texts,
): Html | undefined => {
  const { startMs, endMs } = session;
  const widthMs = Math.max(intervalMs, (endMs - startMs) / MOST_COLUMNS);
  const points = within(sent, session);
  const columns = {
    client: columnsOf(points.client, startMs, widthMs),
    server: columnsOf(points.server, startMs, widthMs),
  };
  const most = largest(columns, ([, bytes]) => bytes);
  if (most === undefined) return undefined;
  const total = (side: keyof PerSide<unknown>) => formatBytes(points[side].reduce((sum, [, bytes]) => sum + bytes, 0));
  return chart(session, said, {
    key: 'rate',
    name: said.throughput,
    top: `${formatBytes(Math.round((most / widthMs) * 1000))}/s`,
    most,
    says: (side) => fillTemplate(said.inAll, { bytes: total(side) }),
    note: fillTemplate(said.throughputNote, { width: ms(widthMs) }),
    kind: 'k-area',
    draw: (side, x, y) =>
      columns[side]
        .map(([atMs, bytes]) => {
          const from = x(atMs);
          const to = x(Math.min(atMs + widthMs, endMs));
          return `M${from.toFixed(1)} ${MIDDLE}V${y(bytes).toFixed(1)}h${Math.max(1, to - from).toFixed(1)}V${MIDDLE}z`;
        })
        .join(''),
  });
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
  /** How its paths are drawn. */
  kind: 'k-dots' | 'k-area';
  draw: Draw;
  /** What is compared with it, in colours of its own; what draws nothing is left out. */
  beside?: readonly { kind: string; draw: Draw }[];
}

type Draw = (side: 'client' | 'server', x: Across, y: Up) => string;

const chart = (session: SessionReport, said: Texts, drawing: Drawing): Html => {
  const { key, name, top, most, says, note, kind, draw, beside = [] } = drawing;
  const { id, startMs, endMs } = session;
  const length = Math.max(endMs - startMs, 0.001);
  const x: Across = (at) => LEFT + ((at - startMs) / length) * (WIDTH - 2 * LEFT);
  const y =
    (direction: 1 | -1): Up =>
    (value) =>
      MIDDLE + direction * (value / Math.max(most, Number.MIN_VALUE)) * REACH;
  const label = `${key}${id}`;
  const sides = { client: says('client'), server: says('server') };
  return html`
<figure class="chart series"><figcaption><b>${name}</b> ${fillTemplate(said.sides, sides)}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${label}-title ${label}-desc">
<title id="${label}-title">${fillTemplate(said.of, { name, id: String(id) })}</title>
<desc id="${label}-desc">${fillTemplate(said.describes, { note, ...sides })}</desc>
<path class="axis grid" d="M0 ${MIDDLE - REACH}H${WIDTH}M0 ${MIDDLE + REACH}H${WIDTH}"/><path class="axis" d="M0 ${MIDDLE}H${WIDTH}"/>
<path class="k-client ${kind}" d="${draw('client', x, y(-1))}"/>
<path class="k-server ${kind}" d="${draw('server', x, y(1))}"/>${beside.map((other) => also(other.kind, other.draw('client', x, y(-1)) + other.draw('server', x, y(1))))}
<text x="2" y="${MIDDLE - REACH - 3}">${said.client}</text><text x="2" y="${MIDDLE + REACH + 13}">${said.server}</text>
<text text-anchor="end" x="${WIDTH - 2}" y="${MIDDLE - REACH - 3}">${top}</text><text text-anchor="end" x="${WIDTH - 2}" y="${MIDDLE - 3}">0</text><text text-anchor="end" x="${WIDTH - 2}" y="${MIDDLE + REACH + 13}">${top}</text>
${Array.from({ length: TICKS + 1 }, (_, index) => tick(index, length))}
</svg></figure>`;
};

const also = (kind: string, path: string): Html | null =>
  path === '' ? null : html`<path class="${kind}" d="${path}"/>`;

const tick = (index: number, length: number): Html => {
  const at = LEFT + ((WIDTH - 2 * LEFT) * index) / TICKS;
  const side = index === 0 ? 'start' : index === TICKS ? 'end' : 'middle';
  return html`<text text-anchor="${side}" x="${at.toFixed(0)}" y="${HEIGHT - 3}">${ms((length * index) / TICKS)}</text>`;
};

/** A stream of HTTP/2 is shorter than the connection that the points are of. */
const within = <Point extends readonly [atMs: number, ...rest: number[]]>(
  { client, server }: PerSide<Point[]>,
  { startMs, endMs }: SessionReport,
): PerSide<Point[]> => {
  const isInside = ([atMs]: Point) => atMs >= startMs && atMs <= endMs;
  return { client: client.filter(isInside), server: server.filter(isInside) };
};

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

const spread = (pairs: readonly (readonly [least: number, most: number])[], said: Texts): string => {
  if (pairs.length === 0) return said.notSeen;
  const least = ms(pairs.reduce((low, [value]) => Math.min(low, value), Number.POSITIVE_INFINITY));
  const most = ms(pairs.reduce((top, [, value]) => Math.max(top, value), 0));
  return least === most ? most : fillTemplate(said.range, { least, most });
};

const ms = (value: number): string => formatDuration(value * 1e6);
