/** Builds IPv4 and IPv6 datagrams octet by octet, and runs them through the link and IP layers. */
import { fromHex } from '../../src/bytes/hex.js';
import { Packet } from '../../src/capture/packet.js';
import { Datagram } from '../../src/link/datagram.js';

/** Octets of spaced hex; throws where a test misspells them. */
export function hex(text: string): Uint8Array {
  const octets = fromHex(text);
  if (octets === undefined) throw new Error(`not hex: ${text}`);
  return octets;
}

export interface Ipv4Fields {
  protocol?: number;
  payload?: Uint8Array;
  /** The header's own idea; right when left out. */
  totalLength?: number;
  identification?: number;
  /** In octets. */
  fragmentOffset?: number;
  moreFragments?: boolean;
  dontFragment?: boolean;
  options?: Uint8Array;
  source?: string;
}

export function ipv4(fields: Ipv4Fields): Uint8Array {
  const { payload = new Uint8Array(0), options = new Uint8Array(0), fragmentOffset = 0 } = fields;
  const headerOctets = 20 + options.length;
  const octets = new Uint8Array(headerOctets + payload.length);
  const view = new DataView(octets.buffer);
  octets[0] = 0x40 + headerOctets / 4;
  view.setUint16(2, fields.totalLength ?? octets.length);
  view.setUint16(4, fields.identification ?? 0);
  view.setUint16(6, fragmentOffset / 8 + (fields.moreFragments ? 0x2000 : 0) + (fields.dontFragment ? 0x4000 : 0));
  octets[8] = 64;
  octets[9] = fields.protocol ?? 6;
  octets.set(hex(fields.source ?? '0a 00 00 05'), 12);
  octets.set(hex('cb 00 71 09'), 16);
  octets.set(options, 20);
  octets.set(payload, headerOctets);
  return octets;
}

/** `payload` includes extension headers; `nextHeader` says what it starts with. */
export function ipv6(nextHeader: number, payload: Uint8Array, payloadLength = payload.length): Uint8Array {
  const octets = new Uint8Array(40 + payload.length);
  octets[0] = 0x60;
  new DataView(octets.buffer).setUint16(4, payloadLength);
  octets[6] = nextHeader;
  octets[7] = 63;
  octets.set(hex('20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01'), 8);
  octets.set(hex('20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02'), 24);
  octets.set(payload, 40);
  return octets;
}

/** A packet whose octets stand in the middle of a block, between others that must not matter. */
export function packetOf(linkType: number, octets: Uint8Array, originalLength = octets.length): Packet {
  const block = new Uint8Array(octets.length + 200).fill(0x45);
  block.set(octets, 100);
  const packet = new Packet();
  packet.block = block;
  packet.view = new DataView(block.buffer);
  packet.start = 100;
  packet.end = 100 + octets.length;
  packet.originalLength = originalLength;
  packet.linkType = linkType;
  return packet;
}

/** A datagram that fills its block, as the link layer hands it over. */
export function frameOf(version: 4 | 6, octets: Uint8Array, wireLength = octets.length): Datagram {
  const frame = new Datagram();
  frame.block = octets;
  frame.view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  frame.end = octets.length;
  frame.wireEnd = wireLength;
  frame.version = version;
  return frame;
}
