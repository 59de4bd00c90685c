/**
 * What sizes and times of encrypted records say of the conversation inside: an upgrade that was answered and left open, or
 * requests that are answered one by one; pings at an interval. Inferred from a few records, hence never proof.
 */
import type { Nanos } from '../capture/packet.js';
import type { Side } from '../stream/side.js';
import { cipherParameters } from '../tls/cipher-parameters.js';
import type { TlsFacts } from '../tls/tls-facts.js';
import { isTls13 } from '../tls/versions.js';

/**
 * Requests of one client on one connection resemble each other in size, since their headers do. A frame after an upgrade
 * is mostly much shorter than the request was: shares of the first request's octets.
 */
const LIKE_A_REQUEST = [0.6, 1.8] as const;
const UNLIKE_A_REQUEST = 0.4;
/** Octets of `GET / HTTP/1.1` and the Host that it must have (RFC 9112 3.2), a letter long. */
const SHORTEST_REQUEST = 27;
/** An upgrade request has five headers at least (RFC 6455 4.1); a 101 has four, and seldom more than a kilobyte. */
const SHORTEST_UPGRADE = 120;
const SHORTEST_101 = 90;
const LONGEST_101 = 1200;
/** Octets of a ping or pong and its protection: 125 of payload are allowed, programs use a few (RFC 6455 5.5). */
const LONGEST_PING = 64;
/** Rounds of a ping that make an interval, and how much it may vary: timers are steady. */
const LEAST_ROUNDS = 3;
const STEADY = 0.1;
/** A pong comes as soon as the path allows. */
const PONG_WITHIN: Nanos = 1e9;

export interface SealedShape {
  /** `upgrade`: answered and left open for frames. `requests`: each answered, nothing but requests. */
  kind: 'upgrade' | 'requests' | undefined;
  pings: { from: Side; interval: Nanos; rounds: number } | undefined;
}

interface SealedRecord {
  from: Side;
  at: Nanos;
  /** Octets inside, as far as the protection's share is known. */
  inside: number;
}

export function sealedShape(tls: TlsFacts): SealedShape {
  const records = recordsOf(tls);
  return { kind: kindOf(records), pings: pingsIn(records, 'client') ?? pingsIn(records, 'server') };
}

/** Without the tickets at the beginning. */
function recordsOf({ sealedTraffic: { times, lengths }, possibleTickets, serverHello }: TlsFacts): SealedRecord[] {
  const overhead = overheadOf(serverHello);
  let tickets = possibleTickets;
  return lengths.flatMap((length, index) => {
    const from: Side = length > 0 ? 'client' : 'server';
    if (from === 'server' && tickets-- > 0) return [];
    return [{ from, at: times[index] ?? 0, inside: Math.max(0, Math.abs(length) - overhead) }];
  });
}

/** Octets that protection adds to a record: exact but for the padding of CBC, of which half a block is taken. */
function overheadOf(hello: TlsFacts['serverHello']): number {
  // RFC 8446 5.2: type and tag.
  if (hello !== undefined && isTls13(hello.version)) return 17;
  const suite = hello === undefined ? undefined : cipherParameters(hello.cipherSuite);
  // RFC 5246 6.2.3.2: IV, MAC, padding. 6.2.3.3 and RFC 7905 2: nonce, which ChaCha20 does not send, and tag.
  if (suite?.mac !== undefined) return suite.fixedIvLength + suite.mac.length + suite.fixedIvLength / 2;
  return (suite?.mode === 'chacha' ? 0 : 8) + (suite?.tagLength ?? 16);
}

function kindOf(records: readonly SealedRecord[]): SealedShape['kind'] {
  const asked = records.findIndex(({ from }) => from === 'client');
  const answered = records.findIndex(({ from }, index) => from === 'server' && index > asked);
  const [request, answer] = [records[asked], records[answered]];
  if (request === undefined || answer === undefined) return undefined;
  const later = records.slice(answered + 1).filter(({ from }) => from === 'client');
  const isUpgrade =
    answered === asked + 1 &&
    request.inside >= SHORTEST_UPGRADE &&
    answer.inside >= SHORTEST_101 &&
    answer.inside <= LONGEST_101;
  const [next] = later;
  if (next === undefined) return undefined;
  // What is said first after the answer is too short for a request. Bodies of uploads come behind a head.
  if (isUpgrade && next.inside > 0 && next.inside < UNLIKE_A_REQUEST * request.inside) return 'upgrade';
  const [least, most] = LIKE_A_REQUEST;
  const areAlike = later.every(({ inside }) => inside >= least * request.inside && inside <= most * request.inside);
  return areAlike && request.inside >= SHORTEST_REQUEST ? 'requests' : undefined;
}

/** Small records of one side at a steady interval, each followed at once by one of the other; all of a side equally long. */
function pingsIn(records: readonly SealedRecord[], from: Side): SealedShape['pings'] {
  const byLengths = new Map<number, Nanos[]>();
  records.forEach((record, index) => {
    const next = records[index + 1];
    if (record.from !== from || record.inside > LONGEST_PING || next === undefined) return;
    if (next.from === from || next.at - record.at > PONG_WITHIN || next.inside > LONGEST_PING) return;
    const lengths = record.inside * 0x100 + next.inside;
    byLengths.set(lengths, [...(byLengths.get(lengths) ?? []), record.at]);
  });
  for (const times of byLengths.values()) {
    if (times.length <= LEAST_ROUNDS) continue;
    const intervals = times.slice(1).map((at, index) => at - (times[index] ?? at));
    const interval = intervals.toSorted((a, b) => a - b)[intervals.length >> 1] ?? 0;
    const steady = intervals.filter((one) => Math.abs(one - interval) <= STEADY * interval).length;
    // Faster than once a second is conversation.
    if (interval >= 1e9 && steady >= LEAST_ROUNDS && steady >= intervals.length * 0.8)
      return { from, interval, rounds: times.length };
  }
  return undefined;
}
