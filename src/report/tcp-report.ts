/** The part of the report about TCP: counts and round-trip times, in milliseconds. */
import type { Nanos } from '../capture/packet.js';
import type { PerSide } from '../stream/side.js';
import type { FlowFacts, RttSummary, TcpFacts } from '../tcp/tcp-facts.js';
import { toMs } from './place.js';
import type { RttReport, TcpReport } from './report.js';

export const tcpReport = (tcp: TcpFacts): TcpReport => {
  const both = <T>(read: (flow: FlowFacts) => T): PerSide<T> => ({
    client: read(tcp.flows.client),
    server: read(tcp.flows.server),
  });
  return {
    handshakeRttMs: msOrNull(tcp.handshakeRtt),
    rtt: both((flow) => rttReport(flow.rtt)),
    retransmissions: both((flow) => flow.retransmissions),
    retransmissionKinds: both(kindsThatOccurred),
    outOfOrder: both((flow) => flow.outOfOrder),
    duplicateAcks: both((flow) => flow.duplicateAcks),
    zeroWindows: both((flow) => flow.zeroWindows),
    keepAlives: both((flow) => flow.keepAlives),
    copies: both((flow) => flow.copies),
    duplicates: both((flow) => flow.duplicates),
    windowProbes: both((flow) => flow.windowProbes),
    windowClosedForMs: both((flow) => toMs(flow.windowClosedFor + stillClosedFor(tcp, flow))),
    windowClosedLongestMs: both((flow) => toMs(Math.max(flow.windowClosedLongest, stillClosedFor(tcp, flow)))),
    windowsFilled: both((flow) => flow.windowsFilled),
    delayedAcks: both((flow) => flow.delayedAcks),
    nagleWaits: both((flow) => flow.nagleWaits),
    smoothedRttMs: both((flow) => msOrNull(flow.smoothedRtt)),
    rttVariationMs: both((flow) => msOrNull(flow.rttVariation)),
    missingBytes: both((flow) => flow.missingBytes),
    bytes: both((flow) => flow.bytes),
    simultaneousOpen: tcp.simultaneousOpen,
    endedBy: tcp.endedBy,
    end: tcp.end,
  };
};

/** Of a window that never opened again: until the connection's last packet. */
const stillClosedFor = ({ last }: TcpFacts, { windowClosedSince }: FlowFacts): Nanos =>
  windowClosedSince === undefined ? 0 : Math.max(0, last.at - windowClosedSince.at);

const msOrNull = (ns: Nanos | undefined): number | null => (ns === undefined ? null : toMs(ns));

/** Nulls instead of the zeros of an empty summary: zero is a round-trip time too. */
export const rttReport = (rtt: RttSummary): RttReport => {
  const seen = rtt.samples > 0;
  return {
    samples: rtt.samples,
    minMs: seen ? toMs(rtt.min) : null,
    medianMs: seen ? toMs(rtt.median) : null,
    p95Ms: seen ? toMs(rtt.p95) : null,
    maxMs: seen ? toMs(rtt.max) : null,
  };
};

const kindsThatOccurred = (flow: FlowFacts): Record<string, number> =>
  Object.fromEntries(Object.entries(flow.retransmissionKinds).filter(([, count]) => count > 0));
