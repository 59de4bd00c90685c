/**
 * One TCP segment (RFC 9293 3.1), as a view that is refilled for every packet. Options are read only as far as loss and
 * time need them: timestamps (RFC 7323 3), window scale, SACK blocks (RFC 2018, D-SACK RFC 2883).
 */
import type { Nanos, PacketRef } from '../capture/packet.js';
import type { IpDatagram } from '../ip/ip-datagram.js';

export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const PSH = 0x08;
export const ACK = 0x10;

/** NOP, NOP, Timestamps, length 10: how nearly every stack lays the option out (RFC 7323 appendix A). */
const TIMESTAMPS_ALIGNED = 0x0101080a;
const HEADER_BYTES = 20;

export class Segment {
  packet: PacketRef = 0;
  at: Nanos = 0;
  block: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(this.block.buffer);
  sourcePort = 0;
  destinationPort = 0;
  /** Signed 32-bit. */
  sequence = 0;
  acknowledgment = 0;
  flags = 0;
  /** As in the header, not scaled. */
  window = 0;
  /** Captured payload: `block[payloadStart]` up to `block[payloadEnd - 1]`. */
  payloadStart = 0;
  payloadEnd = 0;
  /** Payload bytes on the wire: more than captured where the snap length cut the packet. */
  payloadLength = 0;
  /** Tells VLANs and virtual networks apart; 0 outside of any. */
  domain = 0;
  /** IPv4 identification; -1 where the header has none. */
  ipId = -1;
  ttl = 0;
  hasTimestamps = false;
  tsVal = 0;
  tsEcr = 0;
  optionsStart = 0;
  optionsEnd = 0;

  /** False when the header is cut off or lies about its own length. */
  decode(ip: IpDatagram, packet: PacketRef, at: Nanos): boolean {
    const { view, payloadStart: start, payloadEnd: end } = ip;
    if (end - start < HEADER_BYTES) return false;
    const headerBytes = (view.getUint8(start + 12) >> 4) << 2;
    if (headerBytes < HEADER_BYTES || headerBytes > ip.originalPayloadLength) return false;
    this.packet = packet;
    this.at = at;
    this.block = ip.block;
    this.view = view;
    this.sourcePort = view.getUint16(start);
    this.destinationPort = view.getUint16(start + 2);
    this.sequence = view.getInt32(start + 4);
    this.acknowledgment = view.getInt32(start + 8);
    this.flags = view.getUint8(start + 13);
    this.window = view.getUint16(start + 14);
    this.payloadLength = ip.originalPayloadLength - headerBytes;
    this.payloadStart = Math.min(start + headerBytes, end);
    const capturedEnd = this.payloadStart + this.payloadLength;
    this.payloadEnd = Math.min(capturedEnd, end);
    this.ipId = ip.identification;
    this.ttl = ip.ttl;
    this.optionsStart = start + HEADER_BYTES;
    this.optionsEnd = this.payloadStart;
    if (
      headerBytes === 32 &&
      this.optionsEnd - this.optionsStart === 12 &&
      view.getInt32(start + 20) === TIMESTAMPS_ALIGNED
    ) {
      this.hasTimestamps = true;
      this.tsVal = view.getInt32(start + 24);
      this.tsEcr = view.getInt32(start + 28);
    } else {
      this.hasTimestamps = false;
      if (headerBytes > HEADER_BYTES) this.findTimestamps();
    }
    return true;
  }

  /** Window scale of a SYN (RFC 7323 2), -1 without the option. */
  windowScale(): number {
    const at = this.findOption(3, 3);
    return at < 0 ? -1 : Math.min(this.view.getUint8(at + 2), 14);
  }

  /** A SYN that permits SACK (RFC 2018 2). */
  permitsSack(): boolean {
    return this.findOption(4, 2) >= 0;
  }

  /** Offset of the first SACK block and how many there are; undefined without the option. */
  sackBlocks(): { offset: number; count: number } | undefined {
    const at = this.findOption(5, 10);
    if (at < 0) return undefined;
    return { offset: at + 2, count: (this.view.getUint8(at + 1) - 2) >> 3 };
  }

  private findTimestamps(): void {
    const at = this.findOption(8, 10);
    if (at < 0) return;
    this.hasTimestamps = true;
    this.tsVal = this.view.getInt32(at + 2);
    this.tsEcr = this.view.getInt32(at + 6);
  }

  /** Offset of the option of this kind that is at least `atLeast` bytes long and not cut off, or -1. */
  private findOption(kind: number, atLeast: number): number {
    const { view, optionsEnd } = this;
    let at = this.optionsStart;
    while (at < optionsEnd) {
      const found = view.getUint8(at);
      if (found === 0) return -1;
      if (found === 1) {
        at++;
        continue;
      }
      if (at + 1 >= optionsEnd) return -1;
      const length = view.getUint8(at + 1);
      if (length < 2 || at + length > optionsEnd) return -1;
      if (found === kind && length >= atLeast) return at;
      at += length;
    }
    return -1;
  }
}
