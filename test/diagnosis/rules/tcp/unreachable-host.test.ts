import { describe, expect, it } from 'vitest';
import { unreachableHost } from '../../../../src/diagnosis/rules/tcp/unreachable-host.js';
import { aSession } from '../../../wire/session-builder.js';
import { arrivalAt, opened } from '../../sessions.js';
import { findingOf, found } from '../../verdict.js';

const icmp = (family: 4 | 6, type: number, code: number) => ({
  arrival: arrivalAt(2, 0.01),
  from: '192.0.2.1',
  family,
  type,
  code,
  name: 'some error',
  quoted: 'client' as const,
});

describe('tcp/unreachable-host', () => {
  it.each([
    { family: 4 as const, type: 3, code: 1, remedy: 'route' },
    { family: 4 as const, type: 3, code: 13, remedy: 'prohibited' },
    { family: 4 as const, type: 11, code: 0, remedy: 'route' },
    { family: 6 as const, type: 1, code: 1, remedy: 'prohibited' },
    { family: 6 as const, type: 1, code: 3, remedy: 'route' },
  ])('takes IPv$family type $type code $code for a no', ({ family, type, code, remedy }) => {
    const session = aSession().unansweredSyns(1).build();
    session.tcp.icmpErrors.push(icmp(family, type, code));
    const finding = findingOf(unreachableHost, session);
    expect(finding).toMatchObject({ cause: 'tcp-unreachable', struckAt: 10e6 });
    expect(finding?.remedies[0]).toBe(remedy);
  });

  it.each([
    { family: 4 as const, type: 3, code: 4, name: 'fragmentation needed' },
    { family: 6 as const, type: 2, code: 0, name: 'packet too big' },
  ])('knows that "$name" is no refusal', ({ family, type, code }) => {
    const session = aSession().unansweredSyns(1).build();
    session.tcp.icmpErrors.push(icmp(family, type, code));
    expect(found(unreachableHost, session)).toBe('nothing');
  });

  it('forgets an error after which the connection was made all the same', () => {
    const session = opened().build();
    session.tcp.icmpErrors.push(icmp(4, 3, 1));
    expect(found(unreachableHost, session)).toBe('nothing');
  });
});
