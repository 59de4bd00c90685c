/**
 * The holes of one connection as its facts list them: the first ones, and whatever their number the last of each side,
 * since what an end looked like depends on it.
 */
import type { TcpFacts } from './tcp-facts.js';

/** Enough to see where a capture has holes; a capture with more has them everywhere. */
const GAPS_KEPT = 64;

type ListedGap = TcpFacts['gaps'][number];

export class GapList {
  readonly listed: ListedGap[] = [];

  add(gap: ListedGap): void {
    if (this.listed.length === GAPS_KEPT) {
      const index = this.listed.findLastIndex(({ side }) => side === gap.side);
      this.listed.splice(index < 0 ? GAPS_KEPT - 1 : index, 1);
    }
    this.listed.push(gap);
  }
}
