/**
 * What TCP tells of one connection: counts, times and the packets that opened and ended it (RFC 9293).
 * The connection fills this in as segments come; sessions and rules only read it.
 */
import type { Nanos, PacketRef } from '../capture/packet.js';
import type { Arrival } from '../stream/arrival.js';
import type { GapCause } from '../stream/consumer.js';
import type { Actor, PerSide, Side } from '../stream/side.js';

export type RetransmissionKind = 'timeout' | 'fast' | 'tail-loss-probe' | 'spurious' | 'unknown';

/** Summary of round-trip samples, in nanoseconds; zeros at no samples. */
export interface RttSummary {
  samples: number;
  min: Nanos;
  median: Nanos;
  p95: Nanos;
  max: Nanos;
}

/** Payloads of one direction in bytes, 0 where there is none: which sizes passed, and which did not. */
export interface SegmentSizes {
  /** The smallest as which the oldest unacknowledged segment was sent. */
  stuck: number;
  /** The largest that was acknowledged. */
  acknowledged: number;
  /** The largest that the peer reports to hold behind what is stuck (RFC 2018), and its report. */
  sackedBehind: number;
  sackedAt: Arrival | undefined;
  /** The largest in the capture. */
  largest: number;
  /** The first hole that was neither captured nor acknowledged: its bytes, and the packet behind it, which showed it. */
  hole: { bytes: number; behind: Arrival } | undefined;
  /** Bytes that were sent several times in vain, at `from` or more at a time, and acknowledged once they were sent `to` at a time. */
  shrunk: { from: number; to: number; tries: number; first: Arrival; passed: Arrival } | undefined;
}

/** Nothing of one side was acknowledged, though it was sent again at least three times; then it was. */
export interface Outage {
  /** When the bytes that were sent again were sent first. */
  since: Arrival;
  /** Their acknowledgment. */
  until: Arrival;
  repeats: number;
}

/** A RST that was captured once, where other packets of its side were captured on their way in and out. */
export interface RstAlone {
  /** Captures, from 0: the one nearer to that side goes on and lacks the RST that the other has. */
  between?: { nearer: number; farther: number };
}

/** What one side sent. */
export interface FlowFacts {
  packets: number;
  /** Payload bytes, each byte once. */
  bytes: number;
  /** Bytes that the peer acknowledged and the capture lacks. */
  missingBytes: number;
  /** SYN, SYN-ACK and FIN sent again included; keep-alives, zero-window probes and copies not. */
  retransmissions: number;
  retransmissionKinds: Record<RetransmissionKind, number>;
  /** Those that repaired single losses: needed, neither of the handshake nor of an outage, be it over or not, nor because of a path MTU. */
  lossesRepaired: number;
  /** Outages that ended, at most 16. */
  outages: Outage[];
  outOfOrder: number;
  duplicateAcks: number;
  /** Episodes in which this side advertised a closed window. */
  zeroWindows: number;
  keepAlives: number;
  /** The same packet in the capture again. */
  copies: number;
  /** Probes of a window that the peer had closed. */
  windowProbes: number;
  /** How long this side held its window closed: the episodes that ended, together and the longest. */
  windowClosedFor: Nanos;
  windowClosedLongest: Nanos;
  /** How often the peer had filled this side's window to the last byte while it was open. */
  windowsFilled: number;
  /** Acknowledgments of this side's data that the peer held back (RFC 1122 4.2.3.2). */
  delayedAcks: number;
  /** How often a segment of this side left only when such an acknowledgment came: Nagle's algorithm; at least. */
  nagleWaits: number;
  /** Packets of this side that the peer reports as received twice (D-SACK, RFC 2883) and that it sent once: the network's doing. */
  duplicates: number;
  /** This side's data until the peer's ACK for it, at the capture point. */
  rtt: RttSummary;
  /** SRTT and RTTVAR at the end, as a sender at the capture point would have them (RFC 6298 2); undefined without a sample. */
  smoothedRtt: Nanos | undefined;
  rttVariation: Nanos | undefined;
  /** First and last segment that carried new payload. */
  firstData: Arrival | undefined;
  lastData: Arrival | undefined;
  /** Last packet of any kind. */
  lastPacket: Arrival | undefined;
  /** Last segment of this side that acknowledged something new. */
  lastAck: Arrival | undefined;
  fin: Arrival | undefined;
  /** The peer acknowledged this side's FIN. */
  finAcked: boolean;
  rst: Arrival | undefined;
  /**
   * The packet of the peer that its RST answers as a host does which has no such connection (RFC 9293 3.10.7.1): without
   * ACK, and numbered as that packet acknowledges. A host that ends a connection it has sends its RST with ACK.
   */
  rstAnswers: Arrival | undefined;
  /** Its last packet before its RST. */
  beforeRst: Arrival | undefined;
  /** At the end: the oldest segment (data, SYN or FIN) that the peer has not acknowledged; undefined when all is. */
  oldestUnacked: Arrival | undefined;
  unackedBytes: number;
  /** When the oldest unacknowledged segment was sent again: its repetitions, at most 16. */
  repeats: Arrival[];
  sizes: SegmentSizes;
  /** The first packet of the peer after the second of these. */
  heardSinceRepeats: Arrival | undefined;
  /** Keep-alives of this side since the peer was heard last, at most 16. */
  unansweredKeepAlives: Arrival[];
  /**
   * Bytes that this side had sent, as its later numbers show, and that neither came by nor were acknowledged. A FIN that
   * did not come by counts as one.
   */
  unseenBytes: number;
  /** A zero window that this side advertised and never opened again. */
  windowClosedSince: Arrival | undefined;
  /** IPv4 TTL or IPv6 hop limit of this side's latest packet other than a RST; -1 when unseen. */
  ttl: number;
  /** TTL of its RST, -1 without one. */
  rstTtl: number;
  /** The latest TTL before that was another: the way changed, there are several, or a router was captured on both sides. Else -1. */
  otherTtl: number;
  /** Its RST is in the capture once, though its other packets are there twice: it did not come the way they did. */
  rstAlone: RstAlone | undefined;
}

/** An ICMP or ICMPv6 error that quotes a segment of this connection. */
export interface IcmpError {
  arrival: Arrival;
  /** Address of the router or host that sent it. */
  from: string;
  family: 4 | 6;
  type: number;
  code: number;
  /** Name such as "host unreachable" or "communication administratively prohibited". */
  name: string;
  /** Of the next link in bytes, where a packet was too big for it. */
  mtu?: number;
  /** Who had sent the segment that is quoted. */
  quoted: Side;
}

export interface TcpFacts {
  flows: PerSide<FlowFacts>;
  /** The SYNs of the client: the first and its repetitions, at most 16; empty when unseen. */
  syns: Arrival[];
  synAcks: Arrival[];
  /** The ACK (or data) of the client that completes the handshake. */
  established: Arrival | undefined;
  /** Both ends sent a SYN before they saw the other's. */
  simultaneousOpen: boolean;
  /** Last SYN before the SYN-ACK until the ACK that completes it; undefined unless all three were seen. */
  handshakeRtt: Nanos | undefined;
  /** The RST that answers the SYN. */
  refused: Arrival | undefined;
  icmpErrors: IcmpError[];
  /** First FIN or RST, whoever sent it. */
  endedBy: Actor | 'none';
  end: 'fin' | 'rst' | 'timeout' | 'none';
  endPacket: Arrival | undefined;
  first: Arrival;
  last: Arrival;
  packets: number;
  /** Where the capture was taken, from the spacing of SYN, SYN-ACK and ACK. */
  vantage: Side | 'between' | undefined;
  /** The captured packets show both sides speaking. */
  bothSides: boolean;
  /** Holes, at most 64 listed, the last of each side always: who sent the bytes, how many, the packet that made it certain. */
  gaps: { side: Side; length: number; packet: PacketRef; at: Nanos; cause?: GapCause }[];
}
