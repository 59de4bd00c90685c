/**
 * Tells, in one direction, retransmissions that repair single losses from those of an outage: the same bytes sent again
 * and again in vain, and what was lost with them and follows once they are acknowledged (RFC 6298 5.5, RFC 5681 3.1).
 */
import type { Arrival } from '../stream/arrival.js';
import { ahead } from './sequence.js';
import type { Outage } from './tcp-facts.js';

/** Repeats of the same bytes: one or two may be ordinary loss, and the third comes more than a second later. */
const REPEATS_NEEDED = 3;
/** A connection that is cut more often is described well enough by these. */
const OUTAGES_KEPT = 16;

export class OutageWatch {
  readonly outages: Outage[] = [];
  /** When the oldest unacknowledged bytes were first sent; undefined while they were not sent again. */
  private since: Arrival | undefined;
  private repeats = 0;
  /** Retransmissions since then, of whatever bytes. */
  private pending = 0;
  /** Retransmissions of outages that are over. */
  private counted = 0;
  /** Up to here everything was sent before the end of the last outage. */
  private recoverTo: number | undefined;

  /** Retransmissions that belong to an outage, also to one that is not over. */
  get retransmissions(): number {
    return this.counted + (this.repeats >= REPEATS_NEEDED ? this.pending : 0);
  }

  /** The oldest unacknowledged bytes, sent at `since`, are sent again. */
  repeated(since: Arrival): void {
    this.since ??= since;
    this.repeats++;
  }

  /** Any bytes up to `end` are sent again; of the oldest, after `repeated`. */
  retransmitted(end: number): void {
    if (this.recoverTo !== undefined && ahead(end, this.recoverTo) <= 0) this.counted++;
    else if (this.since !== undefined) this.pending++;
  }

  /** The oldest bytes are acknowledged; `top` ends what was sent until now. */
  settle(until: Arrival, top: number): void {
    if (this.since !== undefined && this.repeats >= REPEATS_NEEDED) {
      this.counted += this.pending;
      this.recoverTo = top;
      const { since, repeats } = this;
      if (this.outages.length < OUTAGES_KEPT) this.outages.push({ since, until, repeats });
    }
    this.since = undefined;
    this.repeats = 0;
    this.pending = 0;
  }
}
