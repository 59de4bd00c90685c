/**
 * When a silence is a fault: the side that asked gave up, or what it sent was acknowledged or repeated and the capture
 * went on long enough after it. A silence that ends with the capture is neither.
 */
import type { Nanos } from '../../capture/packet.js';
import type { Session } from '../../session/session.js';
import type { Arrival } from '../../stream/arrival.js';
import type { Side } from '../../stream/side.js';
import { saysNo } from './icmp-refusal.js';

/** Capture that must follow what was sent before nobody's answer counts as silence. */
export const PATIENCE: Nanos = 5e9;

/** One ICMP error may be the last word of a way that changes. */
const REFUSALS_NEEDED = 2;

/** A Close without an answer for that long was sent in vain. */
export const CLOSE_WAITED: Nanos = 2e9;

export type Silence =
  /** The asking side ended the connection. */
  | 'gave-up'
  /** Acknowledged by the other host, and the capture goes on. */
  | 'acknowledged'
  /** Sent again and again, never acknowledged. */
  | 'repeated';

/** Undefined while the silence may just be the end of the capture, or somebody else ended it. */
export const judgeSilence = (session: Session, asker: Side, sent: Arrival): Silence | undefined => {
  const { tcp, captureEnd } = session;
  if (isUnacknowledged(session, asker, sent)) {
    const repeated = tcp.flows[asker].repeats.length > 0;
    const isLong = captureEnd - sent.at >= PATIENCE || tcp.endedBy === asker;
    return repeated && (isLong || isRefused(session, asker, sent)) ? 'repeated' : undefined;
  }
  if (tcp.endedBy === asker) return 'gave-up';
  if (tcp.endedBy !== 'none') return undefined;
  return captureEnd - sent.at >= PATIENCE ? 'acknowledged' : undefined;
};

/** Somebody on the way said no to it, and to its repetition: no time will mend that. */
const isRefused = ({ tcp }: Session, asker: Side, sent: Arrival): boolean =>
  tcp.icmpErrors.filter((error) => error.quoted === asker && saysNo(error) && error.arrival.at >= sent.at).length >=
  REFUSALS_NEEDED;

/** The peer's TCP never acknowledged what this side sent at that moment. */
export const isUnacknowledged = ({ tcp }: Session, side: Side, sent: Arrival): boolean => {
  const { oldestUnacked } = tcp.flows[side];
  return oldestUnacked !== undefined && oldestUnacked.at <= sent.at;
};
