/**
 * Finds one session that is in the capture under two pairs of addresses: its client's random numbers stand in both
 * (Sec-WebSocket-Key, RFC 6455 4.1; the session id of a ClientHello). Address translation passes the handshake of TCP on
 * packet by packet; a proxy makes a connection of its own once it has the client's.
 */

import { toHex } from '../bytes/hex.js';
import type { Nanos } from '../capture/packet.js';
import type { Session } from './session.js';

/** The same random number later than this is a client that repeats itself, not the same request on its way. */
const PASSED_ON_WITHIN: Nanos = 5e9;
/** RFC 8446 4.1.2: clients that follow the compatibility mode send 32 random octets. */
const SESSION_ID_OCTETS = 32;
/** Sessions with one random number: more than a chain of proxies has is no random number. */
const CHAIN = 8;

export interface Twins {
  /** Nearer to the client. */
  first: Session;
  second: Session;
  /** Legs of a proxy, or the same packets behind an address translation. */
  kind: 'legs' | 'same';
}

/** Neighbours on the way from the client to the server. */
export function twinsOf(sessions: readonly Session[]): Twins[] {
  const byMark = new Map<string, Session[]>();
  for (const session of sessions) {
    for (const mark of marksOf(session)) {
      const known = byMark.get(mark);
      if (known === undefined) byMark.set(mark, [session]);
      else if (known.length <= CHAIN) known.push(session);
    }
  }
  const twins: Twins[] = [];
  for (const chain of byMark.values()) {
    if (chain.length < 2 || chain.length > CHAIN) continue;
    chain.sort((a, b) => spokenAt(a) - spokenAt(b));
    for (const [index, second] of chain.entries()) {
      const first = chain[index - 1];
      if (first === undefined || isSamePair(first, second)) continue;
      if (spokenAt(second) - spokenAt(first) > PASSED_ON_WITHIN) continue;
      if (twins.some((known) => known.first === first && known.second === second)) continue;
      if (wasPassedOn(first, second)) twins.push({ first, second, kind: 'same' });
      else if (mayBeLegs(first, second)) twins.push({ first, second, kind: 'legs' });
    }
  }
  return twins;
}

function marksOf({ handshake, tls }: Session): string[] {
  const marks: string[] = [];
  if (handshake?.key !== undefined) marks.push(`key ${handshake.key}`);
  const id = tls?.clientHello?.sessionId;
  if (id?.length === SESSION_ID_OCTETS) marks.push(`hello ${toHex(id)}`);
  return marks;
}

/** When the random number was sent. */
const spokenAt = ({ upgrade, tls, tcp }: Session): Nanos =>
  tls?.clientHello?.span.first.at ?? upgrade?.request?.span.first.at ?? tcp.first.at;

const isSamePair = (a: Session, b: Session): boolean =>
  a.client.text === b.client.text && a.server.text === b.server.text;

/**
 * A proxy connects to another server while its client waits, from another address, unless both are on one host. Test
 * programs that send the same key every time are no proxies.
 */
const mayBeLegs = (first: Session, second: Session): boolean =>
  first.server.text !== second.server.text &&
  second.tcp.first.at >= first.tcp.first.at &&
  second.tcp.first.at <= first.tcp.last.at &&
  (second.client.address !== first.client.address || second.client.address === first.server.address);

/**
 * |-- SYN --|-- SYN' --|-- SYN-ACK' --|-- SYN-ACK --| is one connection seen twice. Where the handshakes are not in the
 * capture the requests have to be the same octet for octet in number; proxies add and change headers.
 */
function wasPassedOn(first: Session, second: Session): boolean {
  const [outer, inner] = [first.tcp, second.tcp];
  const [outerAnswer, inSyn] = [outer.synAcks[0], inner.syns[0]];
  if (outer.syns[0] !== undefined && outerAnswer !== undefined && inSyn !== undefined) return inSyn.at < outerAnswer.at;
  const { client, server } = outer.flows;
  return client.bytes === inner.flows.client.bytes && server.bytes === inner.flows.server.bytes;
}
