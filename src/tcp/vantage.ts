/**
 * Where a capture was taken, from the spacing of SYN, SYN-ACK and the ACK that completes the handshake: the long wait is
 * on the side that is far away.
 *
 *     near the client:  SYN ········ SYN-ACK · ACK        near the server:  SYN · SYN-ACK ········ ACK
 */
import type { Arrival } from '../stream/arrival.js';
import type { TcpFacts } from './tcp-facts.js';

/** One wait must be this many times the other to tell near from far. */
const FAR = 5;
/** Below this both ends may be one machine: nothing can be told. */
const SAME_MACHINE_NS = 300e3;

export function vantageOf(
  syns: readonly Arrival[],
  synAcks: readonly Arrival[],
  established: Arrival | undefined,
): TcpFacts['vantage'] {
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
