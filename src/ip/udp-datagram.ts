/** The header of one UDP datagram (RFC 768), as a view that is refilled; what it carries is for others. */
import type { IpDatagram } from './ip-datagram.js';

const HEADER_OCTETS = 8;

export class UdpDatagram {
  sourcePort = 0;
  destinationPort = 0;
  /** The payload that was captured: `block[payloadStart]` up to `block[payloadEnd - 1]` of the IP datagram's block. */
  payloadStart = 0;
  payloadEnd = 0;
  /** Where the payload ended on the wire: beyond `payloadEnd` where the snap length cut it. */
  wireEnd = 0;

  /** False when the header is cut off or lies about its length. */
  decode(ip: IpDatagram): boolean {
    const { view, payloadStart: start, payloadEnd: end } = ip;
    if (end - start < HEADER_OCTETS) return false;
    const length = view.getUint16(start + 4);
    // RFC 2675 4: 0 in a jumbogram; segmentation offload leaves it 0 too.
    if (length !== 0 && (length < HEADER_OCTETS || length > ip.originalPayloadLength)) return false;
    this.sourcePort = view.getUint16(start);
    this.destinationPort = view.getUint16(start + 2);
    this.payloadStart = start + HEADER_OCTETS;
    this.wireEnd = start + (length === 0 ? ip.originalPayloadLength : length);
    this.payloadEnd = Math.min(this.wireEnd, end);
    return true;
  }
}
