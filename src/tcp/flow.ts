/**
 * One direction of a connection: what its sender sent, as counters and times. Fields are plain numbers so that a packet
 * of a healthy flow costs a few stores; the report's view of them is made at the end, by flowFacts().
 */
import { CAPTURE_STRIDE, type Nanos, type PacketRef } from '../capture/packet.js';
import type { Arrival } from '../stream/arrival.js';
import type { BlockConsumer, Ending, GapCause, StreamConsumer } from '../stream/consumer.js';
import type { Side } from '../stream/side.js';
import { Assembler, type AssemblerOutput } from './assembler.js';
import { FLOW_ROWS, FlowNumbers, PLAIN } from './flow-numbers.js';
import type { LossHistory } from './loss-history.js';
import { Places } from './places.js';
import { RttSamples } from './rtt-samples.js';
import type { Segment } from './segment.js';
import { SentLog } from './sent-log.js';
import { advance, ahead } from './sequence.js';
import type { RetransmissionKind, SegmentSizes } from './tcp-facts.js';

/** Repetitions of one segment that are listed; Linux gives up after 15. */
const REPEATS_KEPT = 16;
/** Identifications of the last packets, for recognising copies: two interfaces seldom lag further apart. */
const RECENT_IDS = 16;
const NEVER = -1;
/** One identification in so many of the recent packets that are no copies of each other: a constant. */
const CONSTANT_ID_FROM = 2;
/** A segment that waited for an acknowledgment leaves within this of it. */
const RELEASED_WITHIN: Nanos = 1e6;
/** Hosts count by ones, or by all their connections together. */
const SMALL_ID_STEP = 512;
/** Identifications drawn at random step this little once in 64 times. */
const SHARE_OF_SMALL_STEPS = 0.75;

export class Flow extends FlowNumbers implements AssemblerOutput {
  /** Sequence numbers are known: something of this side was seen. */
  started = false;
  /** The peer has acknowledged something. */
  ackedKnown = false;
  /** The first acknowledgment of the peer, for counting what a one-sided capture lacks. */
  ackedFrom = 0;
  /** This side has acknowledged something. */
  acknowledges = false;
  windowScale = NEVER;
  readonly assembler: Assembler;
  readonly sent = new SentLog();
  readonly rtt = new RttSamples();

  retransmissions = 0;
  readonly kinds: Record<RetransmissionKind, number> = {
    timeout: 0,
    fast: 0,
    'tail-loss-probe': 0,
    spurious: 0,
    unknown: 0,
  };
  outOfOrder = 0;
  duplicateAcks = 0;
  /** When the last duplicate ACK of this side came. */
  lastDuplicateAt: Nanos = NEVER;
  /** What the blocks in its last bare ACK with any were. */
  bareAckBlocks: number | undefined;
  /** When the third one in a row came. */
  thirdDuplicateAt: Nanos = NEVER;
  zeroWindows = 0;
  keepAlives = 0;
  copies = 0;

  /** Probes of a closed window. */
  windowProbes = 0;
  /** Packets of this side that the peer reports as received twice and that were sent once: the network's doing. */
  duplicates = 0;
  /** Of packets that were not simply next; undefined on a flow without any. */
  history: LossHistory | undefined;
  /** As its SYN says; undefined when unseen. */
  permitsSack: boolean | undefined;
  /** Its first packet with timestamps: where its clock stood. */
  clockAt: Nanos = NEVER;
  clockValue = 0;

  /** Its first segment with payload. */
  firstDataAt: Nanos = 0;
  firstDataPacket: PacketRef = NEVER;
  closedWindowAt: Nanos = 0;
  closedWindowPacket: PacketRef = NEVER;
  /** How long its window was closed, all episodes that ended together, and the longest of them. */
  closedFor: Nanos = 0;
  closedLongest: Nanos = 0;
  /** How often the peer had filled its window, open as it was, when it changed. */
  windowsFilled = 0;
  /** Acknowledgments of this side's data that were held back, and how often its next segment had waited for one. */
  delayedAcks = 0;
  nagleWaits = 0;
  private delayedAckAt: Nanos = NEVER;
  private delayedAckTop = 0;
  /** Sequence number after the FIN; only with `fin`. */
  finEnd = 0;
  /** What the FIN acknowledged. */
  finAcks: number | undefined;
  fin: Arrival | undefined;
  /** What its packet looked like. */
  finIpId = NEVER;
  finTsVal = 0;
  /** The peer acknowledged what looks like a FIN that the capture lacks. */
  finUnseen = false;
  rst: Arrival | undefined;
  rstAnswers: Arrival | undefined;
  beforeRst: Arrival | undefined;
  ttl = NEVER;
  rstTtl = NEVER;
  otherTtl = NEVER;
  /** A router said that a packet was too big: what was sent up to here may have to be sent again, smaller. */
  tooBigUntil: number | undefined;
  /** Retransmissions because of that. */
  resized = 0;
  /** Further RSTs of this side, copies or not. */
  rstsMore = 0;
  /** Only where a second file has packets of this side. */
  places: Places | undefined;
  repeats: Arrival[] = [];
  /** SYNs or SYN-ACKs sent again. */
  openingRepeats = 0;
  /** The first hole that was given up and that nobody acknowledged. */
  hole: SegmentSizes['hole'];
  heardSinceRepeats: Arrival | undefined;
  private keepAlivesSent: Arrival[] = [];
  /** The number its latest bare acknowledgment stood at, where that is beyond all that was seen of it. */
  announced: number | undefined;
  /** Who takes the bytes in order; undefined once the connection is known to be of no interest. */
  private consumer: StreamConsumer | undefined;
  /** The same, where it takes bytes in their block. */
  private blockConsumer: BlockConsumer | undefined;
  /** The consumer was told that this direction is over. */
  ended = false;
  private recentIds: number[] | undefined;
  private recentAt = 0;
  private isCopyInHand = false;

  constructor(
    public side: Side,
    private readonly onGap: (flow: Flow, length: number, cause: GapCause, arrival: Arrival) => void,
  ) {
    super();
    this.assembler = new Assembler(this);
  }

  range(block: Uint8Array, view: DataView, start: number, end: number, arrival: Arrival): void {
    if (this.blockConsumer !== undefined) this.blockConsumer.range(this.side, block, view, start, end, arrival);
    else this.consumer?.bytes(this.side, block.subarray(start, end), arrival);
  }

  gap(length: number, cause: GapCause, arrival: Arrival): void {
    this.onGap(this, length, cause, arrival);
    this.consumer?.gap(this.side, { length, cause, arrival: { ...arrival } });
  }

  consume(consumer: StreamConsumer | undefined): void {
    this.consumer = consumer;
    this.blockConsumer = consumer !== undefined && 'range' in consumer ? (consumer as BlockConsumer) : undefined;
  }

  /** Tells the consumer, once, that this direction is over. */
  end(ending: Ending): void {
    if (this.ended) return;
    this.ended = true;
    this.consumer?.end(this.side, ending);
  }

  /** The packet in hand is one that was captured before. */
  noteCopy(): void {
    this.copies++;
    this.isCopyInHand = true;
  }

  /** Notes the identification of a packet, for recognising copies of it; those of copies themselves are not repetitions. */
  rememberId(ipId: number): void {
    if (this.isCopyInHand) {
      this.isCopyInHand = false;
      return;
    }
    this.recentIds ??= new Array<number>(RECENT_IDS).fill(NEVER);
    this.recentIds[this.recentAt] = ipId;
    this.recentAt = (this.recentAt + 1) & (RECENT_IDS - 1);
  }

  /** One of the last packets of this side had the same identification; 0 is no identification (RFC 6864 4.1). */
  recentlySawId(ipId: number): boolean {
    return ipId > 0 && this.recentIds !== undefined && this.recentIds.includes(ipId) && !this.repeatsId(ipId);
  }

  /** Its packets carry one and the same identification again and again: it names none of them. */
  repeatsId(ipId: number): boolean {
    return (this.recentIds?.filter((one) => one === ipId).length ?? 0) >= CONSTANT_ID_FROM;
  }

  /** It counts its identifications up, by connection or by host (RFC 6864 leaves it open): later packets have higher ones. */
  countsIds(): boolean {
    const { recentIds, recentAt } = this;
    if (recentIds === undefined) return false;
    let steps = 0;
    let small = 0;
    for (let index = 1; index < RECENT_IDS; index++) {
      const before = recentIds[(recentAt + index - 1) & (RECENT_IDS - 1)]!;
      const id = recentIds[(recentAt + index) & (RECENT_IDS - 1)]!;
      if (before < 0 || id < 0) continue;
      steps++;
      // Late packets step back, and the next one forward again.
      if (id !== before && Math.abs(((id - before) << 16) >> 16) < SMALL_ID_STEP) small++;
    }
    return steps > 0 && small >= steps * SHARE_OF_SMALL_STEPS;
  }

  /** How often this side's timestamp clock ticks within a time, as measured; 0 when it was not. */
  ticksIn(time: Nanos): number {
    const newest = this.sent.newest();
    if (newest < 0 || this.clockAt === NEVER) return 0;
    const elapsed = this.sent.sentAt(newest) - this.clockAt;
    const ticks = ahead(this.sent.tsValAt(newest), this.clockValue);
    return elapsed > 0 && ticks > 0 ? (ticks / elapsed) * time : 0;
  }

  /** What the hole before `until` is: the capture's where the peer has reported its bytes, or is not in the capture itself. */
  holeCause(until: number): GapCause {
    const { next } = this.assembler;
    if (!this.ackedKnown || ahead(this.acked, until) >= 0) return 'not-captured';
    return this.history?.reports(next, until) === true ? 'not-captured' : 'not-acknowledged';
  }

  /** Bytes in flight as far as the capture knows. */
  inFlight(): number {
    return this.started && this.ackedKnown ? Math.max(0, ahead(this.top, this.acked)) : 0;
  }

  /**
   * An acknowledgment of this side's data took far longer than others. Alone, and of all there was, it was held back by
   * the peer (RFC 1122 4.2.3.2); a segment that follows it at once had waited for it (Nagle, RFC 1122 4.2.3.4).
   */
  noteSlowAck(segment: Segment, toSender: Nanos): void {
    if (segment.payloadLength > 0 || this.acked !== this.top || this.history !== undefined) return;
    this.settleDelayedAck(toSender);
    this.delayedAcks++;
    this.delayedAckAt = segment.at;
    this.delayedAckTop = segment.acknowledgment;
  }

  settleDelayedAck(toSender: Nanos): void {
    if (this.delayedAckAt === NEVER) return;
    const next = this.sent.find(this.delayedAckTop);
    const waited = next < 0 ? -1 : this.sent.sentAt(next) - this.delayedAckAt;
    if (waited >= 0 && waited <= Math.max(0, toSender) + RELEASED_WITHIN) this.nagleWaits++;
    this.delayedAckAt = NEVER;
  }

  /** Where its timestamp clock stands, once. */
  noteClock({ hasTimestamps, tsVal, at }: Segment): void {
    if (!hasTimestamps || this.clockAt !== NEVER) return;
    this.clockAt = at;
    this.clockValue = tsVal;
  }

  /** Bytes that are in the capture for the first time. */
  /**
   * Nothing about this direction asks for a closer look at its next packet: it is under way, has been acknowledged, does
   * not end, and nothing of it was lost, late or repeated since the last acknowledgment.
   */
  get isPlain(): boolean {
    return (
      this.started &&
      this.ackedKnown &&
      this.acknowledges &&
      this.firstDataPacket >= 0 &&
      this.fin === undefined &&
      this.history === undefined &&
      this.repeats.length === 0 &&
      this.assembler.next === this.top &&
      !this.assembler.holds
    );
  }

  /** The latest two that differ. */
  noteTtl(ttl: number): void {
    if (ttl === this.ttl) return;
    this.otherTtl = this.ttl;
    this.ttl = ttl;
  }

  notePlace(segment: Segment): void {
    if (this.places === undefined && segment.packet < CAPTURE_STRIDE) return;
    this.places ??= new Places(this.ttl);
    this.places.note(segment);
  }

  /** Notes `isPlain` where header prediction looks: one number instead of all of these. */
  notePlain(): void {
    FLOW_ROWS.values[this.row + PLAIN] = this.isPlain ? 1 : 0;
  }

  noteFresh({ at, packet }: Segment, bytes: number): void {
    this.freshBytes += bytes;
    this.lastDataAt = at;
    this.lastDataPacket = packet;
    if (this.firstDataPacket < 0) {
      this.firstDataAt = at;
      this.firstDataPacket = packet;
    }
  }

  repeated({ packet, at, payloadLength }: Segment): void {
    const arrival = { packet, at, readyAt: at };
    if (this.repeats.length < REPEATS_KEPT) this.repeats.push(arrival);
    this.history?.stuck.repeated(payloadLength, arrival);
    const oldest = this.sent.oldest();
    this.history?.outages.repeated(
      oldest < 0 ? (this.fin ?? arrival) : arrivalOf(this.sent.packetAt(oldest), this.sent.sentAt(oldest))!,
    );
  }

  /** What was sent again and again is acknowledged. */
  settleRepeats(packet: PacketRef, at: Nanos): void {
    this.repeats = [];
    this.heardSinceRepeats = undefined;
    this.history?.stuck.settle(packet, at);
    this.history?.outages.settle({ packet, at, readyAt: at }, this.top);
  }

  noteKeepAlive(packet: PacketRef, at: Nanos, heardAt: Nanos): void {
    this.keepAlives++;
    this.keepAlivesSent = this.keepAlivesSince(heardAt);
    if (this.keepAlivesSent.length < REPEATS_KEPT) this.keepAlivesSent.push({ packet, at, readyAt: at });
  }

  /** The peer answers each, so one packet of it is behind all that went before. */
  keepAlivesSince(heardAt: Nanos): Arrival[] {
    const last = this.keepAlivesSent.at(-1);
    return last !== undefined && heardAt >= last.at ? [] : this.keepAlivesSent;
  }

  /** What was acknowledged and never seen is a hole of the capture. False where that is no more than the number of a FIN. */
  giveUpAcked(packet: PacketRef, at: Nanos): boolean {
    this.holeAckedAt = -1;
    const { assembler } = this;
    if (this.finUnseen && ahead(this.acked, assembler.next) === 1) return false;
    // Up to what is acknowledged, less the number that a FIN takes.
    const acked = this.fin !== undefined && this.acked === this.finEnd ? advance(this.acked, -1) : this.acked;
    while (ahead(acked, assembler.next) > 0) {
      assembler.skipTo(acked, 'not-captured', packet, at);
    }
    if (ahead(acked, this.top) > 0) this.top = acked;
    return true;
  }

  /** Delivers what waits behind holes. A hole that nobody acknowledged is none of the capture's. */
  giveUpHoles(packet: PacketRef, at: Nanos): void {
    const { assembler } = this;
    while (assembler.holds) {
      const cause = this.holeCause(assembler.waitingFrom);
      if (cause === 'not-acknowledged') this.hole ??= assembler.hole();
      assembler.skipTo(assembler.waitingFrom, cause, packet, at);
    }
  }

  /** Nothing more is read of this flow, not even facts. */
  release(): void {
    this.releaseNumbers();
  }
}

export const arrivalOf = (packet: PacketRef, at: Nanos): Arrival | undefined =>
  packet === NEVER ? undefined : { packet, at, readyAt: at };
