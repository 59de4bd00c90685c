/**
 * A small second reader of captures, independent of src/: pcap and pcapng to the TCP payload of each connection, in
 * order, for comparing src/tls with what other programs say about the same files. No IP fragments, no tunnels.
 */
import { readFileSync } from 'node:fs';
import { SocketAddress } from 'node:net';

export interface Delivery {
  side: 'client' | 'server';
  kind: 'bytes' | 'gap' | 'fin' | 'rst';
  bytes: Buffer;
  /** Counts from 1 over all packets of the file. */
  packet: number;
}

export interface TcpConversation {
  client: string;
  server: string;
  deliveries: Delivery[];
}

interface Segment {
  from: string;
  to: string;
  seq: number;
  flags: number;
  payload: Buffer;
  packet: number;
}

export function readConversations(file: string): TcpConversation[] {
  const conversations = new Map<string, Conversation>();
  for (const segment of readSegments(readFileSync(file))) {
    const key = [segment.from, segment.to].sort().join(' ');
    let conversation = conversations.get(key);
    const fresh = (segment.flags & 0x12) === 0x02 && conversation?.sawData === true;
    if (conversation === undefined || fresh) {
      conversation = new Conversation(segment);
      conversations.set(fresh ? `${key} ${segment.packet}` : key, conversation);
      if (fresh) conversations.set(key, conversation);
    }
    conversation.add(segment);
  }
  return [...new Set(conversations.values())].map((conversation) => conversation.finish());
}

class Conversation {
  sawData = false;
  private readonly client: string;
  private readonly server: string;
  private readonly deliveries: Delivery[] = [];
  private readonly next = new Map<string, number>();
  private readonly waiting = new Map<string, Segment[]>();

  constructor(first: Segment) {
    const fromClient = (first.flags & 0x12) !== 0x12;
    this.client = fromClient ? first.from : first.to;
    this.server = fromClient ? first.to : first.from;
  }

  add(segment: Segment): void {
    const { from, seq, flags, payload } = segment;
    if ((flags & 0x02) !== 0) {
      this.next.set(from, (seq + 1) >>> 0);
      return;
    }
    if (payload.length > 0) this.sawData = true;
    if ((flags & 0x04) !== 0 && payload.length === 0) {
      this.push(from, 'rst', Buffer.alloc(0), segment.packet);
      return;
    }
    if (!this.next.has(from)) this.next.set(from, seq);
    if (payload.length > 0 || (flags & 0x01) !== 0) {
      const waiting = this.waiting.get(from) ?? [];
      waiting.push(segment);
      this.waiting.set(from, waiting);
    }
    this.deliver(from, segment.packet);
  }

  finish(): TcpConversation {
    for (const [from, waiting] of this.waiting) {
      while (waiting.length > 0) {
        waiting.sort((a, b) => distance(this.next.get(from)!, a.seq) - distance(this.next.get(from)!, b.seq));
        const [first] = waiting;
        const hole = distance(this.next.get(from)!, first!.seq);
        if (hole > 0) {
          this.push(from, 'gap', Buffer.alloc(hole > 1e7 ? 0 : hole), first!.packet);
          this.next.set(from, first!.seq);
        }
        this.deliver(from, first!.packet);
      }
    }
    return { client: this.client, server: this.server, deliveries: this.deliveries };
  }

  private deliver(from: string, packet: number): void {
    const waiting = this.waiting.get(from) ?? [];
    for (;;) {
      const next = this.next.get(from)!;
      const index = waiting.findIndex((segment) => distance(next, segment.seq) <= 0);
      if (index < 0) return;
      const [segment] = waiting.splice(index, 1);
      const fresh = segment!.payload.subarray(Math.min(-distance(next, segment!.seq), segment!.payload.length));
      if (fresh.length > 0) this.push(from, 'bytes', fresh, segment!.packet);
      this.next.set(from, (next + fresh.length) >>> 0);
      if ((segment!.flags & 0x01) !== 0) {
        this.push(from, 'fin', Buffer.alloc(0), packet);
        this.next.set(from, (next + fresh.length + 1) >>> 0);
      }
    }
  }

  private push(from: string, kind: Delivery['kind'], bytes: Buffer, packet: number): void {
    this.deliveries.push({ side: from === this.client ? 'client' : 'server', kind, bytes, packet });
  }
}

const distance = (from: number, to: number): number => (to - from) | 0;

function* readSegments(file: Buffer): Generator<Segment> {
  let packet = 0;
  for (const { linkType, data } of readPackets(file)) {
    packet++;
    const ip = networkLayer(linkType, data);
    if (ip !== undefined) yield* readIp(ip, packet);
  }
}

function* readPackets(file: Buffer): Generator<{ linkType: number; data: Buffer }> {
  const magic = file.readUInt32LE(0);
  if (magic === 0x0a0d0d0a) {
    yield* readPcapng(file);
    return;
  }
  const little = magic === 0xa1b2c3d4 || magic === 0xa1b23c4d;
  const u32 = (at: number): number => (little ? file.readUInt32LE(at) : file.readUInt32BE(at));
  const linkType = u32(20) & 0xffff;
  for (let at = 24; at + 16 <= file.length; ) {
    const length = u32(at + 8);
    yield { linkType, data: file.subarray(at + 16, at + 16 + length) };
    at += 16 + length;
  }
}

function* readPcapng(file: Buffer): Generator<{ linkType: number; data: Buffer }> {
  let linkTypes: number[] = [];
  let little = true;
  const u32 = (at: number): number => (little ? file.readUInt32LE(at) : file.readUInt32BE(at));
  const u16 = (at: number): number => (little ? file.readUInt16LE(at) : file.readUInt16BE(at));
  for (let at = 0; at + 12 <= file.length; ) {
    if (file.readUInt32LE(at) === 0x0a0d0d0a) {
      little = file.readUInt32LE(at + 8) === 0x1a2b3c4d;
      linkTypes = [];
    }
    const [type, length] = [u32(at), u32(at + 4)];
    if (type === 1) linkTypes.push(u16(at + 8));
    if (type === 6)
      yield { linkType: linkTypes[u32(at + 8)] ?? 1, data: file.subarray(at + 28, at + 28 + u32(at + 20)) };
    if (type === 3) yield { linkType: linkTypes[0] ?? 1, data: file.subarray(at + 12, at + length - 4) };
    if (length < 12) return;
    at += length;
  }
}

function networkLayer(linkType: number, data: Buffer): Buffer | undefined {
  if (linkType === 101) return data;
  if (linkType === 0) return data.subarray(4);
  if (linkType === 113) return data.subarray(16);
  if (linkType === 276) return data.subarray(20);
  let at = 12;
  while (data.length > at + 4 && (data.readUInt16BE(at) === 0x8100 || data.readUInt16BE(at) === 0x88a8)) at += 4;
  if (data.length < at + 2) return undefined;
  const type = data.readUInt16BE(at);
  if (type === 0x0800 || type === 0x86dd) return data.subarray(at + 2);
  return type === 0x8864 ? data.subarray(at + 2 + 8) : undefined;
}

function* readIp(ip: Buffer, packet: number): Generator<Segment> {
  if (ip.length < 40) return;
  const six = ip[0]! >> 4 === 6;
  if ((six ? ip[6] : ip[9]) !== 6) return;
  const header = six ? 40 : (ip[0]! & 0xf) * 4;
  const end = six ? 40 + ip.readUInt16BE(4) : ip.readUInt16BE(2);
  const tcp = ip.subarray(header, end === 0 ? ip.length : end);
  if (tcp.length < 20) return;
  const address = (at: number): string =>
    six ? `[${ipv6(ip.subarray(at, at + 16))}]` : [...ip.subarray(at, at + 4)].join('.');
  yield {
    from: `${address(six ? 8 : 12)}:${tcp.readUInt16BE(0)}`,
    to: `${address(six ? 24 : 16)}:${tcp.readUInt16BE(2)}`,
    seq: tcp.readUInt32BE(4),
    flags: tcp[13]!,
    payload: tcp.subarray((tcp[12]! >> 4) * 4),
    packet,
  };
}

const ipv6 = (octets: Buffer): string =>
  new SocketAddress({ family: 'ipv6', address: octets.toString('hex').replace(/(....)(?!$)/g, '$1:') }).address;
