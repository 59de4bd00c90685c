/**
 * Finds the connection a segment belongs to, and opens and forgets connections. A pair of endpoints is a number found
 * through open addressing over a typed array; segments are gathered by pair (segment-batch.ts) and given to the
 * connection that the pair has at that moment.
 */
import type { Nanos, PacketRef } from '../capture/packet.js';
import type { IpDatagram } from '../ip/ip-datagram.js';
import type { Side } from '../stream/side.js';
import { AddressBook, hashWords } from './address-book.js';
import type { Connection } from './connection.js';
import { ACK, FIN, RST, Segment, SYN } from './segment.js';
import { SegmentBatch } from './segment-batch.js';
import { ahead } from './sequence.js';
import type { IcmpError } from './tcp-facts.js';

const FIRST_SLOTS = 1024;
/** Per slot: low address, high address, both ports, IP version, number of the pair + 1 (0: empty). */
const STRIDE = 5;
const PAIR = 4;
/** A closed connection still takes late packets for this long (RFC 9293 3.6.1 asks for two segment lifetimes). */
const LINGER: Nanos = 60e9;
/** Segments between two sweeps for connections to forget. */
const SWEEP_EVERY = 1 << 17;
/** Pairs kept at the same time. Beyond, the connections idle longest are finished early: about 1 GiB of state. */
const PAIRS_KEPT = 400_000;

/** Connections with the same addresses and ports in different domains at the same time. */
const DOMAINS_KEPT = 64;

/** Who wants the connections; the table keeps nothing of them itself once they are forgotten. */
export interface ConnectionOwner<Ends> {
  /** Names the ends of a new pair: `source` of this datagram and segment, and its destination. */
  meet(ip: IpDatagram, segment: Segment, fromLow: boolean): Ends;
  /** Makes a connection between two ends for its first segment. `lowSide` is the role of the lower end, and how it is known. */
  open(ends: Ends, segment: Segment, lowSide: Side, roles: 'syn' | 'guessed'): Connection;
  /** The connection is over: every direction was ended. */
  forget(connection: Connection): void;
}

/** Two endpoints and the connection between them, one after the other. */
interface Pair<Ends> {
  ends: Ends;
  connection: Connection | undefined;
  /** The one before it, which had these ports, and the SYN that took them: until the new one is answered. */
  before: { connection: Connection; packet: PacketRef; at: Nanos } | undefined;
  /** Of the segment that opened the connection: VLANs and virtual network. */
  domain: number;
  /** Connections between the same addresses in other domains, whose sequence numbers show that they are others. */
  others: Pair<Ends>[];
}

export class ConnectionTable<Ends> {
  private slots = new Int32Array(FIRST_SLOTS * STRIDE);
  private mask = FIRST_SLOTS - 1;
  private used = 0;
  private pairs: (Pair<Ends> | undefined)[] = [];
  private free: number[] = [];
  private readonly addresses = new AddressBook();
  private readonly batch = new SegmentBatch();
  private readonly segmentInHand = new Segment();
  /** 1 for a pair whose connection nobody follows any more: its segments end here, without a look. */
  private unwanted = new Uint8Array(1024);
  private untilSweep = SWEEP_EVERY;
  private lastPacket: PacketRef = 0;
  private lastAt: Nanos = 0;
  /** Connections that had to be finished while they were open, because there were too many. */
  evicted = 0;

  constructor(private readonly owner: ConnectionOwner<Ends>) {}

  /** Takes note of a segment; its connection gets it with the next batch. */
  segment(ip: IpDatagram, segment: Segment): void {
    let low: number;
    let high: number;
    if (ip.version === 4) {
      low = ip.sourceV4;
      high = ip.destinationV4;
    } else {
      low = this.addresses.number(ip.view, ip.source);
      high = this.addresses.number(ip.view, ip.destination);
    }
    const { sourcePort, destinationPort } = segment;
    const fromLow = low < high || (low === high && sourcePort <= destinationPort);
    const slot = fromLow
      ? this.find(low, high, (sourcePort << 16) | destinationPort, ip.version)
      : this.find(high, low, (destinationPort << 16) | sourcePort, ip.version);
    let pair = this.slots[slot + PAIR]! - 1;
    if (pair < 0) pair = this.meet(slot, low, high, ip, segment, fromLow);
    if (this.unwanted[pair] === 1) {
      if ((segment.flags & (SYN | FIN | RST)) === 0) return;
      // What follows may belong to the next connection between the same ports.
      this.unwanted[pair] = 0;
    }
    this.batch.add(pair, fromLow, segment, ip);
    if (this.batch.isFull) this.flush();
  }

  /** An ICMP error quotes a segment: `quoted` begins with its ports and sequence number. Unknown ends are none of ours. */
  icmpError(quoted: IpDatagram, error: Omit<IcmpError, 'quoted'>): void {
    const ports = quoted.view.getInt32(quoted.payloadStart);
    const [low, high, lowPorts, fromLow] = this.keyOf(quoted, ports >>> 16, ports & 0xffff);
    const pair = this.slots[this.find(low, high, lowPorts, quoted.version) + PAIR]! - 1;
    if (pair < 0) return;
    // What came before it in the capture first.
    this.flush();
    const known = this.pairs[pair];
    const sequence = quoted.view.getInt32(quoted.payloadStart + 4);
    for (const { connection } of known === undefined ? [] : [known, ...known.others]) {
      if (connection?.icmpError(error, fromLow ? connection.low : connection.high, sequence)) return;
    }
  }

  /** Gives all segments that wait to their connections. */
  flush(): void {
    const segment = this.segmentInHand;
    this.batch.drain(segment, (key, fromLow) => {
      let pair = this.pairs[key]!;
      if (segment.domain !== pair.domain && pair.connection !== undefined) pair = inDomain(pair, segment, fromLow);
      let { connection } = pair;
      if (pair.before !== undefined && this.isOfBefore(pair, segment, fromLow)) {
        connection = pair.before.connection;
      } else if (connection === undefined || ((segment.flags & SYN) !== 0 && isReuse(connection, segment, fromLow))) {
        this.endBefore(pair);
        if (connection !== undefined) pair.before = { connection, packet: segment.packet, at: segment.at };
        const lowSide: Side = fromLow === (sideOfSender(segment) === 'client') ? 'client' : 'server';
        const roles = (segment.flags & SYN) !== 0 ? 'syn' : 'guessed';
        connection = this.owner.open(pair.ends, segment, lowSide, roles);
        pair.connection = connection;
        pair.domain = segment.domain;
      }
      connection.segment(segment, fromLow ? connection.low : connection.high);
      if (connection.isIgnored && connection === pair.connection && pair.others.length === 0) this.unwanted[key] = 1;
      if (segment.at >= this.lastAt) {
        this.lastAt = segment.at;
        this.lastPacket = segment.packet;
      }
      this.untilSweep--;
    });
    if (this.untilSweep <= 0) {
      this.untilSweep = SWEEP_EVERY;
      this.sweep();
    }
  }

  /** The key of a datagram's endpoints: lower and higher address, ports in that order, and whether it went up. */
  private keyOf(ip: IpDatagram, sourcePort: number, destinationPort: number): [number, number, number, boolean] {
    const isV4 = ip.version === 4;
    const source = isV4 ? ip.sourceV4 : this.addresses.number(ip.view, ip.source);
    const destination = isV4 ? ip.destinationV4 : this.addresses.number(ip.view, ip.destination);
    const fromLow = source < destination || (source === destination && sourcePort <= destinationPort);
    return fromLow
      ? [source, destination, (sourcePort << 16) | destinationPort, true]
      : [destination, source, (destinationPort << 16) | sourcePort, false];
  }

  /** The capture is over. */
  finish(packet: PacketRef, at: Nanos): void {
    this.flush();
    for (const pair of this.pairs) {
      if (pair !== undefined) this.endAll(pair, packet, at);
    }
    this.pairs = [];
    this.slots.fill(0);
    this.used = 0;
  }

  /**
   * A host that still has the connection answers the SYN that uses its ports again by an ACK of that connection, and the
   * other by its RST (RFC 9293 3.5.1, figure 9). Whatever else is not the SYN once more belongs to the new one, and is the
   * end of the old.
   */
  private isOfBefore(pair: Pair<Ends>, segment: Segment, fromLow: boolean): boolean {
    if ((segment.flags & SYN) !== 0) {
      if ((segment.flags & ACK) !== 0) this.endBefore(pair);
      return false;
    }
    const isOld =
      distance(pair.before!.connection, segment, fromLow) <= distance(pair.connection!, segment, fromLow) &&
      fitsIn(pair.before!.connection, segment, fromLow);
    if (!isOld) this.endBefore(pair);
    return isOld;
  }

  private endBefore(pair: Pair<Ends>): void {
    if (pair.before === undefined) return;
    const { connection, packet, at } = pair.before;
    pair.before = undefined;
    this.end(connection, packet, at);
  }

  private endAll(pair: Pair<Ends>, packet: PacketRef, at: Nanos): void {
    this.endBefore(pair);
    if (pair.connection !== undefined) this.end(pair.connection, packet, at);
    for (const other of pair.others) this.endAll(other, packet, at);
  }

  private end(connection: Connection, packet: PacketRef, at: Nanos): void {
    connection.finish(packet, at);
    this.owner.forget(connection);
  }

  /** Offset of the slot with this key, or of the empty one where it belongs. */
  private find(low: number, high: number, ports: number, version: number): number {
    const { slots, mask } = this;
    let slot = hashWords(low, high, ports, version) & mask;
    for (;;) {
      const at = slot * STRIDE;
      if (slots[at + PAIR] === 0) return at;
      if (slots[at + 2] === ports && slots[at] === low && slots[at + 1] === high && slots[at + 3] === version)
        return at;
      slot = (slot + 1) & mask;
    }
  }

  private meet(
    slot: number,
    source: number,
    destination: number,
    ip: IpDatagram,
    segment: Segment,
    fromLow: boolean,
  ): number {
    const number = this.free.pop() ?? this.pairs.length;
    if (number >= this.unwanted.length) {
      const grown = new Uint8Array(this.unwanted.length * 2);
      grown.set(this.unwanted);
      this.unwanted = grown;
    }
    this.unwanted[number] = 0;
    const ends = this.owner.meet(ip, segment, fromLow);
    this.pairs[number] = { ends, connection: undefined, before: undefined, domain: segment.domain, others: [] };
    const { slots } = this;
    const { sourcePort, destinationPort } = segment;
    slots[slot] = fromLow ? source : destination;
    slots[slot + 1] = fromLow ? destination : source;
    slots[slot + 2] = fromLow ? (sourcePort << 16) | destinationPort : (destinationPort << 16) | sourcePort;
    slots[slot + 3] = ip.version;
    slots[slot + PAIR] = number + 1;
    if (++this.used * 2 > this.mask) this.grow();
    return number;
  }

  /** Empties a slot and moves up those that were pushed past it, so that no markers are needed. */
  private remove(at: number): void {
    const { slots, mask } = this;
    this.used--;
    let hole = at / STRIDE;
    let slot = hole;
    for (;;) {
      slot = (slot + 1) & mask;
      const from = slot * STRIDE;
      if (slots[from + PAIR] === 0) break;
      const home = hashWords(slots[from]!, slots[from + 1]!, slots[from + 2]!, slots[from + 3]!) & mask;
      if (((slot - home) & mask) >= ((slot - hole) & mask)) {
        slots.copyWithin(hole * STRIDE, from, from + STRIDE);
        hole = slot;
      }
    }
    slots[hole * STRIDE + PAIR] = 0;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Int32Array(old.length * 2);
    this.mask = this.slots.length / STRIDE - 1;
    for (let from = 0; from < old.length; from += STRIDE) {
      if (old[from + PAIR] === 0) continue;
      const to = this.find(old[from]!, old[from + 1]!, old[from + 2]!, old[from + 3]!);
      for (let column = 0; column < STRIDE; column++) this.slots[to + column] = old[from + column]!;
    }
  }

  /** Forgets what was closed long ago, and the most idle when there are too many. */
  private sweep(): void {
    const live = this.pairs.length - this.free.length;
    const evictBefore = live > PAIRS_KEPT ? this.idleQuantile(live - PAIRS_KEPT) : Number.NEGATIVE_INFINITY;
    for (let slot = 0; slot < this.slots.length; slot += STRIDE) {
      // Removing may move another pair into this slot.
      while (this.slots[slot + PAIR] !== 0) {
        const number = this.slots[slot + PAIR]! - 1;
        const pair = this.pairs[number]!;
        const closedLongAgo = isClosed(pair) && this.lastAt - lastAtOf(pair) > LINGER;
        if (!closedLongAgo && lastAtOf(pair) > evictBefore) break;
        if (!closedLongAgo) this.evicted++;
        this.pairs[number] = undefined;
        this.free.push(number);
        this.remove(slot);
        this.endAll(pair, this.lastPacket, this.lastAt);
      }
    }
  }

  /** A time such that `count` connections were last heard before it. */
  private idleQuantile(count: number): Nanos {
    const times = Float64Array.from(this.pairs.flatMap((pair) => pair?.connection?.lastAt ?? []));
    return times.sort()[Math.min(count, times.length - 1)]!;
  }
}

const isClosed = ({ connection, others }: Pair<unknown>): boolean =>
  (connection === undefined || connection.closed) && others.every(isClosed);

const lastAtOf = ({ connection, others }: Pair<unknown>): Nanos =>
  Math.max(connection?.lastAt ?? Number.NEGATIVE_INFINITY, ...others.map(lastAtOf));

/**
 * A segment from another VLAN or virtual network than its connection began in: the same connection on its way through
 * both, unless its numbers are not that connection's. Then it belongs to one of its own.
 */
function inDomain<Ends>(pair: Pair<Ends>, segment: Segment, fromLow: boolean): Pair<Ends> {
  for (const known of [pair, ...pair.others]) {
    const { connection } = known;
    if (connection !== undefined && fitsIn(connection, segment, fromLow)) return known;
  }
  const own = [pair, ...pair.others].find(({ domain }) => domain === segment.domain);
  if (own !== undefined) return own;
  if (pair.others.length === DOMAINS_KEPT) return pair;
  const other: Pair<Ends> = {
    ends: pair.ends,
    connection: undefined,
    before: undefined,
    domain: segment.domain,
    others: [],
  };
  pair.others.push(other);
  return other;
}

/** A SYN that uses the ports again. */
const isReuse = (connection: Connection, segment: Segment, fromLow: boolean): boolean =>
  connection.isNewAttempt(segment, fromLow ? connection.low : connection.high);

const fitsIn = (connection: Connection, segment: Segment, fromLow: boolean): boolean => {
  const [flow, peer] = fromLow ? [connection.low, connection.high] : [connection.high, connection.low];
  return connection.fits(segment, flow, peer);
};

/** How far its numbers are from those of a connection: its own, or what it acknowledges where its side has none yet. */
const distance = (connection: Connection, { sequence, acknowledgment, flags }: Segment, fromLow: boolean): number => {
  const [flow, peer] = fromLow ? [connection.low, connection.high] : [connection.high, connection.low];
  if (flow.started) return Math.abs(ahead(sequence, flow.top));
  return peer.started && (flags & ACK) !== 0 ? Math.abs(ahead(acknowledgment, peer.top)) : Number.POSITIVE_INFINITY;
};

/** Sender of the SYN, receiver of the SYN-ACK; else, until the content shows it, the higher port is the client. */
function sideOfSender(segment: Segment): Side {
  if ((segment.flags & SYN) !== 0) return (segment.flags & ACK) === 0 ? 'client' : 'server';
  return segment.sourcePort >= segment.destinationPort ? 'client' : 'server';
}
