/**
 * Packets of any readable link type become datagrams: where IP begins, and whether it is version 4 or 6. Behind an
 * EtherType come VLAN tags (IEEE 802.1Q), PPPoE sessions (RFC 2516) and MPLS labels (RFC 3032). What is not IP (ARP,
 * spanning tree, ...) answers false; a link type that is not in the list is never guessed at. Allocates nothing.
 */
import {
  DLT_RAW_BSD,
  DLT_RAW_OPENBSD,
  LINKTYPE_ETHERNET,
  LINKTYPE_IPV4,
  LINKTYPE_IPV6,
  LINKTYPE_LINUX_SLL,
  LINKTYPE_LINUX_SLL2,
  LINKTYPE_LOOP,
  LINKTYPE_NULL,
  LINKTYPE_PPP,
  LINKTYPE_PPP_ETHER,
  LINKTYPE_PPP_HDLC,
  LINKTYPE_RAW,
} from '../capture/link-type-names.js';
import type { Packet } from '../capture/packet.js';
import type { Datagram } from './datagram.js';

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
const ETHERTYPE_VLAN = 0x8100;
const ETHERTYPE_SERVICE_VLAN = 0x88a8;
const ETHERTYPE_OLD_QINQ = 0x9100;
const ETHERTYPE_MPLS = 0x8847;
const ETHERTYPE_MPLS_MULTICAST = 0x8848;
const ETHERTYPE_PPPOE_SESSION = 0x8864;
/** IEEE 802.3: up to here the field is a length, and LLC follows. */
const LONGEST_802_3 = 1500;
/** Linux cooked captures mark LLC without a length with this protocol (ETH_P_802_2). */
const ETH_P_802_2 = 4;

const PPP_IPV4 = 0x0021;
const PPP_IPV6 = 0x0057;
const PPP_MPLS = 0x0281;

/** Link types that locateDatagram understands. */
export const READABLE_LINK_TYPES: ReadonlySet<number> = new Set([
  LINKTYPE_NULL,
  LINKTYPE_ETHERNET,
  LINKTYPE_PPP,
  DLT_RAW_BSD,
  DLT_RAW_OPENBSD,
  LINKTYPE_PPP_HDLC,
  LINKTYPE_PPP_ETHER,
  LINKTYPE_RAW,
  LINKTYPE_LOOP,
  LINKTYPE_LINUX_SLL,
  LINKTYPE_IPV4,
  LINKTYPE_IPV6,
  LINKTYPE_LINUX_SLL2,
]);

/** Fills `into` and answers true when the packet carries IP. */
export function locateDatagram(packet: Packet, into: Datagram): boolean {
  const { view, start, end, linkType } = packet;
  if (into.view !== view) {
    into.block = packet.block;
    into.view = view;
  }
  into.end = end;
  into.wireEnd = start + packet.originalLength;
  into.vlan = -1;
  into.innerVlan = -1;
  into.network = -1;
  // Nearly every packet takes this way, so it is spelled out.
  if (linkType === LINKTYPE_ETHERNET && end - start > 14 && view.getUint16(start + 12) === ETHERTYPE_IPV4) {
    into.version = 4;
    into.start = start + 14;
    return true;
  }
  switch (linkType) {
    case LINKTYPE_ETHERNET:
      return locateEthernet(into, start);
    case LINKTYPE_LINUX_SLL:
      return end - start >= 16 && cooked(into, view.getUint16(start + 14), start + 16);
    case LINKTYPE_LINUX_SLL2:
      return end - start >= 20 && cooked(into, view.getUint16(start), start + 20);
    case LINKTYPE_NULL:
    case LINKTYPE_LOOP:
      return end - start >= 4 && addressFamily(into, view.getUint32(start), start + 4);
    case LINKTYPE_RAW:
    case DLT_RAW_BSD:
    case DLT_RAW_OPENBSD:
      return rawIp(into, start);
    case LINKTYPE_IPV4:
      return ip(into, 4, start);
    case LINKTYPE_IPV6:
      return ip(into, 6, start);
    case LINKTYPE_PPP:
    case LINKTYPE_PPP_HDLC:
      return ppp(into, start);
    case LINKTYPE_PPP_ETHER:
      return pppoe(into, start);
    default:
      return false;
  }
}

/** Ethernet at `start`, also inside a tunnel. */
export function locateEthernet(into: Datagram, start: number): boolean {
  return into.end - start >= 14 && locateEtherType(into, into.view.getUint16(start + 12), start + 14);
}

function ip(into: Datagram, version: 4 | 6, start: number): boolean {
  into.version = version;
  into.start = start;
  return start < into.end;
}

/** What follows an EtherType at `start`. Every round of tags moves forward, so the packet's end ends it. */
export function locateEtherType(into: Datagram, type: number, start: number): boolean {
  let at = start;
  for (let following = type; ; ) {
    switch (following) {
      case ETHERTYPE_IPV4:
        return ip(into, 4, at);
      case ETHERTYPE_IPV6:
        return ip(into, 6, at);
      case ETHERTYPE_VLAN:
      case ETHERTYPE_SERVICE_VLAN:
      case ETHERTYPE_OLD_QINQ: {
        if (into.end - at < 4) return false;
        const id = into.view.getUint16(at) & 0x0fff;
        if (into.vlan < 0) into.vlan = id;
        else if (into.innerVlan < 0) into.innerVlan = id;
        following = into.view.getUint16(at + 2);
        at += 4;
        break;
      }
      case ETHERTYPE_MPLS:
      case ETHERTYPE_MPLS_MULTICAST:
        return mpls(into, at);
      case ETHERTYPE_PPPOE_SESSION:
        return pppoe(into, at);
      default:
        return following <= LONGEST_802_3 && snap(into, at);
    }
  }
}

/** Linux cooked capture: the protocol is an EtherType, apart from some small numbers of Linux's own. */
function cooked(into: Datagram, protocol: number, start: number): boolean {
  return protocol > LONGEST_802_3
    ? locateEtherType(into, protocol, start)
    : protocol === ETH_P_802_2 && snap(into, start);
}

/** LLC with SNAP (RFC 1042): AA AA 03, an organisation, and for Ethernet's organisation (0) an EtherType. */
function snap(into: Datagram, start: number): boolean {
  const { view } = into;
  if (into.end - start < 8 || view.getUint32(start) !== 0xaaaa0300 || view.getUint16(start + 4) !== 0) return false;
  const type = view.getUint16(start + 6);
  return type > LONGEST_802_3 && locateEtherType(into, type, start + 8);
}

/**
 * BSD loopback: an address family of 32 bits, in the byte order of the machine that recorded it (NULL) or of the network
 * (LOOP). Families are below 256, so the order shows. IPv6 has another number on every BSD.
 */
function addressFamily(into: Datagram, family: number, start: number): boolean {
  switch (family > 0xffff ? (family >>> 24) | ((family >>> 8) & 0xff00) : family) {
    case 2:
      return ip(into, 4, start);
    case 10: // Linux
    case 24: // NetBSD, OpenBSD
    case 28: // FreeBSD
    case 30: // Darwin
      return ip(into, 6, start);
    default:
      return false;
  }
}

/** IP without a link: only its own version tells. Also behind MPLS, which announces nothing (RFC 3032 2.2). */
function rawIp(into: Datagram, start: number): boolean {
  if (start >= into.end) return false;
  const version = into.view.getUint8(start) >> 4;
  return (version === 4 || version === 6) && ip(into, version, start);
}

/** RFC 3032 2.1: labels of four octets up to the one that has the bottom-of-stack bit. */
function mpls(into: Datagram, start: number): boolean {
  for (let at = start; into.end - at >= 4; at += 4) {
    if ((into.view.getUint8(at + 2) & 0x01) !== 0) return rawIp(into, at + 4);
  }
  return false;
}

/** RFC 2516 4: version and type 1, code 0 for session data, session, length; then PPP without framing. */
function pppoe(into: Datagram, start: number): boolean {
  return into.end - start >= 6 && into.view.getUint16(start) === 0x1100 && ppp(into, start + 6);
}

/**
 * PPP (RFC 1661 2, RFC 1662 3.1): address and control FF 03 may be left out, the upper octet of the protocol too.
 * Cisco HDLC shares link type 50: 0F or 8F, 00 and an EtherType (RFC 1547 4.3.1).
 */
function ppp(into: Datagram, start: number): boolean {
  const { view, end } = into;
  let at = start;
  if (end - at < 2) return false;
  const framing = view.getUint16(at);
  if (framing === 0x0f00 || framing === 0x8f00) {
    return end - at >= 4 && locateEtherType(into, view.getUint16(at + 2), at + 4);
  }
  if (framing === 0xff03) at += 2;
  if (end - at < 2) return false;
  const short = (view.getUint8(at) & 0x01) !== 0;
  switch (short ? view.getUint8(at) : view.getUint16(at)) {
    case PPP_IPV4:
      return ip(into, 4, at + (short ? 1 : 2));
    case PPP_IPV6:
      return ip(into, 6, at + (short ? 1 : 2));
    case PPP_MPLS:
      return mpls(into, at + 2);
    default:
      return false;
  }
}
