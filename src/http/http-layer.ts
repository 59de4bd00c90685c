/**
 * HTTP/1 of one connection, both directions → exchanges, and the switch to another protocol (RFC 9112, RFC 9110 7.8).
 * After a 101 or a 2xx to CONNECT everything passes through to the consumer that `switchTo` names. What the client sends
 * after such a request waits until the response decides. Judging an opening handshake is for the WebSocket layer.
 */
import type { Arrival } from '../stream/arrival.js';
import type { Ending, Gap, StreamConsumer } from '../stream/consumer.js';
import type { EventSink } from '../stream/event-sink.js';
import type { PerSide, Side } from '../stream/side.js';
import { NO_BODY, requestFraming, responseFraming } from './body-framing.js';
import { ExchangeLog } from './exchange-log.js';
import { looksLikeFrames } from './frame-shape.js';
import type { HttpExchange, HttpFacts, HttpRequest, HttpResponse } from './http-facts.js';
import { looksLikeHttp } from './looks-like-http.js';
import { MessageDecoder, type MessageItem } from './message-decoder.js';
import { asksForSwitch, switchedTo, switches } from './upgrade-request.js';

export type SwitchTo = (exchange: HttpExchange) => StreamConsumer | undefined;

/**
 * After this long without any byte from the server, what the client goes on sending shows that it was answered: the
 * server's direction is not in the capture. 5 s; browsers and proxies wait longer, but they wait without sending.
 */
const ANSWER_PATIENCE = 5e9;

/** Enough for the shape of a few frames or a request line. */
const PEEKED_BYTES = 1024;

export class HttpLayer implements StreamConsumer {
  private readonly log: ExchangeLog;
  private readonly decoders: PerSide<MessageDecoder> = {
    client: new MessageDecoder('client'),
    server: new MessageDecoder('server'),
  };
  /** Where the bytes of a side go after the switch; one field each, since every later chunk asks for it. */
  private clientTo: StreamConsumer | undefined;
  private serverTo: StreamConsumer | undefined;
  /** Set between the switch and the end of the client's own request, where the capture shows them in that order. */
  private clientToAfterRequest: StreamConsumer | undefined;
  /** The exchange whose response decides what the client's next bytes are. */
  private awaiting: HttpExchange | undefined;
  /** The exchange of which the peers' bytes do not show how it was answered. */
  private undecidable: HttpExchange | undefined;
  /** The hole in which the response to `awaiting` may lie. */
  private answerGap: Gap | undefined;
  /** The server was lost since its last response: how many responses lie in the hole is not known. */
  private responsesLost = false;
  private readonly endings: PerSide<Ending | undefined> = { client: undefined, server: undefined };

  /** `switched` is told once both directions pass through: from then on this layer need not be asked. */
  constructor(
    sink: EventSink,
    private readonly switchTo: SwitchTo,
    private readonly switched?: (to: StreamConsumer) => void,
  ) {
    this.log = new ExchangeLog(sink);
  }

  get facts(): HttpFacts {
    return this.log.facts;
  }

  bytes(side: Side, chunk: Uint8Array, arrival: Arrival): void {
    const to = side === 'client' ? this.clientTo : this.serverTo;
    if (to !== undefined) {
      to.bytes(side, chunk, arrival);
      return;
    }
    const decoder = this.decoders[side];
    decoder.push(chunk, arrival);
    if (decoder.input.empty) return;
    if (this.clientToAfterRequest !== undefined && side === 'client') this.seekLateRequest(chunk);
    this.drain(side);
    if (this.awaiting !== undefined) this.decideWithoutResponse(arrival);
  }

  gap(side: Side, gap: Gap): void {
    const to = side === 'client' ? this.clientTo : this.serverTo;
    if (to !== undefined) {
      to.gap(side, gap);
      return;
    }
    this.decoders[side].gap(gap);
    this.drain(side);
    if (this.awaiting !== undefined) this.decideWithoutResponse(gap.arrival);
  }

  end(side: Side, ending: Ending): void {
    const to = side === 'client' ? this.clientTo : this.serverTo;
    if (to !== undefined) {
      to.end(side, ending);
      return;
    }
    this.endings[side] = { kind: ending.kind, arrival: { ...ending.arrival } };
    if (ending.kind === 'fin' || ending.kind === 'close-notify') this.decoders[side].close();
    this.drain(side);
    if (this.awaiting !== undefined) this.decideWithoutResponse(ending.arrival);
    if (side === 'client' && this.clientToAfterRequest !== undefined) this.passClient(this.clientToAfterRequest);
    this.log.settleIncompleteHead(side);
  }

  private drain(side: Side): void {
    const decoder = this.decoders[side];
    for (let item = decoder.next(); item !== undefined; item = decoder.next()) this.take(side, decoder, item);
    const to = side === 'client' ? this.clientTo : this.serverTo;
    if (to !== undefined) return;
    if (decoder.headTooLong || decoder.input.overflowed) this.facts.overLimit[side] = true;
    const incomplete = decoder.incompleteHead();
    if (incomplete !== undefined) this.facts.incompleteHead = { side, ...incomplete };
  }

  private take(side: Side, decoder: MessageDecoder, item: MessageItem): void {
    switch (item.kind) {
      case 'request':
        this.takeRequest(item.message);
        return;
      case 'response':
        this.takeResponse(item.message, item.gap);
        return;
      case 'body-end':
        if (side === 'client') this.takeRequestEnd();
        return;
      case 'lost':
        // Where there was no HTTP before, nothing of HTTP was lost.
        if (this.facts.notHttp?.side !== side) this.facts.lost[side] = true;
        if (side === 'server') this.loseResponse(decoder, item.gap);
        else this.loseRequest(item.gap);
        return;
      case 'not-http':
        this.log.forgetIncompleteHead(side);
        this.facts.notHttp ??= { side, arrival: item.arrival, preview: item.preview };
        if (side === 'server') this.responsesLost = true;
    }
  }

  private takeRequest(request: HttpRequest): void {
    this.log.forgetIncompleteHead('client');
    if (request.cut) this.facts.lost.client = true;
    if (this.clientToAfterRequest !== undefined && this.log.addLateRequest(request)) {
      this.decoders.client.expect(requestFraming(request));
      return;
    }
    const asks = asksForSwitch(request);
    const exchange = this.log.addRequest(request, asks);
    this.decoders.client.expect(request.method === 'CONNECT' ? NO_BODY : requestFraming(request));
    if (!asks) return;
    this.awaiting = exchange;
    if (request.cut) this.decoders.client.pause();
  }

  private takeRequestEnd(): void {
    if (this.clientToAfterRequest !== undefined) this.passClient(this.clientToAfterRequest);
    else if (this.awaiting !== undefined) this.decoders.client.pause();
  }

  private takeResponse(response: HttpResponse, gap: Gap | undefined): void {
    this.log.forgetIncompleteHead('server');
    if (response.cut) this.facts.lost.server = true;
    const exchange = this.log.addResponse(response, this.responsesLost);
    this.answerGap = undefined;
    this.responsesLost = false;
    if (exchange.response === undefined) {
      this.decoders.server.expect(NO_BODY);
    } else if (switches(exchange)) {
      this.decoders.server.expect(NO_BODY);
      this.switch(exchange, gap);
    } else {
      this.decoders.server.expect(responseFraming(response, exchange.request?.method));
      if (exchange === this.awaiting) this.goOn();
    }
  }

  /** The response was an answer and no switch: what the client sent meanwhile is HTTP. */
  private goOn(): void {
    this.awaiting = undefined;
    this.answerGap = undefined;
    this.decoders.client.resume();
    this.decoders.server.resume();
    this.drain('client');
  }

  private switch(exchange: HttpExchange, gap: Gap | undefined): void {
    const consumer = this.clientTo ?? this.switchTo(exchange) ?? IGNORE;
    this.facts.switched = switchedTo(exchange);
    this.facts.switchAssumed = exchange.response === undefined;
    this.awaiting = undefined;
    // The client's bytes were captured before the response, so they come first.
    if (this.clientTo === undefined) {
      if (this.clientIsDone(exchange)) this.passClient(consumer);
      else this.clientToAfterRequest = consumer;
    }
    this.passServer(consumer, gap);
  }

  private clientIsDone({ request }: HttpExchange): boolean {
    const { client } = this.decoders;
    // A capture can show the response before its request: then the client's next bytes tell.
    if (request === undefined && client.betweenMessages && client.input.empty && this.endings.client === undefined) {
      return false;
    }
    return client.paused || client.betweenMessages;
  }

  /** The client's first bytes after a switch without a request: the late request, or already the new protocol. */
  private seekLateRequest(chunk: Uint8Array): void {
    const { client } = this.decoders;
    const to = this.clientToAfterRequest;
    if (to !== undefined && client.betweenMessages && looksLikeHttp(chunk) !== 'request') this.passClient(to);
  }

  private passClient(to: StreamConsumer): void {
    this.clientTo = to;
    this.clientToAfterRequest = undefined;
    this.pass('client', to);
  }

  private passServer(to: StreamConsumer, gap: Gap | undefined): void {
    this.serverTo = to;
    if (gap !== undefined) to.gap('server', gap);
    this.pass('server', to);
  }

  private pass(side: Side, to: StreamConsumer): void {
    const decoder = this.decoders[side];
    if (decoder.input.overflowed) this.facts.overLimit[side] = true;
    decoder.handOver(
      (chunk, arrival) => to.bytes(side, chunk, arrival),
      (gap) => to.gap(side, gap),
    );
    const ending = this.endings[side];
    if (ending !== undefined) to.end(side, ending);
    if (this.clientTo !== undefined && this.clientTo === this.serverTo) this.switched?.(this.clientTo);
  }

  /** |== request ==|   |== hole: the response? ==| From here the server's bytes wait for what the client shows. */
  private loseResponse(server: MessageDecoder, gap: Gap): void {
    this.responsesLost = true;
    if (this.awaiting !== undefined) {
      this.answerGap = gap;
      server.pause();
    } else if (this.clientTo !== undefined) this.passServer(this.clientTo, gap);
  }

  private loseRequest(gap: Gap): void {
    const to = this.clientToAfterRequest;
    if (to === undefined) return;
    this.passClient(to);
    to.gap('client', gap);
  }

  /**
   * The response that decides may be missing from the capture. The peers then show by what they send which way it went:
   * frames of the right shape, or the next request or response.
   */
  private decideWithoutResponse(arrival: Arrival): void {
    const { client, server } = this.decoders;
    const { awaiting, answerGap } = this;
    if (awaiting === undefined || awaiting === this.undecidable || !client.paused) return;
    if (answerGap === undefined && !this.serverUnseen(arrival)) return;
    const answered = answerGap === undefined ? NOTHING : server.input.peek(PEEKED_BYTES);
    if (looksLikeHttp(answered) === 'response') {
      server.resume();
      this.drain('server');
      return;
    }
    const sent = client.input.peek(PEEKED_BYTES);
    const next = beginsAfter(awaiting, sent);
    if (next === 'switched' || looksLikeFrames(answered, false)) this.assumeSwitch(awaiting);
    else if (next === 'http') this.goOn();
    else if (sent.length >= PEEKED_BYTES && (answerGap === undefined || answered.length >= PEEKED_BYTES)) {
      this.undecidable = awaiting;
    }
  }

  /** Nothing of the server's direction is in the capture, as far as one can tell by now. */
  private serverUnseen(arrival: Arrival): boolean {
    const { client, server } = this.decoders;
    if (server.heard) return false;
    const asked = this.awaiting?.request?.span.last.at ?? arrival.at;
    return (
      client.input.overflowed || this.endings.server?.kind === 'capture-end' || arrival.at - asked > ANSWER_PATIENCE
    );
  }

  private assumeSwitch(exchange: HttpExchange): void {
    const gap = this.answerGap;
    if (gap !== undefined) {
      this.switch(exchange, gap);
      return;
    }
    // The server was silent so far: should its response come after all, it is still read as HTTP.
    const consumer = this.switchTo(exchange) ?? IGNORE;
    this.facts.switched = switchedTo(exchange);
    this.facts.switchAssumed = true;
    this.awaiting = undefined;
    this.passClient(consumer);
    const ending = this.endings.server;
    if (ending === undefined) return;
    this.serverTo = consumer;
    consumer.end('server', ending);
  }
}

/** What the client's bytes after an unanswered request say about the answer. */
function beginsAfter({ request }: HttpExchange, sent: Uint8Array): 'switched' | 'http' | undefined {
  const http = looksLikeHttp(sent) === 'request';
  if (request?.method !== 'CONNECT') return looksLikeFrames(sent, true) ? 'switched' : http ? 'http' : undefined;
  // Into a tunnel goes a ClientHello (RFC 8446 5.1) or a request to the target; another CONNECT is a second try.
  if (http) return isConnect(sent) ? 'http' : 'switched';
  return sent[0] === 0x16 && sent[1] === 0x03 ? 'switched' : undefined;
}

const isConnect = (bytes: Uint8Array): boolean => CONNECT.every((byte, i) => bytes[i] === byte);

const CONNECT = Buffer.from('CONNECT ');
const NOTHING = new Uint8Array(0);

/** Takes what nobody wants to read. */
const IGNORE: StreamConsumer = {
  bytes() {},
  gap() {},
  end() {},
};
