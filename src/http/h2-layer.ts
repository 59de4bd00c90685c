/**
 * HTTP/2 of one connection, both directions (RFC 9113, RFC 7541): every header block is decoded, since each changes the
 * table of the next; followed are only streams that ask for WebSocket (RFC 8441). The others cost a number.
 */
import { type Arrival, copyArrival, type Span } from '../stream/arrival.js';
import type { Ending, Gap, StreamConsumer } from '../stream/consumer.js';
import { type PerSide, SIDES, type Side } from '../stream/side.js';
import type { Http2Facts, Http2Settings, Http2StreamFacts } from './h2-facts.js';
import { type ControlFrame, errorName, FLAG, FRAME, readUint31, readUint32, SETTING } from './h2-frame.js';
import { H2FrameDecoder, type H2Item } from './h2-frame-decoder.js';
import { asksForWebSocketStream } from './h2-head.js';
import { Http2Stream, type StreamOwner } from './h2-stream.js';
import { FlowWindows } from './h2-windows.js';
import { type HeaderBlock, HpackDecoder } from './hpack-decoder.js';

/** One header block, HEADERS and its CONTINUATION frames: as much as of an HTTP/1 head. A flood of them ends here. */
export const MAX_BLOCK_BYTES = 256 * 1024;
/** WebSocket streams of one connection. Opening one takes a sender 20 bytes; browsers open a few hundred at most. */
export const STREAMS_FOLLOWED = 10_000;
/** Streams found in mid-connection whose DATA is tried for WebSocket. */
const STRANGERS_TRIED = 64;
/** Text of a GOAWAY's debug data. */
const DEBUG_KEPT = 200;
/** Answers that stand before their requests, in captures that lack a packet of the client or have two in the wrong order. */
const EARLY_KEPT = 32;

export interface Http2Options {
  /** The capture starts after the connection did. */
  midway: boolean;
  /** A stream asks for WebSocket. */
  open(stream: Http2StreamFacts): StreamOwner;
  /** DATA of a stream whose beginning is missing: the layer that finds out what it is. */
  stranger(stream: Http2StreamFacts): StreamConsumer;
  /** Something that all WebSocket streams of the connection should know. */
  tell(event: 'settings' | 'goaway', from: Side, arrival: Arrival, data: Record<string, string | number>): void;
}

/** A header block under way. */
interface OpenBlock {
  streamId: number;
  endStream: boolean;
  parts: Uint8Array[];
  bytes: number;
  first: Arrival;
  offset: number;
}

export class Http2Layer implements StreamConsumer {
  readonly facts: Http2Facts;
  private readonly decoders: PerSide<H2FrameDecoder>;
  private readonly hpack: PerSide<HpackDecoder>;
  private readonly blocks: PerSide<OpenBlock | undefined> = { client: undefined, server: undefined };
  private readonly streams = new Map<number, Http2Stream>();
  private readonly windows: FlowWindows;
  private highestStream = 0;
  /** The first request of a connection whose beginning is missing: lower streams are older. */
  private lowestStream = 0;
  /** Requests that could not be read whole, so that they may ask for WebSocket; at most STRANGERS_TRIED. */
  private readonly unreadable = new Set<number>();
  private strangers = 0;
  /** Heads of the server for streams that the client has not opened yet. */
  private readonly early = new Map<number, { block: HeaderBlock; span: Span }>();

  constructor(private readonly options: Http2Options) {
    const { midway } = options;
    this.decoders = { client: new H2FrameDecoder(!midway, midway), server: new H2FrameDecoder(false, midway) };
    this.hpack = { client: new HpackDecoder(!midway), server: new HpackDecoder(!midway) };
    this.windows = new FlowWindows(!midway);
    this.facts = {
      settings: { client: undefined, server: undefined },
      goaways: { client: undefined, server: undefined },
      streams: 0,
      webSocketStreams: 0,
      stalls: this.windows.connectionStalls,
      midway,
      lost: { client: false, server: false },
      cutHeads: { client: 0, server: 0 },
      overLimit: false,
    };
  }

  bytes(side: Side, chunk: Uint8Array, arrival: Arrival): void {
    this.decoders[side].push(chunk, arrival);
    this.drain(side);
  }

  gap(side: Side, gap: Gap): void {
    this.decoders[side].gap(gap);
    this.drain(side);
  }

  end(side: Side, ending: Ending): void {
    for (const stream of this.streams.values()) stream.end(side, ending);
  }

  private drain(side: Side): void {
    const decoder = this.decoders[side];
    for (let item = decoder.next(); item !== undefined; item = decoder.next()) this.take(side, item);
  }

  private take(side: Side, item: H2Item): void {
    switch (item.kind) {
      case 'frame':
        this.frame(side, item.frame);
        return;
      case 'data':
        this.streamOf(side, item.streamId, item.arrival)?.data(side, item.chunk, item.arrival);
        return;
      case 'data-gap':
        this.streams.get(item.streamId)?.gap(side, item.gap);
        return;
      case 'data-end':
        this.windows.data(side, item.streamId, item.length, item.arrival);
        if (item.endStream) this.finish(side, item.streamId, item.arrival);
        return;
      case 'skipped':
        if (HEAD_FRAMES.has(item.header.type)) this.loseHeads(side);
        if (item.header.length > MAX_BLOCK_BYTES) this.facts.overLimit = true;
        return;
      case 'lost':
        this.lose(side, item.gap);
    }
  }

  private frame(side: Side, frame: ControlFrame): void {
    const { type, streamId, payload } = frame;
    const arrival = frame.span.last;
    switch (type) {
      case FRAME.headers:
      case FRAME.pushPromise:
        this.beginBlock(side, frame);
        return;
      case FRAME.continuation:
        this.continueBlock(side, frame);
        return;
      case FRAME.settings:
        this.settings(side, frame);
        return;
      case FRAME.rstStream: {
        const code = readUint32(payload, 0);
        this.streams.get(streamId)?.reset({ from: side, code, name: errorName(code), arrival: copyArrival(arrival) });
        this.forget(streamId);
        return;
      }
      case FRAME.goaway:
        this.goaway(side, payload, arrival);
        return;
      case FRAME.windowUpdate:
        this.windows.update(side, streamId, readUint31(payload, 0), arrival);
    }
  }

  /** HEADERS, or PUSH_PROMISE: padding and what else stands before the block are taken off (RFC 9113 6.2, 6.6). */
  private beginBlock(side: Side, { type, flags, streamId, payload, span }: ControlFrame): void {
    const padded = (flags & FLAG.padded) !== 0;
    const isPush = type === FRAME.pushPromise;
    const priority = !isPush && (flags & FLAG.priority) !== 0;
    const start = (padded ? 1 : 0) + (priority ? 5 : 0) + (isPush ? 4 : 0);
    const end = payload.length - (padded ? (payload[0] ?? 0) : 0);
    this.blocks[side] = {
      // The request that a push promises is none of the client's.
      streamId: isPush ? 0 : streamId,
      endStream: !isPush && (flags & FLAG.endStream) !== 0,
      parts: [],
      bytes: 0,
      first: span.first,
      offset: span.offset,
    };
    this.addToBlock(side, payload.subarray(start, Math.max(start, end)), flags, span);
  }

  private continueBlock(side: Side, { flags, payload, span }: ControlFrame): void {
    if (this.blocks[side] !== undefined) this.addToBlock(side, payload, flags, span);
    else this.loseHeads(side);
  }

  private addToBlock(side: Side, part: Uint8Array, flags: number, span: Span): void {
    const block = this.blocks[side];
    if (block === undefined) return;
    block.bytes += part.length;
    if (block.bytes <= MAX_BLOCK_BYTES) {
      if (part.length > 0) block.parts.push(part);
    } else {
      this.facts.overLimit = true;
      this.loseHeads(side);
      return;
    }
    if ((flags & FLAG.endHeaders) === 0) return;
    this.blocks[side] = undefined;
    const length = span.offset + span.length - block.offset;
    this.head(side, block, { first: block.first, last: span.last, offset: block.offset, length });
  }

  private head(side: Side, { streamId, endStream, parts }: OpenBlock, span: Span): void {
    const [only] = parts;
    const block = this.hpack[side].decode(parts.length === 1 && only !== undefined ? only : Buffer.concat(parts));
    if (block.cut) this.facts.cutHeads[side]++;
    if (streamId === 0) return;
    if (side === 'client') {
      const isNew = streamId > this.highestStream;
      if (isNew) {
        this.highestStream = streamId;
        this.lowestStream ||= streamId;
        this.facts.streams++;
        if (block.cut && this.unreadable.size < STRANGERS_TRIED) this.unreadable.add(streamId);
      }
      if (isNew && asksForWebSocketStream(block)) this.ask(streamId, block, span);
    } else if (streamId <= this.highestStream) this.streams.get(streamId)?.answer(block, span);
    else if (this.early.size < EARLY_KEPT) this.early.set(streamId, { block, span });
    if (endStream) this.finish(side, streamId, span.last);
  }

  private ask(streamId: number, block: HeaderBlock, span: Span): void {
    const stream = this.follow(streamId, span.first);
    stream?.ask(block, span, (facts) => {
      this.facts.webSocketStreams++;
      return this.options.open(facts);
    });
    const answer = this.early.get(streamId);
    if (answer !== undefined) stream?.answer(answer.block, answer.span);
    this.early.delete(streamId);
  }

  private follow(streamId: number, arrival: Arrival): Http2Stream | undefined {
    if (this.facts.webSocketStreams + this.strangers >= STREAMS_FOLLOWED) {
      this.facts.overLimit = true;
      return undefined;
    }
    const stream = new Http2Stream(streamId, this.facts, arrival);
    this.streams.set(streamId, stream);
    this.windows.open(streamId, stream.facts.stalls);
    return stream;
  }

  /** A stream that is followed, or one whose beginning is missing and whose first DATA this is. */
  private streamOf(side: Side, streamId: number, arrival: Arrival): Http2Stream | undefined {
    const known = this.streams.get(streamId);
    if (known !== undefined || side === 'server' || this.strangers >= STRANGERS_TRIED) return known;
    const { midway, lost } = this.facts;
    const isOlder = midway && (this.lowestStream === 0 || streamId < this.lowestStream);
    const isUnseen = lost.client && streamId > this.highestStream;
    if (!isOlder && !isUnseen && !this.unreadable.has(streamId)) return undefined;
    const stream = this.follow(streamId, arrival);
    this.strangers++;
    stream?.join(this.options.stranger(stream.facts));
    return stream;
  }

  private finish(side: Side, streamId: number, arrival: Arrival): void {
    const stream = this.streams.get(streamId);
    stream?.finish(side, arrival);
    if (stream?.over === true) this.forget(streamId);
  }

  private forget(streamId: number): void {
    this.windows.close(streamId);
    this.streams.delete(streamId);
  }

  private settings(side: Side, { flags, payload, span }: ControlFrame): void {
    if ((flags & FLAG.ack) !== 0) return;
    let { enableConnectProtocol } = this.facts.settings[side] ?? { enableConnectProtocol: undefined };
    for (let at = 0; at + 6 <= payload.length; at += 6) {
      const id = (payload[at]! << 8) | payload[at + 1]!;
      const value = readUint32(payload, at + 2);
      if (id === SETTING.enableConnectProtocol) enableConnectProtocol = value;
      if (id === SETTING.initialWindowSize) this.windows.resize(side, value, span.last);
    }
    this.facts.settings[side] = { span: this.facts.settings[side]?.span ?? span, enableConnectProtocol };
    this.options.tell('settings', side, span.last, settingsData(this.facts.settings[side]));
  }

  private goaway(side: Side, payload: Uint8Array, arrival: Arrival): void {
    const code = readUint32(payload, 4);
    const lastStreamId = readUint31(payload, 0);
    const debug = Buffer.from(payload.subarray(8, 8 + DEBUG_KEPT)).toString('latin1');
    const name = errorName(code);
    // An orderly shutdown says it twice: first to announce it (RFC 9113 6.8).
    const first = this.facts.goaways[side]?.arrival ?? copyArrival(arrival);
    this.facts.goaways[side] = { from: side, code, name, arrival: first, lastStreamId, debug };
    this.options.tell('goaway', side, arrival, { error: name, errorCode: code, lastStreamId, debug });
  }

  private loseHeads(side: Side): void {
    this.blocks[side] = undefined;
    this.facts.cutHeads[side]++;
    this.hpack[side].lose();
  }

  /** What was lost may have held frames of any stream. */
  private lose(side: Side, { arrival }: Gap): void {
    this.facts.lost[side] = true;
    this.blocks[side] = undefined;
    this.hpack[side].lose();
    this.windows.lose();
    const unknown: Gap = { length: 0, cause: 'capture-start', arrival };
    for (const stream of this.streams.values()) stream.gap(side, unknown);
  }

  /** Nothing is read any more. */
  release(): void {
    for (const side of SIDES) this.blocks[side] = undefined;
    for (const stream of this.streams.values()) stream.close();
    this.streams.clear();
  }
}

/** What a timeline tells of SETTINGS: the one value that WebSocket depends on. */
export const settingsData = ({ enableConnectProtocol }: Http2Settings): Record<string, string> => ({
  detail: enableConnectProtocol === undefined ? '' : `ENABLE_CONNECT_PROTOCOL ${enableConnectProtocol}`,
});

const HEAD_FRAMES: ReadonlySet<number> = new Set([FRAME.headers, FRAME.pushPromise, FRAME.continuation]);
