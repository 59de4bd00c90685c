import { describe, expect, it } from 'vitest';
import { stoppedHeartbeat } from '../../../../src/diagnosis/rules/subprotocol/stopped-heartbeat.js';
import type { Session } from '../../../../src/session/session.js';
import type { HeartbeatFacts } from '../../../../src/subprotocol/subprotocol-facts.js';
import { heartbeats, speaking } from '../../../wire/subprotocol-facts.js';
import { arrivalAt, opened, SECOND } from '../../sessions.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

const LAST = arrivalAt(10, 3);

/** The client leaves ten seconds after the beginning. */
const left = (by: 'client' | 'server' = 'client') =>
  opened().message('client', 5).wait(10_000).close(by, 1005).fin(by).build();

const beating = (
  session: Session,
  name: string,
  server: Partial<HeartbeatFacts>,
  client: Partial<HeartbeatFacts> = {},
) => speaking(session, name, { heartbeats: { client: heartbeats(client), server: heartbeats(server) } });

describe('subprotocol/stopped-heartbeat', () => {
  const steady = { count: 3, last: LAST, lastMessage: LAST, shortestPeriod: SECOND, longestSilence: SECOND };

  it.each(['signalr', 'actioncable'])(
    'sees steady pings of %s that stop, and the client that leaves over it',
    (name) => {
      const session = beating(left(), name, steady);
      expect(verdictOn(session)).toBe('ok close');
      expect(findingOf(stoppedHeartbeat, session)).toMatchObject({
        message: 'stopped',
        cause: null,
        data: { silent: { side: 'server' }, period: { ns: 1e9 } },
        evidence: [{ arrival: { packet: 10 }, note: 'last' }, { note: 'end' }],
      });
    },
  );

  it('holds a broker to the period that it promised, before the first ping', () => {
    const session = beating(left(), 'centrifugo', { interval: 2 * SECOND, promised: LAST, lastMessage: LAST });
    expect(findingOf(stoppedHeartbeat, session)).toMatchObject({ message: 'promised', data: { period: { ns: 2e9 } } });
  });

  it('sees a heart-beat without an answer', () => {
    const session = beating(left(), 'phoenix', { lastMessage: LAST }, { unanswered: LAST });
    expect(findingOf(stoppedHeartbeat, session)).toMatchObject({ message: 'unanswered', remedies: ['blocked'] });
  });

  it.each([
    { name: 'pings that came until the end', server: { ...steady, lastMessage: arrivalAt(20, 9.5) } },
    { name: 'a period that is half the silence or more', server: { ...steady, longestSilence: 5 * SECOND } },
    { name: 'one ping, of which no period is known', server: { ...steady, count: 1 } },
  ])('says nothing of $name', ({ server }) => {
    expect(found(stoppedHeartbeat, beating(left(), 'signalr', server))).toBe('nothing');
  });

  it('says nothing where the silent side left itself, said goodbye, or where its bytes are missing', () => {
    expect(found(stoppedHeartbeat, beating(left('server'), 'signalr', steady))).toBe('nothing');
    const session = beating(left(), 'signalr', steady);
    session.subprotocol!.goodbye = {
      event: 'Close',
      from: 'client',
      arrival: arrivalAt(20, 9),
      confirmed: undefined,
      awaitsAnswer: false,
    };
    expect(found(stoppedHeartbeat, session)).toBe('nothing');
    const holed = beating(left(), 'signalr', steady);
    holed.tcp.gaps.push({ side: 'server', length: 7, packet: 12, at: 5e9 });
    expect(found(stoppedHeartbeat, holed)).toBe('nothing');
  });

  it('does not hold a subprotocol to heart-beats that it does not have', () => {
    expect(found(stoppedHeartbeat, beating(left(), 'json-rpc', steady))).toBe('nothing');
    expect(found(stoppedHeartbeat, beating(left(), 'centrifugo', { unanswered: LAST }))).toBe('nothing');
  });
});
