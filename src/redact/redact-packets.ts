/**
 * The packets of a slice without what nobody else should see: addresses, names, credentials and contents become others of
 * the same length, checksums are made anew, and what is encrypted, compressed or not understood is cut off the packets.
 * Two rounds: first the streams of all connections are put together and redacted, then each packet is written anew from
 * its place in them, so that copies and overlapping segments stay the same.
 */
import { addToChecksum, foldChecksum } from '../bytes/checksum.js';
import { LINKTYPE_ETHERNET, LINKTYPE_LINUX_SLL, LINKTYPE_LINUX_SLL2 } from '../capture/link-type-names.js';
import { Packet } from '../capture/packet.js';
import { decodeIp } from '../ip/decode-ip.js';
import { IpDatagram, PROTOCOL_ICMP, PROTOCOL_ICMPV6, PROTOCOL_TCP, PROTOCOL_UDP } from '../ip/ip-datagram.js';
import { Datagram } from '../link/datagram.js';
import { locateDatagram } from '../link/locate-datagram.js';
import { ACK, Segment, SYN } from '../tcp/segment.js';
import { CUT, FlowOctets, KEEP, type StreamOctets } from './flow-octets.js';
import type { Pseudonyms } from './pseudonyms.js';
import { redactConnection } from './redact-connection.js';
import { redactDns } from './redact-dns.js';

export interface CapturedPacket {
  octets: Uint8Array;
  originalLength: number;
  linkType: number;
}

const DNS_PORTS: ReadonlySet<number> = new Set([53, 5353, 5355]);
const UDP_HEADER = 8;
/** Of a TCP header inside an ICMP error: ports and sequence number; RFC 792 promises no more. */
const QUOTED_TCP = 8;

interface Connection {
  flows: Map<string, FlowOctets>;
  streams: Map<string, StreamOctets>;
  /** The sender of the first SYN, or of the first packet. */
  client: string;
  server: string;
  isn: number | undefined;
}

/** Throws when a connection is larger than can be held. */
export const redactPackets = (packets: readonly CapturedPacket[], names: Pseudonyms): CapturedPacket[] => {
  const connections = new Map<string, Connection[]>();
  const all: Connection[] = [];
  const owners = packets.map((captured) => {
    const read = readPacket(captured);
    if (read === undefined || !read.hasSegment) return undefined;
    const { segment, ip } = read;
    const [from, to] = endsOf(ip, segment);
    const key = from < to ? `${from} ${to}` : `${to} ${from}`;
    const known = connections.get(key) ?? [];
    connections.set(key, known);
    let connection = known.at(-1);
    const opens = (segment.flags & SYN) !== 0 && (segment.flags & ACK) === 0;
    if (connection === undefined || (opens && connection.isn !== undefined && connection.isn !== segment.sequence)) {
      const isAnswer = (segment.flags & SYN) !== 0 && !opens;
      connection = {
        flows: new Map([from, to].map((end) => [end, new FlowOctets()])),
        streams: new Map(),
        client: isAnswer || (!opens && segment.sourcePort < segment.destinationPort) ? to : from,
        server: isAnswer || (!opens && segment.sourcePort < segment.destinationPort) ? from : to,
        isn: undefined,
      };
      known.push(connection);
      all.push(connection);
    }
    if (opens) connection.isn = segment.sequence;
    const first = segment.sequence + ((segment.flags & SYN) !== 0 ? 1 : 0);
    const payload = segment.block.subarray(segment.payloadStart, segment.payloadEnd);
    if (payload.length > 0 && !ip.fragment) connection.flows.get(from)!.add(first, payload);
    return connection;
  });
  for (const { flows, streams, client, server } of all) {
    for (const [end, flow] of flows) {
      if (!flow.fits) throw new RangeError('a connection is too long to be redacted');
      streams.set(end, flow.settle());
    }
    redactConnection(streams.get(client)!, streams.get(server)!, names);
  }
  return packets.map((captured, index) => rewrite(captured, owners[index], names));
};

interface ReadPacket {
  frame: Datagram;
  ip: IpDatagram;
  segment: Segment;
  hasSegment: boolean;
}

/** Of a copy of the octets, so that writing into it changes nobody's packet. Undefined where there is no IP. */
const readPacket = ({ octets, linkType, originalLength }: CapturedPacket): ReadPacket | undefined => {
  const packet = new Packet();
  packet.block = Uint8Array.from(octets);
  packet.view = new DataView(packet.block.buffer);
  packet.end = octets.length;
  packet.linkType = linkType;
  packet.originalLength = originalLength;
  const frame = new Datagram();
  const ip = new IpDatagram();
  if (!locateDatagram(packet, frame) || !decodeIp(frame, ip)) return undefined;
  const segment = new Segment();
  const isFirst = !ip.fragment || fragmentOffset(ip) === 0;
  return { frame, ip, segment, hasSegment: ip.protocol === PROTOCOL_TCP && isFirst && segment.decode(ip, 0, 0) };
};

const fragmentOffset = ({ version, view, header, fragmentHeader }: IpDatagram): number =>
  version === 4 ? view.getUint16(header + 6) & 0x1fff : view.getUint16(fragmentHeader + 2) >> 3;

const endsOf = ({ block, source, destination, version }: IpDatagram, segment: Segment): [string, string] => {
  const size = version === 4 ? 4 : 16;
  const text = (at: number, port: number) =>
    `${Buffer.from(block.buffer, block.byteOffset + at, size).toString('hex')} ${port}`;
  return [text(source, segment.sourcePort), text(destination, segment.destinationPort)];
};

const rewrite = (captured: CapturedPacket, connection: Connection | undefined, names: Pseudonyms): CapturedPacket => {
  const read = readPacket(captured);
  // Nothing that wscope reads: what it is cannot be told, so nothing of it stays.
  if (read === undefined) return { ...captured, octets: captured.octets.subarray(0, 0) };
  const { frame, ip } = read;
  const octets = ip.block;
  redactLink(octets, captured.linkType, names);
  const wasRight = checksumsOf(read);
  let end: number;
  if (read.hasSegment && connection !== undefined && !ip.fragment) end = rewriteSegment(read, connection);
  else if (ip.protocol === PROTOCOL_UDP && !ip.fragment) end = rewriteUdp(ip, names);
  else if (ip.protocol === PROTOCOL_ICMP || ip.protocol === PROTOCOL_ICMPV6) end = rewriteIcmp(ip, names);
  else end = read.hasSegment ? read.segment.optionsEnd : ip.payloadStart;
  redactAddresses(octets, ip.version, ip.header, names);
  if (frame.end > ip.payloadEnd && end === ip.payloadEnd) octets.fill(0, ip.payloadEnd);
  makeChecksums(read, wasRight);
  const isWhole = end === ip.payloadEnd;
  return { ...captured, octets: isWhole ? octets : octets.subarray(0, end) };
};

/** Answers where the captured packet ends now. */
const rewriteSegment = ({ ip, segment }: ReadPacket, { flows, streams }: Connection): number => {
  const { payloadStart, payloadEnd, block } = segment;
  const [from] = endsOf(ip, segment);
  const stream = streams.get(from)!;
  const start = flows.get(from)!.place(segment.sequence + ((segment.flags & SYN) !== 0 ? 1 : 0));
  const length = payloadEnd - payloadStart;
  let end = length;
  for (let at = 0; at < length; at++) {
    if (stream.marks[start + at] === CUT) {
      end = at;
      break;
    }
  }
  let kept = end;
  while (kept > 0 && stream.marks[start + kept - 1] !== KEEP) kept--;
  for (let at = 0; at < kept; at++)
    block[payloadStart + at] = stream.marks[start + at] === KEEP ? stream.octets[start + at]! : 0;
  // For the checksum: what is cut off counts as zero.
  block.fill(0, payloadStart + kept, payloadEnd);
  return kept === length ? ip.payloadEnd : payloadStart + kept;
};

const rewriteUdp = (ip: IpDatagram, names: Pseudonyms): number => {
  const { block, view, payloadStart: start, payloadEnd: end } = ip;
  if (end - start < UDP_HEADER) return start;
  const isDns = DNS_PORTS.has(view.getUint16(start)) || DNS_PORTS.has(view.getUint16(start + 2));
  const message = Buffer.from(block.buffer, block.byteOffset + start + UDP_HEADER, end - start - UDP_HEADER);
  return isDns && redactDns(message, names) ? end : start + UDP_HEADER;
};

/** An error quotes a packet: its addresses become others, its contents are cut off. */
const rewriteIcmp = (ip: IpDatagram, names: Pseudonyms): number => {
  const { block, payloadStart: start, payloadEnd: end, version } = ip;
  const inner = start + 8;
  const isQuoting = version === 4 ? [3, 4, 5, 11, 12].includes(block[start]!) : (block[start] ?? 128) < 128;
  if (!isQuoting) return Math.min(start + 4, end);
  const size = version === 4 ? ((block[inner] ?? 0) & 0x0f) * 4 : 40;
  if (inner + size > end) return Math.min(start + 8, end);
  redactAddresses(block, version, inner, names);
  // Enough of the header to know the segment again.
  const kept = inner + size + QUOTED_TCP;
  const rest = Math.min(kept, end);
  if (version === 4) {
    block[inner + 10] = 0;
    block[inner + 11] = 0;
    const sum = foldChecksum(addToChecksum(0, block, inner, inner + size));
    block[inner + 10] = sum >> 8;
    block[inner + 11] = sum & 0xff;
  }
  return rest;
};

const redactAddresses = (octets: Uint8Array, version: number, header: number, names: Pseudonyms): void => {
  const size = version === 4 ? 4 : 16;
  const first = header + (version === 4 ? 12 : 8);
  for (const at of [first, first + size]) {
    const address = octets.slice(at, at + size);
    octets.set(version === 4 ? names.v4(address) : names.v6(address), at);
  }
  // Options may list routers on the way (RFC 791 3.1): no operation instead.
  if (version === 4) octets.fill(1, header + 20, header + (octets[header]! & 0x0f) * 4);
};

/** Where the link types have hardware addresses. */
const redactLink = (octets: Uint8Array, linkType: number, names: Pseudonyms): void => {
  const replace = (at: number): void => {
    if (at + 6 <= octets.length) octets.set(names.mac(octets.slice(at, at + 6)), at);
  };
  if (linkType === LINKTYPE_ETHERNET) {
    replace(0);
    replace(6);
  } else if (linkType === LINKTYPE_LINUX_SLL && octets[5] === 6) replace(6);
  else if (linkType === LINKTYPE_LINUX_SLL2 && octets[11] === 6) replace(12);
};

interface Checksum {
  /** Offset in the octets. */
  at: number;
  right: boolean;
}

/** The transport's checksum field, and whether it holds: undefined where there is none to speak of. */
const checksumsOf = (read: ReadPacket): Checksum | undefined => {
  const { ip } = read;
  const offset = { [PROTOCOL_TCP]: 16, [PROTOCOL_UDP]: 6, [PROTOCOL_ICMP]: 2, [PROTOCOL_ICMPV6]: 2 }[ip.protocol];
  if (offset === undefined || ip.fragment || ip.payloadStart + offset + 2 > ip.payloadEnd) return undefined;
  const at = ip.payloadStart + offset;
  if (ip.protocol === PROTOCOL_UDP && ip.view.getUint16(at) === 0) return undefined;
  const isWhole = ip.payloadEnd - ip.payloadStart === ip.originalPayloadLength;
  return { at, right: !isWhole || sumOf(ip) === 0 };
};

/** A wrong checksum stays wrong. */
const makeChecksums = ({ ip }: ReadPacket, was: Checksum | undefined): void => {
  const { view, header, block, version } = ip;
  if (version === 4) {
    const end = header + (block[header]! & 0x0f) * 4;
    view.setUint16(header + 10, 0);
    view.setUint16(header + 10, foldChecksum(addToChecksum(0, block, header, end)));
  }
  if (was === undefined) return;
  view.setUint16(was.at, 0);
  const right = sumOf(ip);
  view.setUint16(was.at, was.right ? right : right ^ 0x0101);
};

const sumOf = (ip: IpDatagram): number => {
  const { block, payloadStart, payloadEnd, protocol, originalPayloadLength, version } = ip;
  let sum = addToChecksum(0, block, payloadStart, payloadEnd);
  if (protocol === PROTOCOL_ICMP) return foldChecksum(sum);
  sum = addToChecksum(sum, block, ip.source, ip.source + (version === 4 ? 8 : 32));
  return foldChecksum(sum + protocol + originalPayloadLength);
};
