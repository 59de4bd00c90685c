/**
 * Screenplays of TCP conversations, written packet by packet and encoded here on their own: what a kernel would send
 * (sequence numbers, acknowledgments, identifications, timestamps), and what the capture then shows of it.
 */

export type Party = 'client' | 'server';

export interface WirePacket {
  /** Nanoseconds since the start of the screenplay. */
  at: number;
  bytes: Uint8Array;
  /** Length on the wire, where the capture holds less. */
  wireLength?: number;
  /** Of several files, counted from 0; the first unless said. */
  file?: number;
}

export interface ConversationOptions {
  client?: string;
  server?: string;
  clientPort?: number;
  serverPort?: number;
  /** Milliseconds between packets. */
  stepMs?: number;
  startMs?: number;
  timestamps?: boolean;
  /** Identification 0 in every packet, as some stacks do; IPv6 has none anyway. */
  noIds?: boolean;
  ipv6?: boolean;
  clientSequence?: number;
  serverSequence?: number;
  clientTtl?: number;
  serverTtl?: number;
}

interface PartyState {
  address: number[];
  port: number;
  next: number;
  id: number;
  ttl: number;
  window: number;
  /** What the other side has sent, as far as this side knows. */
  received: number;
  last: SentSegment | undefined;
}

interface SentSegment {
  flags: number;
  sequence: number;
  payload: Uint8Array;
}

export const FLAG = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const;

export class Conversation {
  readonly packets: WirePacket[] = [];
  private now: number;
  private sender: Party = 'client';
  private readonly parties: Record<Party, PartyState>;

  constructor(private readonly options: ConversationOptions = {}) {
    const { ipv6 = false } = options;
    const address = (text: string | undefined, last: number) =>
      text === undefined ? (ipv6 ? v6(last) : [10, 0, 0, last]) : text.split('.').map(Number);
    this.now = (options.startMs ?? 0) * 1e6;
    this.parties = {
      client: {
        address: address(options.client, 1),
        port: options.clientPort ?? 40000,
        next: options.clientSequence ?? 1000,
        id: 100,
        ttl: options.clientTtl ?? 64,
        window: 512,
        received: 0,
        last: undefined,
      },
      server: {
        address: address(options.server, 2),
        port: options.serverPort ?? 8080,
        next: options.serverSequence ?? 900000,
        id: 5000,
        ttl: options.serverTtl ?? 64,
        window: 512,
        received: 0,
        last: undefined,
      },
    };
  }

  /** Time passes. */
  after(ms: number): this {
    this.now += ms * 1e6;
    return this;
  }

  handshake(): this {
    return this.syn().synAck().ack('client');
  }

  syn(): this {
    return this.send('client', FLAG.syn, new Uint8Array(0));
  }

  synAck(): this {
    return this.send('server', FLAG.syn | FLAG.ack, new Uint8Array(0));
  }

  client(...payloads: (Uint8Array | string)[]): this {
    for (const payload of payloads) this.send('client', FLAG.psh | FLAG.ack, octets(payload));
    return this;
  }

  server(...payloads: (Uint8Array | string)[]): this {
    for (const payload of payloads) this.send('server', FLAG.psh | FLAG.ack, octets(payload));
    return this;
  }

  ack(party: Party): this {
    return this.send(party, FLAG.ack, new Uint8Array(0));
  }

  fin(party: Party): this {
    return this.send(party, FLAG.fin | FLAG.ack, new Uint8Array(0));
  }

  rst(party: Party, ttl?: number): this {
    const state = this.parties[party];
    const own = state.ttl;
    if (ttl !== undefined) state.ttl = ttl;
    this.send(party, FLAG.rst | FLAG.ack, new Uint8Array(0));
    state.ttl = own;
    return this;
  }

  /** Both directions are ended in order. */
  bye(first: Party): this {
    const second = other(first);
    return this.fin(first).fin(second).ack(first);
  }

  window(party: Party, window: number): this {
    this.parties[party].window = window;
    return this;
  }

  /** A keep-alive probe: an empty segment one byte back. */
  keepAlive(party: Party): this {
    const state = this.parties[party];
    this.capture(party, FLAG.ack, (state.next - 1) >>> 0, new Uint8Array(0));
    return this;
  }

  /** The party sends its last segment again, as a new packet. */
  again(party: Party): this {
    const { last } = this.parties[party];
    if (last === undefined) throw new Error(`the ${party} has sent nothing yet`);
    this.capture(party, last.flags, last.sequence, last.payload);
    this.parties[other(party)].received = this.parties[party].next;
    return this;
  }

  /** The last packet stands in the capture a second time, a little later. */
  copy(laterMs = 0.01): this {
    const last = this.packets.at(-1)!;
    this.packets.push({ ...last, at: last.at + laterMs * 1e6 });
    return this;
  }

  /** The last packet was sent and arrived, but is not in the capture. */
  lose(): this {
    this.packets.pop();
    return this;
  }

  /** The last packet was captured on its way and never arrived: the other side does not know of it. */
  drop(): this {
    const state = this.parties[this.sender];
    if (state.last === undefined) throw new Error('nothing to drop');
    this.parties[other(this.sender)].received = state.last.sequence;
    return this;
  }

  /** The last two packets stand in the capture the other way round. */
  swapLast(): this {
    const { packets } = this;
    const [a, b] = [packets.at(-2)!, packets.at(-1)!];
    packets[packets.length - 2] = { ...b, at: a.at };
    packets[packets.length - 1] = { ...a, at: b.at };
    return this;
  }

  /** Only `captured` bytes of the last packet were kept. */
  snap(captured: number): this {
    const last = this.packets.at(-1)!;
    last.wireLength = last.bytes.length;
    last.bytes = last.bytes.subarray(0, captured);
    return this;
  }

  private send(party: Party, flags: number, payload: Uint8Array): this {
    const state = this.parties[party];
    const sequence = state.next;
    this.capture(party, flags, sequence, payload);
    state.last = { flags, sequence, payload };
    const taken = payload.length + ((flags & (FLAG.syn | FLAG.fin)) !== 0 ? 1 : 0);
    state.next = (state.next + taken) >>> 0;
    // Behind a packet that never arrived, the other side acknowledges no further.
    const peer = this.parties[other(party)];
    if (peer.received === sequence || (flags & FLAG.syn) !== 0) peer.received = state.next;
    return this;
  }

  private capture(party: Party, flags: number, sequence: number, payload: Uint8Array): void {
    this.sender = party;
    const from = this.parties[party];
    const to = this.parties[other(party)];
    const acknowledgment = (flags & FLAG.ack) === 0 ? 0 : from.received;
    this.now += (this.options.stepMs ?? 1) * 1e6;
    const withTimestamps = this.options.timestamps ?? true;
    const options = withTimestamps ? timestampsOption(Math.floor(this.now / 1e6)) : new Uint8Array(0);
    const tcp = new Uint8Array(20 + options.length + payload.length);
    const view = new DataView(tcp.buffer);
    view.setUint16(0, from.port);
    view.setUint16(2, to.port);
    view.setUint32(4, sequence);
    view.setUint32(8, acknowledgment);
    view.setUint8(12, ((20 + options.length) / 4) << 4);
    view.setUint8(13, flags);
    view.setUint16(14, from.window);
    tcp.set(options, 20);
    tcp.set(payload, 20 + options.length);
    const id = this.options.noIds ? 0 : from.id++ & 0xffff;
    const ip = this.options.ipv6 ? ipv6(from, to, tcp) : ipv4(from, to, tcp, id);
    const ethertype = this.options.ipv6 ? [0x86, 0xdd] : [0x08, 0x00];
    this.packets.push({ at: this.now, bytes: concat([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, ...ethertype], ip) });
  }
}

export const conversation = (options?: ConversationOptions): Conversation => new Conversation(options);

/** A classic pcap (nanoseconds, little endian, Ethernet) of these packets in the order of their times. */
export function pcapOf(...sources: (Conversation | WirePacket[])[]): Uint8Array {
  const packets = sources.flatMap((source) => (source instanceof Conversation ? source.packets : source));
  if (sources.length > 1) packets.sort((a, b) => a.at - b.at);
  const parts: Uint8Array[] = [];
  const header = new DataView(new ArrayBuffer(24));
  header.setUint32(0, 0xa1b23c4d, true);
  header.setUint16(4, 2, true);
  header.setUint16(6, 4, true);
  header.setUint32(16, 262144, true);
  header.setUint32(20, 1, true);
  parts.push(new Uint8Array(header.buffer));
  for (const { at, bytes, wireLength } of packets) {
    const record = new DataView(new ArrayBuffer(16));
    record.setUint32(0, 1_700_000_000 + Math.floor(at / 1e9), true);
    record.setUint32(4, at % 1e9, true);
    record.setUint32(8, bytes.length, true);
    record.setUint32(12, wireLength ?? bytes.length, true);
    parts.push(new Uint8Array(record.buffer), bytes);
  }
  return new Uint8Array(Buffer.concat(parts));
}

const other = (party: Party): Party => (party === 'client' ? 'server' : 'client');

const octets = (payload: Uint8Array | string): Uint8Array =>
  typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload;

export function concat(...parts: (Uint8Array | readonly number[])[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

const v6 = (last: number): number[] => [0xfd, 0, ...new Array<number>(13).fill(0), last];

function timestampsOption(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(12));
  view.setUint32(0, 0x0101080a);
  view.setUint32(4, value);
  return new Uint8Array(view.buffer);
}

function ipv4(from: PartyState, to: PartyState, payload: Uint8Array, id: number): Uint8Array {
  const header = new DataView(new ArrayBuffer(20));
  header.setUint8(0, 0x45);
  header.setUint16(2, 20 + payload.length);
  header.setUint16(4, id);
  header.setUint16(6, 0x4000);
  header.setUint8(8, from.ttl);
  header.setUint8(9, 6);
  const bytes = new Uint8Array(header.buffer);
  bytes.set(from.address, 12);
  bytes.set(to.address, 16);
  return concat(bytes, payload);
}

function ipv6(from: PartyState, to: PartyState, payload: Uint8Array): Uint8Array {
  const header = new DataView(new ArrayBuffer(40));
  header.setUint8(0, 0x60);
  header.setUint16(4, payload.length);
  header.setUint8(6, 6);
  header.setUint8(7, from.ttl);
  const bytes = new Uint8Array(header.buffer);
  bytes.set(from.address, 8);
  bytes.set(to.address, 24);
  return concat(bytes, payload);
}
