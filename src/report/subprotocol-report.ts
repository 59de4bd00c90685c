/** The part of the report about the subprotocol: which, how it was known, how its handshake went, heart-beats, requests, errors. */
import { hasSaidGoodbye, type LatencyFacts, type SubprotocolFacts } from '../subprotocol/subprotocol-facts.js';
import { toMs } from './place.js';
import type { Redactor } from './redact.js';
import type { SessionReport } from './report.js';

export const subprotocolReport = (
  facts: SubprotocolFacts | undefined,
  redactor: Redactor,
): SessionReport['subprotocol'] => {
  if (facts === undefined) return null;
  const { name, version, recognised, handshake, goodbye, errors, errorCount, heartbeats, latency, unread } = facts;
  const own = Object.entries(facts.detail).map(([key, value]) => [
    key,
    typeof value === 'string' ? redactor.text(value) : value,
  ]);
  const { asked, answered } = handshake ?? {};
  return {
    name,
    version: version === null ? null : redactor.text(version),
    detail: {
      recognised,
      ...Object.fromEntries(own),
      ...(asked === undefined || answered === undefined ? {} : { handshakeMs: toMs(answered.at - asked.at) }),
      heartbeats: {
        client: heartbeatReport(heartbeats.client),
        server: heartbeatReport(heartbeats.server),
      },
      latency: { client: latencyReport(latency.client), server: latencyReport(latency.server) },
      goodbye:
        goodbye === undefined ? null : { event: goodbye.event, from: goodbye.from, complete: hasSaidGoodbye(facts) },
      errors: errors.map(({ event, from, code, text, subject, fatal }) => ({
        event,
        from,
        code: code === null ? null : redactor.text(code),
        text: redactor.text(text),
        subject: redactor.text(subject),
        fatal,
      })),
      errorCount,
      unreadMessages: unread,
    },
  };
};

/** What a side promised and how often it beat; null where it neither promised nor did. */
const heartbeatReport = ({ interval, count, longestSilence }: SubprotocolFacts['heartbeats']['client']) =>
  interval === 0 && count === 0
    ? null
    : { intervalMs: interval === 0 ? null : toMs(interval), count, longestSilenceMs: toMs(longestSilence) };

/** Of requests this side made; null without one that was answered. */
const latencyReport = ({ count, min, median, p95, max }: LatencyFacts) =>
  count === 0 ? null : { samples: count, minMs: toMs(min), medianMs: toMs(median), p95Ms: toMs(p95), maxMs: toMs(max) };
