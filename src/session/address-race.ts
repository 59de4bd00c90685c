/**
 * |-- SYN to one address --|-- 250 ms --|-- SYN to another --|-- SYN-ACK --|: a client that tries the next address of a
 * name when the first does not answer at once, and gives the first one up when the next connects (RFC 8305 5). With the
 * lookup in the capture both are known to be of one name; without it only the two families and the pause tell.
 */
import type { Nanos } from '../capture/packet.js';
import { type Session, startOf } from './session.js';

/** RFC 8305 8: from 100 ms to 2 s; what goes on later is another attempt. */
const DELAYS = { least: 100e6, most: 2e9 };
/** What programs use: curl 200 ms, Node, Python and Firefox 250 ms, Chromium 300 ms. */
const USUAL_DELAYS = { least: 190e6, most: 350e6 };
/** Around a race whose name is not known nobody else of the other family may connect to that port. */
const ALONE: Nanos = 1e9;
const LOOKED_AT = 64;

/**
 * The attempt that connected instead of this one, to which its server said nothing (a router may have, by ICMP) and which
 * stands at `at` among all of them in the order of their starts.
 */
export function raceWinner(at: number, sessions: readonly Session[]): Session | undefined {
  const session = sessions[at];
  if (session === undefined || session.tcp.syns.length === 0 || session.tcp.flows.server.packets > 0) return undefined;
  const begun = session.tcp.first.at;
  const others: Session[] = [];
  for (let next = Math.max(0, at - LOOKED_AT); next < Math.min(sessions.length, at + LOOKED_AT); next++) {
    const other = sessions[next]!;
    if (next === at || other.server.port !== session.server.port || startOf(other).at - begun > DELAYS.most) continue;
    if (other.server.address !== session.server.address) others.push(other);
  }
  const { origin } = session;
  if (origin !== undefined) {
    return others.find((other) => other.origin?.resolution === origin.resolution && isWithin(DELAYS, other, begun));
  }
  const beside = others.filter(
    (other) => isIpv6(other) !== isIpv6(session) && Math.abs(other.tcp.first.at - begun) <= ALONE,
  );
  const winner = beside.find((other) => isWithin(USUAL_DELAYS, other, begun));
  const isAlone = beside.every(({ client }) => client.address === winner?.client.address);
  return isAlone && winner?.origin === undefined ? winner : undefined;
}

const isWithin = ({ least, most }: typeof DELAYS, { tcp }: Session, begun: Nanos): boolean =>
  tcp.established !== undefined && tcp.first.at - begun >= least && tcp.first.at - begun <= most;

const isIpv6 = ({ server }: Session): boolean => server.address.includes(':');
