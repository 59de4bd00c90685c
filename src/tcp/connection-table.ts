/**
 * Finds the connection a segment belongs to, and opens and forgets connections. Keys are four integers in open
 * addressing over a typed array: finding a known connection allocates nothing.
 */
import type { Nanos, PacketRef } from '../capture/packet.js';
import type { IpDatagram } from '../ip/ip-datagram.js';
import type { Side } from '../stream/side.js';
import { AddressBook, hashWords } from './address-book.js';
import type { Connection } from './connection.js';
import { ACK, type Segment, SYN } from './segment.js';

const FIRST_SLOTS = 1024;
/** Per slot: low address, high address, both ports, IP version, connection index + 1 (0: empty). */
const STRIDE = 5;
const INDEX = 4;
/** A closed connection still takes late packets for this long (RFC 9293 3.6.1 asks for two segment lifetimes). */
const LINGER: Nanos = 60e9;
/** Segments between two sweeps for connections to forget. */
const SWEEP_EVERY = 1 << 16;
/** Connections kept at the same time. Beyond, those idle longest are finished early: about 1 GiB of state. */
const CONNECTIONS_KEPT = 400_000;

/** Who wants the connections; the table keeps nothing of them itself once they are forgotten. */
export interface ConnectionOwner {
  /** Makes a new connection for the first segment of it; `low` and `high` tell which end is which. */
  open(ends: ConnectionEnds): Connection;
  /** The connection is over: every direction was ended. */
  forget(connection: Connection): void;
}

/** The two ends of a new connection, as the first segment shows them. */
export interface ConnectionEnds {
  ip: IpDatagram;
  segment: Segment;
  /** The sender of the segment is the end that the connection calls `low`. */
  fromLow: boolean;
  /** The role of `low`, and how it is known so far. */
  lowSide: Side;
  roles: 'syn' | 'guessed';
}

export class ConnectionTable {
  private slots = new Int32Array(FIRST_SLOTS * STRIDE);
  private mask = FIRST_SLOTS - 1;
  private used = 0;
  private connections: (Connection | undefined)[] = [];
  private free: number[] = [];
  private readonly addresses = new AddressBook();
  private untilSweep = SWEEP_EVERY;
  /** Connections that had to be finished while they were open, because there were too many. */
  evicted = 0;

  constructor(private readonly owner: ConnectionOwner) {}

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
    let ports = (sourcePort << 16) | destinationPort;
    if (!fromLow) {
      const address = low;
      low = high;
      high = address;
      ports = (destinationPort << 16) | sourcePort;
    }
    let slot = this.find(low, high, ports, ip.version);
    let connection = this.connections[this.slots[slot + INDEX]! - 1];
    if (connection !== undefined && (segment.flags & SYN) !== 0) {
      const flow = fromLow ? connection.low : connection.high;
      if (connection.isNewAttempt(segment, flow)) {
        this.release(slot, connection, segment.packet, segment.at);
        slot = this.find(low, high, ports, ip.version);
        connection = undefined;
      }
    }
    if (connection === undefined) connection = this.open(slot, low, high, ports, ip, segment, fromLow);
    connection.segment(segment, fromLow ? connection.low : connection.high);
    if (--this.untilSweep === 0) {
      this.untilSweep = SWEEP_EVERY;
      this.sweep(segment.packet, segment.at);
    }
  }

  /** The connection of a quoted segment (ICMP), if it is known: from the sender of the segment to its receiver. */
  lookUp(
    ip: IpDatagram,
    sourcePort: number,
    destinationPort: number,
  ): { connection: Connection; fromLow: boolean } | undefined {
    const isV4 = ip.version === 4;
    const source = isV4 ? ip.sourceV4 : this.addresses.number(ip.view, ip.source);
    const destination = isV4 ? ip.destinationV4 : this.addresses.number(ip.view, ip.destination);
    const fromLow = source < destination || (source === destination && sourcePort <= destinationPort);
    const slot = fromLow
      ? this.find(source, destination, (sourcePort << 16) | destinationPort, ip.version)
      : this.find(destination, source, (destinationPort << 16) | sourcePort, ip.version);
    const connection = this.connections[this.slots[slot + INDEX]! - 1];
    return connection === undefined ? undefined : { connection, fromLow };
  }

  /** The capture is over. */
  finish(packet: PacketRef, at: Nanos): void {
    for (const connection of this.connections) {
      if (connection === undefined) continue;
      connection.finish(packet, at);
      this.owner.forget(connection);
    }
    this.connections = [];
    this.slots.fill(0);
    this.used = 0;
  }

  /** Offset of the slot with this key, or of the empty one where it belongs. */
  private find(low: number, high: number, ports: number, version: number): number {
    const { slots, mask } = this;
    let slot = hashWords(low, high, ports, version) & mask;
    for (;;) {
      const at = slot * STRIDE;
      if (slots[at + INDEX] === 0) return at;
      if (slots[at + 2] === ports && slots[at] === low && slots[at + 1] === high && slots[at + 3] === version)
        return at;
      slot = (slot + 1) & mask;
    }
  }

  private open(
    slot: number,
    low: number,
    high: number,
    ports: number,
    ip: IpDatagram,
    segment: Segment,
    fromLow: boolean,
  ): Connection {
    const lowSide: Side = fromLow === (sideOfSender(segment) === 'client') ? 'client' : 'server';
    const roles = (segment.flags & SYN) !== 0 ? 'syn' : 'guessed';
    const created = this.owner.open({ ip, segment, fromLow, lowSide, roles });
    const index = this.free.pop() ?? this.connections.length;
    this.connections[index] = created;
    const { slots } = this;
    slots[slot] = low;
    slots[slot + 1] = high;
    slots[slot + 2] = ports;
    slots[slot + 3] = ip.version;
    slots[slot + INDEX] = index + 1;
    if (++this.used * 2 > this.mask) this.grow();
    return created;
  }

  private release(slot: number, connection: Connection, packet: PacketRef, at: Nanos): void {
    const index = this.slots[slot + INDEX]! - 1;
    this.connections[index] = undefined;
    this.free.push(index);
    this.remove(slot);
    connection.finish(packet, at);
    this.owner.forget(connection);
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
      if (slots[from + INDEX] === 0) break;
      const home = hashWords(slots[from]!, slots[from + 1]!, slots[from + 2]!, slots[from + 3]!) & mask;
      if (((slot - home) & mask) >= ((slot - hole) & mask)) {
        slots.copyWithin(hole * STRIDE, from, from + STRIDE);
        hole = slot;
      }
    }
    slots[hole * STRIDE + INDEX] = 0;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Int32Array(old.length * 2);
    this.mask = this.slots.length / STRIDE - 1;
    for (let from = 0; from < old.length; from += STRIDE) {
      if (old[from + INDEX] === 0) continue;
      const to = this.find(old[from]!, old[from + 1]!, old[from + 2]!, old[from + 3]!);
      for (let column = 0; column < STRIDE; column++) this.slots[to + column] = old[from + column]!;
    }
  }

  /** Forgets what was closed long ago, and the most idle when there are too many. */
  private sweep(packet: PacketRef, at: Nanos): void {
    const live = this.connections.length - this.free.length;
    const evictBefore = live > CONNECTIONS_KEPT ? this.idleQuantile(live - CONNECTIONS_KEPT) : Number.NEGATIVE_INFINITY;
    for (let slot = 0; slot < this.slots.length; slot += STRIDE) {
      let connection = this.connections[this.slots[slot + INDEX]! - 1];
      // Removing may move another connection into this slot.
      while (connection !== undefined) {
        const closedLongAgo = connection.closed && at - connection.lastAt > LINGER;
        if (!closedLongAgo && connection.lastAt > evictBefore) break;
        if (!closedLongAgo) this.evicted++;
        this.release(slot, connection, packet, at);
        connection = this.connections[this.slots[slot + INDEX]! - 1];
      }
    }
  }

  /** A time such that `count` connections were last heard before it. */
  private idleQuantile(count: number): Nanos {
    const times = Float64Array.from(this.connections.flatMap((connection) => connection?.lastAt ?? []));
    return times.sort()[Math.min(count, times.length - 1)]!;
  }
}

/** Sender of the SYN, receiver of the SYN-ACK; else, until the content shows it, the higher port. */
function sideOfSender(segment: Segment): Side {
  if ((segment.flags & SYN) !== 0) return (segment.flags & ACK) === 0 ? 'client' : 'server';
  return segment.sourcePort >= segment.destinationPort ? 'client' : 'server';
}
