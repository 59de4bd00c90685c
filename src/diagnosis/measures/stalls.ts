/**
 * Times in which a program stood still and its host did not: a ping waited for its pong, or a heart-beat for its answer,
 * much longer than TCP took to acknowledge, and nothing else came from that side either. Where something was sent again
 * meanwhile the network may have been the reason; where the side did speak, it was not still.
 */
import type { Nanos } from '../../capture/packet.js';
import type { Session } from '../../session/session.js';
import type { TimelineEvent } from '../../session/timeline.js';
import type { Arrival } from '../../stream/arrival.js';
import { opposite, type Side } from '../../stream/side.js';

/** Garbage collections and busy moments are shorter. */
const LONG: Nanos = 2e9;
const TIMES_THE_PATH = 10;

export interface Stall {
  /** The earliest ping that waited, and the pong it got. */
  ping: Arrival;
  pong: Arrival;
  length: Nanos;
}

/** Stalls of the side that `pinger` pinged, in order; pings that waited together are one. */
export const stallsOf = (session: Session, pinger: Side): Stall[] => {
  const { websocket, subprotocol, tcp, timeline } = session;
  const path = tcp.flows[pinger].rtt;
  if (websocket === undefined || path.samples === 0 || timeline.omitted > 0) return [];
  const { roundTrips, sharedWaits } = websocket.pings[pinger];
  const trips = [...roundTrips, ...sharedWaits, ...(subprotocol?.heartbeats[pinger].roundTrips ?? [])].filter(
    ({ most }) => most > LONG && most > TIMES_THE_PATH * path.p95,
  );
  if (trips.length === 0) return [];
  const events = timeline.events();
  const stalls: Stall[] = [];
  for (const { at, most } of trips.sort((a, b) => a.at - a.most - (b.at - b.most))) {
    const last = stalls.at(-1);
    if (last !== undefined && at - most < last.pong.at) continue;
    const ping = arrivalAt(events, at - most);
    const pong = arrivalAt(events, at);
    if (ping === undefined || pong === undefined || !wasStill(events, opposite(pinger), ping.at, pong.at)) continue;
    stalls.push({ ping, pong, length: most });
  }
  return stalls;
};

/** The packet of that moment: an event of its own, or an end of a run. */
const arrivalAt = (events: readonly TimelineEvent[], at: Nanos): Arrival | undefined => {
  const found = events.find((event) => event.at === at || event.run?.until === at);
  if (found === undefined) return undefined;
  const packet = found.at === at ? found.packet : (found.run?.untilPacket ?? found.packet);
  return { packet, at, readyAt: at };
};

/** Nothing was heard of the side in between, and nothing of either side was lost. A run that goes across both ends may hold anything. */
const wasStill = (events: readonly TimelineEvent[], side: Side, since: Nanos, until: Nanos): boolean =>
  !events.some(({ layer, event, from, at, run }) => {
    if (at >= until || (run?.until ?? at) <= since) return false;
    if (layer === 'tcp') return LOSSES.has(event);
    return run === undefined ? from === side : run.count[side] > 0;
  });

const LOSSES: ReadonlySet<string> = new Set(['retransmission', 'gap', 'zero-window', 'out-of-order']);
