/**
 * Finds out from the first bytes of a connection which layer it carries, and tells client from server by what they say
 * where no SYN did. Holds the bytes, bounded, until that is decided; then it is out of the way.
 */
import { looksLikeFrames } from './http/frame-shape.js';
import { beginsWithFrame, looksLikeServerPreface } from './http/looks-like-h2.js';
import { looksLikeHttp } from './http/looks-like-http.js';
import { looksLikeProxy } from './proxy/looks-like-proxy.js';
import { type Arrival, copyArrival } from './stream/arrival.js';
import type { Ending, Gap, StreamConsumer } from './stream/consumer.js';
import { opposite, type PerSide, type Side } from './stream/side.js';
import { looksLikeTls } from './tls/looks-like-tls.js';
import { resemblesFrames } from './websocket/resemblance.js';

/** Undecided bytes of a side: two maximal TLS records, and longer than any first flight. */
const UNDECIDED_BYTES = 32 << 10;
/** From the middle of a connection its next messages are tried for this many segments before it is given up. */
const TRIES_MIDWAY = 64;
/** First bytes kept of what is not known. */
const UNKNOWN_BYTES = 64;

export interface SnifferOptions {
  /** The capture lacks the SYN: the first bytes may stand inside a message. */
  startsMidway: boolean;
  /** HTTP switched to something: one message that looks like frames is enough. */
  afterSwitch?: boolean;
  mayBeSwapped(): boolean;
  /** The bytes show who is who. */
  rolesFound(swap: boolean): void;
  tls(): StreamConsumer;
  http(): StreamConsumer;
  http2(): StreamConsumer;
  preamble(): StreamConsumer;
  socks(): StreamConsumer;
  webSocket(): StreamConsumer;
  /** From here on `consumer` may be called in the sniffer's place. */
  decided(sniffer: StreamConsumer, consumer: StreamConsumer): void;
  unknown(bytes: PerSide<Uint8Array>): void;
}

type Item =
  | { kind: 'bytes'; side: Side; chunk: Uint8Array; arrival: Arrival }
  | { kind: 'gap'; side: Side; gap: Gap }
  | { kind: 'end'; side: Side; ending: Ending };

/** What the first bytes of one side are, and which side says such a thing. */
interface Guess {
  layer: 'tls' | 'http' | 'http2' | 'preamble' | 'socks' | 'webSocket';
  speaker: Side | undefined;
}

export class Sniffer implements StreamConsumer {
  private held: Item[] = [];
  private next: StreamConsumer | undefined;
  private isOver = false;
  private readonly begin: PerSide<Uint8Array> = { client: new Uint8Array(0), server: new Uint8Array(0) };
  private readonly heard: PerSide<boolean> = { client: false, server: false };
  private tries = 0;

  constructor(private readonly options: SnifferOptions) {}

  bytes(side: Side, chunk: Uint8Array, arrival: Arrival): void {
    if (this.next !== undefined) {
      this.next.bytes(side, chunk, arrival);
      return;
    }
    if (this.isOver) return;
    this.heard[side] = true;
    this.held.push({ kind: 'bytes', side, chunk, arrival: copyArrival(arrival) });
    this.extend(side, chunk);
    this.decide(side, false);
  }

  gap(side: Side, gap: Gap): void {
    // The rest of a head that was cut off is no hole in what follows it.
    const isRestOfHead = this.options.afterSwitch === true && !this.heard[side];
    if (this.next !== undefined) this.next.gap(side, gap);
    else if (!this.isOver && !isRestOfHead) this.held.push({ kind: 'gap', side, gap });
  }

  end(side: Side, ending: Ending): void {
    if (this.next !== undefined) {
      this.next.end(side, ending);
      return;
    }
    if (this.isOver) return;
    this.held.push({ kind: 'end', side, ending });
    if (this.begin[side].length > 0) this.decide(side, true);
  }

  private extend(side: Side, chunk: Uint8Array): void {
    const before = this.begin[side];
    if (before.length === 0) {
      this.begin[side] = chunk;
      return;
    }
    const joined = new Uint8Array(before.length + chunk.length);
    joined.set(before);
    joined.set(chunk, before.length);
    this.begin[side] = joined;
  }

  /** `isFinal`: no more bytes of this side will come. */
  private decide(side: Side, isFinal: boolean): void {
    const bytes = this.begin[side];
    const guess = this.guess(side, bytes);
    if (guess === 'undecided' && !isFinal && bytes.length < UNDECIDED_BYTES) return;
    if (typeof guess === 'object') {
      // The server's SETTINGS may come first, and the client speak HTTP/1.1 all the same: it has the last word.
      const waits = guess.layer === 'http2' && guess.speaker === 'server' && this.begin.client.length === 0;
      if (waits && !isFinal && bytes.length < UNDECIDED_BYTES) return;
      this.choose(side, guess);
      return;
    }
    // What the other side said, or will say, may still tell.
    if (this.options.startsMidway && !isFinal && ++this.tries < TRIES_MIDWAY) {
      this.begin[side] = new Uint8Array(0);
      this.skipHeld(side);
      return;
    }
    this.isOver = true;
    this.held = [];
    const { client, server } = this.begin;
    const first = (of: Uint8Array) => Uint8Array.prototype.slice.call(of, 0, UNKNOWN_BYTES);
    this.options.unknown({ client: first(client), server: first(server) });
  }

  private guess(side: Side, bytes: Uint8Array): Guess | 'undecided' | 'unknown' {
    if (this.options.afterSwitch && isWholeFrame(bytes[0]) && looksLikeFrames(bytes, side === 'client')) {
      return { layer: 'webSocket', speaker: side };
    }
    const proxy = side === 'client' && !this.options.startsMidway ? looksLikeProxy(bytes) : undefined;
    if (proxy === 'undecided') return proxy;
    if (proxy !== undefined) return { layer: proxy, speaker: 'client' };
    const http = looksLikeHttp(bytes);
    if (http === 'h2-preface') return { layer: 'http2', speaker: 'client' };
    if (http !== undefined) return { layer: 'http', speaker: http === 'request' ? 'client' : 'server' };
    const settings = looksLikeServerPreface(bytes);
    if (settings === 'undecided') return settings;
    if (settings && !this.options.startsMidway) return { layer: 'http2', speaker: 'server' };
    const tls = looksLikeTls(bytes);
    if (tls === 'client-hello') return { layer: 'tls', speaker: 'client' };
    if (tls === 'server-hello') return { layer: 'tls', speaker: 'server' };
    if (tls !== undefined) return { layer: 'tls', speaker: undefined };
    if (!this.options.startsMidway) return mayBecomeKnown(bytes) ? 'undecided' : 'unknown';
    if (beginsWithFrame(bytes)) return { layer: 'http2', speaker: undefined };
    const masked = resemblesFrames(bytes, true);
    const unmasked = resemblesFrames(bytes, false);
    // The mask bit tells who speaks (RFC 6455 5.1).
    if (masked === true) return { layer: 'webSocket', speaker: 'client' };
    if (unmasked === true) return { layer: 'webSocket', speaker: 'server' };
    return masked === 'undecided' || unmasked === 'undecided' || mayBecomeKnown(bytes) ? 'undecided' : 'unknown';
  }

  private choose(side: Side, { layer, speaker }: Guess): void {
    const swap = speaker !== undefined && speaker !== side;
    if (this.options.mayBeSwapped() && speaker !== undefined) {
      this.options.rolesFound(swap);
      if (swap) for (const item of this.held) item.side = opposite(item.side);
    }
    const next = this.options[layer]();
    const { held } = this;
    this.held = [];
    this.next = next;
    this.options.decided(this, next);
    for (const item of held) {
      if (item.kind === 'bytes') next.bytes(item.side, item.chunk, item.arrival);
      else if (item.kind === 'gap') next.gap(item.side, item.gap);
      else next.end(item.side, item.ending);
    }
  }

  /** The bytes of this side stand inside something whose beginning was not captured. */
  private skipHeld(side: Side): void {
    let length = 0;
    let arrival: Arrival | undefined;
    this.held = this.held.filter((item) => {
      if (item.side !== side || item.kind === 'end') return true;
      if (item.kind === 'bytes') {
        length += item.chunk.length;
        arrival = item.arrival;
      } else {
        length += item.gap.length;
        arrival = item.gap.arrival;
      }
      return false;
    });
    if (arrival !== undefined) this.held.push({ kind: 'gap', side, gap: { length, cause: 'capture-start', arrival } });
  }
}

/** FIN and an opcode of RFC 6455: first fragments and zeros are the beginning of many things. */
const isWholeFrame = (first = 0): boolean => first >= 0x80;

/** Too few bytes to exclude a TLS record header or a request line. */
function mayBecomeKnown(bytes: Uint8Array): boolean {
  if (bytes.length < 6 && bytes[0]! >= 20 && bytes[0]! <= 23) return true;
  if (bytes.length > 2048) return false;
  // A method is a word of capital letters, and then comes a target.
  for (let index = 0; index < bytes.length && index < 24; index++) {
    const byte = bytes[index]!;
    if (byte === 0x20) return index > 2;
    if (byte < 0x21 || byte > 0x7e) return false;
  }
  return true;
}
