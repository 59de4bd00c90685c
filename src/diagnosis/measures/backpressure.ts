/**
 * A proxy that cannot get rid of what it has read stops reading (RFC 9293 3.8.6.1): the window of one leg closes, and that
 * of the other after it. Who really does not read is the end of the way whose window closed first.
 */
import { captureOf, type Nanos } from '../../capture/packet.js';
import type { Leg } from '../../session/legs.js';
import type { CaptureView, Session } from '../../session/session.js';
import type { TimelineEvent } from '../../session/timeline.js';
import type { Arrival } from '../../stream/arrival.js';
import type { Side } from '../../stream/side.js';
import { legsOf } from './legs.js';

/** Two programs that copy for each other, not two that stopped at the same time. */
const FOLLOWS_WITHIN: Nanos = 5e9;
/** Windows close for moments in every large transfer: of a pause. */
const NOTICED: Nanos = 1e9;
/** No way has more proxies. */
const LONGEST_WAY = 8;

export interface Pause {
  closed: Arrival;
  /** Undefined where it never opened again. */
  open: Arrival | undefined;
}

/** The pause of that reader which lasts at this moment. */
export const pauseAt = ({ tcp, timeline }: Session, reader: Side, at: Nanos): Pause | undefined => {
  const { windowClosedSince, windowClosedLongest } = tcp.flows[reader];
  if (windowClosedSince !== undefined && windowClosedSince.at <= at)
    return { closed: windowClosedSince, open: undefined };
  if (windowClosedLongest < NOTICED) return undefined;
  let closed: TimelineEvent | undefined;
  for (const each of timeline.events()) {
    if (each.from !== reader || each.layer !== 'tcp') continue;
    if (each.event === 'zero-window' && each.at <= at) closed = each;
    else if (each.event === 'window-open' && closed !== undefined) {
      if (each.at >= at && each.at - closed.at >= NOTICED) return { closed: arrivalOf(closed), open: arrivalOf(each) };
      closed = undefined;
    }
  }
  return undefined;
};

export const arrivalOf = ({ packet, at }: TimelineEvent): Arrival => ({ packet, at, readyAt: at });

export interface Pauser {
  session: Session;
  pause: Pause;
  /** The legs beside the proxy that passed it on to the session asked about. */
  leg: Leg;
}

/** The session farther on in which that reader had stopped before it stopped in this one; undefined where it is its own. */
export const pauserBehind = (
  session: Session,
  reader: Side,
  since: Nanos,
  capture: CaptureView,
): Pauser | undefined => {
  let found: Pauser | undefined;
  let [near, stopped] = [session, since];
  for (let hops = 0; hops < LONGEST_WAY; hops++) {
    const leg = legsOf(near, capture).find(({ front, back }) => (reader === 'client' ? back : front) === near);
    const next = reader === 'client' ? leg?.front : leg?.back;
    const pause = next && pauseAt(next, reader, stopped);
    // Two files may have two clocks.
    if (next === undefined || captureOf(next.tcp.first.packet) !== captureOf(session.tcp.first.packet)) break;
    if (leg === undefined || pause === undefined || stopped - pause.closed.at > FOLLOWS_WITHIN) break;
    found = { session: next, pause, leg: found?.leg ?? leg };
    [near, stopped] = [next, pause.closed.at];
  }
  return found;
};
