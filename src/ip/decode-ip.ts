/**
 * Datagrams become protocol and payload: IPv4 (RFC 791) and IPv6 (RFC 8200) with its extension headers. Answers false
 * for what is no header; a header whose payload is cut is fine, the lengths tell. Fragments come out as such, for
 * fragments.ts. Allocates nothing.
 */
import type { Datagram } from '../link/datagram.js';
import type { IpDatagram } from './ip-datagram.js';

const IPV4_HEADER_OCTETS = 20;
const IPV6_HEADER_OCTETS = 40;

const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
const DESTINATION_OPTIONS = 60;
const MOBILITY = 135;
const HOST_IDENTITY = 139;
const SHIM6 = 140;

export function decodeIp(frame: Datagram, into: IpDatagram): boolean {
  return frame.version === 4 ? decodeIpv4(frame, into) : decodeIpv6(frame, into);
}

/** RFC 791 3.1. */
function decodeIpv4(frame: Datagram, into: IpDatagram): boolean {
  const { view, start, end } = frame;
  if (end - start < IPV4_HEADER_OCTETS) return false;
  const first = view.getUint32(start);
  const headerOctets = (first >>> 22) & 0x3c;
  const totalLength = first & 0xffff;
  if (first >>> 28 !== 4 || headerOctets < IPV4_HEADER_OCTETS || start + headerOctets > end) return false;
  if (totalLength < headerOctets && totalLength !== 0) return false;
  // Segmentation offload hands packets to the capture before their length is known: 0 means all of it.
  const wireEnd = totalLength === 0 ? frame.wireEnd : start + totalLength;
  const payloadStart = start + headerOctets;
  if (into.view !== view) {
    into.block = frame.block;
    into.view = view;
  }
  into.version = 4;
  into.header = start;
  into.protocol = view.getUint8(start + 9);
  into.sourceV4 = view.getInt32(start + 12);
  into.destinationV4 = view.getInt32(start + 16);
  into.payloadStart = payloadStart;
  into.payloadEnd = Math.min(wireEnd, end);
  into.originalPayloadLength = wireEnd - payloadStart;
  into.fragment = (view.getUint16(start + 6) & 0x3fff) !== 0;
  into.fragmentHeader = -1;
  return true;
}

/** RFC 8200 3. A payload length of 0 is a jumbogram's (RFC 2675) or an offloaded packet's: all of it. */
function decodeIpv6(frame: Datagram, into: IpDatagram): boolean {
  const { view, start, end } = frame;
  if (end - start < IPV6_HEADER_OCTETS || view.getUint8(start) >> 4 !== 6) return false;
  const payloadLength = view.getUint16(start + 4);
  const payloadStart = start + IPV6_HEADER_OCTETS;
  const wireEnd = payloadLength === 0 ? frame.wireEnd : payloadStart + payloadLength;
  if (into.view !== view) {
    into.block = frame.block;
    into.view = view;
  }
  into.version = 6;
  into.header = start;
  into.protocol = view.getUint8(start + 6);
  into.sourceV4 = 0;
  into.destinationV4 = 0;
  into.payloadStart = payloadStart;
  into.payloadEnd = Math.min(wireEnd, end);
  into.originalPayloadLength = wireEnd - payloadStart;
  into.fragment = false;
  into.fragmentHeader = -1;
  return passExtensionHeaders(into);
}

/** RFC 8200 4: moves the payload behind the extension headers; false where one is cut. Each is 8 octets or more. */
function passExtensionHeaders(into: IpDatagram): boolean {
  for (;;) {
    switch (into.protocol) {
      case HOP_BY_HOP:
      case ROUTING:
      case DESTINATION_OPTIONS:
      case MOBILITY:
      case HOST_IDENTITY:
      case SHIM6:
        if (!passHeader(into, 8)) return false;
        break;
      case AUTHENTICATION: // RFC 4302 2.2: counted in 4 octets, minus 2
        if (!passHeader(into, 4)) return false;
        break;
      case FRAGMENT:
        if (!passFragmentHeader(into)) return false;
        // What stands behind a later fragment's header is the middle of something.
        if (into.fragmentOffset > 0) return true;
        break;
      default:
        return true;
    }
  }
}

function passHeader(into: IpDatagram, unit: 4 | 8): boolean {
  const at = into.payloadStart;
  if (into.payloadEnd - at < 8) return false;
  const length = into.view.getUint8(at + 1);
  return pass(into, unit === 8 ? (length + 1) * 8 : (length + 2) * 4);
}

/** RFC 8200 4.5. Offset 0 without others to follow is a whole datagram (RFC 6946). */
function passFragmentHeader(into: IpDatagram): boolean {
  const at = into.payloadStart;
  if (into.fragmentHeader >= 0 || into.payloadEnd - at < 8) return false;
  into.fragmentHeader = at;
  into.fragment = into.moreFragments || into.fragmentOffset > 0;
  return pass(into, 8);
}

function pass(into: IpDatagram, octets: number): boolean {
  const at = into.payloadStart;
  if (into.payloadEnd - at < octets) return false;
  into.protocol = into.view.getUint8(at);
  into.payloadStart = at + octets;
  into.originalPayloadLength -= octets;
  return true;
}
