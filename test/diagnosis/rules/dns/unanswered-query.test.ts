import { describe, expect, it } from 'vitest';
import { unansweredQuery } from '../../../../src/diagnosis/rules/dns/unanswered-query.js';
import { lookupFindingOf } from '../../verdict.js';
import { failed, lookup, question, RESOLVER } from './lookups.js';

describe('dns/unanswered-query', () => {
  it('counts the queries and the time', () => {
    const finding = lookupFindingOf(unansweredQuery, failed([lookup([question([0, 2, 4])])]));
    expect(finding).toMatchObject({ cause: 'dns-unanswered', message: 'silent', confidence: 'proven' });
    expect(finding?.data).toMatchObject({ queries: { n: 3 }, waited: { ns: 4e9 } });
    expect(finding?.evidence.map(({ note }) => note)).toEqual(['query', 'repeat', 'repeat']);
  });

  it('names all resolvers that were asked', () => {
    const asked = question([0, 2, 4]);
    asked.queries[1]!.resolver = { ...RESOLVER, text: '10.0.0.54:53' };
    const finding = lookupFindingOf(unansweredQuery, failed([lookup([asked])]));
    expect(finding?.message).toBe('several');
    expect(finding?.data?.resolvers).toEqual({ type: 'list', texts: ['10.0.0.53:53', '10.0.0.54:53'] });
  });

  it.each([[[0]], [[0, 2]]])('leaves %j seconds alone: captures end', (queries) => {
    expect(() => failed([lookup([question(queries)])])).toThrow();
  });
});
