/**
 * What a segment is whose bytes, or whose place, are not new: a copy made by the capture, a packet that was overtaken on
 * its way, or a retransmission, and of which kind. The signs, strongest first:
 *
 * - IPv4 identification: equal to the earlier packet's: the same packet again. Older than that of packets captured
 *   before it: it was overtaken. Newer: it was sent again. (Hosts count them up by connection or by host; 0 says nothing.)
 * - TCP timestamps: a value from before, or after, those of its neighbours (RFC 7323 3).
 * - Duplicate ACKs and time: RFC 5681 3.2 (fast retransmit), RFC 6298 (timeout), RFC 8985 7 (tail loss probe).
 */
import type { Nanos } from '../capture/packet.js';
import type { Flow } from './flow.js';
import type { Segment } from './segment.js';
import { ahead } from './sequence.js';
import type { RetransmissionKind } from './tcp-facts.js';

/** Without identification: a copy follows its original within the time a packet takes through one machine. */
const COPY_WITHIN: Nanos = 1e6;
/** With equal timestamps as well; no retransmission timer is this short. */
const COPY_WITH_EQUAL_TIMESTAMP_WITHIN: Nanos = 5e6;
/** Reordering without other signs: paths that differ by more than this are rare. */
const REORDERED_WITHIN: Nanos = 3e6;
/** The shortest retransmission timeout in use: Linux, 200 ms (RFC 6298 asks for 1 s). */
const SHORTEST_TIMEOUT: Nanos = 190e6;

/** Signed difference of two 16-bit identifications. */
const idAhead = (a: number, b: number): number => ((a - b) << 16) >> 16;

/** The segment holds bytes that the sent log has at `slot`: is it the same packet, captured again? */
export function isCopy(segment: Segment, flow: Flow, slot: number): boolean {
  const earlierId = flow.sent.ipIdAt(slot);
  if (segment.ipId > 0 && earlierId > 0) return segment.ipId === earlierId || flow.recentlySawId(segment.ipId);
  const since = segment.at - flow.sent.lastSentAt(slot);
  if (!segment.hasTimestamps) return since < COPY_WITHIN;
  return segment.tsVal === flow.sent.tsValAt(slot) && since < COPY_WITH_EQUAL_TIMESTAMP_WITHIN;
}

/** The segment fills a hole: was it overtaken on the way (true), or sent again after its original was lost (false)? */
export function wasOvertaken(segment: Segment, flow: Flow, receiver: Flow): boolean {
  const slot = flow.sent.find(
    flow.assembler.holds ? flow.assembler.waitingFrom : segment.sequence + segment.payloadLength,
  );
  if (slot >= 0) {
    const laterId = flow.sent.ipIdAt(slot);
    if (segment.ipId > 0 && laterId > 0) {
      const order = idAhead(segment.ipId, laterId);
      if (order !== 0 && Math.abs(order) < 4096) return order < 0;
    }
    if (segment.hasTimestamps) {
      const order = ahead(segment.tsVal, flow.sent.tsValAt(slot));
      if (order !== 0) return order < 0;
    }
    if (receiver.duplicateRun < 3) return segment.at - flow.sent.sentAt(slot) < REORDERED_WITHIN;
  }
  return false;
}

/** Why a segment was sent again. `since` is the time since its bytes were sent last, -1 when that was not seen. */
export function retransmissionKind(
  segment: Segment,
  flow: Flow,
  receiver: Flow,
  since: Nanos,
  repeatedBefore: boolean,
): RetransmissionKind {
  const end = (segment.sequence + segment.payloadLength) | 0;
  if (flow.ackedKnown && ahead(flow.acked, end) >= 0) return 'spurious';
  if (receiver.duplicateRun >= 3) return 'fast';
  const sinceDuplicate = receiver.lastDuplicateAt < 0 ? -1 : segment.at - receiver.lastDuplicateAt;
  if (sinceDuplicate >= 0 && sinceDuplicate < SHORTEST_TIMEOUT && (since < 0 || since < SHORTEST_TIMEOUT))
    return 'fast';
  if (since < 0) return 'unknown';
  const rtt = flow.rtt.latest;
  const timeout = rtt < 0 ? 1e9 : Math.max(SHORTEST_TIMEOUT, rtt + SHORTEST_TIMEOUT);
  if (repeatedBefore) return since >= SHORTEST_TIMEOUT ? 'timeout' : 'unknown';
  // RFC 8985 7.2: the probe repeats the last segment after two round trips, before a timeout could.
  if (end === flow.top && since < timeout && rtt >= 0 && since >= 1.5 * rtt) return 'tail-loss-probe';
  if (since >= SHORTEST_TIMEOUT) return 'timeout';
  return sinceDuplicate >= 0 && sinceDuplicate < SHORTEST_TIMEOUT ? 'fast' : 'unknown';
}
