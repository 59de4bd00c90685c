/**
 * SOCKS 4, 4a and 5 on the way to the target (RFC 1928, RFC 1929): both directions → what was asked and answered; behind
 * a granted request the bytes pass to the next layer. What a client sends too early waits for the answer, bounded.
 */
import { HeldInput } from '../http/held-input.js';
import { type Arrival, copyArrival, type Span } from '../stream/arrival.js';
import type { Ending, Gap, StreamConsumer } from '../stream/consumer.js';
import type { EventSink } from '../stream/event-sink.js';
import { type PerSide, perSide, SIDES, type Side } from '../stream/side.js';
import { TUNNEL_STEPS_KEPT, type TunnelFacts, type TunnelOutcome, type TunnelStep } from './proxy-facts.js';
import {
  CONNECT,
  NO_METHOD,
  type Read,
  readGreeting,
  readLogin,
  readLoginReply,
  readMethod,
  readSocks4,
  readSocks4Reply,
  readSocks5,
  SOCKS4_REPLIES,
  SOCKS5_REPLIES,
} from './socks-messages.js';

/** Longer than any message: a login of two texts of 255 bytes. */
const PEEKED_BYTES = 1024;

/** What comes next, and from whom. */
type State = 'start' | 'method' | 'login' | 'login-reply' | 'request' | 'reply' | 'reply4' | 'refused';
const SPEAKER: Readonly<Record<State, Side | undefined>> = {
  start: 'client',
  method: 'server',
  login: 'client',
  'login-reply': 'server',
  request: 'client',
  reply: 'server',
  reply4: 'server',
  refused: undefined,
};

export interface SocksEvents {
  /** The way to the target is open: the layer that follows; `midway` when bytes before it are missing. */
  open(midway: boolean): StreamConsumer;
  /** From here on `next` may be called in this layer's place. */
  over(next: StreamConsumer): void;
  /** It is no SOCKS after all. */
  foreign(): void;
}

export class SocksLayer implements StreamConsumer {
  readonly facts: TunnelFacts = {
    protocol: 'SOCKS5',
    target: null,
    user: null,
    steps: [],
    asked: undefined,
    reply: undefined,
    assumed: false,
    exchanges: [],
  };
  private state: State = 'start';
  private next: StreamConsumer | undefined;
  private isForeign = false;
  private readonly inputs: PerSide<HeldInput> = perSide(() => new HeldInput());
  private readonly offsets: PerSide<number> = { client: 0, server: 0 };
  private readonly endings: PerSide<Ending | undefined> = { client: undefined, server: undefined };
  private serverHeard = false;

  constructor(
    private readonly sink: EventSink,
    private readonly on: SocksEvents,
  ) {}

  bytes(side: Side, chunk: Uint8Array, arrival: Arrival): void {
    if (this.next !== undefined) {
      this.next.bytes(side, chunk, arrival);
      return;
    }
    if (this.isForeign || this.state === 'refused') return;
    if (side === 'server') this.serverHeard = true;
    this.inputs[side].push(chunk, arrival, true);
    this.advance();
  }

  gap(side: Side, gap: Gap): void {
    if (this.next !== undefined) this.next.gap(side, gap);
    else if (!this.isForeign && this.state !== 'refused') {
      this.inputs[side].pushGap(gap);
      this.advance();
    }
  }

  end(side: Side, ending: Ending): void {
    if (this.next !== undefined) {
      this.next.end(side, ending);
      return;
    }
    this.endings[side] = { kind: ending.kind, arrival: copyArrival(ending.arrival) };
    this.advance();
  }

  private advance(): void {
    while (this.next === undefined && !this.isForeign) {
      const speaker = SPEAKER[this.state];
      if (speaker === undefined) return;
      const input = this.inputs[speaker];
      if (!input.empty && input.chunk === undefined) {
        // |== greeting ==| hole |== … ==|: where the way was opened is not known.
        this.open(true);
        return;
      }
      if (input.empty) {
        if (speaker === 'client' || !this.mayAssume()) return;
        this.assume();
      } else if (!this.read(speaker, input)) return;
    }
  }

  /**
   * The server's direction was not captured: what the client goes on to say shows what it was told. Not before the end,
   * since a client may also be in a hurry.
   */
  private mayAssume(): boolean {
    const { client } = this.inputs;
    const waitedEnough = this.endings.client !== undefined || this.endings.server !== undefined || client.overflowed;
    return !this.serverHeard && !client.empty && waitedEnough && !this.isForeign;
  }

  private assume(): void {
    if (this.state !== 'method') {
      if (this.state === 'login-reply') this.state = 'request';
      else {
        this.facts.assumed = true;
        this.open(false);
      }
      return;
    }
    this.state = this.inputs.client.peek(1)[0] === 0x01 ? 'login' : 'request';
  }

  /** False while more bytes are needed. */
  private read(side: Side, input: HeldInput): boolean {
    const bytes = input.peek(PEEKED_BYTES);
    const message = this.step(bytes);
    if (message === 'more') return bytes.length >= PEEKED_BYTES ? this.giveUp() : false;
    return message === undefined ? this.giveUp() : this.take(side, message);
  }

  /** The message that the state asks for, as something to do once its bytes are taken. */
  private step(bytes: Uint8Array): Read<{ act(span: Span): void }> {
    switch (this.state) {
      case 'start':
        return bytes[0] === 0x04 ? this.request4(bytes) : doing(readGreeting(bytes), (_, span) => this.greet(span));
      case 'method':
        return doing(readMethod(bytes), ({ method }, span) => this.choose(method, span));
      case 'login':
        return doing(readLogin(bytes), ({ user }, span) => {
          this.facts.user = user;
          this.ask('login', span, 'login-reply');
        });
      case 'login-reply':
        return doing(readLoginReply(bytes), ({ status }, span) => this.judgeLogin(status, span));
      case 'request':
        return doing(readSocks5(bytes), ({ target, code }, span) => this.request5(target, code, span));
      case 'reply':
        return doing(readSocks5(bytes), ({ code }, span) => {
          const name = SOCKS5_REPLIES[code] ?? `unassigned (0x${code.toString(16)})`;
          this.reply(outcomeOf5(code), code, name, span);
        });
      case 'reply4':
        return doing(readSocks4Reply(bytes), ({ code }, span) => {
          this.reply(code === 0x5a ? 'granted' : 'refused', code, SOCKS4_REPLIES[code] ?? '', span);
        });
      case 'refused':
        return undefined;
    }
  }

  private request4(bytes: Uint8Array): Read<{ act(span: Span): void }> {
    return doing(readSocks4(bytes), ({ target, user, named }, span) => {
      this.facts.protocol = named ? 'SOCKS4a' : 'SOCKS4';
      this.facts.user = user === '' ? null : user;
      this.connect(target, span, 'reply4');
    });
  }

  private greet(span: Span): void {
    this.ask('greeting', span, 'method');
  }

  private choose(method: number, span: Span): void {
    this.note('method', span.last);
    if (method === NO_METHOD) this.answer('auth-required', method, 'no acceptable method', span);
    else if (method === 0x00) this.state = 'request';
    // GSSAPI (RFC 1961) and private methods may wrap everything that follows.
    else if (method === 0x02) this.state = 'login';
    else this.giveUp();
  }

  private judgeLogin(status: number, span: Span): void {
    this.note('login-reply', span.last);
    if (status === 0) this.state = 'request';
    else this.answer('auth-required', status, 'login refused', span);
  }

  private request5(target: string, command: number, span: Span): void {
    if (command === CONNECT) this.connect(target, span, 'reply');
    else this.giveUp();
  }

  private connect(target: string, span: Span, then: State): void {
    this.facts.target = target;
    this.ask('connect', span, then);
    const { protocol, user } = this.facts;
    const { packet, at } = span.last;
    this.sink.event('proxy', 'connect', 'client', packet, at, { target, protocol, ...(user === null ? {} : { user }) });
  }

  private ask(step: TunnelStep['step'], span: Span, then: State): void {
    this.note(step, span.last);
    this.facts.asked = span;
    this.state = then;
  }

  private reply(outcome: TunnelOutcome, code: number, name: string, span: Span): void {
    this.note('reply', span.last);
    this.answer(outcome, code, name, span);
    if (outcome === 'granted') this.open(false);
  }

  private answer(outcome: TunnelOutcome, code: number, name: string, span: Span): void {
    this.facts.reply = { outcome, code, name, span };
    this.state = 'refused';
    this.sink.event('proxy', 'reply', 'server', span.last.packet, span.last.at, { status: code, reason: name });
  }

  private note(step: TunnelStep['step'], arrival: Arrival): void {
    if (this.facts.steps.length < TUNNEL_STEPS_KEPT) this.facts.steps.push({ step, arrival });
  }

  /** Takes the bytes of a message, then does what it says. */
  private take(side: Side, { length, act }: { length: number; act(span: Span): void }): true {
    const input = this.inputs[side];
    const first = copyArrival(input.arrival);
    let last = first;
    for (let left = length; left > 0; ) {
      last = copyArrival(input.arrival);
      const piece = Math.min(left, (input.chunk?.length ?? 0) - input.position);
      input.advance(piece);
      left -= piece;
    }
    const span = { first, last, offset: this.offsets[side], length };
    this.offsets[side] += length;
    act(span);
    return true;
  }

  private giveUp(): false {
    this.isForeign = true;
    for (const side of SIDES) this.inputs[side].handOver(() => {});
    this.on.foreign();
    return false;
  }

  private open(midway: boolean): void {
    const next = this.on.open(midway);
    this.next = next;
    this.on.over(next);
    for (const side of SIDES) {
      this.inputs[side].handOver(
        (chunk, arrival) => next.bytes(side, chunk, arrival),
        (gap) => next.gap(side, gap),
      );
    }
    for (const side of SIDES) {
      const ending = this.endings[side];
      if (ending !== undefined) next.end(side, ending);
    }
  }
}

/** What a message makes this layer do. */
function doing<Message extends { length: number }>(
  message: Message | 'more' | undefined,
  act: (message: Message, span: Span) => void,
): Read<{ act(span: Span): void }> {
  if (message === 'more' || message === undefined) return message;
  return { length: message.length, act: (span) => act(message, span) };
}

/** RFC 1928 6: who says no, the proxy or the way behind it. */
const outcomeOf5 = (code: number): TunnelOutcome => {
  if (code === 0x00) return 'granted';
  return code >= 0x03 && code <= 0x06 ? 'unreachable' : 'refused';
};
