/**
 * The header of one IP datagram, as a view that decodeIp refills for every packet. What every packet needs is a field;
 * the rest is read from the header when somebody asks. Addresses stay where they are in the block; address.ts turns them
 * into text.
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
  /** Offset of the IP header in `block`. */
  header = 0;
  /** What the payload is: an IANA protocol number, behind IPv6's extension headers. */
  protocol = 0;
  /** IPv4 addresses as signed 32-bit numbers, for tables; 0 for IPv6. */
  sourceV4 = 0;
  destinationV4 = 0;
  /** The payload that was captured: `block[payloadStart]` up to `block[payloadEnd - 1]`. */
  payloadStart = 0;
  payloadEnd = 0;
  /** Payload in bytes as the header tells; more than was captured where the snap length cut it. */
  originalPayloadLength = 0;
  /** A fragment: the payload is a part, and only the first part starts with the header of `protocol`. */
  fragment = false;
  /** Offset of IPv6's fragment header in `block`, -1 without one. */
  fragmentHeader = -1;

  /** Offsets in `block` of the addresses: 4 octets, or 16. */
  get source(): number {
    return this.header + (this.version === 4 ? 12 : 8);
  }

  get destination(): number {
    return this.header + (this.version === 4 ? 16 : 24);
  }

  /** Time to live, or hop limit. */
  get ttl(): number {
    return this.view.getUint8(this.header + (this.version === 4 ? 8 : 7));
  }

  /** IPv4's identification, or that of IPv6's fragment header; -1 for IPv6 without one. */
  get identification(): number {
    if (this.version === 4) return this.view.getUint16(this.header + 4);
    return this.fragmentHeader < 0 ? -1 : this.view.getUint32(this.fragmentHeader + 4);
  }

  /** Routers never fragment IPv6. */
  get dontFragment(): boolean {
    return this.version === 6 || (this.view.getUint8(this.header + 6) & 0x40) !== 0;
  }

  /** Of a fragment: its place in the payload of the whole, in bytes. */
  get fragmentOffset(): number {
    if (this.version === 4) return (this.view.getUint16(this.header + 6) & 0x1fff) * 8;
    return this.fragmentHeader < 0 ? 0 : this.view.getUint16(this.fragmentHeader + 2) & 0xfff8;
  }

  /** Of a fragment: others follow. */
  get moreFragments(): boolean {
    if (this.version === 4) return (this.view.getUint8(this.header + 6) & 0x20) !== 0;
    return this.fragmentHeader >= 0 && (this.view.getUint8(this.fragmentHeader + 3) & 0x01) !== 0;
  }
}
