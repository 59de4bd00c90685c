/** The part of the report about one stage: how it went, when, in which packets, and the facts of it in one line. */
import { captureOf, type Nanos, numberOf, type PacketRef } from '../capture/packet.js';
import { pingPeriod } from '../diagnosis/measures/ping-period.js';
import { upgradeTiming } from '../diagnosis/measures/upgrade-timing.js';
import { settledBy } from '../session/resolution.js';
import type { Session, StageFacts, StageName } from '../session/session.js';
import type { Arrival } from '../stream/arrival.js';
import { opposite } from '../stream/side.js';
import type { IcmpError } from '../tcp/tcp-facts.js';
import { cipherSuiteName } from '../tls/cipher-suites.js';
import { versionName } from '../tls/versions.js';
import { LEADING_COMMA } from './event-text.js';
import type { Catalogue } from './language/catalogue.js';
import { type Clock, toMs } from './place.js';
import type { Redactor } from './redact.js';
import type { EventValue, StageReport } from './report.js';
import { fillOptional } from './wording.js';

export const stageReport = (
  session: Session,
  facts: StageFacts,
  clock: Clock,
  redactor: Redactor,
  catalogue: Catalogue,
): StageReport => stageEntry(facts, stageDetail(session, facts.stage, redactor, catalogue), clock);

export const stageEntry = (facts: StageFacts, detail: string | null, clock: Clock): StageReport => {
  const { stage, status, start, end, steps } = facts;
  const refs = new Set<PacketRef>();
  for (const arrival of [start, ...steps.map((step) => step.arrival), end]) {
    if (arrival !== undefined) refs.add(arrival.packet);
  }
  const sorted = [...refs].sort((a, b) => a - b);
  return {
    stage,
    status,
    startMs: start === undefined ? null : clock.atMs(start.at),
    durationMs: start === undefined || end === undefined ? null : toMs(end.at - start.at),
    packets: sorted.map(numberOf),
    ...(sorted.some((ref) => captureOf(ref) !== 0) ? { captures: sorted.map(captureOf) } : {}),
    detail,
    steps: steps.map(({ step, arrival }, index) => ({
      step,
      ...clock.place(arrival),
      afterMs: toMs(arrival.at - (steps[index - 1]?.arrival ?? arrival).at),
    })),
  };
};

/** Null where there is nothing to tell. */
const stageDetail = (
  session: Session,
  stage: StageName,
  redactor: Redactor,
  { details, terms }: Catalogue,
): string | null => {
  const facts = FACTS[stage]?.(session);
  if (facts === undefined) return null;
  const told: Facts = { ...facts, icmp: icmpDuring(session, stage) };
  const known = Object.entries(told).filter((entry): entry is [string, EventValue] => entry[1] != null);
  const detail = fillOptional(details[stage], Object.fromEntries(known), terms).replace(LEADING_COMMA, '');
  return detail === '' ? null : redactor.text(detail);
};

/** What a router said of the packets while that stage was the last one begun. */
const icmpDuring = ({ tcp, stages }: Session, stage: StageName): string | undefined => {
  const seen = stages.filter(({ start }) => start !== undefined);
  const isDuring = ({ arrival }: IcmpError): boolean => {
    const begun = seen.findLast(({ start }) => start !== undefined && start.at <= arrival.at) ?? seen[0];
    return (begun?.stage ?? 'tcp') === stage;
  };
  return tcp.icmpErrors.find(isDuring)?.name;
};

/** From here on a user feels the wait for an answer. */
const LONG_WAIT: Nanos = 200e6;

type Facts = Readonly<Record<string, EventValue | null | undefined>>;

const FACTS: Partial<Record<StageName, (session: Session) => Facts>> = {
  dns: ({ origin }) => ({
    name: origin && settledBy(origin.resolution).name,
    addresses: origin?.answer.addresses,
    aliases: origin?.answer.aliases,
    resolver: origin?.answer.resolver.text,
  }),
  tcp: ({ tcp }) => ({
    rtt: tcp.handshakeRtt,
    refused: tcp.refused === undefined ? undefined : 'RST',
    syns: tcp.syns.length > 1 ? tcp.syns.length : undefined,
  }),
  proxy: ({ proxy }) => {
    const preamble = proxy?.preambles.at(-1);
    const tunnel = proxy?.tunnels.at(-1);
    return {
      preamble: preamble?.version,
      source: preamble?.source ?? preamble?.command,
      protocol: tunnel?.protocol,
      target: tunnel?.target,
      user: tunnel?.user,
      code: tunnel?.reply?.code,
      reply: tunnel?.reply?.name,
    };
  },
  tls: ({ tls }) => {
    const fatal = tls?.alerts.find(({ level }) => level === 'fatal');
    const asked = tls?.firstClientHello?.span.first.at;
    const { client, server } = tls?.finished ?? {};
    const data = tls?.applicationData.client.first ?? tls?.applicationData.server.first;
    const after = (arrival: Arrival | undefined): number | undefined =>
      arrival === undefined || asked === undefined ? undefined : arrival.at - asked;
    return {
      hello: after(tls?.serverHello?.span.last),
      finished:
        client === undefined || server === undefined ? undefined : after(client.at > server.at ? client : server),
      data: after(data),
      version: tls?.serverHello && versionName(tls.serverHello.version),
      cipher: tls?.serverHello && cipherSuiteName(tls.serverHello.cipherSuite),
      alpn: tls?.serverHello?.alpn,
      alertFrom: fatal?.from,
      alert: fatal?.description,
    };
  },
  upgrade: (session) => {
    const { upgrade, handshake } = session;
    const timing = upgradeTiming(session);
    // A wait that nobody notices is no news.
    const isLong = timing?.server !== undefined && timing.waited >= LONG_WAIT;
    return {
      status: upgrade?.response?.status,
      reason: upgrade?.response?.reason,
      subprotocol: handshake?.subprotocol,
      extensions: handshake?.extensions,
      waited: isLong ? timing.waited : undefined,
      server: isLong ? timing.server : undefined,
    };
  },
  subprotocol: ({ subprotocol }) => {
    const error = subprotocol?.errors.find(({ inHandshake }) => inHandshake);
    return {
      name: subprotocol?.name,
      version: subprotocol?.version,
      event: error?.event,
      code: error?.code ?? '',
      error: error?.text,
      client: subprotocol?.heartbeats.client.interval || undefined,
      server: subprotocol?.heartbeats.server.interval || undefined,
    };
  },
  open: ({ websocket, tls }) =>
    websocket === undefined
      ? {
          clientSealed: tls?.applicationData.client.bytes,
          serverSealed: tls?.applicationData.server.bytes,
        }
      : {
          clientMessages: websocket.messages.client,
          clientBytes: websocket.payloadBytes.client,
          serverMessages: websocket.messages.server,
          serverBytes: websocket.payloadBytes.server,
          clientPings: pingPeriod(websocket.pings.client)?.period,
          serverPings: pingPeriod(websocket.pings.server)?.period,
        },
  close: ({ websocket, tcp }) => {
    const close = websocket?.firstClose;
    // Of a half-close, the FIN stands before the Close: it ended no more than its own direction.
    const { endPacket } = tcp;
    const isHalf = close !== undefined && endPacket !== undefined && endPacket.at < close.span.first.at;
    return {
      code: close === undefined || close.code < 0 ? undefined : close.code,
      closer: close?.from,
      answered: close && (websocket?.closes[opposite(close.from)] === undefined ? 'not answered' : 'answered'),
      [close === undefined ? 'ended' : 'end']: tcp.end === 'none' || isHalf ? undefined : tcp.end.toUpperCase(),
      ender: tcp.endedBy === 'none' || isHalf ? undefined : tcp.endedBy,
    };
  },
};
