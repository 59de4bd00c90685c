/**
 * Opens tunnels: IP in IP (RFC 2003, RFC 2473), GRE (RFC 2784, RFC 2890) with Ethernet or ERSPAN inside, VXLAN (RFC 7348)
 * and GENEVE (RFC 8926). A datagram goes in, and where the inner one begins comes out, so that the inner flow is followed
 * like one on the wire. What only uses the port of a tunnel answers false. Allocates nothing.
 */
import type { Datagram } from '../link/datagram.js';
import { locateEthernet, locateEtherType } from '../link/locate-datagram.js';
import type { IpDatagram } from './ip-datagram.js';
import type { UdpDatagram } from './udp-datagram.js';

export const PROTOCOL_IPV4 = 4;
export const PROTOCOL_IPV6 = 41;
export const PROTOCOL_GRE = 47;

/** Tunnels inside tunnels that are opened: a pod's overlay in a provider's in an operator's, and one more. */
export const TUNNELS_NESTED = 4;

/** Assigned, and what Linux took before that: flannel still does. */
const VXLAN_PORTS: ReadonlySet<number> = new Set([4789, 8472]);
const GENEVE_PORT = 6081;

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
/** RFC 1701: transparent Ethernet bridging. */
const ETHERTYPE_BRIDGED = 0x6558;
const ETHERTYPE_ERSPAN = 0x88be;
const ETHERTYPE_ERSPAN_3 = 0x22eb;

/** IP in IP and GRE. Fills `into` and answers true when there is a datagram inside. */
export function openIpTunnel(ip: IpDatagram, into: Datagram): boolean {
  begin(ip, into, ip.payloadEnd, ip.payloadStart + ip.originalPayloadLength);
  switch (ip.protocol) {
    case PROTOCOL_IPV4:
      return locateEtherType(into, ETHERTYPE_IPV4, ip.payloadStart);
    case PROTOCOL_IPV6:
      return locateEtherType(into, ETHERTYPE_IPV6, ip.payloadStart);
    case PROTOCOL_GRE:
      return gre(into, ip.payloadStart);
    default:
      return false;
  }
}

/** VXLAN and GENEVE. */
export function openUdpTunnel(ip: IpDatagram, udp: UdpDatagram, into: Datagram): boolean {
  const isVxlan = VXLAN_PORTS.has(udp.destinationPort);
  if (!isVxlan && udp.destinationPort !== GENEVE_PORT) return false;
  begin(ip, into, udp.payloadEnd, udp.wireEnd);
  return isVxlan ? vxlan(into, udp.payloadStart) : geneve(into, udp.payloadStart);
}

function begin(ip: IpDatagram, into: Datagram, end: number, wireEnd: number): void {
  if (into.view !== ip.view) {
    into.block = ip.block;
    into.view = ip.view;
  }
  into.end = end;
  into.wireEnd = wireEnd;
  into.vlan = -1;
  into.innerVlan = -1;
  into.network = -1;
}

/** RFC 2784 2.1, RFC 2890 2: flags, protocol; then checksum, key and sequence number, each where its flag says so. */
function gre(into: Datagram, start: number): boolean {
  const { view, end } = into;
  if (end - start < 4) return false;
  const flags = view.getUint16(start);
  // RFC 2784 2.3: with source routes or another version it is something else.
  if ((flags & 0x4007) !== 0) return false;
  const hasSequence = (flags & 0x1000) !== 0;
  const type = view.getUint16(start + 2);
  const at = start + 4 + (flags & 0x8000 ? 4 : 0) + (flags & 0x2000 ? 4 : 0) + (hasSequence ? 4 : 0);
  if (at >= end) return false;
  if ((flags & 0x2000) !== 0) into.network = view.getInt32(at - (hasSequence ? 8 : 4));
  switch (type) {
    case ETHERTYPE_BRIDGED:
      return locateEthernet(into, at);
    case ETHERTYPE_ERSPAN: // Type I has neither a sequence number nor a header.
      return locateEthernet(into, hasSequence ? at + 8 : at);
    case ETHERTYPE_ERSPAN_3: // The last bit of its header announces 8 octets more.
      return end - at >= 12 && locateEthernet(into, at + (view.getUint8(at + 11) & 1 ? 20 : 12));
    default:
      return locateEtherType(into, type, at);
  }
}

/** RFC 7348 5: the I flag and nothing else, a network identifier, an octet of 0; then Ethernet. */
function vxlan(into: Datagram, start: number): boolean {
  const { view, end } = into;
  if (end - start < 8 || view.getUint32(start) !== 0x08000000 || view.getUint8(start + 7) !== 0) return false;
  into.network = view.getUint32(start + 4) >>> 8;
  return locateEthernet(into, start + 8);
}

/** RFC 8926 3.4: version 0, options counted in 4 octets, protocol, network identifier, an octet of 0. */
function geneve(into: Datagram, start: number): boolean {
  const { view, end } = into;
  if (end - start < 8 || view.getUint8(start) >> 6 !== 0 || view.getUint8(start + 7) !== 0) return false;
  const at = start + 8 + (view.getUint8(start) & 0x3f) * 4;
  const type = view.getUint16(start + 2);
  if (at >= end) return false;
  into.network = view.getUint32(start + 4) >>> 8;
  return type === ETHERTYPE_BRIDGED ? locateEthernet(into, at) : locateEtherType(into, type, at);
}
