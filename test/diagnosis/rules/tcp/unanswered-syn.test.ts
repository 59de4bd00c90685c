import { describe, expect, it } from 'vitest';
import { unansweredSyn } from '../../../../src/diagnosis/rules/tcp/unanswered-syn.js';
import { aSession } from '../../../wire/session-builder.js';
import { arrivalAt } from '../../sessions.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

describe('tcp/unanswered-syn', () => {
  it('counts the SYNs and how long they went on', () => {
    const finding = findingOf(unansweredSyn, aSession().unansweredSyns(4).build());
    expect(finding?.data).toMatchObject({ syns: { n: 4 }, waited: { ns: 7.003e9 } });
    expect(finding?.evidence).toHaveLength(4);
  });

  it.each([
    { name: 'two SYNs only', session: aSession().unansweredSyns(2).build() },
    {
      name: 'a capture that ends 4 s after the first',
      session: aSession().unansweredSyns(3).captureGoesOn(900).build(),
    },
  ])('waits for more after $name', ({ session }) => {
    expect(found(unansweredSyn, session)).toBe('nothing');
    expect(verdictOn(session)).toBe('partial tcp');
  });

  it('accuses nobody when the client goes on as if it had been answered', () => {
    const session = aSession().unansweredSyns(3).build();
    session.tcp.flows.client.bytes = 300;
    expect(found(unansweredSyn, session)).toBe('nothing');
  });

  it('leaves the word to an ICMP error', () => {
    const session = aSession().unansweredSyns(3).build();
    session.tcp.icmpErrors.push({
      arrival: arrivalAt(9, 1),
      from: '10.0.0.1',
      family: 4,
      type: 3,
      code: 13,
      name: 'communication administratively prohibited',
      quoted: 'client',
    });
    expect(found(unansweredSyn, session)).toBe('nothing');
    expect(verdictOn(session)).toBe('failed tcp tcp-unreachable');
  });
});
