import { describe, expect, it } from 'vitest';
import { unansweredSyn } from '../../../../src/diagnosis/rules/tcp/unanswered-syn.js';
import type { Answer } from '../../../../src/session/session.js';
import { aSession } from '../../../wire/session-builder.js';
import { arrivalAt } from '../../sessions.js';
import { findingOf, found, type KnownServer, verdictOn, viewOf } from '../../verdict.js';

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

  it('needs no more of the capture where five SYNs have waited', () => {
    const session = aSession().unansweredSyns(5).build();
    expect(verdictOn({ ...session, captureEnd: 4e9 })).toBe('failed tcp tcp-unanswered');
  });

  describe('on a port that answered others', () => {
    const session = aSession().wait(100_000).unansweredSyns(4).build();
    const client = session.client.address;
    const answer = (seconds: number, more: Partial<Answer> = {}): Answer => ({
      client,
      synAck: arrivalAt(2, seconds),
      vantage: 'client',
      ...more,
    });
    const told = (known: KnownServer): string => found(unansweredSyn, session, viewOf([session], known));

    it.each<{ name: string; known: KnownServer; message: string }>([
      { name: 'the same client just before', known: { answers: [answer(99)] }, message: 'full' },
      { name: 'the same client afterwards', known: { answers: [answer(104)] }, message: 'full' },
      {
        name: 'the same client, seen at the server',
        known: { answers: [answer(99, { vantage: 'server' })] },
        message: 'arrived',
      },
      { name: 'another client', known: { answers: [answer(99, { client: '192.0.2.99' })] }, message: 'others' },
      {
        name: 'some time before, and still talks',
        known: { answers: [answer(70)], lastHeard: 103e9 },
        message: 'full',
      },
      {
        name: 'some time before, and was not heard since',
        known: { answers: [answer(70)], lastHeard: 80e9 },
        message: 'since',
      },
      { name: 'long ago', known: { answers: [answer(10)] }, message: 'dropped' },
    ])('weighs an answer to $name', ({ known, message }) => {
      expect(told(known)).toBe(`tcp-unanswered error ${message}`);
    });

    it('names the accept queue, and the packet that shows the port alive', () => {
      const finding = findingOf(unansweredSyn, session, viewOf([session], { answers: [answer(99)] }));
      expect(finding).toMatchObject({ confidence: 'likely', remedies: ['queue', 'limit'] });
      expect(finding?.evidence).toContainEqual({ note: 'answer', arrival: arrivalAt(2, 99) });
    });
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
