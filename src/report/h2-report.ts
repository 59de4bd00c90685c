/** The part of the report about the HTTP/2 stream that carries a session: its number, how it ended, what held it back. */
import { firstGoaway, type Http2Error, type WindowStalls } from '../http/h2-facts.js';
import type { Session } from '../session/session.js';
import type { PerSide, Side } from '../stream/side.js';
import { type Clock, toMs } from './place.js';
import type { Redactor } from './redact.js';
import type { PacketPlace } from './report.js';

export interface Http2ErrorReport extends PacketPlace {
  from: Side;
  code: number;
  name: string;
  atMs: number;
}

export interface Http2Report {
  stream: number;
  /** SETTINGS_ENABLE_CONNECT_PROTOCOL of the server; null where its SETTINGS were not seen. */
  extendedConnect: boolean | null;
  reset: Http2ErrorReport | null;
  goaway: (Http2ErrorReport & { lastStream: number; debug: string }) | null;
  /** By sender: how often and how long it had used up the window of the stream, or of the connection. */
  windowStalls: PerSide<{ count: number; longestMs: number; open: boolean }>;
  connectionWindowStalls: PerSide<{ count: number; longestMs: number; open: boolean }>;
  /** The capture starts after the connection did. */
  midway: boolean;
  /** Header blocks that could be read only in part, or not at all. */
  unreadableHeads: PerSide<number>;
}

export const h2Report = ({ stream }: Session, clock: Clock, redactor: Redactor): Http2Report | null => {
  if (stream === undefined) return null;
  const { connection, stalls } = stream;
  const { server } = connection.settings;
  const goaway = firstGoaway(stream);
  return {
    stream: stream.id,
    // What is not named is off (RFC 8441 3), if the SETTINGS were seen.
    extendedConnect: server === undefined ? null : server.enableConnectProtocol === 1,
    reset: stream.reset === undefined ? null : errorReport(stream.reset, clock),
    goaway:
      goaway === undefined
        ? null
        : { ...errorReport(goaway, clock), lastStream: goaway.lastStreamId, debug: redactor.text(goaway.debug) },
    windowStalls: { client: stallsReport(stalls.client), server: stallsReport(stalls.server) },
    connectionWindowStalls: {
      client: stallsReport(connection.stalls.client),
      server: stallsReport(connection.stalls.server),
    },
    midway: connection.midway,
    unreadableHeads: { ...connection.cutHeads },
  };
};

const errorReport = ({ from, code, name, arrival }: Http2Error, clock: Clock): Http2ErrorReport => ({
  from,
  code,
  name,
  ...clock.place(arrival),
});

const stallsReport = ({ count, longest, since }: WindowStalls): Http2Report['windowStalls']['client'] => ({
  count,
  longestMs: toMs(longest),
  open: since !== undefined,
});
