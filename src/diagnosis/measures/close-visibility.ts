/**
 * Whether a Close frame may have been on the wire without being seen: in a hole, in a direction that was not captured,
 * or behind one where frame boundaries were lost. While it may, its absence proves nothing.
 */
import type { Session } from '../../session/session.js';
import { SIDES, type Side } from '../../stream/side.js';
import type { WebSocketFacts } from '../../websocket/websocket-facts.js';

export const closeMayBeUnseen = (session: Session): boolean => {
  const { websocket } = session;
  if (websocket === undefined || !session.sight.has('frames') || !session.sight.has('both-sides')) return true;
  return SIDES.some((side) => sideMayHideClose(session, websocket, side));
};

/** The Close of one side only, for a Close that the other side waited for. */
export const closeOfSideMayBeUnseen = (session: Session, side: Side): boolean => {
  const { websocket } = session;
  if (websocket === undefined || !session.sight.has('frames') || session.tcp.flows[side].packets === 0) return true;
  return sideMayHideClose(session, websocket, side);
};

const sideMayHideClose = ({ tcp, sight }: Session, websocket: WebSocketFacts, side: Side): boolean => {
  const frame = websocket.lastFrame[side];
  const readUntil = frame === undefined ? Number.NEGATIVE_INFINITY : Math.max(frame.at, frame.readyAt);
  // At the same moment: bytes cut off a packet belong to its frame; of two holes given up together, one may be behind it.
  const isBehind = ({ at, packet }: { at: number; packet: number }): boolean =>
    at > readUntil || (at === readUntil && packet !== frame?.packet);
  if (tcp.gaps.some((gap) => gap.side === side && isBehind(gap))) return true;
  return websocket.outOfSync[side] > 0 && !sight.has('payloads');
};
