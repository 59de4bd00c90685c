import { describe, expect, it } from 'vitest';
import { slowLookup } from '../../../../src/diagnosis/rules/dns/slow-lookup.js';
import type { Session } from '../../../../src/session/session.js';
import { closed, opened } from '../../sessions.js';
import { found } from '../../verdict.js';
import { answer, lookup, question } from './lookups.js';

const after = (queries: number[], answeredAt: number, followed = true): Session => {
  const given = answer(answeredAt, { addresses: ['203.0.113.7'] });
  const facts = lookup([{ ...question(queries), answers: [given] }]);
  return { ...closed(opened()), origin: { resolution: { lookups: [facts] }, answer: given, followed } };
};

describe('dns/slow-lookup', () => {
  it.each([
    { queries: [0], answeredAt: 1.2, says: 'dns-slow warning late' },
    { queries: [0, 2], answeredAt: 2.1, says: 'dns-slow warning repeated' },
    { queries: [0, 0.3], answeredAt: 0.4, says: 'dns-slow warning repeated' },
    { queries: [0], answeredAt: 0.9, says: 'nothing' },
    { queries: [0, 0.01], answeredAt: 0.1, says: 'nothing' },
  ])('says $says of queries at $queries s, answered at $answeredAt s', ({ queries, answeredAt, says }) => {
    expect(found(slowLookup, after(queries, answeredAt))).toBe(says);
  });

  it('is silent where the address was known for long, or without a lookup', () => {
    expect(found(slowLookup, after([0], 3, false))).toBe('nothing');
    expect(found(slowLookup, closed(opened()))).toBe('nothing');
  });
});
