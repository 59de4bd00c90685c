/** Feeds a TLS layer and writes down the events it reports, as lines like `client alert {"level":"fatal",…}`. */
import type { EventData, EventSink } from '../../src/stream/event-sink.js';
import type { Side } from '../../src/stream/side.js';
import { TlsLayer } from '../../src/tls/tls-layer.js';
import type { TcpConversation } from './tls-capture.js';

export interface SeenEvent {
  event: string;
  from: string;
  packet: number;
  at: number;
  data: EventData | undefined;
}

export class EventLog implements EventSink {
  readonly events: SeenEvent[] = [];
  readonly ordinaries: { side: Side; packet: number; bytes: number }[] = [];

  event(_layer: string, event: string, from: string, packet: number, at: number, data?: EventData): void {
    this.events.push({ event, from, packet, at, data });
  }

  ordinary(_layer: string, _event: string, side: Side, packet: number, _at: number, bytes: number): void {
    this.ordinaries.push({ side, packet, bytes });
  }

  /** `client client-hello`, in order. */
  get names(): string[] {
    return this.events.map(({ from, event }) => `${from} ${event}`);
  }
}

export const arrivalOf = (packet: number) => ({ packet, at: packet * 1e6, readyAt: packet * 1e6 });

/** The whole conversation through a TLS layer. */
export function replay(conversation: TcpConversation): { layer: TlsLayer; log: EventLog } {
  const log = new EventLog();
  const layer = new TlsLayer(log);
  const ended = new Set<string>();
  for (const { side, kind, bytes, packet } of conversation.deliveries) {
    const arrival = arrivalOf(packet);
    if (ended.has(side)) continue;
    if (kind === 'bytes') layer.bytes(side, bytes, arrival);
    else if (kind === 'gap') layer.gap(side, { length: bytes.length, cause: 'not-captured', arrival });
    else {
      ended.add(side);
      layer.end(side, { kind, arrival });
    }
  }
  return { layer, log };
}
