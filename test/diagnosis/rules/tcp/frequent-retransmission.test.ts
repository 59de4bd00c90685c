import { describe, expect, it } from 'vitest';
import { frequentRetransmission } from '../../../../src/diagnosis/rules/tcp/frequent-retransmission.js';
import { closed, opened } from '../../sessions.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

const losing = (retransmissions: number, packets: number) => {
  const session = closed(opened());
  Object.assign(session.tcp.flows.server, { retransmissions, packets });
  return session;
};

describe('tcp/frequent-retransmission', () => {
  it('notes a share that users notice', () => {
    expect(findingOf(frequentRetransmission, losing(12, 240))?.data).toMatchObject({ percent: { text: '5.0' } });
  });

  it('never makes a failure of it', () => {
    expect(verdictOn(losing(100, 240))).toBe('ok close');
  });

  it.each([
    { retransmissions: 4, packets: 20, name: 'few' },
    { retransmissions: 12, packets: 2400, name: 'rare' },
  ])('leaves out what is $name', ({ retransmissions, packets }) => {
    expect(found(frequentRetransmission, losing(retransmissions, packets))).toBe('nothing');
  });
});
