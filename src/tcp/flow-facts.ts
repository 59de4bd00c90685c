/** The facts of one direction of a connection, made of what its flow counted and remembered, once no packet follows. */
import { captureOf } from '../capture/packet.js';
import type { Arrival } from '../stream/arrival.js';
import { arrivalOf, type Flow } from './flow.js';
import { sizesOf } from './segment-sizes.js';
import { advance, ahead } from './sequence.js';
import type { FlowFacts, RstAlone } from './tcp-facts.js';

/** Of the packets of a side that was captured twice: captures lose some, and do not begin and end together. */
const COPIED_SHARE = 0.9;

/** @param peer The flow of the other side. */
export function flowFacts(flow: Flow, peer: Flow): FlowFacts {
  // The least time from the capture to this side and back, and when the peer was heard last.
  const [toSender, heardAt] = [peer.rtt.shortest, peer.lastAt];
  flow.settleDelayedAck(toSender);
  const finAcked = flow.fin !== undefined && flow.ackedKnown && ahead(flow.acked, flow.finEnd) >= 0;
  const oldest = flow.sent.oldest();
  const outstanding = flow.ackedKnown ? ahead(flow.top, flow.acked) : 0;
  let oldestUnacked: Arrival | undefined;
  if (oldest >= 0) oldestUnacked = arrivalOf(flow.sent.packetAt(oldest), flow.sent.sentAt(oldest));
  else if (flow.fin !== undefined && !finAcked) oldestUnacked = flow.fin;
  return {
    packets: flow.packets,
    bytes: flow.freshBytes,
    missingBytes: flow.started || !flow.ackedKnown ? flow.assembler.missing : ahead(flow.acked, flow.ackedFrom),
    retransmissions: flow.retransmissions,
    retransmissionKinds: { ...flow.kinds },
    lossesRepaired: Math.max(
      0,
      flow.retransmissions -
        flow.kinds.spurious -
        flow.openingRepeats -
        flow.resized -
        (flow.history?.outages.retransmissions ?? 0),
    ),
    outages: flow.history?.outages.outages ?? [],
    outOfOrder: flow.outOfOrder,
    duplicateAcks: flow.duplicateAcks,
    zeroWindows: flow.zeroWindows,
    keepAlives: flow.keepAlives,
    copies: flow.copies,
    windowProbes: flow.windowProbes,
    windowClosedFor: flow.closedFor,
    windowClosedLongest: flow.closedLongest,
    windowsFilled: flow.windowsFilled,
    delayedAcks: flow.delayedAcks,
    nagleWaits: flow.nagleWaits,
    duplicates: flow.duplicates,
    rtt: flow.rtt.summary(),
    smoothedRtt: flow.rtt.smoothed < 0 ? undefined : flow.rtt.smoothed,
    rttVariation: flow.rtt.smoothed < 0 ? undefined : flow.rtt.variation,
    firstData: arrivalOf(flow.firstDataPacket, flow.firstDataAt),
    lastData: arrivalOf(flow.lastDataPacket, flow.lastDataAt),
    lastPacket: arrivalOf(flow.lastPacket, flow.lastAt),
    lastAck: arrivalOf(flow.lastAckPacket, flow.lastAckAt),
    fin: flow.fin,
    finAcked,
    rst: flow.rst,
    rstAnswers: flow.rstAnswers,
    beforeRst: flow.beforeRst,
    oldestUnacked,
    unackedBytes: oldest >= 0 ? Math.max(0, outstanding) : 0,
    repeats: oldestUnacked === undefined ? [] : flow.repeats,
    sizes: sizesOf(flow),
    heardSinceRepeats: oldestUnacked === undefined ? undefined : flow.heardSinceRepeats,
    unansweredKeepAlives: flow.keepAlivesSince(heardAt),
    unseenBytes: unseenBytes(flow),
    windowClosedSince: arrivalOf(flow.closedWindowPacket, flow.closedWindowAt),
    ttl: flow.ttl,
    rstTtl: flow.rstTtl,
    otherTtl: flow.otherTtl,
    rstAlone: rstAlone(flow, peer),
  };
}

/** Its RST came once, and (nearly) each of its other packets was captured twice. */
function rstAlone(flow: Flow, peer: Flow): RstAlone | undefined {
  const { rst, places, copies } = flow;
  const others = flow.packets - copies - 1;
  if (rst === undefined || flow.rstsMore > 0 || copies === 0 || copies < others * COPIED_SHARE) return undefined;
  // Without another TTL they were copied on one link.
  if (places === undefined) return flow.otherTtl < 0 || peer.lastAt > rst.at ? undefined : {};
  const capture = captureOf(rst.packet);
  const nearer = places.nearerThan(capture);
  if (nearer === undefined) return undefined;
  const goesOn = Math.max(places.lastAt(nearer), peer.places?.lastAt(nearer) ?? 0) > rst.at;
  return goesOn ? { between: { nearer, farther: capture } } : undefined;
}

/** All that is acknowledged was delivered or given up: what lies between that and its latest number is unseen. */
function unseenBytes(flow: Flow): number {
  if (!flow.started || flow.assembler.holds) return 0;
  const until = flow.fin !== undefined ? advance(flow.finEnd, -1) : (flow.announced ?? flow.assembler.next);
  return Math.max(0, ahead(until, flow.assembler.next));
}
