/**
 * Packets down to what they carry: link layer, IP and its fragments, tunnels, then segments for the connection table,
 * DNS messages for the lookups, and ICMP errors for whichever they are about. What a connection carries is for stack.ts.
 */
import type { Nanos, Packet, PacketRef } from './capture/packet.js';
import { readDnsMessage } from './dns/dns-message.js';
import type { LookupTable } from './dns/lookup-table.js';
import { formatAddress, formatEndpoint } from './ip/address.js';
import { decodeIp } from './ip/decode-ip.js';
import { FragmentReassembler } from './ip/fragments.js';
import { readIcmpError } from './ip/icmp-error.js';
import { IpDatagram, PROTOCOL_ICMP, PROTOCOL_ICMPV6, PROTOCOL_TCP, PROTOCOL_UDP } from './ip/ip-datagram.js';
import {
  openIpTunnel,
  openUdpTunnel,
  PROTOCOL_GRE,
  PROTOCOL_IPV4,
  PROTOCOL_IPV6,
  TUNNELS_NESTED,
} from './ip/tunnel.js';
import { UdpDatagram } from './ip/udp-datagram.js';
import { Datagram } from './link/datagram.js';
import { locateDatagram } from './link/locate-datagram.js';
import type { Endpoint } from './session/session.js';
import type { ConnectionTable } from './tcp/connection-table.js';
import { Segment } from './tcp/segment.js';

/** Where lookups are looked for. What is found there still has to be a DNS message. */
export const DNS_PORT = 53;

/** Everything in it is refilled with each packet. */
export class Network {
  private readonly frame = new Datagram();
  private readonly ip = new IpDatagram();
  private readonly udp = new UdpDatagram();
  private readonly segment = new Segment();
  private readonly fragments = new FragmentReassembler();

  constructor(
    private readonly connections: Pick<ConnectionTable<unknown>, 'segment' | 'icmpError'>,
    private readonly lookups: LookupTable,
  ) {}

  packet(packet: Packet): void {
    const { at, ref } = packet;
    const { frame, ip, segment } = this;
    if (!locateDatagram(packet, frame) || !decodeIp(frame, ip)) return;
    if (ip.fragment && !this.fragments.complete(ip, at)) return;
    if (ip.protocol !== PROTOCOL_TCP) this.aside(ip, ref, at, 0);
    else if (segment.decode(ip, ref, at)) {
      segment.domain = frame.domain;
      this.connections.segment(ip, segment);
    }
  }

  /** What is no TCP, and carries it or tells of it. */
  private aside(ip: IpDatagram, ref: PacketRef, at: Nanos, depth: number): void {
    switch (ip.protocol) {
      case PROTOCOL_ICMP:
      case PROTOCOL_ICMPV6:
        this.icmp(ip, ref, at);
        break;
      case PROTOCOL_UDP:
        if (!this.udp.decode(ip)) break;
        if (openUdpTunnel(ip, this.udp, this.frame)) this.inside(ref, at, depth);
        else this.datagram(ip, ref, at);
        break;
      case PROTOCOL_IPV4:
      case PROTOCOL_IPV6:
      case PROTOCOL_GRE:
        if (openIpTunnel(ip, this.frame)) this.inside(ref, at, depth);
    }
  }

  /** What a tunnel carries is followed as if it were on the wire itself. */
  private inside(ref: PacketRef, at: Nanos, depth: number): void {
    const { frame, ip, segment } = this;
    if (depth === TUNNELS_NESTED || !decodeIp(frame, ip)) return;
    if (ip.fragment && !this.fragments.complete(ip, at)) return;
    if (ip.protocol !== PROTOCOL_TCP) this.aside(ip, ref, at, depth + 1);
    else if (segment.decode(ip, ref, at)) {
      segment.domain = frame.domain;
      this.connections.segment(ip, segment);
    }
  }

  private datagram(ip: IpDatagram, ref: PacketRef, at: Nanos): void {
    const { sourcePort, destinationPort, payloadStart, payloadEnd } = this.udp;
    if (destinationPort !== DNS_PORT && sourcePort !== DNS_PORT) return;
    const message = readDnsMessage(ip.block.subarray(payloadStart, payloadEnd));
    if (message === undefined) return;
    const source = endpoint(ip, ip.source, sourcePort);
    this.lookups.message(message, source, endpoint(ip, ip.destination, destinationPort), {
      packet: ref,
      at,
      readyAt: at,
    });
  }

  private icmp(ip: IpDatagram, ref: PacketRef, at: Nanos): void {
    const error = readIcmpError(ip);
    if (error === undefined) return;
    const { quoted, mtu, ...told } = error;
    const arrival = { packet: ref, at, readyAt: at };
    if (quoted.protocol === PROTOCOL_TCP) {
      this.connections.icmpError(quoted, { ...told, arrival, ...(mtu === undefined ? {} : { mtu }) });
    } else if (quoted.protocol === PROTOCOL_UDP && quoted.view.getUint16(quoted.payloadStart + 2) === DNS_PORT) {
      const client = endpoint(quoted, quoted.source, quoted.view.getUint16(quoted.payloadStart));
      const resolver = endpoint(quoted, quoted.destination, DNS_PORT);
      const query = readDnsMessage(quoted.block.subarray(quoted.payloadStart + 8, quoted.payloadEnd));
      this.lookups.error({ arrival, from: told.from, name: told.name }, client, resolver, query);
    }
  }
}

export function endpoint(ip: IpDatagram, offset: number, port: number): Endpoint {
  const address = formatAddress(ip.block, offset, ip.version);
  return { address, port, text: formatEndpoint(ip.block, offset, ip.version, port) };
}
