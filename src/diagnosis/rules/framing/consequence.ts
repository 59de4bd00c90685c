/**
 * What a broken rule led to: whether the other side left over it. A Close with a fitting code says so; an end right
 * after the frame, without a Close, fits. Leaving much later, or with a goodbye, has other reasons.
 */
import type { Nanos } from '../../../capture/packet.js';
import type { Session } from '../../../session/session.js';
import type { Arrival } from '../../../stream/arrival.js';
import { opposite } from '../../../stream/side.js';
import type { Violation } from '../../../websocket/websocket-facts.js';

/** Programs leave at once over a frame they cannot accept; this leaves room for a slow one and the way there. */
const AT_ONCE: Nanos = 2e9;
/** Codes that stacks use for frames they do not accept, beside the one of the specification. */
const GENERAL_CODES: ReadonlySet<number> = new Set([1002, 1003, 1007, 1008, 1011]);

export interface Consequence {
  left: Arrival;
  /** The Close frame says what for; otherwise only the time fits. */
  said: boolean;
}

/** Undefined when nobody left over it. `code` is the one that RFC 6455 7.4.1 gives for this kind of fault. */
export const consequenceOf = (session: Session, violation: Violation, code: number): Consequence | undefined => {
  const { websocket, tcp } = session;
  const other = opposite(violation.from);
  const struck = violation.span.first.at;
  const close = websocket?.closes[other];
  if (close !== undefined) {
    if (close.span.first.at < struck || websocket?.firstClose !== close) return undefined;
    const left = close.span.first;
    if (close.code === code) return { left, said: true };
    return GENERAL_CODES.has(close.code) && left.at - struck <= AT_ONCE ? { left, said: false } : undefined;
  }
  if (websocket?.firstClose !== undefined) return undefined;
  const { fin, rst } = tcp.flows[other];
  const left = fin === undefined || (rst !== undefined && rst.at < fin.at) ? rst : fin;
  if (left === undefined || left.at < struck || left.at - struck > AT_ONCE || tcp.endedBy !== other) return undefined;
  return { left, said: false };
};
