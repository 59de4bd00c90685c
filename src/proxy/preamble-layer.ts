/**
 * A PROXY preamble in front of everything a client sends → its facts; what follows goes to the next layer as if it had
 * come first. Says nothing about whether the server wanted one.
 */
import { type Arrival, copyArrival } from '../stream/arrival.js';
import type { Ending, Gap, StreamConsumer } from '../stream/consumer.js';
import type { EventSink } from '../stream/event-sink.js';
import type { Side } from '../stream/side.js';
import { readPreamble } from './preamble.js';
import type { PreambleFacts } from './proxy-facts.js';

/** A binary preamble takes at most 16 + 65,535 bytes: its length field has two octets. */
const PREAMBLE_BYTES = 16 + 0xffff;
const NOTHING = new Uint8Array(0);

export class PreambleLayer implements StreamConsumer {
  private held: Uint8Array = NOTHING;
  private first: Arrival | undefined;
  private over = false;

  /** `read` is told of the preamble, `next` gets what follows it, and may stand in this layer's place after `over`. */
  constructor(
    private readonly sink: EventSink,
    private readonly next: StreamConsumer,
    private readonly on: { read(preamble: PreambleFacts): void; over(next: StreamConsumer): void },
  ) {}

  bytes(side: Side, chunk: Uint8Array, arrival: Arrival): void {
    if (side === 'server' || this.over) {
      this.next.bytes(side, chunk, arrival);
      return;
    }
    this.first ??= copyArrival(arrival);
    this.held = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    const found = readPreamble(this.held);
    if (found === 'undecided' && this.held.length <= PREAMBLE_BYTES) return;
    const length = typeof found === 'object' ? found.length : 0;
    if (typeof found === 'object') {
      const span = { first: this.first, last: copyArrival(arrival), offset: 0, length };
      this.on.read({ ...found.preamble, span });
      this.tell(found.preamble, arrival);
    }
    this.finish(this.held.subarray(length), arrival);
  }

  gap(side: Side, gap: Gap): void {
    if (side === 'client' && !this.over) this.finish(NOTHING, gap.arrival);
    this.next.gap(side, gap);
  }

  end(side: Side, ending: Ending): void {
    if (side === 'client' && !this.over) this.finish(NOTHING, ending.arrival);
    this.next.end(side, ending);
  }

  private finish(rest: Uint8Array, arrival: Arrival): void {
    this.over = true;
    this.held = NOTHING;
    this.on.over(this.next);
    if (rest.length > 0) this.next.bytes('client', rest, arrival);
  }

  private tell({ version, source, destination, command }: Omit<PreambleFacts, 'span'>, { packet, at }: Arrival): void {
    const detail = source === null ? command : `${source} to ${destination}`;
    this.sink.event('proxy', 'preamble', 'client', packet, at, { version, detail });
  }
}
