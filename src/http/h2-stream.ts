/**
 * One stream that asks for WebSocket (RFC 8441): its request, the response, and DATA of both sides, which go to the
 * layer that follows once the response accepts. What a client sends before that waits, bounded.
 */
import { type Arrival, copyArrival, type Span } from '../stream/arrival.js';
import type { Ending, Gap, StreamConsumer } from '../stream/consumer.js';
import type { EventSink } from '../stream/event-sink.js';
import { SIDES, type Side } from '../stream/side.js';
import { type Http2Error, type Http2Facts, type Http2StreamFacts, noStalls } from './h2-facts.js';
import { type RecordedResponse, requestOf, responseOf } from './h2-head.js';
import { headerValue } from './header-fields.js';
import { HeldInput } from './held-input.js';
import type { HeaderBlock } from './hpack-decoder.js';
import type { HttpExchange } from './http-facts.js';
import { opensWebSocket } from './upgrade-request.js';

/** Interim responses kept, as of HTTP/1. */
const INTERIM_KEPT = 8;

/** What the owner of a stream supplies. */
export interface StreamOwner {
  sink: EventSink;
  /** The stream is accepted: the layer that its DATA goes to. */
  accepted(exchange: HttpExchange): StreamConsumer;
  /** Nothing more will come. */
  over(): void;
}

export class Http2Stream {
  readonly facts: Http2StreamFacts;
  private owner: StreamOwner | undefined;
  private next: StreamConsumer | undefined;
  private response: RecordedResponse | undefined;
  private readonly held = new HeldInput();
  private isOver = false;

  constructor(id: number, connection: Http2Facts, arrival: Arrival) {
    const first = copyArrival(arrival);
    this.facts = {
      id,
      connection,
      first,
      last: first,
      packets: 1,
      exchange: { request: undefined, response: undefined, interim: [] },
      ends: { client: undefined, server: undefined },
      reset: undefined,
      firstData: { client: undefined, server: undefined },
      lastData: { client: undefined, server: undefined },
      stalls: { client: noStalls(), server: noStalls() },
    };
  }

  /** Begins with the request. */
  ask(block: HeaderBlock, span: Span, openFor: (facts: Http2StreamFacts) => StreamOwner): void {
    const request = requestOf(block, span);
    this.facts.exchange.request = request;
    this.touch(span.last);
    this.owner = openFor(this.facts);
    const host = headerValue(request.headers, ':authority') ?? '';
    this.tell('request', 'client', span.last, { method: request.method, target: request.target, host, upgrade: true });
  }

  /** Found in the middle of the connection: its DATA tells what it is. */
  join(next: StreamConsumer): void {
    this.next = next;
  }

  get over(): boolean {
    return this.isOver;
  }

  /** A head of the server: interim or final response, or trailers. */
  answer(block: HeaderBlock, span: Span): void {
    this.touch(span.last);
    const { exchange } = this.facts;
    if (exchange.response !== undefined || this.owner === undefined) return;
    const response = responseOf(block, span);
    if (response === undefined) return;
    const { status } = response;
    this.tell('response', 'server', span.last, {
      status,
      reason: '',
      server: headerValue(response.headers, 'server') ?? '',
    });
    if (status < 200) {
      if (exchange.interim.length < INTERIM_KEPT) exchange.interim.push(response);
      return;
    }
    exchange.response = response;
    this.response = response;
    if (opensWebSocket(response)) this.open();
    else this.drop();
  }

  data(side: Side, chunk: Uint8Array, arrival: Arrival): void {
    this.touch(arrival);
    this.note(side, arrival);
    if (this.next !== undefined) this.next.bytes(side, chunk, arrival);
    else if (side === 'server') this.response?.body.add(chunk, 0, chunk.length);
    else if (this.response === undefined) this.held.push(chunk, arrival, true);
  }

  gap(side: Side, gap: Gap): void {
    if (this.next !== undefined) this.next.gap(side, gap);
    else if (side === 'server') this.response?.body.addMissing(gap.length);
    else if (this.response === undefined) this.held.pushGap(gap);
  }

  /** END_STREAM. */
  finish(side: Side, arrival: Arrival): void {
    this.touch(arrival);
    if (this.facts.ends[side] !== undefined) return;
    this.facts.ends[side] = copyArrival(arrival);
    if (side === 'server' && this.response !== undefined && this.next === undefined) this.response.body.complete = true;
    this.next?.end(side, { kind: 'fin', arrival });
    if (this.facts.ends.client !== undefined && this.facts.ends.server !== undefined) this.close();
  }

  reset(error: Http2Error): void {
    this.touch(error.arrival);
    if (this.facts.reset !== undefined) return;
    this.facts.reset = error;
    this.tell('rst-stream', error.from, error.arrival, { error: error.name, errorCode: error.code });
    for (const side of SIDES) this.endSide(side, { kind: 'stream-reset', arrival: error.arrival });
    this.close();
  }

  /** The connection ended for that side. */
  end(side: Side, ending: Ending): void {
    if (this.isOver) return;
    // A response that was never captured: what the client sent is frames, or it would not have gone on.
    if (this.next === undefined && this.response === undefined && !this.held.empty && this.serverUnseen) this.open();
    this.endSide(side, ending);
  }

  private get serverUnseen(): boolean {
    const { connection, exchange } = this.facts;
    return exchange.response === undefined && connection.settings.server === undefined;
  }

  /** The last word, whoever had it. */
  close(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.drop();
    this.owner?.over();
  }

  private open(): void {
    const next = this.owner?.accepted(this.facts.exchange);
    if (next === undefined) return;
    this.next = next;
    this.held.handOver(
      (chunk, arrival) => next.bytes('client', chunk, arrival),
      (gap) => next.gap('client', gap),
    );
    for (const side of SIDES) {
      const arrival = this.facts.ends[side];
      if (arrival !== undefined) next.end(side, { kind: 'fin', arrival });
    }
  }

  private endSide(side: Side, ending: Ending): void {
    if (this.facts.ends[side] === undefined) this.next?.end(side, ending);
  }

  private drop(): void {
    this.held.handOver(() => {});
  }

  private touch(arrival: Arrival): void {
    const { facts } = this;
    if (facts.last.packet !== arrival.packet) facts.packets++;
    facts.last = copyArrival(arrival);
  }

  private note(side: Side, arrival: Arrival): void {
    const { firstData, lastData } = this.facts;
    firstData[side] ??= copyArrival(arrival);
    lastData[side] = copyArrival(arrival);
  }

  private tell(
    event: string,
    from: Side,
    { packet, at }: Arrival,
    data: Record<string, string | number | boolean>,
  ): void {
    this.owner?.sink.event('http', event, from, packet, at, data);
  }
}
