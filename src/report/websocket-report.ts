/** The part of the report about an open session: frames, messages, pings, rules broken, the closing handshake. */
import type { Nanos } from '../capture/packet.js';
import { sessionEnd } from '../diagnosis/measures/ending.js';
import { pingPeriod } from '../diagnosis/measures/ping-period.js';
import { rankTimers } from '../diagnosis/rules/keepalive/known-timers.js';
import type { Session } from '../session/session.js';
import { opposite, type Side } from '../stream/side.js';
import type { CompressionFacts, FrameKind, PingFacts, WebSocketFacts } from '../websocket/websocket-facts.js';
import { type Clock, toMs } from './place.js';
import type { Redactor } from './redact.js';
import type { FrameCounts, PingPeriodReport, RttReport, WebSocketReport } from './report.js';
import { rttReport } from './tcp-report.js';

/** A silence shorter than this proves nothing where its sender has not shown how long it waits. */
const LEAST_WAIT: Nanos = 5e9;
/** A sender that left sooner than this after its ping did not leave over it. */
const LEFT_OVER_PING: Nanos = 1e9;

export const websocketReport = (session: Session, clock: Clock, redactor: Redactor): WebSocketReport | null => {
  const { websocket } = session;
  if (websocket === undefined) return null;
  return {
    frames: { client: frameCounts(websocket.frames.client), server: frameCounts(websocket.frames.server) },
    messages: { ...websocket.messages },
    payloadBytes: { ...websocket.payloadBytes },
    compressed: websocket.compressed,
    ...compressionReport(websocket),
    pingRtt: { client: pingRtt(websocket.pings.client), server: pingRtt(websocket.pings.server) },
    ...pingPeriods(websocket),
    unansweredPings: { client: unansweredPings(session, 'client'), server: unansweredPings(session, 'server') },
    violations: websocket.violations.map(({ rule, from, span, detail }) => ({
      rule,
      from,
      detail: redactor.text(detail),
      ...clock.place(span.first),
    })),
    close: closeReport(websocket, clock, redactor),
    ...(websocket.midstream ? { midstream: true as const } : {}),
  };
};

const compressionReport = ({
  compression: { client, server },
}: WebSocketFacts): Pick<WebSocketReport, 'compression'> => {
  if (client === undefined || server === undefined) return {};
  const told = ({ messages, wireBytes, inflatedBytes }: CompressionFacts) => ({ messages, wireBytes, inflatedBytes });
  return { compression: { client: told(client), server: told(server) } };
};

const frameCounts = (counts: Record<FrameKind, number>): FrameCounts => {
  const { reserved, ...known } = counts;
  return reserved > 0 ? { ...known, reserved } : known;
};

const pingRtt = (pings: PingFacts): RttReport | null => {
  if (pings.rtts.length === 0) return null;
  const sorted = [...pings.rtts].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return rttReport({
    samples: sorted.length,
    min: sorted[0] ?? 0,
    median: at(0.5),
    p95: at(0.95),
    max: sorted[sorted.length - 1] ?? 0,
  });
};

const pingPeriods = ({ pings }: WebSocketFacts): Pick<WebSocketReport, 'pingPeriod'> => {
  const client = periodReport(pings.client);
  const server = periodReport(pings.server);
  return client === null && server === null ? {} : { pingPeriod: { client, server } };
};

const periodReport = (pings: PingFacts): PingPeriodReport | null => {
  const beat = pingPeriod(pings);
  if (beat === undefined) return null;
  const candidates = rankTimers('period', beat.period);
  return {
    periodMs: toMs(beat.period),
    jitterMs: toMs(beat.jitter),
    candidates: candidates.map(({ name, seconds, distance }) => ({ name, seconds, distanceMs: toMs(distance) })),
  };
};

/**
 * Pings that went unanswered, not merely ones under way when the session or the capture ended (RFC 6455 5.5.3): the
 * silence was longer than their sender waits elsewhere, or it left after waiting for them.
 */
const unansweredPings = (session: Session, sender: Side): number => {
  const websocket = session.websocket;
  const pings = websocket?.pings[sender];
  if (websocket === undefined || pings === undefined) return 0;
  const close = websocket.firstClose;
  const ended = close?.span.first.at ?? session.tcp.endPacket?.at ?? session.captureEnd;
  const left = (close?.from ?? sessionEnd(session)?.by) === sender;
  const patience = Math.max(left ? LEFT_OVER_PING : LEAST_WAIT, pings.longestWait);
  const listed = pings.unanswered.filter(({ sent }) => ended - sent.at > patience).length;
  // The list keeps the oldest: when all of it counts, those that it had no room for are taken to count too.
  const unlisted = Math.max(0, pings.count - pings.answered - pings.unseen - pings.unanswered.length);
  return listed > 0 && listed === pings.unanswered.length ? listed + unlisted : listed;
};

const closeReport = (websocket: WebSocketFacts, clock: Clock, redactor: Redactor): WebSocketReport['close'] => {
  const close = websocket.firstClose;
  if (close === undefined) return null;
  return {
    from: close.from,
    code: close.code < 0 ? null : close.code,
    reason: redactor.text(close.reason),
    answered: websocket.closes[opposite(close.from)] !== undefined,
    ...clock.place(close.span.first),
  };
};
