import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { neighboursBy } from '../../../src/diagnosis/measures/neighbours.js';
import type { Session } from '../../../src/session/session.js';
import { closed, opened } from '../sessions.js';
import { viewOf } from '../verdict.js';

const template = closed(opened());
const withId = (id: number): Session => ({ ...template, id });

describe('neighbours', () => {
  it('are those that comparing each with each would find', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(300), { minLength: 1, maxLength: 60 }), fc.nat(40), (values, distance) => {
        const sessions = values.map((_, index) => withId(index));
        const near = neighboursBy(
          ({ id }) => values[id],
          () => 'all',
          (value) => value,
        );
        const view = viewOf(sessions);
        for (const session of sessions) {
          const own = values[session.id] ?? 0;
          const expected = values.filter((value) => Math.abs(value - own) <= distance).sort((a, b) => a - b);
          expect(near(view, session, distance)).toEqual({ count: expected.length, nearest: expected });
        }
      }),
      { numRuns: 50 },
    );
  });

  it('keeps groups apart, and looks at few of very many', () => {
    const sessions = Array.from({ length: 5000 }, (_, id) => withId(id));
    const near = neighboursBy(
      ({ id }) => (id === 7 ? undefined : id),
      ({ id }) => (id % 2 === 0 ? 'even' : 'odd'),
      () => 1,
    );
    const view = viewOf(sessions);
    expect(near(view, sessions[0]!, 5)).toMatchObject({ count: 2500, nearest: { length: 64 } });
    expect(near(view, sessions[1]!, 5).count).toBe(2499);
    expect(near(view, sessions[7]!, 5)).toEqual({ count: 0, nearest: [] });
  });
});
