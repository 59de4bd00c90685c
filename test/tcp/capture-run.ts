/** Runs a capture file through link, IP and TCP, and keeps what TCP said of every connection and of every packet. */
import { readFileSync } from 'node:fs';
import { CaptureSet } from '../../src/capture/capture-set.js';
import { memorySource } from '../../src/capture/capture-source.js';
import { Packet } from '../../src/capture/packet.js';
import { decodeIp } from '../../src/ip/decode-ip.js';
import { IpDatagram, PROTOCOL_TCP } from '../../src/ip/ip-datagram.js';
import { Datagram } from '../../src/link/datagram.js';
import { locateDatagram } from '../../src/link/locate-datagram.js';
import type { Side } from '../../src/stream/side.js';
import { Connection } from '../../src/tcp/connection.js';
import { ConnectionTable } from '../../src/tcp/connection-table.js';
import { Segment } from '../../src/tcp/segment.js';
import { Heard } from '../wire/tcp-run.js';

/** A TCP packet of the capture, as plain data. */
export interface SeenPacket {
  number: number;
  /** Nanoseconds since the first packet; `time` in seconds since 1970. */
  at: number;
  time: number;
  from: Side;
  ipId: number;
  sequence: number;
  acknowledgment: number;
  flags: number;
  payloadBytes: number;
  tsVal: number | undefined;
}

export interface CaptureRun {
  connections: Heard[];
  packets: SeenPacket[];
}

/** `serverPort` names the side of a packet; 0: the connection's own idea is good enough. */
export async function runCapture(path: string, serverPort = 0): Promise<CaptureRun> {
  const file = readFileSync(path);
  const set = new CaptureSet([memorySource(path, Uint8Array.from(file))]);
  const connections: Heard[] = [];
  const packets: SeenPacket[] = [];
  const owned = new Map<Connection, Heard>();
  const table = new ConnectionTable<null>({
    meet: () => null,
    open(_ends, _segment, lowSide, roles): Connection {
      const ears = new Heard();
      const connection = new Connection(lowSide, roles, ears);
      connection.consume(ears);
      connections.push(ears);
      owned.set(connection, ears);
      return connection;
    },
    forget(connection: Connection): void {
      owned.get(connection)!.facts = connection.facts();
      connection.release();
    },
  });
  const frame = new Datagram();
  const ip = new IpDatagram();
  const segment = new Segment();
  let last = new Packet();
  await set.run((packet) => {
    last = packet;
    if (!locateDatagram(packet, frame) || !decodeIp(frame, ip) || ip.protocol !== PROTOCOL_TCP) return;
    if (!segment.decode(ip, packet.ref, packet.at)) return;
    packets.push({
      number: packet.ref,
      at: packet.at,
      time: packet.at,
      from: segment.destinationPort === serverPort ? 'client' : 'server',
      ipId: segment.ipId,
      sequence: segment.sequence >>> 0,
      acknowledgment: segment.acknowledgment >>> 0,
      flags: segment.flags,
      payloadBytes: segment.payloadLength,
      tsVal: segment.hasTimestamps ? segment.tsVal : undefined,
    });
    table.segment(ip, segment);
  });
  table.finish(last.ref, last.at);
  const epoch = Number(set.epoch) / 1e9;
  for (const packet of packets) packet.time = epoch + packet.at / 1e9;
  return { connections, packets };
}
