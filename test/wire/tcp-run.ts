/** Runs a screenplay through link, IP and TCP, and keeps what TCP said: bytes, gaps, ends, events, facts. */
import { CAPTURE_STRIDE, Packet } from '../../src/capture/packet.js';
import { decodeIp } from '../../src/ip/decode-ip.js';
import { IpDatagram } from '../../src/ip/ip-datagram.js';
import { Datagram } from '../../src/link/datagram.js';
import { locateDatagram } from '../../src/link/locate-datagram.js';
import type { Arrival } from '../../src/stream/arrival.js';
import type { Ending, Gap, StreamConsumer } from '../../src/stream/consumer.js';
import type { EventData, EventSink } from '../../src/stream/event-sink.js';
import type { Side } from '../../src/stream/side.js';
import { Connection } from '../../src/tcp/connection.js';
import { ConnectionTable } from '../../src/tcp/connection-table.js';
import { Segment } from '../../src/tcp/segment.js';
import type { TcpSeries } from '../../src/tcp/series-recorder.js';
import type { TcpFacts } from '../../src/tcp/tcp-facts.js';
import type { Conversation } from './conversation.js';

export interface TcpEvent {
  event: string;
  from: string;
  packet: number;
  data?: EventData;
}

/** One connection as its consumer saw it. */
export class Heard implements StreamConsumer, EventSink {
  /** Bytes as text, gaps as `[n]`. */
  readonly said: Record<Side, string> = { client: '', server: '' };
  readonly ends: Partial<Record<Side, string>> = {};
  readonly events: TcpEvent[] = [];
  readonly arrivals: Arrival[] = [];
  facts!: TcpFacts;
  series: TcpSeries | undefined;

  bytes(side: Side, chunk: Uint8Array, arrival: Arrival): void {
    this.said[side] += Buffer.from(chunk).toString('latin1');
    this.arrivals.push({ ...arrival });
  }

  gap(side: Side, gap: Gap): void {
    this.said[side] += `[${gap.length}]`;
  }

  end(side: Side, ending: Ending): void {
    this.ends[side] = ending.kind;
  }

  event(_layer: string, event: string, from: string, packet: number, _at: number, data?: EventData): void {
    this.events.push({ event, from, packet, ...(data === undefined ? {} : { data }) });
  }

  ordinary(_layer: string, event: string, from: string, packet: number): void {
    this.events.push({ event, from, packet });
  }

  /** Events as `event from packet`, in order. */
  get story(): string[] {
    return this.events.map(({ event, from, packet }) => `${event} ${from} ${packet}`);
  }
}

/** All connections of the screenplay, in the order they were opened. */
export function runTcp(talk: Conversation, Kind: typeof Connection = Connection): Heard[] {
  const heard: Heard[] = [];
  const byConnection = new Map<Connection, Heard>();
  const table = new ConnectionTable<null>({
    meet: () => null,
    open(_ends, _segment, lowSide, roles): Connection {
      const ears = new Heard();
      const connection = new Kind(lowSide, roles, ears);
      connection.consume(ears);
      heard.push(ears);
      byConnection.set(connection, ears);
      return connection;
    },
    forget(connection: Connection): void {
      const ears = byConnection.get(connection)!;
      ears.facts = connection.facts();
      ears.series = connection.series();
      connection.release();
    },
  });
  const packet = new Packet();
  const frame = new Datagram();
  const ip = new IpDatagram();
  const segment = new Segment();
  let number = 0;
  for (const { at, bytes, wireLength, file } of talk.packets) {
    packet.ref = ++number + (file ?? 0) * CAPTURE_STRIDE;
    packet.at = at;
    packet.block = bytes;
    packet.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    packet.start = 0;
    packet.end = bytes.length;
    packet.originalLength = wireLength ?? bytes.length;
    packet.linkType = 1;
    if (!locateDatagram(packet, frame) || !decodeIp(frame, ip) || !segment.decode(ip, packet.ref, at)) {
      throw new Error(`packet ${number} of the screenplay is no TCP`);
    }
    table.segment(ip, segment);
  }
  table.finish(number, packet.at);
  return heard;
}

/** The only connection of the screenplay. */
export function runOne(talk: Conversation, kind?: typeof Connection): Heard {
  const heard = runTcp(talk, kind);
  if (heard.length !== 1) throw new Error(`expected one connection, found ${heard.length}`);
  return heard[0]!;
}
