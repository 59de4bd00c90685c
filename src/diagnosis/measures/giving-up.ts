/**
 * A side that waited for a sign of life and left: when, after what hole in the capture, and with which words. What it
 * waited for is for the rules about heart-beats of subprotocols.
 */
import type { Session } from '../../session/session.js';
import type { Arrival } from '../../stream/arrival.js';
import { opposite, type Side } from '../../stream/side.js';
import { hasSaidGoodbye, type SubprotocolFacts } from '../../subprotocol/subprotocol-facts.js';
import type { Value } from '../rule.js';
import { departure, earliest } from './ending.js';
import { phrase } from './phrases.js';
import { text } from './values.js';

/** A side that waited this long for an answer and left, left over it. */
export const WAITED = 1e9;

/** The other side's first word of leaving: an error of the subprotocol, a Close, a FIN or RST; not one of a proper end. */
export const givingUp = (session: Session, subprotocol: SubprotocolFacts, silent: Side): Arrival | undefined => {
  const other = opposite(silent);
  if (hasSaidGoodbye(subprotocol) || subprotocol.goodbye?.from === other) return undefined;
  const error = subprotocol.errors.find(({ from, fatal }) => from === other && fatal)?.arrival;
  const end = earliest(error, departure(session, other));
  const own = departure(session, silent);
  if (end === undefined || (own !== undefined && own.at < end.at)) return undefined;
  // Whoever does not acknowledge has not heard either: that is for the rules on lost peers.
  const { oldestUnacked } = session.tcp.flows[other];
  return oldestUnacked !== undefined && end.at - oldestUnacked.at > WAITED ? undefined : end;
};

export const hasHole = ({ tcp }: Session, side: Side, since: Arrival): boolean =>
  tcp.gaps.some((gap) => gap.side === side && gap.at >= since.at);

/** With ERROR “…” and Close 1002. */
export const howItEnded = ({ websocket }: Session, subprotocol: SubprotocolFacts, end: Arrival): Value => {
  const error = subprotocol.errors.find(({ arrival }) => arrival === end);
  const close = websocket?.firstClose;
  const said = error === undefined ? undefined : text(`${error.event}${error.text === '' ? '' : ` “${error.text}”`}`);
  const closed = close === undefined || close.code < 0 ? undefined : closeName(close.code);
  if (said === undefined)
    return closed === undefined ? phrase('without-a-word') : phrase('by-close', { close: closed });
  return closed === undefined
    ? phrase('by-error', { error: said })
    : phrase('by-error-and-close', { error: said, close: closed });
};

const closeName = (code: number): Value =>
  code === 1005 ? phrase('an-empty-close') : phrase('close', { code: text(code) });
