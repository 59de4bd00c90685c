/**
 * Pairs requests with responses (RFC 9112 9.3.2: responses come in the order of the requests), keeps a bounded choice of
 * exchanges as facts, and tells the timeline of them.
 */
import type { Arrival } from '../stream/arrival.js';
import type { EventSink } from '../stream/event-sink.js';
import type { Side } from '../stream/side.js';
import { headerValue } from './header-fields.js';
import type { HttpExchange, HttpFacts, HttpRequest, HttpResponse } from './http-facts.js';
import { asksForSwitch, asksForWebSocket, switchedTo, switches } from './upgrade-request.js';

/** A retried login, a redirect and the polling before an upgrade fit in; a download manager does not fill memory. */
export const EXCHANGES_KEPT = 24;

/** Requests without a response yet. Pipelines are a few deep; where no response is captured they would pile up. */
const MAX_PENDING = 64;

/** Interim responses kept of one exchange: 102 may be repeated every 20 seconds. */
const INTERIM_KEPT = 8;

/** Exchanges without an upgrade that stand alone in the timeline; later ones are ordinary and fold into runs. */
const PLAIN_EXCHANGES_TOLD = 4;

/** Exchanges that were answered with an error stand alone a little longer. */
const FAILED_EXCHANGES_TOLD = 16;

export class ExchangeLog {
  readonly facts: HttpFacts = {
    exchanges: [],
    exchangeCount: 0,
    upgrade: undefined,
    incompleteHead: undefined,
    notHttp: undefined,
    lost: { client: false, server: false },
    overLimit: { client: false, server: false },
    switched: undefined,
    switchAssumed: false,
  };
  /** Those kept that asked for an upgrade or a tunnel, or got one. */
  private readonly notable = new Set<HttpExchange>();
  /** Without their final response, oldest first. */
  private readonly pending: HttpExchange[] = [];
  private plainTold = 0;
  private failedTold = 0;
  /** The last exchange whose switching response came before its request. */
  private early: HttpExchange | undefined;

  constructor(private readonly sink: EventSink) {}

  /** `asksForSwitch` as upgrade-request.ts has it. */
  addRequest(request: HttpRequest, asksForSwitch: boolean): HttpExchange {
    const exchange: HttpExchange = { request, response: undefined, interim: [] };
    if (asksForSwitch) this.notable.add(exchange);
    if (asksForSwitch && asksForWebSocket(request)) this.facts.upgrade = exchange;
    this.pending.push(exchange);
    if (this.pending.length > MAX_PENDING) this.pending.shift();
    this.keep(exchange);
    this.tellRequest(exchange, request);
    return exchange;
  }

  /** Gives a request to the response that was captured before it. */
  addLateRequest(request: HttpRequest): boolean {
    const exchange = this.early;
    if (exchange === undefined || !asksForSwitch(request)) return false;
    this.early = undefined;
    exchange.request = request;
    this.tellRequest(exchange, request);
    return true;
  }

  /**
   * The exchange that the response belongs to; its `response` stays undefined while only interim ones came.
   * `afterLoss`: others were lost before it, so it answers the request that was sent last.
   */
  addResponse(response: HttpResponse, afterLoss: boolean): HttpExchange {
    if (afterLoss) this.pending.splice(0, this.pending.length - 1);
    const exchange = this.pending[0] ?? this.addUnasked();
    if (response.status < 200 && response.status !== 101) {
      if (exchange.interim.length < INTERIM_KEPT) exchange.interim.push(response);
    } else {
      exchange.response = response;
      if (response.status === 101) this.notable.add(exchange);
      this.pending.shift();
      if (exchange.request === undefined && switches(exchange)) {
        this.early = exchange;
        if (switchedTo(exchange) === 'websocket') this.facts.upgrade = exchange;
      }
    }
    this.tellResponse(exchange, response);
    return exchange;
  }

  forgetIncompleteHead(side: Side): void {
    if (this.facts.incompleteHead?.side === side) this.facts.incompleteHead = undefined;
  }

  /** No more bytes of that side will come: its preview becomes a copy, so that the head itself can be freed. */
  settleIncompleteHead(side: Side): void {
    const head = this.facts.incompleteHead;
    if (head?.side === side) this.facts.incompleteHead = { ...head, preview: head.preview.slice() };
  }

  /** A response to a request that is not in the capture. */
  private addUnasked(): HttpExchange {
    const exchange: HttpExchange = { request: undefined, response: undefined, interim: [] };
    this.pending.push(exchange);
    this.keep(exchange);
    return exchange;
  }

  private keep(exchange: HttpExchange): void {
    const { facts } = this;
    facts.exchangeCount++;
    facts.exchanges.push(exchange);
    if (facts.exchanges.length <= EXCHANGES_KEPT) return;
    // Plain exchanges go first; where all asked for an upgrade, the first one stays: how it began is worth knowing.
    const plain = facts.exchanges.findIndex((kept) => !this.notable.has(kept));
    for (const dropped of facts.exchanges.splice(plain >= 0 && plain < EXCHANGES_KEPT ? plain : 1, 1)) {
      this.notable.delete(dropped);
    }
  }

  private tellRequest(exchange: HttpExchange, request: HttpRequest): void {
    const { last, length } = request.span;
    if (request.method === 'CONNECT') {
      const { target } = request;
      this.sink.event('proxy', 'connect', 'client', last.packet, last.at, { target, protocol: 'HTTP CONNECT' });
      return;
    }
    const upgrade = this.notable.has(exchange);
    if (!upgrade && this.plainTold >= PLAIN_EXCHANGES_TOLD) {
      this.sink.ordinary('http', 'request', 'client', last.packet, last.at, length);
      return;
    }
    if (!upgrade) this.plainTold++;
    const { method, target, headers } = request;
    this.tell('request', 'client', last, { method, target, host: headerValue(headers, 'host') ?? '', upgrade });
  }

  private tellResponse(exchange: HttpExchange, response: HttpResponse): void {
    const { last, length } = response.span;
    const { status, reason, headers } = response;
    if (exchange.request?.method === 'CONNECT') {
      this.sink.event('proxy', 'reply', 'server', last.packet, last.at, { status, reason });
      return;
    }
    const failed = status >= 400 && this.failedTold < FAILED_EXCHANGES_TOLD;
    if (!this.notable.has(exchange) && !failed && this.facts.exchangeCount > PLAIN_EXCHANGES_TOLD) {
      this.sink.ordinary('http', 'response', 'server', last.packet, last.at, length);
      return;
    }
    if (failed) this.failedTold++;
    this.tell('response', 'server', last, { status, reason, server: headerValue(headers, 'server') ?? '' });
  }

  private tell(
    event: string,
    from: Side,
    { packet, at }: Arrival,
    data: Record<string, string | number | boolean>,
  ): void {
    this.sink.event('http', event, from, packet, at, data);
  }
}
