/**
 * Finds one session that is in the capture under two pairs of addresses: random numbers made for it alone stand in both
 * (Sec-WebSocket-Key, RFC 6455 4.1; the session id of a ClientHello; a request's id). Address translation passes the
 * handshake of TCP on packet by packet; a proxy makes a connection of its own once it has the client's.
 */

import { toHex } from '../bytes/hex.js';
import { captureOf, type Nanos } from '../capture/packet.js';
import { forwardedFor, requestIds } from './forwarded.js';
import type { Session } from './session.js';

/** The same random number later than this is a client that repeats itself, not the same request on its way. */
const PASSED_ON_WITHIN: Nanos = 5e9;
/** Two files come of two clocks: how far apart they may be where nobody set them. */
const CLOCKS_WITHIN: Nanos = 600e9;
/** RFC 6455 1.3: the key of the example, which tools and scripts send every time. */
export const EXAMPLE_KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
/** RFC 8446 4.1.2: clients that follow the compatibility mode send 32 random octets. */
const SESSION_ID_OCTETS = 32;
/** Sessions with one random number: more than a chain of proxies has is no random number. */
const CHAIN = 8;

/** The two packets of one SYN, captured at two places of one host, may stand in the wrong order by this. */
const SWAPPED_WITHIN: Nanos = 10e6;

export interface Twins {
  /** Nearer to the client. */
  first: Session;
  second: Session;
  /** Legs of a proxy, or the same packets behind an address translation. */
  kind: 'legs' | 'same';
  mark: Mark;
}

type Mark = 'key' | 'hello' | 'request-id';

/** Neighbours on the way from the client to the server; of what several marks show, the first. */
export function twinsOf(sessions: readonly Session[]): Twins[] {
  const twins: Twins[] = [];
  const firstOf = new Map<Session, Session>();
  for (const mark of ['key', 'hello', 'request-id'] as const) {
    for (const chain of chainsOf(sessions, mark)) {
      for (const [index, second] of chain.entries()) {
        // A proxy that tries its servers in turn is the same neighbour of each.
        for (let before = index - 1; before >= 0; before--) {
          const found = pairOf(chain[before]!, second, mark);
          if (found === undefined) continue;
          if (!firstOf.has(found.second) && firstOf.get(found.first) !== found.second) {
            firstOf.set(found.second, found.first);
            twins.push(found);
          }
          break;
        }
      }
    }
  }
  return twins;
}

/** Sessions that share a mark, in the order in which they sent it. */
function chainsOf(sessions: readonly Session[], mark: Mark): Session[][] {
  const chains = new Map<string, Session[]>();
  for (const session of sessions) {
    for (const value of MARKS[mark](session)) {
      const known = chains.get(value);
      if (known === undefined) chains.set(value, [session]);
      else if (known.length <= CHAIN && known.at(-1) !== session) known.push(session);
    }
  }
  return [...chains.values()]
    .filter(({ length }) => length >= 2 && length <= CHAIN)
    .map((chain) => chain.sort((a, b) => spokenAt(a) - spokenAt(b)));
}

const MARKS: Readonly<Record<Mark, (session: Session) => string[]>> = {
  key: ({ handshake }) => (handshake?.key === undefined ? [] : [handshake.key]),
  hello: ({ tls }) => {
    const id = tls?.clientHello?.sessionId;
    return id?.length === SESSION_ID_OCTETS ? [toHex(id)] : [];
  },
  'request-id': ({ upgrade }) => requestIds(upgrade?.request, upgrade?.response),
};

function pairOf(earlier: Session, later: Session, mark: Mark): Twins | undefined {
  if (isSamePair(earlier, later)) return undefined;
  if (captureOf(earlier.tcp.first.packet) !== captureOf(later.tcp.first.packet))
    return acrossFiles(earlier, later, mark);
  if (spokenAt(later) - spokenAt(earlier) > PASSED_ON_WITHIN) return undefined;
  if (mark !== 'request-id' && wasPassedOn(earlier, later))
    return { first: earlier, second: later, kind: 'same', mark };
  if (!mayBeLegs(earlier, later) || (later.tcp.first.at < earlier.tcp.first.at && !isReused(later))) return undefined;
  return spokenAt(later) <= overAt(earlier) ? { first: earlier, second: later, kind: 'legs', mark } : undefined;
}

/** Kept from an earlier request of another client: it is older than the connection it is used for now. */
const isReused = ({ http }: Session): boolean => (http?.exchangeCount ?? 0) > 1;

/** A client that waits sends nothing: its connection is over when it ends. */
const overAt = ({ tcp, captureEnd }: Session): Nanos => (tcp.end === 'none' ? captureEnd : tcp.last.at);

/** Two files may have two clocks: who comes first is then told by the addresses, and only else by time. */
function acrossFiles(earlier: Session, later: Session, mark: Mark): Twins | undefined {
  if (earlier.handshake?.key === EXAMPLE_KEY || spokenAt(later) - spokenAt(earlier) > CLOCKS_WITHIN) return undefined;
  if (isBehind(earlier, later) && !isBehind(later, earlier)) [earlier, later] = [later, earlier];
  if (mark !== 'request-id' && haveSameBytes(earlier, later))
    return { first: earlier, second: later, kind: 'same', mark };
  return mayBeLegs(earlier, later) ? { first: earlier, second: later, kind: 'legs', mark } : undefined;
}

/** The first was asked for by the second's server, or says that it asks for the second's client. */
const isBehind = (back: Session, front: Session): boolean =>
  back.client.address === front.server.address || forwardedFor(back.upgrade?.request)?.address === front.client.address;

/** When the random number was sent. */
const spokenAt = ({ upgrade, tls, tcp }: Session): Nanos =>
  tls?.clientHello?.span.first.at ?? upgrade?.request?.span.first.at ?? tcp.first.at;

const isSamePair = (a: Session, b: Session): boolean =>
  a.client.text === b.client.text && a.server.text === b.server.text;

/**
 * A proxy connects to another server while its client waits, from another address, unless both are on one host. Test
 * programs that send the same key every time are no proxies.
 */
export const mayBeLegs = (first: Session, second: Session): boolean =>
  first.server.text !== second.server.text &&
  (second.client.address !== first.client.address || second.client.address === first.server.address);

/**
 * |-- SYN --|-- SYN' --|-- SYN-ACK' --|-- SYN-ACK --| is one connection seen twice. Where the handshakes are not in the
 * capture the requests have to be the same octet for octet in number; proxies add and change headers.
 */
function wasPassedOn(first: Session, second: Session): boolean {
  const [outer, inner] = [first.tcp, second.tcp];
  const [outerAnswer, inSyn] = [outer.synAcks[0], inner.syns[0]];
  if (outer.syns[0] !== undefined && outerAnswer !== undefined && inSyn !== undefined) {
    return inSyn.at < outerAnswer.at && outer.syns[0].at - inSyn.at <= SWAPPED_WITHIN;
  }
  return haveSameBytes(first, second);
}

function haveSameBytes(first: Session, second: Session): boolean {
  const [outer, inner] = [first.tcp.flows, second.tcp.flows];
  return outer.client.bytes === inner.client.bytes && outer.server.bytes === inner.server.bytes;
}
