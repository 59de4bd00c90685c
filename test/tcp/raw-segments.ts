/**
 * Single TCP segments written field by field, for what screenplays of well-behaved kernels cannot say: SACK blocks, echoed
 * timestamps, any identification, any sequence number. The client is 10.0.0.1:40000, the server 10.0.0.2:8080; sequence
 * numbers are relative to 1000 (client) and 9000 (server), as tshark shows them.
 */
import type { Conversation, Party, WirePacket } from '../wire/conversation.js';
import { type Heard, runTcp } from '../wire/tcp-run.js';

export interface Fields {
  /** Milliseconds since the start. */
  ms: number;
  from: Party;
  /** Letters as in SAFR; A unless said. */
  flags?: string;
  seq?: number;
  ack?: number;
  /** Payload bytes: the letter x so many times. */
  size?: number;
  /** IPv4 identification; 0 says none. */
  id?: number;
  ttl?: number;
  window?: number;
  /** TSval and TSecr. */
  ts?: [number, number];
  sack?: [number, number][];
  /** Options of a SYN: SACK permitted, window scale. */
  permit?: boolean;
  scale?: number;
}

const BASE: Record<Party, number> = { client: 1000, server: 9000 };
const BITS: Record<string, number> = { F: 1, S: 2, R: 4, P: 8, A: 16 };

export function raw(fields: Fields): WirePacket {
  const { ms, from, flags = 'A', seq = 0, ack = 0, size = 0, id = 0, ttl = 64, window = 500 } = fields;
  const to: Party = from === 'client' ? 'server' : 'client';
  const options = optionsOf(fields, BASE[to]);
  const bytes = new Uint8Array(14 + 20 + 20 + options.length + size).fill(0x78);
  bytes.fill(0, 0, 54);
  const view = new DataView(bytes.buffer);
  view.setUint16(12, 0x0800);
  view.setUint8(14, 0x45);
  view.setUint16(16, bytes.length - 14);
  view.setUint16(18, id);
  view.setUint8(22, ttl);
  view.setUint8(23, 6);
  view.setUint32(26, from === 'client' ? 0x0a000001 : 0x0a000002);
  view.setUint32(30, from === 'client' ? 0x0a000002 : 0x0a000001);
  view.setUint16(34, from === 'client' ? 40000 : 8080);
  view.setUint16(36, from === 'client' ? 8080 : 40000);
  view.setUint32(38, (BASE[from] + seq) >>> 0);
  view.setUint32(42, flags.includes('A') ? (BASE[to] + ack) >>> 0 : 0);
  view.setUint8(46, ((20 + options.length) / 4) << 4);
  view.setUint8(
    47,
    [...flags].reduce((bits, letter) => bits | BITS[letter]!, 0),
  );
  view.setUint16(48, window);
  bytes.set(options, 54);
  return { at: ms * 1e6, bytes };
}

function optionsOf({ ts, sack, permit, scale }: Fields, peerBase: number): number[] {
  const word = (value: number) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
  const options: number[] = [];
  if (ts !== undefined) options.push(1, 1, 8, 10, ...word(ts[0]), ...word(ts[1]));
  if (permit === true) options.push(1, 1, 4, 2);
  if (scale !== undefined) options.push(1, 3, 3, scale);
  if (sack !== undefined) {
    options.push(1, 1, 5, 2 + sack.length * 8);
    for (const [start, end] of sack) options.push(...word(peerBase + start), ...word(peerBase + end));
  }
  return options;
}

/** SYN, SYN-ACK and ACK with a round trip of 40 ms, seen at the client; SACK agreed, no timestamps, scale 7. */
export const opening = (overrides: Partial<Fields> = {}): WirePacket[] => [
  raw({ ms: 0, from: 'client', flags: 'S', id: 100, permit: true, scale: 7, ...overrides }),
  raw({ ms: 40, from: 'server', flags: 'SA', ack: 1, permit: true, scale: 7, ...overrides }),
  raw({ ms: 40.1, from: 'client', seq: 1, ack: 1, id: 101 }),
];

export const hearAll = (...packets: WirePacket[]): Heard[] => runTcp({ packets } as unknown as Conversation);

/** The only connection of these packets. */
export function hear(...packets: WirePacket[]): Heard {
  const [only, ...others] = hearAll(...packets);
  if (only === undefined || others.length > 0) throw new Error(`expected one connection, found ${others.length + 1}`);
  return only;
}
