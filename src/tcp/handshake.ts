/**
 * The opening of a connection: SYN, SYN-ACK and the ACK that completes it (RFC 9293 3.5), with their repetitions and
 * copies, also where both ends open at the same time. What the bytes behind them are is for connection.ts.
 */
import { captureOf, type Nanos, type PacketRef } from '../capture/packet.js';
import type { Arrival } from '../stream/arrival.js';
import { opposite, type Side } from '../stream/side.js';
import { ACK, type Segment, SYN } from './segment.js';
import { advance } from './sequence.js';

/** Repetitions of a SYN or SYN-ACK that are listed. */
const ATTEMPTS_KEPT = 16;
/** Without identification or timestamps: no SYN timer is this short (RFC 6298 2: 1 s). */
const COPY_WITHIN: Nanos = 50e6;

/** With the same identification: behind this a timer has passed (RFC 6298 2.1), and the identification is a constant. */
const COPY_BY_ID_WITHIN: Nanos = 900e6;

/** Two files come of two clocks: how far apart they may be where nobody set them. */
const CLOCKS_WITHIN: Nanos = 600e9;
/** No 32-bit number, signed or not. */
const NO_TIMESTAMP = 2 ** 33;
/** Packets of one kind compared with those of another file. */
const SEEN_KEPT = 16;

/** What a packet of one kind looked like. */
interface Seen {
  sequence: number;
  ipId: number;
  /** NO_TIMESTAMP without timestamps. */
  tsVal: number;
  at: Nanos;
  packet: PacketRef;
}

export class Handshake {
  /** The client's SYNs, the server's SYN-ACKs. */
  readonly syns: Arrival[] = [];
  readonly synAcks: Arrival[] = [];
  established: Arrival | undefined;
  /** Last SYN before the first SYN-ACK until the ACK that completes it. */
  rtt: Nanos | undefined;
  /** Both ends sent a SYN before they saw the other's (RFC 9293 3.5, figure 7). */
  simultaneous = false;
  /** Sides that have acknowledged the SYN of the other; only where both open at the same time. */
  private readonly acknowledging = new Set<Side>();
  /** A SYN came, of whatever sort, since the latest SYN-ACK of the server; and it was a copy. */
  private askedAgain: 'no' | 'by-copy' | 'by-timer' = 'no';
  /** By kind and sender. */
  private readonly seen = new Map<string, Seen>();
  /** All of them, by kind and sender, oldest first. */
  private readonly allSeen = new Map<string, Seen[]>();

  get begun(): boolean {
    return this.syns.length + this.synAcks.length > 0;
  }

  /** The SYN's sequence number, where one of that side was seen. */
  initialSequence(side: Side): number | undefined {
    return this.seen.get(`syn ${side}`)?.sequence;
  }

  /**
   * Takes a SYN or SYN-ACK: the first of its number, the same sent again (`needless`: to a SYN that the network
   * delivered twice), or the same packet captured again.
   */
  take(segment: Segment, side: Side): 'first' | 'again' | 'needless' | 'copy' {
    const { packet, at, sequence, ipId } = segment;
    const isAnswer = (segment.flags & ACK) !== 0;
    const key = `${isAnswer ? 'syn-ack' : 'syn'} ${side}`;
    const tsVal = segment.hasTimestamps ? segment.tsVal : NO_TIMESTAMP;
    const before = this.seen.get(key);
    const isAgain = before !== undefined && before.sequence === sequence;
    const now: Seen = { sequence, ipId, tsVal, at, packet };
    if ((this.allSeen.get(key) ?? []).some((one) => isCopyOfOtherFile(one, now))) return 'copy';
    const looksCopied = isAgain && isCopy(before, ipId, tsVal, at);
    // SYN-ACKs of Linux bear no identification: two to two SYNs may be alike to the last bit.
    const isSecondAnswer = isAnswer && looksCopied && ipId <= 0 && this.askedAgain !== 'no';
    if (looksCopied && !isSecondAnswer) {
      if (!isAnswer && this.synAcks.length > 0) this.askedAgain = 'by-copy';
      return 'copy';
    }
    const isNeedless = isAgain && isAnswer && this.askedAgain === 'by-copy';
    this.askedAgain = !isAnswer && this.synAcks.length > 0 ? 'by-timer' : 'no';
    this.seen.set(key, now);
    this.remember(key, now);
    const attempts = isAnswer ? this.synAcks : this.syns;
    if (isAnswer === (side === 'server')) {
      if (attempts.length < ATTEMPTS_KEPT) attempts.push({ packet, at, readyAt: at });
    } else {
      this.simultaneous = true;
    }
    if (isNeedless) return 'needless';
    return isAgain ? 'again' : 'first';
  }

  private remember(key: string, seen: Seen): void {
    const all = this.allSeen.get(key) ?? [];
    if (all.length < SEEN_KEPT) all.push(seen);
    this.allSeen.set(key, all);
  }

  /**
   * Both ends have sent a SYN of their own: is this the acknowledgment that completes it, of `side`? Each end's SYN has to
   * be acknowledged by the other, by a SYN-ACK or by a plain ACK (RFC 9293 3.5, figure 7).
   */
  completeSimultaneous({ acknowledgment, packet, at }: Segment, side: Side): boolean {
    const other = this.initialSequence(opposite(side));
    if (!this.simultaneous || other === undefined || acknowledgment !== advance(other, 1)) return false;
    this.acknowledging.add(side);
    if (this.acknowledging.size < 2) return false;
    this.established = { packet, at, readyAt: at };
    return true;
  }

  /** Is this acknowledgment of the client's the one that completes the handshake? Only until it was. */
  complete({ acknowledgment, packet, at }: Segment): boolean {
    const answer = this.synAcks[0];
    if (answer === undefined) return false;
    if (acknowledgment !== advance(this.seen.get('syn-ack server')!.sequence, 1)) return false;
    this.established = { packet, at, readyAt: at };
    const syn = this.syns.findLast((attempt) => attempt.at <= answer.at);
    if (syn !== undefined) this.rtt = at - syn.at;
    return true;
  }

  /** A SYN of `side` that nothing of this connection explains: the ports are used again. Undefined: the SYN alone does not tell. */
  isForeign({ sequence }: Segment, side: Side, hasSpoken: boolean): boolean | undefined {
    const own = this.initialSequence(side);
    if (own !== undefined) return sequence !== own;
    // The other end's SYN, while the first one's is unanswered: both open at the same time.
    if (this.initialSequence(side === 'client' ? 'server' : 'client') !== undefined && !hasSpoken) return false;
    return undefined;
  }
}

export const isSyn = (segment: Segment): boolean => (segment.flags & (SYN | ACK)) === SYN;

/** The same packet at another point of capture, whose clock may be another: its identification, else its timestamp tells. */
function isCopyOfOtherFile(before: Seen, now: Seen): boolean {
  if (captureOf(before.packet) === captureOf(now.packet) || now.sequence !== before.sequence) return false;
  if (now.tsVal !== before.tsVal || Math.abs(now.at - before.at) > CLOCKS_WITHIN) return false;
  return now.ipId > 0 && before.ipId > 0 ? now.ipId === before.ipId : now.tsVal !== NO_TIMESTAMP;
}

function isCopy(before: Seen, ipId: number, tsVal: number, at: Nanos): boolean {
  if (tsVal !== before.tsVal) return false;
  if (ipId > 0 && before.ipId > 0) return ipId === before.ipId && at - before.at < COPY_BY_ID_WITHIN;
  return at - before.at < COPY_WITHIN;
}
