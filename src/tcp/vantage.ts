/**
 * Where a capture was taken. From the spacing of SYN, SYN-ACK and the ACK that completes the handshake: the long wait is
 * on the side that is far away.
 *
 *     near the client:  SYN ········ SYN-ACK · ACK        near the server:  SYN · SYN-ACK ········ ACK
 *
 * Where that does not tell, from the TTLs: a packet that no router has touched still has one of the values that hosts
 * begin with.
 */
import type { Arrival } from '../stream/arrival.js';
import type { PerSide } from '../stream/side.js';
import type { TcpFacts } from './tcp-facts.js';

/** One wait must be this many times the other to tell near from far. */
const FAR = 5;
/** Below this both ends may be one machine: nothing can be told. */
const SAME_MACHINE_NS = 300e3;
/** What hosts begin with: Linux, macOS and BSD 64, Windows 128, routers and some Unixes 255. */
const INITIAL_TTLS = [64, 128, 255];

export interface Opening {
  readonly syns: readonly Arrival[];
  readonly synAcks: readonly Arrival[];
  readonly established: Arrival | undefined;
}

/** The latest two that differ, -1 where unseen. */
interface Ttls {
  readonly ttl: number;
  readonly otherTtl: number;
}

export function vantageOf(opening: Opening, flows: PerSide<Ttls>): TcpFacts['vantage'] {
  return bySpacing(opening) ?? byHops(distanceOf(flows.client), distanceOf(flows.server));
}

function bySpacing({ syns, synAcks, established }: Opening): TcpFacts['vantage'] {
  const synAck = synAcks[0];
  const syn = syns.findLast((attempt) => synAck !== undefined && attempt.at <= synAck.at);
  if (syn === undefined || synAck === undefined || synAcks.length > 1 || established === undefined) return undefined;
  const towardsServer = synAck.at - syn.at;
  const towardsClient = established.at - synAck.at;
  if (towardsServer < SAME_MACHINE_NS && towardsClient < SAME_MACHINE_NS) return undefined;
  if (towardsServer >= FAR * towardsClient) return 'client';
  if (towardsClient >= FAR * towardsServer) return 'server';
  return 'between';
}

/** No router on one way and some on the other; equal distances tell nothing. */
function byHops(client: Distance, server: Distance): TcpFacts['vantage'] {
  if (client === undefined || server === undefined) return undefined;
  if (client === 'far' && server === 'far') return 'between';
  if (client === server) return undefined;
  return client === 'none' ? 'client' : 'server';
}

type Distance = 'none' | 'far' | undefined;

/** Undefined where TTLs were not seen, or both: a router that was captured on both sides. */
function distanceOf({ ttl, otherTtl }: Ttls): Distance {
  if (ttl < 0) return undefined;
  const distances = [ttl, ...(otherTtl < 0 ? [] : [otherTtl])].map((one) =>
    INITIAL_TTLS.includes(one) ? 'none' : 'far',
  );
  return distances.every((one) => one === distances[0]) ? distances[0] : undefined;
}
