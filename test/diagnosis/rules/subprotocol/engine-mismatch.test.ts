import { describe, expect, it } from 'vitest';
import { engineMismatchRule } from '../../../../src/diagnosis/rules/subprotocol/engine-mismatch.js';
import { missedHeartbeat } from '../../../../src/diagnosis/rules/subprotocol/missed-heartbeat.js';
import type { HeartbeatFacts, SubprotocolFacts } from '../../../../src/subprotocol/subprotocol-facts.js';
import { aHandshake, heartbeats, speaking } from '../../../wire/subprotocol-facts.js';
import { arrivalAt, opened, SECOND } from '../../sessions.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

const OPEN = arrivalAt(9, 0.1);
const GRANT = arrivalAt(10, 0.2);
const promised = { interval: 3 * SECOND, patience: 8 * SECOND, promised: OPEN, lastMessage: GRANT };

/** Ends ten seconds after the beginning. */
const session = (
  more: Partial<SubprotocolFacts> = {},
  server: Partial<HeartbeatFacts> = {},
  by: 'client' | 'server' = 'client',
) =>
  speaking(opened().message('client', 5).wait(10_000).close(by, 1005).fin(by).build(), 'socket.io', {
    version: 'Engine.IO 4',
    handshake: aHandshake({ asked: OPEN, answered: OPEN }),
    heartbeats: { client: heartbeats(), server: heartbeats({ ...promised, ...server }) },
    ...more,
  });

const granted = (rule = 'connect-unasked') => ({
  handshake: aHandshake({ asked: OPEN }),
  breaches: [{ rule, from: 'server' as const, arrival: GRANT, subject: '/' }],
});

describe('subprotocol/engine-mismatch', () => {
  it.each(['connect-unasked', 'connect-without-sid'])(
    'sees a namespace granted in the words of Socket.IO 2: %s',
    (rule) => {
      const old = session(granted(rule));
      expect(verdictOn(old)).toBe('failed subprotocol socketio-version-mismatch');
      expect(findingOf(engineMismatchRule, old)).toMatchObject({
        message: rule,
        confidence: 'proven',
        evidence: [
          { arrival: OPEN, note: 'open' },
          { arrival: GRANT, note: 'connect' },
        ],
      });
      expect(found(missedHeartbeat, old)).toBe('nothing');
    },
  );

  it('says nothing of it where the client goes on with it', () => {
    const works = { ...granted(), handshake: aHandshake({ asked: OPEN, answered: GRANT }) };
    expect(found(engineMismatchRule, session(works, { count: 3 }))).toBe('nothing');
  });

  it.each(['client', 'server'] as const)('sees that nobody pings, and the %s that leaves over it', (by) => {
    const mute = session({}, {}, by);
    expect(verdictOn(mute)).toBe('failed open socketio-version-mismatch');
    expect(findingOf(engineMismatchRule, mute)).toMatchObject({ message: 'nobody-pings', confidence: 'likely' });
  });

  it.each([
    { name: 'a server that says maxPayload', more: { detail: { maxPayloadBytes: 1_000_000 } }, server: {} },
    { name: 'a server that pinged', more: {}, server: { count: 1, last: OPEN } },
    { name: 'a client of the older generation', more: { version: 'Engine.IO 3' }, server: {} },
    { name: 'an end before the time was over', more: {}, server: { patience: 12 * SECOND } },
  ])('says nothing of $name', ({ more, server }) => {
    expect(found(engineMismatchRule, session(more, server))).toBe('nothing');
  });
});
