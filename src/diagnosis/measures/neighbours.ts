/**
 * Finds, among many sessions of a capture, those with nearly the same value of some measure, without comparing each
 * with each: ten thousand sessions that end alike are judged in a moment.
 */
import type { CaptureView, Session } from '../../session/session.js';

/** Neighbours looked at in detail: enough to tell a pattern from chance, few enough to do so for every session. */
const LOOKED_AT = 64;

/** Values of one group, sorted. */
class SortedGroup<T> {
  private readonly items: T[];

  constructor(
    items: readonly T[],
    private readonly placeOf: (item: T) => number,
  ) {
    this.items = [...items].sort((a, b) => placeOf(a) - placeOf(b));
  }

  /** Those within `distance` of a value: how many there are, and the nearest of them in order of their values. */
  around(value: number, distance: number): { count: number; nearest: T[] } {
    const from = this.firstAtLeast(value - distance);
    const to = this.firstAtLeast(value + distance + 1);
    const middle = this.firstAtLeast(value);
    const start = Math.max(from, Math.min(middle - LOOKED_AT / 2, to - LOOKED_AT));
    return { count: to - from, nearest: this.items.slice(start, Math.min(to, start + LOOKED_AT)) };
  }

  private firstAtLeast(value: number): number {
    let [low, high] = [0, this.items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const item = this.items[middle];
      if (item !== undefined && this.placeOf(item) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/**
 * An index over the sessions of a capture, made when it is first asked for: `measure` gives what is known of a session
 * (undefined: nothing), `group` which sessions are compared at all, `placeOf` by what.
 */
export const neighboursBy = <T>(
  measure: (session: Session) => T | undefined,
  group: (session: Session) => string,
  placeOf: (item: T) => number,
) => {
  const indexes = new WeakMap<CaptureView, Map<string, SortedGroup<T>>>();
  return (capture: CaptureView, session: Session, distance: number): { count: number; nearest: T[] } => {
    let index = indexes.get(capture);
    if (index === undefined) {
      index = makeIndex(capture, measure, group, placeOf);
      indexes.set(capture, index);
    }
    const own = measure(session);
    const known = index.get(group(session));
    return own === undefined || known === undefined ? { count: 0, nearest: [] } : known.around(placeOf(own), distance);
  };
};

const makeIndex = <T>(
  { sessions }: CaptureView,
  measure: (session: Session) => T | undefined,
  group: (session: Session) => string,
  placeOf: (item: T) => number,
): Map<string, SortedGroup<T>> => {
  const groups = new Map<string, T[]>();
  for (const session of sessions) {
    const item = measure(session);
    if (item === undefined) continue;
    const known = groups.get(group(session));
    if (known === undefined) groups.set(group(session), [item]);
    else known.push(item);
  }
  return new Map([...groups].map(([name, items]) => [name, new SortedGroup(items, placeOf)]));
};
