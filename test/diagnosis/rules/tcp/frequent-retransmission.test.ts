import { describe, expect, it } from 'vitest';
import { frequentRetransmission } from '../../../../src/diagnosis/rules/tcp/frequent-retransmission.js';
import type { Session } from '../../../../src/session/session.js';
import type { Outage } from '../../../../src/tcp/tcp-facts.js';
import { aSession } from '../../../wire/session-builder.js';
import { arrivalAt, closed, opened } from '../../sessions.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

const losing = (lossesRepaired: number, packets: number) => {
  const session = closed(opened());
  Object.assign(session.tcp.flows.server, { lossesRepaired, packets });
  return session;
};

/** For 5 s nothing of the client got through. */
const OUTAGE: Outage = { since: arrivalAt(20, 1), until: arrivalAt(30, 6), repeats: 6 };

const cut = (): Session => {
  const session = closed(opened());
  session.tcp.flows.client.outages.push({ ...OUTAGE, until: arrivalAt(24, 3), repeats: 3 }, OUTAGE);
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

  it('takes no loss of the network for what a path MTU asks for, as a router said of the other direction', () => {
    const session = losing(12, 240);
    const error = { from: '192.0.2.1', family: 4, type: 3, code: 4, name: 'fragmentation needed', mtu: 1200 } as const;
    session.tcp.flows.server.sizes.largest = 1148;
    session.tcp.icmpErrors.push({ ...error, arrival: arrivalAt(21, 1.1), quoted: 'client' });
    expect(found(frequentRetransmission, session)).toBe('nothing');
    session.tcp.flows.server.sizes.largest = 1448;
    expect(found(frequentRetransmission, session)).toBe('null note lossy');
  });

  it('tells one outage as what it was, the longest of several', () => {
    const finding = findingOf(frequentRetransmission, cut());
    expect(finding).toMatchObject({ message: 'outage', data: { lasted: { ns: 5e9 }, repeats: { n: 6 } } });
    expect(finding?.evidence.map(({ arrival }) => arrival.packet)).toEqual([20, 30]);
  });

  it('quotes the router that said why', () => {
    const session = cut();
    const error = { from: '192.0.2.1', family: 4, type: 3, code: 0, name: 'network unreachable' } as const;
    session.tcp.icmpErrors.push({ ...error, arrival: arrivalAt(21, 1.1), quoted: 'client' });
    expect(found(frequentRetransmission, session)).toBe('null note unreachable');
    session.tcp.icmpErrors[0]!.arrival = arrivalAt(40, 9);
    expect(found(frequentRetransmission, session)).toBe('null note outage');
  });

  it('says nothing of repeats that were not needed', () => {
    const session = cut();
    session.tcp.flows.client.retransmissionKinds.spurious = 6;
    expect(found(frequentRetransmission, session)).toBe('nothing');
  });

  it('leaves an outage that smaller segments ended to the rule about the path MTU', () => {
    const session = cut();
    session.tcp.flows.client.outages.shift();
    const shrunk = { from: 1448, to: 1024, tries: 5, first: OUTAGE.since, passed: OUTAGE.until };
    session.tcp.flows.client.sizes.shrunk = shrunk;
    expect(found(frequentRetransmission, session)).toBe('nothing');
  });

  it('says nothing of messages where there were none', () => {
    const session = aSession().handshake().request().build();
    session.tcp.flows.client.lossesRepaired = 8;
    expect(found(frequentRetransmission, session)).toBe('nothing');
  });
});
