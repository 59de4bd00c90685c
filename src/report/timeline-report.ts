/** The part of the report about what happened when: the session's events, worded and redacted, runs as one event. */
import type { TimelineEvent } from '../session/timeline.js';
import type { EventData } from '../stream/event-sink.js';
import { eventSummary, runSummary } from './event-text.js';
import type { Catalogue } from './language/catalogue.js';
import { type Clock, packetPlace, toMs } from './place.js';
import type { Redactor } from './redact.js';
import type { EventReport, EventValue } from './report.js';

export const timelineReport = (
  events: readonly TimelineEvent[],
  clock: Clock,
  redactor: Redactor,
  catalogue: Catalogue,
): EventReport[] =>
  events.map((event) =>
    event.run === undefined ? eventReport(event, clock, redactor, catalogue) : runReport(event, clock, catalogue),
  );

const eventReport = (event: TimelineEvent, clock: Clock, redactor: Redactor, catalogue: Catalogue): EventReport => {
  const { layer, from } = event;
  const data = event.data === undefined ? undefined : dataReport(event.data, redactor);
  const kind = data?.kind;
  return {
    atMs: clock.atMs(event.at),
    ...packetPlace(event.packet),
    from,
    layer,
    event: event.event,
    summary: eventSummary({ layer, event: event.event, data }, catalogue),
    ...(typeof kind === 'string' ? { kind } : {}),
    ...(data === undefined ? {} : { data }),
  };
};

const runReport = (
  { layer, event, from, packet, at, run }: TimelineEvent,
  clock: Clock,
  catalogue: Catalogue,
): EventReport => {
  const { count, bytes, kinds, until, untilPacket } = run!;
  const last = packetPlace(untilPacket);
  return {
    atMs: clock.atMs(at),
    ...packetPlace(packet),
    from,
    layer,
    event,
    summary: runSummary({ layer, count, bytes, kinds }, catalogue),
    count: { ...count },
    bytes: { ...bytes },
    kinds: { ...kinds },
    untilMs: clock.atMs(until),
    untilPacket: last.packet,
    ...(last.capture === undefined ? {} : { untilCapture: last.capture }),
  };
};

/** Durations become milliseconds, as everywhere in the report, and references to packets become their places. */
const dataReport = (data: EventData, redactor: Redactor): Record<string, EventValue> => {
  const told: Record<string, EventValue> = {};
  for (const [name, value] of Object.entries(data)) {
    if (typeof value !== 'number') {
      told[name] = redactValue(name, value, redactor);
    } else if (name.endsWith('Ns')) {
      told[`${name.slice(0, -2)}Ms`] = toMs(value);
    } else if (PACKET_REFERENCES.has(name)) {
      const { packet, capture } = packetPlace(value);
      told[name] = packet;
      if (capture !== undefined) told[`${name}Capture`] = capture;
    } else if (name !== 'code' || value >= 0) {
      // A Close whose body is one byte has no code.
      told[name] = value;
    }
  }
  return told;
};

/** Data that name another packet: a retransmission its first copy. */
const PACKET_REFERENCES: ReadonlySet<string> = new Set(['original', 'packet']);

const redactValue = (name: string, value: EventValue, redactor: Redactor): EventValue => {
  if (typeof value === 'string') {
    return name === 'subprotocol' ? redactor.subprotocol(value) : redactor.text(value);
  }
  if (typeof value !== 'object') return value;
  return value.map((text) => (name === 'subprotocols' ? redactor.subprotocol(text) : redactor.text(text)));
};
