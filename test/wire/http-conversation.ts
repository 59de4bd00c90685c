/**
 * A conversation of two HTTP peers for tests: texts by side in, calls of a StreamConsumer out, one packet each; and a
 * consumer that writes down what it is given.
 */
import type { Arrival } from '../../src/stream/arrival.js';
import type { EndingKind, GapCause, StreamConsumer } from '../../src/stream/consumer.js';
import type { EventData, EventSink } from '../../src/stream/event-sink.js';
import type { PerSide, Side } from '../../src/stream/side.js';

/** One character a byte. */
export const latin1 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

/** Turns template lines into a head: every line ends in CRLF, an empty one at the end is added. */
export const head = (...lines: string[]): string => `${lines.join('\r\n')}\r\n\r\n`;

export interface ToldEvent {
  event: string;
  from: string;
  packet: number;
  data: EventData | undefined;
}

export class EventLog implements EventSink {
  readonly events: ToldEvent[] = [];
  ordinaries = 0;

  event(_layer: string, event: string, from: string, packet: number, _at: number, data?: EventData): void {
    this.events.push({ event, from, packet, data });
  }

  ordinary(): void {
    this.ordinaries++;
  }
}

/** Joins what each side gave it; gaps and ends stand between as `<gap 5>` and `<fin>`. */
export class Scribe implements StreamConsumer {
  readonly text: PerSide<string> = { client: '', server: '' };
  readonly calls: string[] = [];

  bytes(side: Side, chunk: Uint8Array, arrival: Arrival): void {
    const text = Buffer.from(chunk).toString('latin1');
    this.text[side] += text;
    this.calls.push(`${side} ${arrival.packet} ${text}`);
  }

  gap(side: Side, { length, arrival }: { length: number; arrival: Arrival }): void {
    this.text[side] += `<gap ${length}>`;
    this.calls.push(`${side} ${arrival.packet} <gap ${length}>`);
  }

  end(side: Side, { kind }: { kind: EndingKind }): void {
    this.text[side] += `<${kind}>`;
    this.calls.push(`${side} <${kind}>`);
  }
}

/** Sends packets numbered from 1, `MILLISECOND` apart; refills one Arrival, as the layers below do. */
export class Wire {
  /** Nanoseconds of the packet sent last. */
  at = 0;
  private readonly arrival: Arrival = { packet: 0, at: 0, readyAt: 0 };

  constructor(private readonly to: StreamConsumer) {}

  client(bytes: string | Uint8Array): this {
    return this.send('client', bytes);
  }

  server(bytes: string | Uint8Array): this {
    return this.send('server', bytes);
  }

  send(side: Side, bytes: string | Uint8Array): this {
    this.to.bytes(side, typeof bytes === 'string' ? latin1(bytes) : bytes, this.nextArrival());
    return this;
  }

  gap(side: Side, length: number, cause: GapCause = 'not-captured'): this {
    this.to.gap(side, { length, cause, arrival: this.nextArrival() });
    return this;
  }

  end(side: Side, kind: EndingKind = 'fin'): this {
    this.to.end(side, { kind, arrival: this.nextArrival() });
    return this;
  }

  wait(nanos: number): this {
    this.at += nanos;
    return this;
  }

  private nextArrival(): Arrival {
    this.at += MILLISECOND;
    this.arrival.packet++;
    this.arrival.at = this.at;
    this.arrival.readyAt = this.at;
    return this.arrival;
  }
}

export const MILLISECOND = 1e6;
