import { describe, expect, it } from 'vitest';
import { lateHeartbeat } from '../../../../src/diagnosis/rules/subprotocol/late-heartbeat.js';
import type { Session } from '../../../../src/session/session.js';
import { aHandshake, heartbeats, speaking } from '../../../wire/subprotocol-facts.js';
import { arrivalAt, closed, opened, SECOND } from '../../sessions.js';
import { filled, findingOf, found, verdictOn } from '../../verdict.js';

/** Promised every two seconds; the latest ping came so many seconds after its timer began to run. */
const pinging = (seconds: number, interval = 2 * SECOND): Session =>
  speaking(closed(opened().message('client', 5).wait(20_000)), 'socket.io', {
    handshake: aHandshake({ answered: arrivalAt(6, 0.03) }),
    heartbeats: {
      client: heartbeats(),
      server: heartbeats({
        interval,
        patience: 22 * SECOND,
        lastMessage: arrivalAt(9, 19),
        latest: { since: arrivalAt(7, 1), beat: arrivalAt(8, 1 + seconds) },
      }),
    },
  });

describe('subprotocol/late-heartbeat', () => {
  it('notes a program that stood still and recovered', () => {
    const session = pinging(10);
    const finding = findingOf(lateHeartbeat, session);
    expect(finding).toMatchObject({
      confidence: 'likely',
      data: { from: { side: 'server' } },
      evidence: [
        { note: 'since', arrival: { packet: 7 } },
        { note: 'beat', arrival: { packet: 8 } },
      ],
    });
    expect(filled(finding, 'late')).toBe('8.00 s');
    expect(found(lateHeartbeat, session)).toBe('null note late');
    expect(verdictOn(session)).toBe('ok close');
  });

  it('is less sure where the network lost something', () => {
    const session = pinging(10);
    session.tcp.flows.server.retransmissions = 1;
    expect(findingOf(lateHeartbeat, session)?.confidence).toBe('possible');
  });

  it.each([
    { name: 'a ping in time', session: pinging(2.1) },
    { name: 'a timer that is a little late', session: pinging(3.5) },
    { name: 'pings of which no interval is known', session: pinging(10, 0) },
  ])('says nothing of $name', ({ session }) => {
    expect(found(lateHeartbeat, session)).toBe('nothing');
  });
});
