import { describe, expect, it } from 'vitest';
import { unreachableResolver } from '../../../../src/diagnosis/rules/dns/unreachable-resolver.js';
import { arrivalAt } from '../../sessions.js';
import { lookupFindingOf } from '../../verdict.js';
import { failed, lookup, question } from './lookups.js';

const refused = (name: string) => ({
  ...question([0]),
  errors: [{ arrival: arrivalAt(2, 0.1), from: '192.0.2.1', name }],
});

describe('dns/unreachable-resolver', () => {
  it.each([
    { name: 'port unreachable', remedy: 'service' },
    { name: 'communication administratively prohibited', remedy: 'filter' },
  ])('quotes the router: $name', ({ name, remedy }) => {
    const finding = lookupFindingOf(unreachableResolver, failed([lookup([refused(name)])]));
    expect(finding).toMatchObject({ cause: 'dns-unreachable', message: 'unreachable', struckAt: 1e8 });
    expect(finding?.data).toMatchObject({ router: { text: '192.0.2.1' }, error: { text: name } });
    expect(finding?.remedies[0]).toBe(remedy);
  });

  it('is silent where nothing came back at all', () => {
    expect(lookupFindingOf(unreachableResolver, failed([lookup([question([0, 2, 4])])]))).toBeUndefined();
  });
});
