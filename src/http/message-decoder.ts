/**
 * One direction of an HTTP/1 connection → heads, ends of bodies, and losses (RFC 9112). A head is answered with `expect`
 * before the next item is asked for, since the length of a response depends on its request. After a loss it seeks: bytes
 * are dropped until a chunk begins with a start line. Who answers whom is for http-layer.ts.
 */
import type { Arrival, Span } from '../stream/arrival.js';
import { copyArrival } from '../stream/arrival.js';
import type { Gap } from '../stream/consumer.js';
import type { Decoder } from '../stream/decoder.js';
import type { Side } from '../stream/side.js';
import type { BodyFraming } from './body-framing.js';
import { BodyRecorder } from './body-recorder.js';
import { ChunkedBody } from './chunked-body.js';
import { HeadCollector, MAX_HEAD_BYTES } from './head-collector.js';
import { HeldInput } from './held-input.js';
import type { HttpRequest, HttpResponse } from './http-facts.js';
import { looksLikeHttp } from './looks-like-http.js';
import { parseRequestHead, parseResponseHead } from './parse-head.js';

export type MessageItem =
  /** `gap` is the hole that cut the head; a cut head has no body that could be found, and needs no `expect`. */
  | { kind: 'request'; message: HttpRequest; gap: Gap | undefined }
  | { kind: 'response'; message: HttpResponse; gap: Gap | undefined }
  | { kind: 'body-end' }
  /** A hole where a head, or part of one, was or may have been. */
  | { kind: 'lost'; gap: Gap }
  | { kind: 'not-http'; arrival: Arrival; preview: Uint8Array };

/** Of bytes that are no HTTP, and of heads that do not end. */
export const PREVIEW_BYTES = 4096;

export class MessageDecoder implements Decoder<MessageItem> {
  /** Bytes pushed and not decoded: those of the present chunk, or all since `pause`. */
  readonly input = new HeldInput();
  /** Bytes were pushed at least once. */
  heard = false;
  /** A head passed MAX_HEAD_BYTES. */
  headTooLong = false;
  private readonly head: HeadCollector;
  private phase: 'head' | 'framing' | 'body' | 'seek' = 'head';
  private body: BodyRecorder | undefined;
  private chunked: ChunkedBody | undefined;
  /** Body bytes to come before there is something to decode: of a chunk, or of the body; Infinity until the close. */
  private remaining = 0;
  private offset = 0;
  private stopped = false;

  constructor(private readonly side: Side) {
    this.head = new HeadCollector(side);
  }

  push(chunk: Uint8Array, arrival: Arrival): void {
    this.heard = true;
    if (this.input.empty && !this.stopped && this.passes(chunk)) return;
    this.input.push(chunk, arrival, this.stopped);
  }

  gap(gap: Gap): void {
    this.input.pushGap(gap);
  }

  get paused(): boolean {
    return this.stopped;
  }

  /** From now on `next` has nothing; what is pushed is copied and held, within a bound. */
  pause(): void {
    this.stopped = true;
    this.input.detach();
  }

  resume(): void {
    this.stopped = false;
  }

  /** Neither inside a head nor inside a body of known end. */
  get betweenMessages(): boolean {
    return this.phase === 'seek' || (this.phase === 'head' && !this.head.begun);
  }

  /** A head that began and has not ended; a view. */
  incompleteHead(): { span: Span; preview: Uint8Array } | undefined {
    if (this.phase !== 'head' || !this.head.begun) return undefined;
    return { span: this.head.span(), preview: this.head.bytes.subarray(0, PREVIEW_BYTES) };
  }

  next(): MessageItem | undefined {
    while (!this.stopped) {
      if (this.phase === 'framing') throw new Error('a head is to be answered with expect() first');
      if (this.phase === 'body' && this.bodyEnded()) return this.endBody();
      const gap = this.input.takeGap();
      const item = gap === undefined ? this.decode() : this.decodeGap(gap);
      if (item !== undefined) return item;
      if (this.input.empty) return this.phase === 'body' && this.bodyEnded() ? this.endBody() : undefined;
    }
    return undefined;
  }

  /** How the body of the head that `next` gave last ends. */
  expect(framing: BodyFraming): void {
    if (this.phase !== 'framing') return;
    this.chunked = framing.kind === 'chunked' ? new ChunkedBody() : undefined;
    this.remaining =
      framing.kind === 'length' ? framing.length : framing.kind === 'close' ? Number.POSITIVE_INFINITY : 0;
    this.phase = framing.kind === 'unknown' ? 'seek' : 'body';
  }

  handOver(to: (chunk: Uint8Array, arrival: Arrival) => void, gapTo?: (gap: Gap) => void): void {
    this.input.handOver(to, gapTo);
    this.body = undefined;
    this.phase = 'seek';
  }

  /** The sender said that it has no more: completes a body that lasts until the close. */
  close(): void {
    if (this.phase === 'body' && this.remaining === Number.POSITIVE_INFINITY) this.remaining = 0;
  }

  /** The hot path: bytes that need not be looked at. True when they were counted and are done with. */
  private passes(chunk: Uint8Array): boolean {
    if (this.phase === 'body') {
      if (this.remaining <= chunk.length || this.body?.full !== true) return false;
      this.remaining -= chunk.length;
      this.body.skip(chunk.length);
    } else if (this.phase !== 'seek' || isCapital(chunk[0])) return false;
    this.offset += chunk.length;
    return true;
  }

  private bodyEnded(): boolean {
    return this.remaining === 0 && (this.chunked === undefined || this.chunked.done);
  }

  private endBody(): MessageItem {
    if (this.body !== undefined) this.body.complete = true;
    this.body = undefined;
    this.phase = 'head';
    return { kind: 'body-end' };
  }

  private decode(): MessageItem | undefined {
    if (this.phase === 'seek' && !this.found()) return undefined;
    const { chunk, position } = this.input;
    if (chunk === undefined) return undefined;
    return this.phase === 'head'
      ? this.decodeHead(chunk, position, this.input.arrival)
      : this.decodeBody(chunk, position);
  }

  /** A start line at the beginning of a chunk ends the seeking; anything else is dropped. */
  private found(): boolean {
    const { chunk, position } = this.input;
    if (chunk === undefined) return false;
    const wanted = this.side === 'client' ? 'request' : 'response';
    if (position === 0 && looksLikeHttp(chunk) === wanted) {
      this.phase = 'head';
      return true;
    }
    this.advance(chunk.length - position);
    return false;
  }

  private decodeHead(chunk: Uint8Array, position: number, arrival: Arrival): MessageItem | undefined {
    const { head } = this;
    const lineWasWhole = head.startLineWhole;
    const end = head.read(chunk, position, arrival, this.offset);
    this.advance(end - position);
    if (head.whole !== undefined) return this.finishHead(head.whole, undefined) ?? this.notHttp();
    if (!head.begun) return undefined;
    if (head.full) {
      this.headTooLong = true;
      return this.cutHead(undefined) ?? this.notHttp();
    }
    if (lineWasWhole) return undefined;
    return head.startLineWhole ? this.refuse(this.parse(head.cutText()) === undefined) : this.refuse(head.impossible);
  }

  private refuse(impossible: boolean): MessageItem | undefined {
    return impossible ? this.notHttp() : undefined;
  }

  private notHttp(): MessageItem {
    const { input, head } = this;
    const { first } = head.span();
    const text = head.whole;
    const begun = text === undefined ? head.bytes : Buffer.from(text, 'latin1');
    const rest = input.chunk?.subarray(input.position) ?? new Uint8Array(0);
    const preview = Uint8Array.from(Buffer.concat([begun, rest]).subarray(0, PREVIEW_BYTES));
    this.advance(rest.length);
    head.reset();
    this.phase = 'seek';
    return { kind: 'not-http', arrival: first, preview };
  }

  /** What is there of a head whose end will not be read; undefined without a start line that says enough. */
  private cutHead(gap: Gap | undefined): MessageItem | undefined {
    const { head } = this;
    const item = head.startLineWhole || head.statusWhole ? this.finishHead(head.cutText(), gap, true) : undefined;
    if (item === undefined) return undefined;
    this.phase = 'seek';
    return item;
  }

  private parse(text: string) {
    return this.side === 'client' ? parseRequestHead(text) : parseResponseHead(text);
  }

  private finishHead(text: string, gap: Gap | undefined, cut = false): MessageItem | undefined {
    const parsed = this.parse(text);
    if (parsed === undefined) return undefined;
    const { startLine, headers, problems } = parsed;
    if (cut && gap === undefined) problems.push(`head longer than ${MAX_HEAD_BYTES} bytes: its end was left out`);
    const body = new BodyRecorder(headers);
    const span = this.head.span();
    this.body = cut ? undefined : body;
    this.head.reset();
    this.phase = 'framing';
    const { httpVersion } = startLine;
    if ('method' in startLine) {
      const { method, target } = startLine;
      return { kind: 'request', message: { method, target, httpVersion, headers, problems, cut, span, body }, gap };
    }
    const { status, reason } = startLine;
    return { kind: 'response', message: { status, reason, httpVersion, headers, problems, cut, span, body }, gap };
  }

  private decodeBody(chunk: Uint8Array, position: number): MessageItem | undefined {
    if (this.remaining > 0) {
      const taken = Math.min(this.remaining, chunk.length - position);
      this.body?.add(chunk, position, position + taken);
      this.takeBody(taken);
      this.advance(taken);
      return undefined;
    }
    const end = this.chunked?.read(chunk, position) ?? -1;
    if (end < 0) return this.brokenBody(chunk, position);
    this.advance(end - position);
    this.remaining = this.chunked?.remaining ?? 0;
    return undefined;
  }

  private takeBody(length: number): void {
    this.remaining -= length;
    if (this.remaining === 0 && this.chunked !== undefined) {
      this.chunked.remaining = 0;
      this.chunked.dataTaken();
    }
  }

  /** Bytes between chunks that are no chunk size: where the next head begins is not known. */
  private brokenBody(chunk: Uint8Array, position: number): MessageItem {
    const preview = chunk.slice(position, position + PREVIEW_BYTES);
    const arrival = copyArrival(this.input.arrival);
    this.advance(chunk.length - position);
    this.body = undefined;
    this.phase = 'seek';
    return { kind: 'not-http', arrival, preview };
  }

  private decodeGap(gap: Gap): MessageItem | undefined {
    this.offset += gap.length;
    // Inside data of known length nothing but these bytes is lost: count and continue.
    if (this.phase === 'body' && this.remaining > 0 && gap.length <= this.remaining) {
      this.body?.addMissing(gap.length);
      this.takeBody(gap.length);
      return undefined;
    }
    const item = this.phase === 'head' && this.head.begun ? this.cutHead(gap) : undefined;
    this.body?.addMissing(Math.min(gap.length, this.remaining));
    this.body = undefined;
    this.head.reset();
    this.phase = 'seek';
    return item ?? { kind: 'lost', gap };
  }

  private advance(length: number): void {
    this.offset += length;
    this.input.advance(length);
  }
}

const isCapital = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x41 && byte <= 0x5a;
