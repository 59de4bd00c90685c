/**
 * Pings of one side and the pongs that answer them (RFC 6455 5.5.2, 5.5.3): paired by payload, and a pong answers all
 * earlier pings too. A pong that fits no ping is unsolicited, which is allowed.
 */
import type { Nanos } from '../capture/packet.js';
import { type Arrival, copyArrival } from '../stream/arrival.js';
import type { RttPoint } from '../tcp/series-recorder.js';
import { RoundTrips } from './round-trips.js';
import type { PingFacts } from './websocket-facts.js';

/** Pings that wait for an answer at a time. A pinger that goes on further without one is judged by those kept. */
const MOST_WAITING = 256;
/** Of those, the oldest are the evidence and stay; what is dropped beyond the limit comes from behind them. */
export const UNANSWERED_KEPT = 64;
/** Round-trip times kept: enough for a median that means something. */
export const RTTS_KEPT = 512;

/** Waits told of pings that one pong fits alike, and the least that the newest of them waited: they were not answered as they came. */
const SHARED_WAITS_KEPT = 64;
const SHARED_WAIT: Nanos = 0.5e9;

interface Waiting {
  sent: Arrival;
  /** What was captured of it, from its start. */
  payload: Uint8Array;
  length: number;
  /** Which ping of its side this is, from 1. */
  ordinal: number;
  latePong: Arrival | undefined;
}

export class PingLedger {
  private count = 0;
  private answered = 0;
  private unseen = 0;
  private settledUpTo = 0;
  private waiting: Waiting[] = [];
  private readonly rtts: Nanos[] = [];
  private readonly roundTrips = new RoundTrips();
  private readonly sharedWaits: RttPoint[] = [];
  private longestWait: Nanos = 0;
  private firstPing: Arrival | undefined;
  private lastPing: Arrival | undefined;
  private minInterval: Nanos = 0;
  private maxInterval: Nanos = 0;

  /** `payload` is what is known of it, from its start, and copied; `length` what the frame says. */
  ping(payload: Uint8Array, length: number, sent: Arrival): void {
    this.count++;
    this.firstPing ??= sent;
    if (this.lastPing !== undefined) this.interval(sent.at - this.lastPing.at);
    this.lastPing = sent;
    this.waiting.push({ sent, payload: payload.slice(), length, ordinal: this.count, latePong: undefined });
    if (this.waiting.length > MOST_WAITING) this.waiting.splice(UNANSWERED_KEPT, 1);
  }

  /** Answers the round-trip time where the pong belongs to one ping without doubt. */
  pong(payload: Uint8Array, length: number, at: Nanos): Nanos | undefined {
    const { waiting } = this;
    let index = waiting.length - 1;
    while (index >= 0 && !fits(waiting[index]!, payload, length)) index--;
    if (index < 0) return undefined;
    const ping = waiting[index]!;
    const whole = payload.length === length && ping.payload.length === length;
    const certain = whole && !waiting.some((other, place) => place < index && fits(other, payload, length));
    this.longestWait = Math.max(this.longestWait, at - waiting[0]!.sent.at);
    this.answered += ping.ordinal - this.settledUpTo;
    this.settledUpTo = ping.ordinal;
    const oldest = waiting[0]!.sent.at;
    waiting.splice(0, index + 1);
    const rtt = at - ping.sent.at;
    if (!certain) {
      if (rtt >= SHARED_WAIT && this.sharedWaits.length < SHARED_WAITS_KEPT)
        this.sharedWaits.push({ at, least: rtt, most: at - oldest });
      return undefined;
    }
    if (this.rtts.length < RTTS_KEPT) this.rtts.push(rtt);
    this.roundTrips.add(at, rtt);
    return rtt;
  }

  /** A pong that comes after the pinger has left: it shows when the other side got to the ping. */
  latePong(payload: Uint8Array, length: number, arrival: Arrival): void {
    const index = this.waiting.findLastIndex((ping) => fits(ping, payload, length));
    for (const ping of this.waiting.slice(0, index + 1)) ping.latePong ??= copyArrival(arrival);
  }

  /** The other side's frames were lost for a while: pongs of the pings that wait may have been among them. */
  lose(): void {
    this.unseen += this.count - this.settledUpTo;
    this.settledUpTo = this.count;
    this.waiting = [];
  }

  facts(): PingFacts {
    return {
      count: this.count,
      answered: this.answered,
      unseen: this.unseen,
      unanswered: this.waiting.slice(0, UNANSWERED_KEPT).map(({ sent, latePong }) => ({ sent, latePong })),
      rtts: this.rtts,
      roundTrips: this.roundTrips.points,
      sharedWaits: this.sharedWaits,
      longestWait: this.longestWait,
      first: this.firstPing,
      last: this.lastPing,
      minInterval: this.minInterval,
      maxInterval: this.maxInterval,
    };
  }

  private interval(interval: Nanos): void {
    this.minInterval = this.count === 2 ? interval : Math.min(this.minInterval, interval);
    this.maxInterval = Math.max(this.maxInterval, interval);
  }
}

/** Where octets of either are missing, the lengths and those in front of the hole decide. */
function fits(ping: Waiting, payload: Uint8Array, length: number): boolean {
  if (ping.length !== length) return false;
  const known = Math.min(ping.payload.length, payload.length);
  return Buffer.compare(ping.payload.subarray(0, known), payload.subarray(0, known)) === 0;
}
