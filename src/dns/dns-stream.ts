/**
 * DNS over TCP (RFC 1035 4.2.2, RFC 7766 8): both directions become messages, each behind a length of two octets. Says
 * after the first octets of the client whether this is DNS at all: a port proves nothing.
 */
import { type Arrival, copyArrival } from '../stream/arrival.js';
import type { Ending, Gap, StreamConsumer } from '../stream/consumer.js';
import { type PerSide, perSide, type Side } from '../stream/side.js';
import { type DnsMessage, readDnsMessage } from './dns-message.js';

/** Length, id, flags and the counts up to that of the questions. */
const TELLING_OCTETS = 8;
/** A header and the root as a question. */
const SHORTEST_QUERY = 17;

/** Octets of one direction that are not a whole message yet: 65,537 at most, as the length has 16 bits. */
interface Waiting {
  octets: Uint8Array;
  /** Behind a gap nobody knows where a message begins. */
  isLost: boolean;
}

export class DnsStream implements StreamConsumer {
  /** Undefined until the first octets of the client have come: they wait in `first`. */
  private isDns: boolean | undefined;
  private first: { octets: Uint8Array; arrival: Arrival }[] = [];
  private readonly waiting: PerSide<Waiting> = perSide(() => ({ octets: new Uint8Array(0), isLost: false }));

  /** `otherwise` gets everything when this is no DNS. */
  constructor(
    private readonly onMessage: (message: DnsMessage, side: Side, arrival: Arrival) => void,
    private readonly otherwise: StreamConsumer,
  ) {}

  bytes(side: Side, chunk: Uint8Array, arrival: Arrival): void {
    if (this.isDns === undefined) this.decide(side, chunk, arrival);
    else if (this.isDns) this.read(side, chunk, arrival);
    else this.otherwise.bytes(side, chunk, arrival);
  }

  gap(side: Side, gap: Gap): void {
    if (this.isDns === undefined) this.giveUp();
    if (this.isDns) this.waiting[side] = { octets: new Uint8Array(0), isLost: true };
    else this.otherwise.gap(side, gap);
  }

  end(side: Side, ending: Ending): void {
    if (this.isDns === undefined) this.giveUp();
    if (!this.isDns) this.otherwise.end(side, ending);
  }

  private decide(side: Side, chunk: Uint8Array, arrival: Arrival): void {
    const { first } = this;
    if (side === 'server') {
      this.giveUp();
      this.otherwise.bytes(side, chunk, arrival);
      return;
    }
    first.push({ octets: chunk, arrival: copyArrival(arrival) });
    this.isDns = looksLikeDns(first.length === 1 ? chunk : Buffer.concat(first.map(({ octets }) => octets)));
    if (this.isDns === undefined) return;
    this.first = [];
    for (const { octets, arrival: at } of first) this.bytes(side, octets, at);
  }

  private giveUp(): void {
    this.isDns = false;
    for (const { octets, arrival } of this.first) this.otherwise.bytes('client', octets, arrival);
    this.first = [];
  }

  private read(side: Side, chunk: Uint8Array, arrival: Arrival): void {
    const waiting = this.waiting[side];
    if (waiting.isLost) return;
    const octets = waiting.octets.length === 0 ? chunk : Buffer.concat([waiting.octets, chunk]);
    let at = 0;
    while (octets.length - at >= 2) {
      const end = at + 2 + ((octets[at]! << 8) | octets[at + 1]!);
      if (end > octets.length) break;
      const message = readDnsMessage(octets.subarray(at + 2, end));
      if (message !== undefined) this.onMessage(message, side, copyArrival(arrival));
      at = end;
    }
    waiting.octets = octets.slice(at);
  }
}

/** Undefined while too few octets have come. RFC 1035 4.1.1: a standard query with one question. */
export function looksLikeDns(octets: Uint8Array): boolean | undefined {
  if (octets.length < TELLING_OCTETS) return undefined;
  const length = (octets[0]! << 8) | octets[1]!;
  const isStandardQuery = (octets[4]! & 0xfa) === 0 && (octets[5]! & 0x4f) === 0;
  return length >= SHORTEST_QUERY && isStandardQuery && octets[6] === 0 && octets[7] === 1;
}
