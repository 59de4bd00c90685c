/**
 * One direction of a connection: what its sender sent, as counters and times. Fields are plain numbers so that a packet
 * of a healthy flow costs a few stores; the report's view of them is made at the end by `facts()`.
 */
import type { Nanos, PacketRef } from '../capture/packet.js';
import type { Arrival } from '../stream/arrival.js';
import type { BlockConsumer, Ending, GapCause, StreamConsumer } from '../stream/consumer.js';
import type { Side } from '../stream/side.js';
import { Assembler, type AssemblerOutput } from './assembler.js';
import { FlowNumbers } from './flow-numbers.js';
import { RttSamples } from './rtt-samples.js';
import { SentLog } from './sent-log.js';
import { ahead } from './sequence.js';
import type { FlowFacts, RetransmissionKind } from './tcp-facts.js';

/** Repetitions of one segment that are listed; Linux gives up after 15. */
const REPEATS_KEPT = 16;
/** Identifications of the last packets, for recognising copies: two interfaces seldom lag further apart. */
const RECENT_IDS = 16;
const NEVER = -1;

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
  zeroWindows = 0;
  keepAlives = 0;
  copies = 0;

  closedWindowAt: Nanos = 0;
  closedWindowPacket: PacketRef = NEVER;
  /** Sequence number after the FIN; only with `fin`. */
  finEnd = 0;
  fin: Arrival | undefined;
  /** The peer acknowledged what looks like a FIN that the capture lacks. */
  finUnseen = false;
  rst: Arrival | undefined;
  ttl = NEVER;
  rstTtl = NEVER;
  repeats: Arrival[] = [];
  /** Who takes the bytes in order; undefined once the connection is known to be of no interest. */
  private consumer: StreamConsumer | undefined;
  /** The same, where it takes bytes in their block. */
  private blockConsumer: BlockConsumer | undefined;
  /** The consumer was told that this direction is over. */
  ended = false;
  private recentIds: number[] | undefined;
  private recentAt = 0;

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

  /** Notes the identification of a packet, for recognising copies of it. */
  rememberId(ipId: number): void {
    this.recentIds ??= new Array<number>(RECENT_IDS).fill(NEVER);
    this.recentIds[this.recentAt] = ipId;
    this.recentAt = (this.recentAt + 1) & (RECENT_IDS - 1);
  }

  /** One of the last packets of this side had the same identification; 0 is no identification (RFC 6864 4.1). */
  recentlySawId(ipId: number): boolean {
    return ipId > 0 && this.recentIds !== undefined && this.recentIds.includes(ipId);
  }

  /** Bytes in flight as far as the capture knows. */
  inFlight(): number {
    return this.started && this.ackedKnown ? Math.max(0, ahead(this.top, this.acked)) : 0;
  }

  repeated(packet: PacketRef, at: Nanos): void {
    if (this.repeats.length < REPEATS_KEPT) this.repeats.push({ packet, at, readyAt: at });
  }

  /** Nothing more is read of this flow, not even facts. */
  release(): void {
    this.releaseNumbers();
  }

  facts(): FlowFacts {
    const finAcked = this.fin !== undefined && this.ackedKnown && ahead(this.acked, this.finEnd) >= 0;
    const oldest = this.sent.oldest();
    const outstanding = this.ackedKnown ? ahead(this.top, this.acked) : 0;
    let oldestUnacked: Arrival | undefined;
    if (oldest >= 0) oldestUnacked = arrivalOf(this.sent.packetAt(oldest), this.sent.sentAt(oldest));
    else if (this.fin !== undefined && !finAcked) oldestUnacked = this.fin;
    return {
      packets: this.packets,
      bytes: this.freshBytes,
      missingBytes: this.started || !this.ackedKnown ? this.assembler.missing : ahead(this.acked, this.ackedFrom),
      retransmissions: this.retransmissions,
      retransmissionKinds: { ...this.kinds },
      outOfOrder: this.outOfOrder,
      duplicateAcks: this.duplicateAcks,
      zeroWindows: this.zeroWindows,
      keepAlives: this.keepAlives,
      copies: this.copies,
      rtt: this.rtt.summary(),
      firstData: arrivalOf(this.firstDataPacket, this.firstDataAt),
      lastData: arrivalOf(this.lastDataPacket, this.lastDataAt),
      lastPacket: arrivalOf(this.lastPacket, this.lastAt),
      lastAck: arrivalOf(this.lastAckPacket, this.lastAckAt),
      fin: this.fin,
      finAcked,
      rst: this.rst,
      oldestUnacked,
      unackedBytes: oldest >= 0 ? Math.max(0, outstanding) : 0,
      repeats: oldestUnacked === undefined ? [] : this.repeats,
      windowClosedSince: arrivalOf(this.closedWindowPacket, this.closedWindowAt),
      ttl: this.ttl,
      rstTtl: this.rstTtl,
    };
  }
}

const arrivalOf = (packet: PacketRef, at: Nanos): Arrival | undefined =>
  packet === NEVER ? undefined : { packet, at, readyAt: at };
