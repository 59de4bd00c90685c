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

export function vantageOf(opening: Opening, flows: PerSide<{ readonly ttl: number }>): TcpFacts['vantage'] {
  return bySpacing(opening) ?? byHops(hopsOf(flows.client.ttl), hopsOf(flows.server.ttl));
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
function byHops(client: number, server: number): TcpFacts['vantage'] {
  if (client < 0 || server < 0) return undefined;
  if (client === 0 && server > 0) return 'client';
  if (server === 0 && client > 0) return 'server';
  return client > 0 && server > 0 ? 'between' : undefined;
}

/** Routers a packet has passed, -1 where its TTL was not seen. */
function hopsOf(ttl: number): number {
  if (ttl < 0) return -1;
  const initial = INITIAL_TTLS.find((one) => one >= ttl);
  return initial === undefined ? -1 : initial - ttl;
}
