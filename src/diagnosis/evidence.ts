/**
 * Turns what a rule points at into evidence: packets that were seen, in the order of capture, each with the key of the
 * note that says what it shows. What was not seen is left out, so a rule may name every packet it would like to show.
 */
import type { Arrival, Span } from '../stream/arrival.js';
import type { Evidence } from './rule.js';

/** A packet, or the packets of something longer (its last one proves that it was whole), and the key of a note. */
export type Point = readonly [where: Arrival | Span | undefined, note: string];

const isSpan = (where: Arrival | Span): where is Span => 'first' in where;

export const evidence = (...points: readonly Point[]): Evidence[] => {
  const seen: Evidence[] = [];
  for (const [where, note] of points) {
    if (where !== undefined) seen.push({ arrival: isSpan(where) ? where.last : where, note });
  }
  return seen.sort((a, b) => a.arrival.at - b.arrival.at);
};
