/**
 * One TCP connection as the capture shows it (RFC 9293): two flows, the handshake, acknowledgments, what was lost, late
 * or repeated, and how it ended. Bytes in order go to a StreamConsumer; facts go to an EventSink and into `facts()`.
 */
import type { Nanos, PacketRef } from '../capture/packet.js';
import { type Arrival, copyArrival, laterOf } from '../stream/arrival.js';
import type { GapCause, StreamConsumer } from '../stream/consumer.js';
import type { EventSink } from '../stream/event-sink.js';
import type { Side } from '../stream/side.js';
import { opposite } from '../stream/side.js';
import { Flow } from './flow.js';
import { flowFacts } from './flow-facts.js';
import { GapList } from './gap-list.js';
import { Handshake, isSyn } from './handshake.js';
import { passPredicted } from './header-prediction.js';
import { blocksDigest, mayReportBlocks } from './loss-history.js';
import {
  echoedRtt,
  type RepetitionContext,
  takeBlocks,
  takeEcho,
  takeRepeatedFin,
  takeRepetition,
} from './repetition-watch.js';
import { ACK, FIN, RST, type Segment, SYN } from './segment.js';
import { AGAIN } from './sent-log.js';
import { advance, ahead } from './sequence.js';
import type { TcpSeries } from './series-recorder.js';
import type { IcmpError, TcpFacts } from './tcp-facts.js';
import { vantageOf } from './vantage.js';

const ICMP_ERRORS_KEPT = 16;
/** An acknowledged hole may still be filled by a packet that the capture recorded late (several queues or interfaces). */
const LATE_RECORDING: Nanos = 20e6;
/** Copies of an ACK follow within the time a packet takes through one machine. */
const COPIED_ACK_WITHIN: Nanos = 1e6;
/** A jump this far is no window: a stray or forged segment. */
const IMPLAUSIBLE_JUMP = 1 << 28;
/** Farther from each other than any buffer reaches in practice, numbers are of two connections. */
const NEAR = 1 << 24;
/** Without an answer to this many repetitions a peer counts as gone. */
const UNANSWERED_REPEATS = 3;

export class Connection implements RepetitionContext {
  /** The endpoint that is lower in the table's order of addresses, and the other. */
  readonly low: Flow;
  readonly high: Flow;
  first: Arrival | undefined;
  private readonly handshake = new Handshake();
  private refused: Arrival | undefined;
  private endedBy: Side | undefined;
  private endPacket: Arrival | undefined;
  private end: 'fin' | 'rst' | undefined;
  private readonly icmpErrors: IcmpError[] = [];
  private readonly gaps = new GapList();
  private consumer: StreamConsumer | undefined;

  /** `roles`: how the client was told from the server. */
  constructor(
    lowSide: Side,
    public roles: 'syn' | 'guessed' | 'content',
    public sink: EventSink | undefined,
  ) {
    const onGap = (flow: Flow, length: number, cause: GapCause, arrival: Arrival) =>
      this.noteGap(flow, length, cause, arrival);
    this.low = new Flow(lowSide, onGap);
    this.high = new Flow(opposite(lowSide), onGap);
  }

  get client(): Flow {
    return this.low.side === 'client' ? this.low : this.high;
  }

  get server(): Flow {
    return this.low.side === 'client' ? this.high : this.low;
  }

  get handshakeRtt(): Nanos | undefined {
    return this.handshake.rtt;
  }

  /** Time of the last packet. */
  get lastAt(): Nanos {
    return Math.max(this.low.lastAt, this.high.lastAt);
  }

  /** Both directions are over, by FIN or RST. */
  get closed(): boolean {
    return this.end === 'rst' || (this.low.fin !== undefined && this.high.fin !== undefined);
  }

  /** Where the bytes go; undefined: nobody wants them, and assembling stops. */
  consume(consumer: StreamConsumer | undefined): void {
    this.consumer = consumer;
    this.low.consume(consumer);
    this.high.consume(consumer);
  }

  consumes(consumer: StreamConsumer): boolean {
    return this.consumer === consumer;
  }

  /** Nobody follows this connection any more. */
  get isIgnored(): boolean {
    return this.consumer === undefined;
  }

  /** Stops following: from here on the connection costs a look-up a packet. */
  ignore(): void {
    this.consume(undefined);
    this.sink = undefined;
  }

  /** The content shows that the side taken for the client is the server. Only before bytes were passed on. */
  swapRoles(): void {
    this.low.side = opposite(this.low.side);
    this.high.side = opposite(this.high.side);
    if (this.endedBy !== undefined) this.endedBy = opposite(this.endedBy);
    for (const gap of this.gaps.listed) gap.side = opposite(gap.side);
    for (const error of this.icmpErrors) error.quoted = opposite(error.quoted);
  }

  /** The numbers of a segment are near those that both sides have used so far. */
  fits(segment: Segment, flow: Flow, peer: Flow): boolean {
    const { sequence, acknowledgment, flags } = segment;
    if (flow.started && Math.abs(ahead(sequence, flow.top)) > NEAR) return false;
    return !peer.started || (flags & ACK) === 0 || Math.abs(ahead(acknowledgment, peer.top)) <= NEAR;
  }

  /** A SYN that does not belong to this connection: the ports are used again. */
  isNewAttempt(segment: Segment, flow: Flow): boolean {
    if (!isSyn(segment)) return false;
    const isForeign = this.handshake.isForeign(segment, flow.side, flow.started);
    if (isForeign !== undefined) return isForeign;
    // A SYN recorded late belongs to the SYN-ACK, or to whatever the peer acknowledged first.
    if (flow.ackedKnown && flow.ackedFrom === advance(segment.sequence, 1)) return false;
    if (!flow.started && this.handshake.synAcks.length > 0) {
      const peer = flow === this.low ? this.high : this.low;
      return peer.acknowledges && peer.acknowledgment !== advance(segment.sequence, 1);
    }
    return flow.started && ahead(segment.sequence, flow.top) !== -1;
  }

  segment(segment: Segment, flow: Flow): void {
    const peer = flow === this.low ? this.high : this.low;
    if (this.consumer !== undefined && passPredicted(segment, flow, peer)) return;
    const { at, packet } = segment;
    this.first ??= { packet, at, readyAt: at };
    if ((segment.flags & RST) !== 0 && flow.rst === undefined && flow.packets > 0) {
      flow.beforeRst = { packet: flow.lastPacket, at: flow.lastAt, readyAt: flow.lastAt };
    }
    flow.packets++;
    flow.lastAt = at;
    flow.lastPacket = packet;
    if (this.consumer === undefined && (segment.flags & (SYN | FIN | RST)) === 0) return;
    if (peer.repeats.length > 1) peer.heardSinceRepeats ??= { packet, at, readyAt: at };
    if (this.low.holeAckedAt >= 0 || this.high.holeAckedAt >= 0) this.giveUpOldHoles(packet, at);
    if ((segment.flags & (SYN | RST)) !== 0) {
      if ((segment.flags & RST) !== 0) this.reset(segment, flow, peer);
      else this.synchronize(segment, flow, peer);
    } else {
      flow.notePlace(segment);
      flow.noteTtl(segment.ttl);
      if (!flow.started) this.startMidway(segment, flow);
      this.data(segment, flow, peer);
    }
    if (segment.ipId > 0) flow.rememberId(segment.ipId);
    flow.notePlain();
    peer.notePlain();
  }

  /** An ICMP error quotes a segment of `flow`. RFC 5927 4.1: with a number it never used, it is forged or of another connection. */
  icmpError(error: Omit<IcmpError, 'quoted'>, flow: Flow, sequence: number): boolean {
    if (flow.started && Math.abs(ahead(sequence, flow.top)) > IMPLAUSIBLE_JUMP) return false;
    const { arrival, name, from, mtu } = error;
    if (mtu !== undefined && flow.started) flow.tooBigUntil = flow.top;
    if (this.icmpErrors.length < ICMP_ERRORS_KEPT) this.icmpErrors.push({ ...error, quoted: flow.side });
    this.sink?.event('tcp', 'icmp-error', 'network', arrival.packet, arrival.at, {
      name,
      from,
      quoted: flow.side,
      ...(mtu === undefined ? {} : { mtu }),
    });
    return true;
  }

  /** The capture is over, or the connection is forgotten: what waits is delivered, open directions are ended. */
  finish(packet: PacketRef, at: Nanos): void {
    if (this.consumer === undefined) return;
    for (const flow of [this.client, this.server]) {
      this.giveUpAll(flow, packet, at);
      this.endFlow(flow);
      flow.end({ kind: flow.rst === undefined ? 'capture-end' : 'rst', arrival: { packet, at, readyAt: at } });
    }
  }

  facts(): TcpFacts {
    const first = this.first ?? { packet: 0, at: 0, readyAt: 0 };
    const flows = {
      client: flowFacts(this.client, this.server),
      server: flowFacts(this.server, this.client),
    };
    const { syns, synAcks, established, simultaneous } = this.handshake;
    const timedOut = this.end === undefined && this.fellSilent(flows);
    return {
      flows,
      syns,
      synAcks,
      established,
      simultaneousOpen: simultaneous,
      handshakeRtt: this.handshakeRtt,
      refused: this.refused,
      icmpErrors: this.icmpErrors,
      endedBy: this.endedBy ?? 'none',
      end: this.end ?? (timedOut ? 'timeout' : 'none'),
      endPacket: this.endPacket,
      first,
      last: laterOf(flows.client.lastPacket, flows.server.lastPacket) ?? first,
      packets: this.low.packets + this.high.packets,
      vantage: vantageOf(this.handshake, flows),
      bothSides: this.low.packets > 0 && this.high.packets > 0,
      gaps: this.gaps.listed,
    };
  }

  /** Its numbers over time, where they were asked for (recorded-connection.ts). */
  series(): TcpSeries | undefined {
    return undefined;
  }

  /** Lets go of what is shared with other connections; nothing is read of this one afterwards. */
  release(): void {
    this.low.release();
    this.high.release();
  }

  private fellSilent(flows: TcpFacts['flows']): boolean {
    const { syns, synAcks } = this.handshake;
    if (syns.length > UNANSWERED_REPEATS - 1 && synAcks.length === 0 && this.server.packets === 0) return true;
    return (['client', 'server'] as const).some((side) => {
      const { repeats } = flows[side];
      const silentSince = this.lastSignOf(opposite(side), flows);
      return repeats.filter((repeat) => repeat.at > silentSince).length >= UNANSWERED_REPEATS;
    });
  }

  /** When a side was last alive: its last packet, or the acknowledgment of something that it sent unseen. */
  private lastSignOf(side: Side, flows: TcpFacts['flows']): Nanos {
    const gap = this.gaps.listed.findLast((one) => one.side === side);
    return Math.max(flows[side].lastPacket?.at ?? Number.NEGATIVE_INFINITY, gap?.at ?? Number.NEGATIVE_INFINITY);
  }

  // ——— Opening and ending ———

  private synchronize(segment: Segment, flow: Flow, peer: Flow): void {
    const isAnswer = (segment.flags & ACK) !== 0;
    const { packet, at } = segment;
    flow.notePlace(segment);
    flow.noteTtl(segment.ttl);
    const what = this.handshake.take(segment, flow.side);
    if (what === 'copy') {
      flow.noteCopy();
      this.sink?.ordinary('tcp', 'copy', flow.side, packet, at, 0);
      return;
    }
    if (what !== 'first') {
      const kind = what === 'needless' ? 'spurious' : 'timeout';
      flow.retransmissions++;
      flow.openingRepeats++;
      flow.kinds[kind]++;
      const of = isAnswer ? 'SYN-ACK' : 'SYN';
      this.sink?.event('tcp', 'retransmission', flow.side, packet, at, { kind, of, bytes: 0 });
    } else {
      this.sink?.event('tcp', isAnswer ? 'syn-ack' : 'syn', flow.side, packet, at);
    }
    flow.windowScale = segment.windowScale();
    flow.window = segment.window;
    flow.permitsSack = segment.permitsSack();
    flow.noteClock(segment);
    if (!flow.started || (isAnswer && flow.freshBytes === 0)) {
      flow.started = true;
      flow.top = advance(segment.sequence, 1);
      flow.assembler.next = flow.top;
    }
    if (isAnswer) this.acknowledge(segment, flow, peer);
    // Data on a SYN (RFC 7413); on one that is sent again it was counted with it.
    if (segment.payloadLength > 0 && what === 'first') this.payload(segment, flow, peer, advance(segment.sequence, 1));
  }

  private reset(segment: Segment, flow: Flow, peer: Flow): void {
    const { packet, at } = segment;
    if (flow.rst !== undefined) {
      flow.rstsMore++;
      if (flow.recentlySawId(segment.ipId)) flow.noteCopy();
      return;
    }
    // Of another connection, or forged blindly: whoever gets it does not heed it (RFC 9293 3.10.7.4).
    if (flow.started && Math.abs(ahead(segment.sequence, flow.top)) > NEAR) return;
    flow.rst = { packet, at, readyAt: at };
    flow.rstTtl = segment.ttl;
    const isBare = (segment.flags & ACK) === 0 && peer.acknowledges && segment.sequence === peer.acknowledgment;
    if (isBare) flow.rstAnswers = { packet: peer.lastPacket, at: peer.lastAt, readyAt: peer.lastAt };
    // A client that has acknowledged something was not refused: the answer to its SYN is not in the capture.
    const { syns, synAcks } = this.handshake;
    const isAnswerToSyn = syns.length > 0 && synAcks.length === 0 && !peer.acknowledges;
    if (isAnswerToSyn && flow.side === 'server' && flow.freshBytes === 0) this.refused = flow.rst;
    if (this.end === undefined) {
      this.end = 'rst';
      this.endedBy = flow.side;
      this.endPacket = flow.rst;
    }
    this.noteUnseenBeforeReset(segment, flow, peer);
    this.sink?.event('tcp', 'rst', flow.side, packet, at, { inFlight: peer.inFlight() });
    if (this.consumer === undefined) return;
    this.giveUpAll(flow, packet, at);
    flow.end({ kind: 'rst', arrival: copyArrival(flow.rst) });
  }

  /** A RST stands behind all that its side has sent, and says how much of the peer's it has (RFC 9293 3.10.7). */
  private noteUnseenBeforeReset(segment: Segment, flow: Flow, peer: Flow): void {
    const { acknowledgment, sequence, at, packet } = segment;
    if (this.consumer === undefined) return;
    const covered = ahead(acknowledgment, peer.acked);
    if ((segment.flags & ACK) !== 0 && peer.ackedKnown && covered > 0 && covered < IMPLAUSIBLE_JUMP) {
      peer.acked = acknowledgment;
      flow.lastAckAt = at;
      flow.lastAckPacket = packet;
      if (peer.started && ahead(acknowledgment, peer.assembler.next) > 0) this.noteAckedHole(peer, at);
    }
    if (!flow.started && flow.ackedKnown && sequence !== 0) this.startMidway(segment, flow);
    const unseen = ahead(sequence, flow.top);
    if (!flow.started || unseen <= 0 || unseen >= IMPLAUSIBLE_JUMP) return;
    this.giveUpAll(flow, packet, at);
    flow.assembler.skipTo(sequence, flow.holeCause(sequence), packet, at);
    flow.top = sequence;
  }

  private finished(segment: Segment, flow: Flow, peer: Flow, end: number): void {
    const { packet, at } = segment;
    const finEnd = advance(end, 1);
    if (flow.fin !== undefined) {
      if (flow.finEnd !== finEnd) return;
      if (segment.payloadLength === 0) takeRepeatedFin(this, segment, flow, peer); // Else counted with its payload.
      return;
    }
    flow.fin = { packet, at, readyAt: at };
    flow.finEnd = finEnd;
    flow.finIpId = segment.ipId;
    flow.finTsVal = segment.tsVal;
    if (ahead(finEnd, flow.top) > 0) flow.top = finEnd;
    flow.finAcks = (segment.flags & ACK) === 0 ? undefined : segment.acknowledgment;
    if (this.end === undefined || this.isAnsweredBy(peer, flow)) {
      this.end = 'fin';
      this.endedBy = flow.side;
      this.endPacket = flow.fin;
    }
    this.sink?.event('tcp', 'fin', flow.side, packet, at);
  }

  /** The capture has two FINs in the wrong order: the one that acknowledges the other was sent behind it. */
  private isAnsweredBy(peer: Flow, flow: Flow): boolean {
    if (this.end !== 'fin' || peer.finAcks === undefined) return false;
    const past = ahead(peer.finAcks, flow.finEnd);
    return past >= 0 && past < IMPLAUSIBLE_JUMP;
  }

  private endFlow(flow: Flow): void {
    if (flow.fin === undefined || ahead(flow.assembler.next, flow.finEnd) < -1) return;
    flow.end({ kind: 'fin', arrival: copyArrival(flow.fin) });
  }

  /**
   * The capture began after the connection did, or lacks the start of this direction: numbering begins with what comes
   * first, or with what the peer acknowledged first where that is earlier. What lies between was on the wire.
   */
  private startMidway(segment: Segment, flow: Flow): void {
    const unseen = flow.ackedKnown ? ahead(segment.sequence, flow.ackedFrom) : 0;
    const start = unseen > 0 && unseen < IMPLAUSIBLE_JUMP ? flow.ackedFrom : segment.sequence;
    flow.started = true;
    flow.top = start;
    flow.assembler.next = start;
    flow.noteClock(segment);
    if (flow.ackedKnown && ahead(flow.acked, start) > 0) this.noteAckedHole(flow, segment.at);
  }

  // ——— Data and acknowledgments ———

  private data(segment: Segment, flow: Flow, peer: Flow): void {
    if (ahead(segment.sequence, flow.top) > IMPLAUSIBLE_JUMP) return;
    if (segment.payloadLength === 0 && (segment.flags & FIN) === 0) {
      this.bareAcknowledgment(segment, flow, peer);
      return;
    }
    if ((segment.flags & ACK) !== 0) this.acknowledge(segment, flow, peer);
    if (segment.payloadLength > 0) this.payload(segment, flow, peer, segment.sequence);
    if ((segment.flags & FIN) !== 0)
      this.finished(segment, flow, peer, advance(segment.sequence, segment.payloadLength));
    if (flow.fin !== undefined) this.endFlow(flow);
  }

  private bareAcknowledgment(segment: Segment, flow: Flow, peer: Flow): void {
    if ((segment.flags & ACK) === 0) return;
    const { packet, at } = segment;
    if (ahead(segment.sequence, flow.top) > 0) flow.announced = segment.sequence;
    const repeats = flow.acknowledges && segment.acknowledgment === flow.acknowledgment;
    if (repeats && this.isCopiedAck(segment, flow, peer)) {
      flow.noteCopy();
      this.sink?.ordinary('tcp', 'copy', flow.side, packet, at, 0);
      return;
    }
    // RFC 9293 3.8.4: a keep-alive repeats the byte before the next. Behind a closed window it is a window probe.
    if (ahead(segment.sequence, flow.top) === -1 && flow.freshBytes + flow.packets > 1 && flow.fin === undefined) {
      this.noteProbe(segment, flow, peer);
      return;
    }
    // RFC 5681 2: same acknowledgment, same window, nothing in it, data outstanding.
    const isReport = segment.window === flow.window || mayReportBlocks(segment);
    if (repeats && isReport && peer.inFlight() > 0 && flow.window !== 0) {
      flow.duplicateAcks++;
      flow.duplicateRun++;
      flow.lastDuplicateAt = at;
      if (flow.duplicateRun === 3) flow.thirdDuplicateAt = at;
      this.sink?.ordinary('tcp', 'duplicate-ack', flow.side, packet, at, 0);
    }
    flow.bareAckAt = at;
    flow.bareAckTsVal = segment.tsVal;
    if (mayReportBlocks(segment)) flow.bareAckBlocks = blocksDigest(segment);
    this.acknowledge(segment, flow, peer);
  }

  /**
   * Without identification: two ACKs alike to the last bit within a moment. A receiver that has agreed to SACK sends a
   * second one only with other blocks in it.
   */
  private isCopiedAck(segment: Segment, flow: Flow, peer: Flow): boolean {
    if (segment.ipId > 0) return flow.recentlySawId(segment.ipId);
    if (segment.at - flow.bareAckAt > COPIED_ACK_WITHIN || segment.window !== flow.window) return false;
    if (segment.hasTimestamps && segment.tsVal !== flow.bareAckTsVal) return false;
    if (mayReportBlocks(segment)) return blocksDigest(segment) === flow.bareAckBlocks;
    return flow.permitsSack === true || peer.inFlight() === 0;
  }

  private acknowledge(segment: Segment, flow: Flow, peer: Flow): void {
    const { acknowledgment, at, packet } = segment;
    if (this.handshake.established === undefined) this.completeHandshake(segment, flow.side);
    if (!peer.ackedKnown) {
      peer.ackedKnown = true;
      peer.acked = acknowledgment;
      peer.ackedFrom = acknowledgment;
      if (peer.packets === 1 && !this.handshake.begun) this.noteFirstKeepAlive(peer);
    }
    const covered = ahead(acknowledgment, peer.acked);
    if (covered > 0 && covered < IMPLAUSIBLE_JUMP) {
      if (peer.history !== undefined) takeEcho(segment, peer, peer.acked, acknowledgment);
      peer.acked = acknowledgment;
      flow.lastAckAt = at;
      flow.lastAckPacket = packet;
      flow.duplicateRun = 0;
      if (peer.repeats.length > 0) peer.settleRepeats(packet, at);
      if (peer.started && ahead(acknowledgment, peer.assembler.next) > 0) this.noteAckedHole(peer, at);
    }
    // Also where nothing new is covered: the first acknowledgment of a capture that begins midway.
    const rtt = peer.sent.acknowledge(acknowledgment, at);
    if (rtt >= 0) {
      if (peer.rtt.add(rtt)) peer.noteSlowAck(segment, flow.rtt.shortest);
    } else if (rtt === AGAIN) this.sampleByEcho(segment, peer);
    if (mayReportBlocks(segment)) takeBlocks(segment, peer);
    flow.acknowledges = true;
    if (segment.window !== flow.window) this.windowChanged(segment, flow, peer);
    flow.acknowledgment = acknowledgment;
  }

  private sampleByEcho(segment: Segment, flow: Flow): void {
    const rtt = echoedRtt(segment, flow, segment.acknowledgment);
    if (rtt >= 0) flow.rtt.add(rtt);
  }

  private completeHandshake(segment: Segment, side: Side): void {
    const { handshake } = this;
    const isDone = handshake.simultaneous ? handshake.completeSimultaneous(segment, side) : false;
    if (!isDone && (side === 'server' || !handshake.complete(segment))) return;
    const { packet, at } = segment;
    const { rtt } = this.handshake;
    this.sink?.event('tcp', 'established', side, packet, at, rtt === undefined ? {} : { rttNs: rtt });
  }

  private windowChanged(segment: Segment, flow: Flow, peer: Flow): void {
    const { packet, at } = segment;
    if ((segment.flags & FIN) !== 0) return; // A side that is done may say 0, and stops nobody.
    if (flow.window > 0 && this.isWindowFilled(flow, peer)) flow.windowsFilled++;
    if (segment.window === 0) {
      flow.zeroWindows++;
      flow.closedWindowAt = at;
      flow.closedWindowPacket = packet;
      this.sink?.event('tcp', 'zero-window', flow.side, packet, at);
    } else if (flow.window === 0) {
      this.sink?.event('tcp', 'window-open', flow.side, packet, at, { closedNs: at - flow.closedWindowAt });
      flow.closedWindowPacket = -1;
      flow.closedFor += at - flow.closedWindowAt;
      flow.closedLongest = Math.max(flow.closedLongest, at - flow.closedWindowAt);
    }
    flow.window = segment.window;
  }

  private payload(segment: Segment, flow: Flow, peer: Flow, sequence: number): void {
    const length = segment.payloadLength;
    const end = advance(sequence, length);
    const lead = ahead(sequence, flow.top);
    if (lead >= 0) {
      if (lead === 1 && flow.freshBytes === 0 && !flow.assembler.holds && !this.handshake.begun) {
        flow.assembler.next = sequence; // The first packet of a capture that begins midway was a keep-alive.
      }
      if (length === 1 && peer.window === 0) flow.windowProbes++;
      flow.sent.log(sequence, end, segment.ipId, segment.tsVal, segment.at, segment.packet);
      flow.top = end;
      flow.noteFresh(segment, length);
    } else if (this.isProbe(segment, flow, peer, end) || !takeRepetition(this, segment, flow, peer, sequence, end)) {
      return;
    }
    const { assembler } = flow;
    const { block, view, payloadStart, payloadEnd } = segment;
    assembler.accept(sequence, length, block, view, payloadStart, payloadEnd, segment.packet, segment.at);
    if (flow.holeAckedAt >= 0 && ahead(flow.acked, assembler.next) <= 0) flow.holeAckedAt = -1;
  }

  /**
   * A byte that is sent to hear something, not to be heard: the last one again, all acknowledged, is a keep-alive
   * (RFC 9293 3.8.4) or, behind a closed window, a probe (3.8.6.1).
   */
  private isProbe(segment: Segment, flow: Flow, peer: Flow, end: number): boolean {
    if (segment.payloadLength !== 1 || ahead(end, flow.top) !== 0) return false;
    const isAcked = flow.ackedKnown && flow.acked === flow.top;
    if (!isAcked && peer.window !== 0) return false;
    this.noteProbe(segment, flow, peer);
    return true;
  }

  /** The peer has sent up to the right edge of the window that `flow` advertised before this. Scales are those of the SYNs. */
  private isWindowFilled(flow: Flow, peer: Flow): boolean {
    if (!flow.acknowledges || !this.handshake.begun) return false;
    const scale = flow.windowScale < 0 || peer.windowScale < 0 ? 0 : flow.windowScale;
    const edge = advance(flow.acknowledgment, flow.window << scale);
    return peer.freshBytes > 0 && ahead(peer.top, edge) >= 0;
  }

  /** The one packet so far of a capture that begins midway was a keep-alive: what it stood one before is acknowledged. */
  private noteFirstKeepAlive(flow: Flow): void {
    if (flow.freshBytes > 0 || flow.fin !== undefined || ahead(flow.acked, flow.assembler.next) !== 1) return;
    flow.keepAlives++;
    flow.top = flow.acked;
    flow.assembler.next = flow.acked;
  }

  private noteProbe({ packet, at }: Segment, flow: Flow, peer: Flow): void {
    if (peer.window === 0) {
      flow.windowProbes++;
      return;
    }
    flow.noteKeepAlive(packet, at, peer.lastAt);
    this.sink?.ordinary('tcp', 'keep-alive', flow.side, packet, at, 0);
  }

  // ——— Holes ———

  private noteAckedHole(flow: Flow, at: Nanos): void {
    if (flow.fin !== undefined && ahead(flow.assembler.next, flow.finEnd) === -1) return; // Only the FIN's own number.
    // One number, acknowledged after the peer's own FIN: rather the FIN of this side, unseen, than a byte.
    const peer = flow === this.low ? this.high : this.low;
    const isOne = ahead(flow.acked, flow.assembler.next) === 1 && !flow.assembler.holds;
    flow.finUnseen = isOne && flow.fin === undefined && peer.fin !== undefined;
    if (flow.holeAckedAt < 0) flow.holeAckedAt = at;
  }

  private giveUpOldHoles(packet: PacketRef, at: Nanos): void {
    for (const flow of [this.low, this.high]) {
      if (flow.holeAckedAt >= 0 && at - flow.holeAckedAt > LATE_RECORDING) this.giveUpAcked(flow, packet, at);
    }
  }

  private giveUpAcked(flow: Flow, packet: PacketRef, at: Nanos): void {
    if (flow.giveUpAcked(packet, at)) this.endFlow(flow);
  }

  /** Nothing more comes that could fill a hole: what waits is delivered. */
  private giveUpAll(flow: Flow, packet: PacketRef, at: Nanos): void {
    if (flow.started && flow.ackedKnown) this.giveUpAcked(flow, packet, at);
    flow.giveUpHoles(packet, at);
  }

  private noteGap(flow: Flow, length: number, cause: GapCause, arrival: Arrival): void {
    this.gaps.add({ side: flow.side, length, packet: arrival.packet, at: arrival.at, cause });
    this.sink?.event('tcp', 'gap', flow.side, arrival.packet, arrival.at, { bytes: length, cause });
  }
}
