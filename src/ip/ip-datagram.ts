/**
 * The header of one IP datagram, as a view that decodeIp refills for every packet. Addresses stay where they are in the
 * block; address.ts turns them into text.
 */
const EMPTY = new Uint8Array(0);
const EMPTY_VIEW: DataView = new DataView(EMPTY.buffer);

export const PROTOCOL_ICMP = 1;
export const PROTOCOL_TCP = 6;
export const PROTOCOL_UDP = 17;
export const PROTOCOL_ICMPV6 = 58;

export class IpDatagram {
  block: Uint8Array = EMPTY;
  view: DataView = EMPTY_VIEW;
  /** 4 or 6. */
  version = 0;
  /** What the payload is: an IANA protocol number, behind IPv6's extension headers. */
  protocol = 0;
  /** Offsets in `block` of the addresses: 4 octets, or 16. */
  source = 0;
  destination = 0;
  /** IPv4 addresses as signed 32-bit numbers, for tables; 0 for IPv6. */
  sourceV4 = 0;
  destinationV4 = 0;
  /** Time to live, or hop limit. */
  ttl = 0;
  /** IPv4's identification, or that of IPv6's fragment header; -1 for IPv6 without one. */
  identification = -1;
  dontFragment = false;
  /** The payload that was captured: `block[payloadStart]` up to `block[payloadEnd - 1]`. */
  payloadStart = 0;
  payloadEnd = 0;
  /** Payload in bytes as the header tells; more than was captured where the snap length cut it. */
  originalPayloadLength = 0;
  /** A fragment: the payload is a part, and only the first part starts with the header of `protocol`. */
  fragment = false;
  /** Of a fragment: its place in the payload of the whole, in bytes, and whether others follow. */
  fragmentOffset = 0;
  moreFragments = false;
}
