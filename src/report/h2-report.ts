/** The part of the report about the HTTP/2 stream that carries a session: its number, how it ended, what held it back. */
import { firstGoaway, type Http2Error, type WindowStalls } from '../http/h2-facts.js';
import type { Session } from '../session/session.js';
import { type Clock, toMs } from './place.js';
import type { Redactor } from './redact.js';
import type { Http2ErrorReport, Http2Report } from './report.js';

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
