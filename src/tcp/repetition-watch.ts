/**
 * Takes segments whose bytes, or whose place, are not new, and acknowledgments that say more than a number; counts and
 * tells what they were. Judging one packet is for repetition.ts; here stands what later packets reveal of earlier ones:
 * that a retransmission was not needed (RFC 2883, RFC 3522), or that a probe was a timeout.
 */
import type { Nanos } from '../capture/packet.js';
import type { EventSink } from '../stream/event-sink.js';
import type { Flow } from './flow.js';
import { type AmendableData, LossHistory, type Repeat, readBlocks } from './loss-history.js';
import { type Earlier, isSamePacket, SHORTEST_TIMEOUT, triggerOf, wasOvertaken, wasSentBefore } from './repetition.js';
import type { Segment } from './segment.js';
import { advance, ahead } from './sequence.js';
import type { RetransmissionKind } from './tcp-facts.js';

/** What a connection knows and both of its flows need. */
export interface RepetitionContext {
  readonly sink: EventSink | undefined;
  readonly handshakeRtt: Nanos | undefined;
}

/** A timer that doubles: the second wait against the first (RFC 6298 5.5), with the jitter of two machines. */
const DOUBLED_FROM = 1.7;
const DOUBLED_TO = 2.4;

/** The segment holds `sequence` up to `end`, which begins below the flow's top. Answers whether its bytes are to be assembled. */
export function takeRepetition(
  context: RepetitionContext,
  segment: Segment,
  flow: Flow,
  peer: Flow,
  sequence: number,
  end: number,
): boolean {
  flow.history ??= new LossHistory();
  const { sent, assembler, history } = flow;
  const shortest = shortestRtt(flow, peer, context.handshakeRtt);
  const slot = sent.find(sequence);
  const held = history.holding(sequence);
  if (isCopy(segment, flow, sequence, end, slot, held, shortest)) {
    noteCopy(context, segment, flow, sequence, end);
    return false;
  }
  const bytes = assembler.lacking(sequence, end);
  if (slot < 0 && !assembler.has(sequence)) {
    fillHole(context, segment, flow, peer, sequence, end, bytes, shortest);
    return true;
  }
  const newest = newestOf(flow, slot, held);
  if (bytes === 0 && newest !== undefined && wasSentBefore(segment, flow, newest) === true) {
    noteLate(context, segment, flow, sequence, end);
    exposeOvertakers(context, segment, flow, slot, held);
    return false;
  }
  const since = newest === undefined ? -1 : segment.at - newest.at;
  noteRetransmission(context, segment, flow, peer, { sequence, end, since, holeFor: -1, slot });
  const beyond = ahead(end, flow.top);
  if (beyond > 0) {
    sent.log(flow.top, end, segment.ipId, segment.tsVal, segment.at, segment.packet);
    flow.top = end;
  }
  if (bytes > 0) flow.noteFresh(segment, bytes);
  return true;
}

/** A FIN, or a segment without payload that takes a number, came again. */
export function takeRepeatedFin(context: RepetitionContext, segment: Segment, flow: Flow, peer: Flow): void {
  flow.history ??= new LossHistory();
  const fin = flow.fin!;
  const sequence = advance(flow.finEnd, -1);
  const held = flow.history.holding(sequence);
  const earlier: Earlier[] = [{ ipId: flow.finIpId, tsVal: flow.finTsVal, at: fin.at }, ...held];
  const shortest = shortestRtt(flow, peer, context.handshakeRtt);
  if (earlier.some((one) => isSamePacket(segment, flow, one, shortest) === true)) {
    noteCopy(context, segment, flow, sequence, flow.finEnd);
    return;
  }
  const since = segment.at - (held.at(-1)?.at ?? fin.at);
  noteRetransmission(context, segment, flow, peer, {
    sequence,
    end: flow.finEnd,
    since,
    holeFor: -1,
    slot: -1,
    of: 'FIN',
  });
}

/** An acknowledgment of `flow`'s bytes carries blocks (RFC 2018). */
export function takeBlocks(segment: Segment, flow: Flow): void {
  flow.history ??= new LossHistory();
  const { history } = flow;
  const twice = readBlocks(segment, history);
  if (twice === undefined) return;
  // A probe for life repeats a byte that was received, on purpose.
  if (flow.keepAlives + flow.windowProbes > 0 && ahead(twice.end, twice.start) <= 1) return;
  const repeat = history.findLast(
    twice.start,
    ({ what, reported, at }) => what !== 'late' && !reported && at <= segment.at,
  );
  if (repeat === undefined) {
    flow.duplicates++;
    return;
  }
  repeat.reported = true;
  // Of a retransmission that brought more than these bytes, the rest was needed.
  if (ahead(twice.start, repeat.start) > 0 || ahead(twice.end, repeat.end) < 0) return;
  if (repeat.what === 'copy') flow.duplicates++;
  else reclassify(flow, repeat, 'spurious');
}

/**
 * The peer has acknowledged `flow` from `from` up to `to` with a segment that echoes a timestamp. One from before the
 * retransmission of the first of these bytes shows that an earlier sending arrived (Eifel detection, RFC 3522).
 */
export function takeEcho(segment: Segment, flow: Flow, from: number, to: number): void {
  const { history } = flow;
  // 0, or a time before the connection, echoes nothing of this flow (RFC 7323 3.2).
  if (history === undefined || !segment.hasTimestamps || segment.tsEcr === 0) return;
  if (flow.clockAt < 0 || ahead(segment.tsEcr, flow.clockValue) < 0) return;
  for (const repeat of history.holding(from)) {
    if (repeat.what !== 'retransmission' || repeat.start !== from || ahead(to, repeat.end) < 0) continue;
    if (repeat.hasTimestamps && ahead(repeat.tsVal, segment.tsEcr) > 0) reclassify(flow, repeat, 'spurious');
  }
}

/**
 * The round trip of an acknowledgment whose newest segment was sent more than once: timestamps say which sending it
 * answers (RFC 7323 4), where Karn's rule must pass. -1 where they do not.
 */
export function echoedRtt(segment: Segment, flow: Flow, acknowledged: number): Nanos {
  if (!segment.hasTimestamps || flow.history === undefined) return -1;
  const last = advance(acknowledged, -1);
  const repeat = flow.history.findLast(
    last,
    ({ what, hasTimestamps, tsVal }) => what === 'retransmission' && hasTimestamps && tsVal === segment.tsEcr,
  );
  return repeat === undefined ? -1 : segment.at - repeat.at;
}

/** The least time a packet of this path takes there and back, as far as was seen; 0 when nothing was. */
export function shortestRtt(flow: Flow, peer: Flow, handshakeRtt: Nanos | undefined): Nanos {
  const both = flow.rtt.shortest < 0 || peer.rtt.shortest < 0 ? -1 : flow.rtt.shortest + peer.rtt.shortest;
  if (both >= 0) return handshakeRtt === undefined ? both : Math.min(both, handshakeRtt);
  return handshakeRtt ?? Math.max(0, flow.rtt.shortest, peer.rtt.shortest);
}

/** The round trip that the sender of `flow` knows: its own half smoothed, the other half at its least. -1 when unknown. */
function pathRtt(flow: Flow, peer: Flow, handshakeRtt: Nanos | undefined): Nanos {
  if (flow.rtt.smoothed < 0) return handshakeRtt ?? -1;
  return flow.rtt.smoothed + Math.max(0, peer.rtt.shortest);
}

// ——— What it is ———

function isCopy(
  segment: Segment,
  flow: Flow,
  sequence: number,
  end: number,
  slot: number,
  held: readonly Repeat[],
  shortest: Nanos,
): boolean {
  const { sent } = flow;
  let isKnown = false;
  if (slot >= 0 && sent.startAt(slot) === sequence && sent.endAt(slot) === end) {
    isKnown = true;
    const original = originalAt(flow, slot);
    if (isSamePacket(segment, flow, original, shortest) === true) return true;
  }
  for (const repeat of held) {
    if (repeat.start !== sequence || repeat.end !== end) continue;
    isKnown = true;
    if (isSamePacket(segment, flow, repeat, shortest) === true) return true;
  }
  // What it would be a copy of is no longer remembered, except for its identification.
  return !isKnown && flow.assembler.has(sequence) && flow.recentlySawId(segment.ipId);
}

/** The sending of these bytes that was captured last. */
function newestOf(flow: Flow, slot: number, held: readonly Repeat[]): Earlier | undefined {
  const repeat = held.findLast(({ what }) => what !== 'copy');
  if (repeat !== undefined || slot < 0) return repeat;
  return originalAt(flow, slot);
}

function fillHole(
  context: RepetitionContext,
  segment: Segment,
  flow: Flow,
  peer: Flow,
  sequence: number,
  end: number,
  bytes: number,
  shortest: Nanos,
): void {
  const after = nextSent(flow, end);
  const overtaken = after === undefined ? undefined : wasOvertaken(segment, flow, after, shortest);
  if (overtaken === true) {
    noteLate(context, segment, flow, sequence, end);
  } else {
    const holeFor = after === undefined ? -1 : segment.at - after.at;
    const told = { sequence, end, since: -1, holeFor, slot: -1, undecided: overtaken === undefined && shortest === 0 };
    noteRetransmission(context, segment, flow, peer, told);
  }
  flow.sent.distrust(end);
  if (ahead(end, flow.top) > 0) flow.top = end;
  flow.noteFresh(segment, bytes);
}

/** The packet that was captured of those sent next behind `end`: the first byte there, else the nearest known. */
function nextSent(flow: Flow, end: number): Earlier | undefined {
  const { sent, assembler, fin } = flow;
  let slot = sent.find(end);
  if (slot < 0 && assembler.holds) slot = sent.find(assembler.waitingFrom);
  if (slot < 0 && fin !== undefined && ahead(end, flow.finEnd) < 0)
    return { ipId: flow.finIpId, tsVal: flow.finTsVal, at: fin.at };
  if (slot < 0) slot = sent.newest();
  return slot < 0 ? undefined : originalAt(flow, slot);
}

const originalAt = ({ sent }: Flow, slot: number): Earlier => ({
  ipId: sent.ipIdAt(slot),
  tsVal: sent.tsValAt(slot),
  at: sent.sentAt(slot),
});

// ——— What is noted ———

interface Retransmission {
  sequence: number;
  end: number;
  since: Nanos;
  holeFor: Nanos;
  /** Of the original in the log of what was sent, or -1. */
  slot: number;
  of?: string;
  /** It may as well have been overtaken by packets behind it. */
  undecided?: boolean;
}

function noteRetransmission(
  context: RepetitionContext,
  segment: Segment,
  flow: Flow,
  peer: Flow,
  about: Retransmission,
): void {
  const { at, packet } = segment;
  const { sequence, end, since, holeFor, slot } = about;
  const history = flow.history!;
  const before = history.findLast(sequence, ({ what }) => what === 'retransmission');
  const path = pathRtt(flow, peer, context.handshakeRtt);
  const circumstances = {
    start: sequence,
    end,
    at,
    since,
    holeFor,
    repeatedBefore: before !== undefined,
    pathRtt: path,
    timeout: path + Math.max(200e6, 4 * flow.rtt.variation),
    sackAgreed:
      flow.permitsSack === undefined || peer.permitsSack === undefined
        ? undefined
        : flow.permitsSack && peer.permitsSack,
  };
  if (before !== undefined) correctProbe(flow, before, since);
  const trigger = about.undecided === true ? 'unknown' : triggerOf(flow, peer, circumstances);
  const isHad = flow.ackedKnown && ahead(flow.acked, end) >= 0;
  if (trigger === 'timeout' && !isHad) history.recovery = flow.top;
  const data: AmendableData = {
    kind: trigger,
    bytes: segment.payloadLength,
    ...(about.of === undefined ? {} : { of: about.of }),
    ...(slot < 0 ? {} : { original: flow.sent.packetAt(slot) }),
    ...(since < 0 ? { originalUnseen: true } : { sinceNs: since }),
  };
  const repeat = repeatOf(segment, 'retransmission', sequence, end, trigger, since, data);
  history.remember(repeat);
  flow.retransmissions++;
  flow.kinds[trigger]++;
  if (isHad) reclassify(flow, repeat, 'spurious');
  context.sink?.event('tcp', 'retransmission', flow.side, packet, at, data);
  flow.sent.repeat(sequence, end);
  if (flow.ackedKnown && ahead(sequence, flow.acked) <= 0 && ahead(end, flow.acked) > 0) flow.repeated(segment);
  const isResized = !isHad && flow.tooBigUntil !== undefined && ahead(end, flow.tooBigUntil) <= 0;
  if (isResized) flow.resized++;
  else history.outages.retransmitted(end);
}

function noteCopy(context: RepetitionContext, segment: Segment, flow: Flow, sequence: number, end: number): void {
  flow.noteCopy();
  flow.history!.remember(repeatOf(segment, 'copy', sequence, end, 'unknown', -1, undefined));
  context.sink?.ordinary('tcp', 'copy', flow.side, segment.packet, segment.at, segment.payloadLength);
}

function noteLate(context: RepetitionContext, segment: Segment, flow: Flow, sequence: number, end: number): void {
  flow.outOfOrder++;
  flow.history!.remember(repeatOf(segment, 'late', sequence, end, 'unknown', -1, undefined));
  context.sink?.event('tcp', 'out-of-order', flow.side, segment.packet, segment.at, { bytes: segment.payloadLength });
}

/** An original came behind what was sent because of its absence: that was not needed, and is only now known for what it is. */
function exposeOvertakers(
  context: RepetitionContext,
  segment: Segment,
  flow: Flow,
  slot: number,
  held: readonly Repeat[],
): void {
  const sentAgain = held.filter(({ what }) => what === 'retransmission');
  for (const repeat of sentAgain) reclassify(flow, repeat, 'spurious');
  if (sentAgain.length > 0 || slot < 0 || flow.sent.repeats(slot) >= 1) return;
  const original = originalAt(flow, slot);
  if (wasSentBefore(segment, flow, original) !== true) return;
  const bytes = ahead(flow.sent.endAt(slot), flow.sent.startAt(slot));
  flow.retransmissions++;
  flow.kinds.spurious++;
  flow.sent.repeat(flow.sent.startAt(slot), flow.sent.endAt(slot));
  const data = { kind: 'spurious', bytes, original: segment.packet };
  context.sink?.event('tcp', 'retransmission', flow.side, flow.sent.packetAt(slot), original.at, data);
}

/** RFC 8985 7.3: behind a probe the timer starts afresh. A second wait of twice the first shows that the first was a timeout. */
function correctProbe(flow: Flow, before: Repeat, since: Nanos): void {
  if (before.kind !== 'tail-loss-probe' || before.since < SHORTEST_TIMEOUT) return;
  const ratio = since / before.since;
  if (ratio > DOUBLED_FROM && ratio < DOUBLED_TO) reclassify(flow, before, 'timeout');
}

function reclassify(flow: Flow, repeat: Repeat, kind: RetransmissionKind): void {
  if (repeat.kind === kind) return;
  flow.kinds[repeat.kind]--;
  flow.kinds[kind]++;
  if (repeat.data !== undefined) {
    if (kind === 'spurious' && repeat.kind !== 'unknown') repeat.data.trigger = repeat.kind;
    repeat.data.kind = kind;
  }
  repeat.kind = kind;
}

const repeatOf = (
  { ipId, hasTimestamps, tsVal, at, packet }: Segment,
  what: Repeat['what'],
  start: number,
  end: number,
  kind: RetransmissionKind,
  since: Nanos,
  data: AmendableData | undefined,
): Repeat => ({ what, start, end, ipId, hasTimestamps, tsVal, at, packet, kind, since, reported: false, data });
