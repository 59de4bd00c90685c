/**
 * What both directions of a WebSocket session share: the pings of one side and the pongs of the other, the closing handshake,
 * the rules that were broken, all of it told to the timeline as well (RFC 6455 5.5, 7.1).
 */
import type { EventSink } from '../stream/event-sink.js';
import { opposite, type PerSide, perSide, type Side } from '../stream/side.js';
import { readCloseBody } from './close-body.js';
import type { Frame } from './frame.js';
import { PingLedger } from './ping-ledger.js';
import type { CloseFrame, Corruption, Violation, ViolationRule } from './websocket-facts.js';

/** Violations kept, and of each rule and side: a peer that never masks must not hide what else is wrong. */
const VIOLATIONS_KEPT = 100;
const VIOLATIONS_KEPT_PER_RULE = 20;
/** Events of corruption told; a stream that goes on like that says nothing new. */
const CORRUPTIONS_TOLD = 20;
/** Closes told to the timeline for each side: the second one already says that something is wrong. */
const CLOSES_TOLD = 20;

export class Conversation {
  readonly violations: Violation[] = [];
  violationCount = 0;
  readonly closes: PerSide<CloseFrame | undefined> = { client: undefined, server: undefined };
  firstClose: CloseFrame | undefined;
  closedBehindEnd = false;
  corrupted: Corruption | undefined;
  corruptionCount = 0;
  readonly pings: PerSide<PingLedger> = perSide(() => new PingLedger());
  private readonly keptByRule = new Map<string, number>();
  private readonly closesTold: PerSide<number> = perSide(() => 0);
  /** Closed or ended: a pong that comes now comes too late for this side. */
  private readonly gone: PerSide<boolean> = perSide(() => false);
  private readonly ended: PerSide<boolean> = perSide(() => false);

  constructor(readonly sink: EventSink) {}

  /** Kept and told up to a limit, counted always. */
  violation(side: Side, rule: ViolationRule, frame: Frame, detail: string): void {
    this.violationCount++;
    const key = `${side} ${rule}`;
    const kept = this.keptByRule.get(key) ?? 0;
    if (this.violations.length >= VIOLATIONS_KEPT || kept >= VIOLATIONS_KEPT_PER_RULE) return;
    this.keptByRule.set(key, kept + 1);
    this.violations.push({ rule, from: side, span: frame.span(), detail });
    this.sink.event('ws', 'violation', side, frame.lastPacket, frame.lastAt, { rule, detail });
  }

  /** `payload` is a view of what is known of it, from its start. */
  ping(side: Side, frame: Frame, payload: Uint8Array): void {
    this.pings[side].ping(payload, frame.length, frame.lastArrival());
    this.sink.event('ws', 'ping', side, frame.lastPacket, frame.lastAt, { bytes: frame.length });
  }

  pong(side: Side, frame: Frame, payload: Uint8Array): void {
    const pinger = opposite(side);
    const pings = this.pings[pinger];
    const isLate = this.gone[pinger];
    if (isLate) pings.latePong(payload, frame.length, frame.lastArrival());
    const rttNs = isLate ? undefined : pings.pong(payload, frame.length, frame.lastAt);
    const data = rttNs === undefined ? { bytes: frame.length } : { bytes: frame.length, rttNs };
    this.sink.event('ws', 'pong', side, frame.lastPacket, frame.lastAt, data);
  }

  /** Where octets of the body are missing, a code that is not there is -1, and nothing is held against the peer. */
  close(side: Side, frame: Frame, payload: Uint8Array, whole: boolean): void {
    const body = payload.length < 2 && !whole ? { code: -1, reason: '', faults: [] } : readCloseBody(payload, whole);
    const { code, reason, faults } = body;
    for (const { rule, detail } of faults) this.violation(side, rule, frame, detail);
    if (this.closes[side] === undefined) {
      const close: CloseFrame = { from: side, code, reason, span: frame.span() };
      this.closes[side] = close;
      this.closedBehindEnd ||= this.firstClose === undefined && this.ended[opposite(side)];
      this.firstClose ??= close;
      this.gone[side] = true;
    }
    if (this.closesTold[side]++ < CLOSES_TOLD) {
      this.sink.event('ws', 'close', side, frame.lastPacket, frame.lastAt, { code, reason });
    }
  }

  /** The stream of this side is over. */
  end(side: Side): void {
    this.gone[side] = true;
    this.ended[side] = true;
  }

  corrupt(corruption: Corruption): void {
    this.corrupted ??= corruption;
    if (this.corruptionCount++ >= CORRUPTIONS_TOLD) return;
    const { from, arrival, preview, http } = corruption;
    const text = Buffer.from(preview.buffer, preview.byteOffset, preview.length).toString('latin1');
    this.sink.event('ws', 'corrupted', from, arrival.packet, arrival.at, { text, http });
  }

  /** Frames of this side were lost: pongs among them are missed by nobody but us. */
  lose(side: Side): void {
    this.pings[opposite(side)].lose();
  }
}
