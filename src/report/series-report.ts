/** A session's numbers over time for the report: nanoseconds in, milliseconds out, points as short rows. */
import type { Session } from '../session/session.js';
import type { PerSide } from '../stream/side.js';
import type { RttPoint, TcpSeries } from '../tcp/series-recorder.js';
import { type Clock, toMs } from './place.js';
import type { SeriesReport } from './report.js';

export const seriesReport = (
  { websocket, subprotocol }: Pick<Session, 'websocket' | 'subprotocol'>,
  { interval, rtt, bytesInFlight, throughput }: TcpSeries,
  clock: Clock,
): SeriesReport => {
  const roundTrip = ({ at, least, most }: RttPoint): [number, number, number] => [
    clock.atMs(at),
    toMs(least),
    toMs(most),
  ];
  return {
    intervalMs: toMs(interval),
    rtt: rows(rtt, roundTrip),
    pingRtt: rows(roundTripsOf(websocket?.pings), roundTrip),
    heartbeatRtt: rows(roundTripsOf(subprotocol?.heartbeats), roundTrip),
    bytesInFlight: rows(bytesInFlight, ({ at, most, last }) => [clock.atMs(at), most, last]),
    throughput: rows(throughput, ({ at, bytes }) => [clock.atMs(at), bytes]),
  };
};

const roundTripsOf = (facts: PerSide<{ roundTrips: RttPoint[] }> | undefined): PerSide<RttPoint[]> => ({
  client: facts?.client.roundTrips ?? [],
  server: facts?.server.roundTrips ?? [],
});

const rows = <Point, Row>({ client, server }: PerSide<Point[]>, row: (point: Point) => Row): PerSide<Row[]> => ({
  client: client.map(row),
  server: server.map(row),
});
