/**
 * The short way through TCP for what nearly every segment is: the next bytes in order, or an acknowledgment of something
 * new, on a connection where nothing is missing, repeated, closed or ending. Van Jacobson's header prediction, for an
 * observer: it does what the long way in connection.ts does for such a segment, and answers false, with nothing done,
 * for every other (test/tcp/header-prediction.test.ts holds both ways against each other).
 */
import type { Flow } from './flow.js';
import {
  ACKED,
  ACKNOWLEDGMENT,
  DUPLICATE_RUN,
  FLOW_ROWS,
  FRESH_BYTES,
  HOLE_ACKED_AT,
  LAST_ACK_AT,
  LAST_ACK_PACKET,
  LAST_AT,
  LAST_DATA_AT,
  LAST_DATA_PACKET,
  LAST_PACKET,
  PACKETS,
  PLAIN,
  TOP,
  WINDOW,
} from './flow-numbers.js';
import { ACK, PSH, type Segment } from './segment.js';

/** No options, or timestamps alone: anything more may be SACK. */
const TIMESTAMPS_BYTES = 12;

/** Takes the segment if it is as expected; false: it has to go the long way. */
export function passPredicted(segment: Segment, flow: Flow, peer: Flow): boolean {
  const { values } = FLOW_ROWS;
  const { sequence, acknowledgment, payloadLength, at, packet } = segment;
  const own = flow.row;
  const other = peer.row;
  if ((segment.flags & ~PSH) !== ACK || segment.optionsEnd - segment.optionsStart > TIMESTAMPS_BYTES) return false;
  if (sequence !== values[own + TOP] || segment.window !== values[own + WINDOW] || segment.window === 0) return false;
  if (values[own + HOLE_ACKED_AT]! >= 0 || values[other + HOLE_ACKED_AT]! >= 0) return false;
  if (values[other + WINDOW] === 0) return false;
  // Another TTL is worth a note: it tells a RST of somebody else. Where two take turns both are known.
  if (segment.ttl !== flow.ttl && segment.ttl !== flow.otherTtl) return false;
  if (values[own + PLAIN] !== 1 || values[other + PLAIN] !== 1) return false;
  const covered = (acknowledgment - values[other + ACKED]!) | 0;
  // What is acknowledged must have been seen.
  if (covered < 0 || ((acknowledgment - values[other + TOP]!) | 0) > 0) return false;
  if (covered === 0 && payloadLength === 0) return false;
  // Without identification copies of bare ACKs are known by what only the long way remembers.
  if (payloadLength === 0 && segment.ipId <= 0) return false;

  values[own + PACKETS]!++;
  values[own + LAST_AT] = at;
  values[own + LAST_PACKET] = packet;
  values[own + ACKNOWLEDGMENT] = acknowledgment;
  if (covered > 0) {
    values[other + ACKED] = acknowledgment;
    values[own + LAST_ACK_AT] = at;
    values[own + LAST_ACK_PACKET] = packet;
    values[own + DUPLICATE_RUN] = 0;
  }
  // Also where nothing new is covered: an acknowledgment can be recorded before what it acknowledges.
  const rtt = peer.sent.acknowledge(acknowledgment, at);
  if (rtt >= 0 && peer.rtt.add(rtt)) peer.noteSlowAck(segment, flow.rtt.shortest);
  if (payloadLength > 0) {
    const end = (sequence + payloadLength) | 0;
    flow.sent.log(sequence, end, segment.ipId, segment.tsVal, at, packet);
    values[own + TOP] = end;
    values[own + FRESH_BYTES]! += payloadLength;
    values[own + LAST_DATA_AT] = at;
    values[own + LAST_DATA_PACKET] = packet;
    const { block, view, payloadStart, payloadEnd } = segment;
    flow.assembler.accept(sequence, payloadLength, block, view, payloadStart, payloadEnd, packet, at);
  }
  flow.noteTtl(segment.ttl);
  if (segment.ipId > 0) flow.rememberId(segment.ipId);
  return true;
}
