/**
 * What a segment is whose bytes, or whose place, are not new. Three questions, each answered from the strongest sign there
 * is, and with "undefined" where the packets do not tell: is it the same packet again, was it sent before another one,
 * and if it was sent again, what made its sender do so. docs/tcp.md has the rules with their sources.
 */
import type { Nanos } from '../capture/packet.js';
import type { Flow } from './flow.js';
import type { Segment } from './segment.js';
import { ahead } from './sequence.js';
import type { RetransmissionKind } from './tcp-facts.js';

/** What is compared of a packet that was captured before. */
export interface Earlier {
  ipId: number;
  tsVal: number;
  at: Nanos;
}

/** With nothing else to go by: a copy follows its original within the time a packet takes through one machine. */
const COPY_WITHIN: Nanos = 1e6;
/** No packet is sent again for loss sooner than a round trip after it was sent; the rest is jitter. */
const SHARE_OF_ROUND_TRIP = 0.8;
/** The shortest retransmission timeout in use: Linux, 200 ms (RFC 6298 asks for 1 s). */
export const SHORTEST_TIMEOUT: Nanos = 190e6;
/** RFC 8985 7.2: what a probe waits beyond two round trips where the acknowledgment of a lone segment may be delayed. */
const DELAYED_ACK: Nanos = 200e6;
/** Probes wait two round trips; smoothed ones are not quite the sender's. */
const SHORTEST_PROBE = 1.2;
/** Timers run late on a busy machine. */
const TIMER_SLACK: Nanos = 20e6;

/** Signed difference of two 16-bit identifications. */
const idAhead = (a: number, b: number): number => ((a - b) << 16) >> 16;

/**
 * Is the segment the packet that was captured `earlier`, seen or delivered twice? The identification decides (RFC 6864),
 * unless the timestamps differ; without it equal timestamps do, where the sender's clock has ticked in between.
 */
export function isSamePacket(segment: Segment, flow: Flow, earlier: Earlier, shortestRtt: Nanos): boolean | undefined {
  if (segment.hasTimestamps && segment.tsVal !== earlier.tsVal) return false;
  if (segment.ipId > 0 && earlier.ipId > 0 && !flow.repeatsId(segment.ipId)) return segment.ipId === earlier.ipId;
  const since = segment.at - earlier.at;
  if (since < Math.max(COPY_WITHIN, shortestRtt * SHARE_OF_ROUND_TRIP)) return true;
  if (!segment.hasTimestamps) return undefined;
  return flow.ticksIn(since) >= 2 ? true : undefined;
}

/** Was the segment sent before the packet that was captured `earlier`? Timestamps tell (RFC 7323 4), then counted identifications. */
export function wasSentBefore(segment: Segment, flow: Flow, earlier: Earlier): boolean | undefined {
  if (segment.hasTimestamps) {
    const order = ahead(segment.tsVal, earlier.tsVal);
    if (order !== 0) return order < 0;
  }
  if (segment.ipId > 0 && earlier.ipId > 0 && flow.countsIds()) {
    const order = idAhead(segment.ipId, earlier.ipId);
    if (order !== 0) return order < 0;
  }
  return undefined;
}

/**
 * The same for a segment that fills a hole before a packet captured `earlier`: where the packets themselves do not tell,
 * time may. News of a hole takes a round trip to bring a retransmission, and by then the sender's clock has ticked.
 */
export function wasOvertaken(segment: Segment, flow: Flow, earlier: Earlier, shortestRtt: Nanos): boolean | undefined {
  const told = wasSentBefore(segment, flow, earlier);
  if (told !== undefined) return told;
  const since = segment.at - earlier.at;
  if (since < Math.max(COPY_WITHIN, shortestRtt * SHARE_OF_ROUND_TRIP)) return true;
  if (segment.hasTimestamps && flow.ticksIn(shortestRtt) >= 2) return true;
  return undefined;
}

/** What is known when bytes are sent again. */
export interface Circumstances {
  start: number;
  end: number;
  at: Nanos;
  /** Time since the same bytes were sent last, -1 when that was not seen. */
  since: Nanos;
  /** How long the hole that this fills has been visible, -1 when it fills none. */
  holeFor: Nanos;
  /** They were sent again before. */
  repeatedBefore: boolean;
  /** Round trip of the whole path as the sender knows it, -1 when unknown. */
  pathRtt: Nanos;
  /** RFC 6298 2, with Linux's floor. */
  timeout: Nanos;
  /** Both ends have agreed on SACK, as tail loss probes require (RFC 8985 7.1); undefined when unseen. */
  sackAgreed: boolean | undefined;
}

/** What made the sender send again. `receiver` is the flow of the acknowledgments. */
export function triggerOf(flow: Flow, receiver: Flow, about: Circumstances): RetransmissionKind {
  const { start, end, at, since, holeFor, repeatedBefore, pathRtt, timeout } = about;
  const { history } = flow;
  // Behind a timeout the rest of the window follows without timers of its own (RFC 5681 3.1).
  const recovery = history?.recovery;
  if (recovery !== undefined && ahead(end, recovery) <= 0 && (!flow.ackedKnown || ahead(recovery, flow.acked) > 0))
    return 'timeout';
  // What the sender hears of an acknowledgment, it hears this much later than the capture.
  const toSender = Math.max(0, receiver.rtt.shortest);
  const sinceAck = receiver.lastAckPacket < 0 ? Number.POSITIVE_INFINITY : at - receiver.lastAckAt - toSender;
  // Timers start with the sending, and again with each acknowledgment of something new (RFC 6298 5).
  const waited = Math.min(since >= 0 ? since : holeFor, sinceAck);
  const sackedAbove = history !== undefined && history.sackedAt >= 0 && ahead(history.sackedTop, end) > 0;
  // Without SACK only the third duplicate ACK makes a sender send; those behind it do not.
  const duplicateAt = receiver.duplicateRun >= 3 && !sackedAbove ? receiver.thirdDuplicateAt : receiver.lastDuplicateAt;
  const reportedAt = Math.max(sackedAbove ? history.sackedAt : -1, duplicateAt);
  const sinceReport = reportedAt < 0 ? Number.POSITIVE_INFINITY : at - reportedAt - toSender;
  if (sackedAbove || receiver.duplicateRun >= 3) {
    // RFC 8985 6.2: at most a quarter of a round trip is left for reordering.
    const isAnswer = sinceReport <= Math.max(pathRtt, 0) / 2 + 2 * TIMER_SLACK;
    return waited >= SHORTEST_TIMEOUT && !isAnswer ? 'timeout' : 'fast';
  }
  if (since < 0) {
    if (sinceReport < SHORTEST_TIMEOUT) return 'fast';
    return holeFor >= SHORTEST_TIMEOUT ? 'timeout' : 'unknown';
  }
  if (repeatedBefore) return since >= SHORTEST_TIMEOUT ? 'timeout' : 'unknown';
  const isTail = ahead(end, flow.top) >= 0;
  if (isTail && about.sackAgreed !== false && pathRtt >= 0 && waited >= SHORTEST_PROBE * pathRtt) {
    const isAlone = flow.ackedKnown && ahead(start, flow.acked) <= 0;
    // RFC 8985 7.2: two round trips after the last packet, a delayed acknowledgment allowed for, never behind the timeout.
    const probe = Math.min(2 * pathRtt + (isAlone ? DELAYED_ACK : TIMER_SLACK), timeout);
    if (waited < Math.max(SHORTEST_TIMEOUT, 1.25 * probe + TIMER_SLACK)) return 'tail-loss-probe';
  }
  if (waited >= SHORTEST_TIMEOUT) return 'timeout';
  if (sinceReport < SHORTEST_TIMEOUT) return 'fast';
  // The acknowledgment of an earlier retransmission showed the next hole (RFC 6582 3.2, RFC 8985 6.2).
  if (!flow.ackedKnown || sinceAck > Math.max(pathRtt, 0) / 4 + TIMER_SLACK) return 'unknown';
  const filled = history?.findLast(flow.acked - 1, ({ what }) => what === 'retransmission');
  return filled !== undefined && at - filled.at <= 2 * (Math.max(pathRtt, 0) + TIMER_SLACK) ? 'fast' : 'unknown';
}
