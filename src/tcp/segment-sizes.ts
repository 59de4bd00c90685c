/**
 * Which sizes of segments pass in one direction and which do not: signs of a path that drops large packets without a
 * word (RFC 2923 2.1). Kept only where something was sent again in vain or is missing; what it means is for the rules.
 */
import type { PacketRef } from '../capture/packet.js';
import type { Arrival } from '../stream/arrival.js';
import type { Flow } from './flow.js';
import { ahead } from './sequence.js';
import type { SegmentSizes } from './tcp-facts.js';

/** Sent so often in vain, a size does not pass; once or twice may be ordinary loss. */
const TRIED_IN_VAIN = 3;

/** Of the oldest unacknowledged segment, as long as it is that. */
export class StuckSizes {
  /** Payload of each time it was sent again, in bytes. */
  private tried: number[] = [];
  private first: Arrival | undefined;
  shrunk: SegmentSizes['shrunk'];

  /** The smallest payload that was sent again in vain. */
  get smallest(): number {
    return this.tried.length === 0 ? 0 : Math.min(...this.tried);
  }

  repeated(bytes: number, arrival: Arrival): void {
    this.first ??= arrival;
    if (this.tried.length < TRIED_IN_VAIN * 4) this.tried.push(bytes);
    else this.tried[this.tried.length - 1] = bytes;
  }

  /** It is acknowledged now. Where only the last, smaller attempt did it, large packets do not pass (RFC 4821 3). */
  settle(packet: PacketRef, at: number): void {
    const { tried, first } = this;
    const to = tried.pop() ?? 0;
    const from = Math.min(...tried);
    if (first !== undefined && tried.length >= TRIED_IN_VAIN && to > 0 && to < from) {
      this.shrunk ??= { from, to, tries: tried.length, first, passed: { packet, at, readyAt: at } };
    }
    this.tried = [];
    this.first = undefined;
  }
}

/** What sizes of `flow` passed, at the end. */
export function sizesOf(flow: Flow): SegmentSizes {
  const { sent, history, acked } = flow;
  const isStuck = flow.ackedKnown && sent.oldest() >= 0;
  const tried = history?.stuck.smallest ?? 0;
  let original = 0;
  let sackedBehind = 0;
  if (isStuck) {
    sent.forEachInFlight((start, end) => {
      if (ahead(start, acked) <= 0) original = ahead(end, acked);
      for (const block of history?.blocks ?? []) {
        if (ahead(block.start, acked) <= 0) continue;
        const from = ahead(start, block.start) > 0 ? start : block.start;
        const until = ahead(end, block.end) < 0 ? end : block.end;
        sackedBehind = Math.max(sackedBehind, ahead(until, from));
      }
    });
  }
  return {
    stuck: tried === 0 ? original : Math.min(original, tried),
    acknowledged: sent.largestBefore(isStuck ? acked : flow.top),
    sackedBehind,
    sackedAt: sackedBehind > 0 ? history?.sackedBy : undefined,
    largest: sent.largest,
    hole: flow.hole,
    shrunk: history?.stuck.shrunk,
  };
}
