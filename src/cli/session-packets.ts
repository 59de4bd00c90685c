/**
 * Which packets of a capture belong to some of its sessions: the packets between their ends while they lasted, with all
 * fragments of these, and whatever else the report names (lookups, ICMP errors, packets of evidence). Asked twice a
 * packet: fragments that come before the one with the ports are known only in the second round.
 */
import { numberOf, type Packet } from '../capture/packet.js';
import { formatAddress, formatEndpoint } from '../ip/address.js';
import { decodeIp } from '../ip/decode-ip.js';
import { IpDatagram, PROTOCOL_TCP } from '../ip/ip-datagram.js';
import { Datagram } from '../link/datagram.js';
import { locateDatagram } from '../link/locate-datagram.js';
import { toMs } from '../report/place.js';
import type { SessionReport } from '../report/report.js';

/** Datagrams that came in fragments; more is a flood. */
const MAX_FRAGMENTED = 100_000;

interface Lifetime {
  /** Milliseconds from the earliest packet on. */
  startMs: number;
  endMs: number;
}

export class SessionPackets {
  private readonly lives = new Map<string, Lifetime[]>();
  private readonly named = new Set<number>();
  private readonly fragmented = new Set<string>();
  private readonly frame = new Datagram();
  private readonly ip = new IpDatagram();
  /** Pipeline time of the earliest packet: the zero of the report. */
  private earliest = Number.POSITIVE_INFINITY;

  constructor(sessions: readonly SessionReport[]) {
    for (const session of sessions) {
      const { client, server, tcp, startMs, endMs } = session;
      if (tcp !== null)
        this.lives.set(pairOf(client, server), [...(this.lives.get(pairOf(client, server)) ?? []), { startMs, endMs }]);
      for (const packet of namedPackets(session)) this.named.add(packet);
    }
  }

  /** First round. */
  survey(packet: Packet): void {
    this.earliest = Math.min(this.earliest, packet.at);
    const pair = this.pairIn(packet);
    if (this.ip.fragment && pair !== undefined && this.lives.has(pair) && this.fragmented.size < MAX_FRAGMENTED)
      this.fragmented.add(this.fragmentKey());
  }

  /** Second round. */
  has(packet: Packet): boolean {
    if (this.named.has(numberOf(packet.ref))) return true;
    const pair = this.pairIn(packet);
    if (this.ip.fragment) return this.fragmented.has(this.fragmentKey());
    if (pair === undefined) return false;
    const atMs = toMs(packet.at - this.earliest);
    return this.lives.get(pair)?.some(({ startMs, endMs }) => atMs >= startMs && atMs <= endMs) ?? false;
  }

  /** The ends of a TCP segment, or of the first fragment of one. */
  private pairIn(packet: Packet): string | undefined {
    const { frame, ip } = this;
    ip.fragment = false;
    if (!locateDatagram(packet, frame) || !decodeIp(frame, ip)) return undefined;
    if (ip.protocol !== PROTOCOL_TCP || ip.payloadEnd - ip.payloadStart < 4) return undefined;
    if (ip.fragment && this.fragmentOffset() !== 0) return undefined;
    const { block, version, view, payloadStart } = ip;
    return pairOf(
      formatEndpoint(block, ip.source, version, view.getUint16(payloadStart)),
      formatEndpoint(block, ip.destination, version, view.getUint16(payloadStart + 2)),
    );
  }

  /** In units of 8 octets (RFC 791 3.1, RFC 8200 4.5). */
  private fragmentOffset(): number {
    const { ip } = this;
    return ip.version === 4 ? ip.view.getUint16(ip.header + 6) & 0x1fff : ip.view.getUint16(ip.fragmentHeader + 2) >> 3;
  }

  private fragmentKey(): string {
    const { ip } = this;
    const address = (offset: number) => formatAddress(ip.block, offset, ip.version);
    return `${address(ip.source)} ${address(ip.destination)} ${ip.identification}`;
  }
}

/** The same for both directions. */
const pairOf = (a: string, b: string): string => (a < b ? `${a} ${b}` : `${b} ${a}`);

const namedPackets = function* ({ stages, findings, timeline }: SessionReport): Iterable<number> {
  for (const { packets, steps } of stages) {
    yield* packets;
    for (const { packet } of steps) yield packet;
  }
  for (const { evidence } of findings) for (const { packet } of evidence) yield packet;
  for (const { packet, untilPacket } of timeline) {
    yield packet;
    if (untilPacket !== undefined) yield untilPacket;
  }
};
