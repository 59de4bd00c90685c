/**
 * Several reverse proxies, one behind the other. Two legs tell of the proxy between them alone, and what looks like the
 * backend from there may be the next proxy: here the way is walked to the hop at which something happened.
 */
import type { Leg } from '../../session/legs.js';
import type { CaptureView, Session } from '../../session/session.js';
import type { Arrival } from '../../stream/arrival.js';
import { type BackendFate, backendFate } from './backend-fate.js';
import { type Ender, legDifference } from './leg-difference.js';
import { legsBehind, legsOf } from './legs.js';

/** A request passes few proxies; a capture in which sessions go round in a circle ends here. */
const LONGEST_CHAIN = 8;

/** Of several tries of a proxy, the last is the one its answer rests on. */
const legBehind = ({ back }: Leg, capture: CaptureView): Leg | undefined => legsBehind(back, capture).at(-1);
const legBefore = ({ front }: Leg, capture: CaptureView): Leg | undefined =>
  legsOf(front, capture).find(({ back }) => back === front);

/** All legs on the way of a session, the client's first. */
export const wayOf = (session: Session, capture: CaptureView): Leg[] => {
  const legs = legsOf(session, capture);
  const way: Leg[] = [];
  const before = legs.find(({ back }) => back === session);
  for (let at = before; at !== undefined && way.length < LONGEST_CHAIN; at = legBefore(at, capture)) way.unshift(at);
  const behind = legs.findLast(({ front }) => front === session);
  for (let at = behind; at !== undefined && way.length < LONGEST_CHAIN; at = legBehind(at, capture)) way.push(at);
  return way;
};

export interface ChainEnd {
  by: Ender;
  at: Arrival;
  /** The two legs beside whoever it was. */
  leg: Leg;
}

/** Who left first on the whole way; undefined while nobody has, or where the packets do not tell. */
export const endOfChain = (session: Session, capture: CaptureView): ChainEnd | undefined => {
  const legs = legsOf(session, capture);
  let leg = legs.findLast(({ front }) => front === session) ?? legs[0];
  let found: ChainEnd | undefined;
  for (let hops = 0; leg !== undefined && hops < LONGEST_CHAIN; hops++) {
    const { ended } = legDifference(leg);
    if (ended === undefined) break;
    found = { ...ended, leg };
    if (ended.by === 'proxy') break;
    leg = ended.by === 'backend' ? legBehind(leg, capture) : legBefore(leg, capture);
  }
  return found;
};

/** The proxy behind which, or at which, an upgrade broke: an answer that comes from behind is followed to where it began. */
export const brokenHop = (leg: Leg, capture: CaptureView): { leg: Leg; fate: BackendFate } | undefined => {
  let found: { leg: Leg; fate: BackendFate } | undefined;
  for (let at: Leg | undefined = leg, hops = 0; at !== undefined && hops < LONGEST_CHAIN; hops++) {
    const fate = backendFate(at);
    if (fate === undefined) break;
    found = { leg: at, fate };
    at = COMES_FROM_BEHIND.has(fate.fate) ? legBehind(at, capture) : undefined;
  }
  return found;
};

const COMES_FROM_BEHIND: ReadonlySet<BackendFate['fate']> = new Set(['passed-on', 'silent', 'hung-up']);

/** A proxy that may be one of several, by its name and its addresses on both sides. */
export const proxyPlace = (leg: Leg): string => {
  const { proxy } = legDifference(leg);
  const addresses = [...new Set([leg.front.server.address, leg.back.client.address])].join(' / ');
  return proxy === undefined ? addresses : `${proxy} (${addresses})`;
};
