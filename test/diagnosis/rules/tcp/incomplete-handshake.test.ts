import { describe, expect, it } from 'vitest';
import { incompleteHandshake } from '../../../../src/diagnosis/rules/tcp/incomplete-handshake.js';
import type { Session } from '../../../../src/session/session.js';
import { aSession } from '../../../wire/session-builder.js';
import { arrivalAt } from '../../sessions.js';
import { findingOf, found } from '../../verdict.js';

const answeredInVain = (synAcks: number): Session => {
  const session = aSession().unansweredSyns(1).build();
  for (let n = 0; n < synAcks; n++) session.tcp.synAcks.push(arrivalAt(2 + n, n));
  session.tcp.flows.server.packets = synAcks;
  return session;
};

describe('tcp/incomplete-handshake', () => {
  it('counts the SYN-ACKs that were never acknowledged', () => {
    const finding = findingOf(incompleteHandshake, answeredInVain(4));
    expect(finding).toMatchObject({ cause: 'tcp-handshake-incomplete', data: { synAcks: { n: 4 } } });
  });

  it('says nothing after one SYN-ACK, or when the client reset', () => {
    expect(found(incompleteHandshake, answeredInVain(1))).toBe('nothing');
    const scan = answeredInVain(3);
    scan.tcp.flows.client.rst = arrivalAt(9, 0.1);
    expect(found(incompleteHandshake, scan)).toBe('nothing');
  });

  it('says nothing once the handshake was completed', () => {
    const session = answeredInVain(3);
    session.tcp.established = arrivalAt(9, 4);
    expect(found(incompleteHandshake, session)).toBe('nothing');
  });
});
