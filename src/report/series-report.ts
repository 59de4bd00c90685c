/** TCP's numbers over time for the report: nanoseconds in, milliseconds out, points as short rows. */
import type { PerSide } from '../stream/side.js';
import type { TcpSeries } from '../tcp/series-recorder.js';
import { type Clock, toMs } from './place.js';
import type { SeriesReport } from './report.js';

export const seriesReport = ({ interval, rtt, bytesInFlight, throughput }: TcpSeries, clock: Clock): SeriesReport => ({
  intervalMs: toMs(interval),
  rtt: rows(rtt, ({ at, least, most }) => [clock.atMs(at), toMs(least), toMs(most)]),
  bytesInFlight: rows(bytesInFlight, ({ at, most, last }) => [clock.atMs(at), most, last]),
  throughput: rows(throughput, ({ at, bytes }) => [clock.atMs(at), bytes]),
});

const rows = <Point, Row>({ client, server }: PerSide<Point[]>, row: (point: Point) => Row): PerSide<Row[]> => ({
  client: client.map(row),
  server: server.map(row),
});
