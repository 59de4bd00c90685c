/** DNS messages, UDP and ICMP, encoded octet by octet without the code under test, and screenplays of lookups. */
import { concat, type WirePacket } from './conversation.js';

export const TYPE = { A: 1, CNAME: 5, AAAA: 28, OPT: 41, HTTPS: 65 } as const;

export interface MessageFields {
  id?: number;
  name: string;
  type?: number;
  response?: boolean;
  code?: number;
  recursionDesired?: boolean;
  truncated?: boolean;
  /** Of the asked name, unless a record says another owner. */
  answers?: { type: number; data: Uint8Array; owner?: string; ttl?: number }[];
  additional?: Uint8Array;
}

export const nameOctets = (name: string): Uint8Array => {
  const labels = name === '' ? [] : name.split('.');
  return concat(...labels.map((label) => concat([label.length], Buffer.from(label, 'latin1'))), [0]);
};

export const u16 = (...values: number[]): number[] => values.flatMap((value) => [(value >> 8) & 0xff, value & 0xff]);

export function dnsMessage(fields: MessageFields): Uint8Array {
  const { id = 7, name, type = TYPE.A, response = false, code = 0, answers = [], additional } = fields;
  const flags =
    (response ? 0x8080 : 0) | (fields.truncated ? 0x200 : 0) | (fields.recursionDesired === false ? 0 : 0x100) | code;
  const records = answers.map(({ type: kind, data, owner, ttl = 300 }) =>
    concat(owner === undefined ? u16(0xc00c) : nameOctets(owner), u16(kind, 1, 0, ttl, data.length), data),
  );
  return concat(
    u16(id, flags, 1, answers.length, 0, additional === undefined ? 0 : 1),
    nameOctets(name),
    u16(type, 1),
    ...records,
    additional ?? [],
  );
}

export const a = (address: string): { type: number; data: Uint8Array } => ({
  type: TYPE.A,
  data: Uint8Array.from(address.split('.').map(Number)),
});

/** fd00::last. */
export const aaaa = (last: number): { type: number; data: Uint8Array } => ({
  type: TYPE.AAAA,
  data: Uint8Array.from([0xfd, 0, ...new Array<number>(13).fill(0), last]),
});

export const cname = (target: string): { type: number; data: Uint8Array } => ({
  type: TYPE.CNAME,
  data: nameOctets(target),
});

export function udp(sourcePort: number, destinationPort: number, payload: Uint8Array): Uint8Array {
  return concat(u16(sourcePort, destinationPort, 8 + payload.length, 0), payload);
}

export function ipv4Packet(source: string, destination: string, protocol: number, payload: Uint8Array): Uint8Array {
  const numbers = (address: string) => address.split('.').map(Number);
  return concat(
    [0x45, 0],
    u16(20 + payload.length, 1, 0),
    [64, protocol, 0, 0],
    numbers(source),
    numbers(destination),
    payload,
  );
}

/** An ICMP error of a router that quotes the beginning of a datagram. */
export function icmpError(router: string, to: string, type: number, code: number, quoted: Uint8Array): Uint8Array {
  return ipv4Packet(router, to, 1, concat([type, code, 0, 0, 0, 0, 0, 0], quoted));
}

/** An IPv4 datagram on Ethernet. */
export const frame = (atMs: number, datagram: Uint8Array): WirePacket => ({
  at: atMs * 1e6,
  bytes: concat(new Array<number>(12).fill(2), [8, 0], datagram),
});

/** Packets between a client and its resolver, at the times that are said. */
export class DnsTalk {
  readonly packets: WirePacket[] = [];
  private id = 100;

  constructor(
    private readonly client = '10.0.0.1',
    private readonly resolver = '10.0.0.53',
    private readonly clientPort = 5353 + 1,
  ) {}

  /** A query; `sameId` repeats the last one as it was. */
  query(atMs: number, name: string, type: number = TYPE.A, sameId = false): this {
    if (!sameId) this.id++;
    return this.send(atMs, dnsMessage({ id: this.id, name, type }));
  }

  answer(atMs: number, name: string, type: number, fields: Partial<MessageFields> = {}): this {
    const octets = dnsMessage({ id: this.id, response: true, ...fields, name, type });
    const datagram = ipv4Packet(this.resolver, this.client, 17, udp(53, this.clientPort, octets));
    this.packets.push(frame(atMs, datagram));
    return this;
  }

  /** The last query comes back as an ICMP error; of its payload only `quotedOctets` are quoted. */
  refuse(atMs: number, type = 3, code = 3, quotedOctets = 1000): this {
    const last = this.packets.at(-1);
    if (last === undefined) throw new Error('no query to refuse');
    const quoted = last.bytes.subarray(14, 14 + 20 + quotedOctets);
    this.packets.push(frame(atMs, icmpError(this.resolver, this.client, type, code, quoted)));
    return this;
  }

  private send(atMs: number, octets: Uint8Array): this {
    this.packets.push(frame(atMs, ipv4Packet(this.client, this.resolver, 17, udp(this.clientPort, 53, octets))));
    return this;
  }
}
