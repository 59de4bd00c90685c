import { describe, expect, it } from 'vitest';
import { sessionTakeover } from '../../../../src/diagnosis/rules/subprotocol/session-takeover.js';
import type { Session } from '../../../../src/session/session.js';
import type { SubprotocolFacts } from '../../../../src/subprotocol/subprotocol-facts.js';
import { aSession, type SessionBuilder } from '../../../wire/session-builder.js';
import { aHandshake, anError, speaking } from '../../../wire/subprotocol-facts.js';
import { arrivalAt, SWITCHING, UPGRADE } from '../../sessions.js';
import { findingOf, found, verdictOn, viewOf } from '../../verdict.js';

/** A client that connects at `ms`; its CONNECT goes out 30 ms later and is accepted at once. */
const client = (
  id: number,
  ms: number,
  goOn: (session: SessionBuilder) => SessionBuilder,
  { identity = 'same', ...facts }: Partial<SubprotocolFacts> = {},
): Session => {
  const started = aSession(id)
    .between(`10.0.0.${id}:50000`, '203.0.113.7:80')
    .startingAt(id * 100, ms)
    .handshake()
    .request('/mqtt', [...UPGRADE])
    .response(101, 'Switching Protocols', [...SWITCHING])
    .message('client', 20);
  const asked = arrivalAt(id * 100 + 6, (ms + 30) / 1000);
  const answered = arrivalAt(id * 100 + 7, (ms + 31) / 1000);
  return speaking(goOn(started).build(), 'mqtt', { identity, handshake: aHandshake({ asked, answered }), ...facts });
};

const staying = (session: SessionBuilder) => session;
/** Ended by the server two seconds after it began. */
const ended = (session: SessionBuilder) => session.wait(1976).fin('server').fin('client');

describe('subprotocol/session-takeover', () => {
  it('names the CONNECT of another client with the same identifier, right before a bare FIN', () => {
    const sessions = [client(1, 0, ended), client(2, 1968, staying)];
    expect(findingOf(sessionTakeover, sessions[0]!, viewOf(sessions))).toMatchObject({
      message: 'taken-over',
      cause: 'ws-abnormal-closure',
      confidence: 'likely',
      data: { other: { text: '10.0.0.2:50000' }, identifier: { text: 'same' } },
      evidence: [{ note: 'own' }, { note: 'other', arrival: { packet: 206 } }, { note: 'end' }],
      remedies: ['unique', 'reconnect'],
    });
    expect(verdictOn(sessions[0]!, viewOf(sessions))).toBe('failed open ws-abnormal-closure');
    expect(found(sessionTakeover, sessions[1]!, viewOf(sessions))).toBe('nothing');
  });

  it('sees two clients that throw each other out', () => {
    const sessions = [client(1, 0, ended), client(2, 1968, ended), client(3, 3936, staying)];
    const [first, second] = sessions;
    expect(findingOf(sessionTakeover, first!, viewOf(sessions))).toMatchObject({
      message: 'fight',
      data: { connections: { n: 3 } },
      remedies: ['unique'],
    });
    // One that does not answer any more has gone long ago: it may be the client that came back.
    second!.tcp.flows.server.oldestUnacked = second!.tcp.flows.server.fin;
    expect(found(sessionTakeover, second!, viewOf(sessions))).toBe('ws-abnormal-closure error taken-over');
  });

  it('stands beside the DISCONNECT of MQTT 5 that says so itself', () => {
    const errors = [anError('DISCONNECT', 'server', arrivalAt(107, 1.999), { code: '0x8e' })];
    const sessions = [client(1, 0, ended, { errors }), client(2, 1968, staying)];
    expect(findingOf(sessionTakeover, sessions[0]!, viewOf(sessions))).toMatchObject({
      cause: null,
      severity: 'warning',
      confidence: 'proven',
    });
    expect(verdictOn(sessions[0]!, viewOf(sessions))).toBe('failed open mqtt-disconnect');
  });

  it.each([
    { name: 'another identifier', sessions: [client(1, 0, ended), client(2, 1968, staying, { identity: 'other' })] },
    { name: 'another CONNECT long before', sessions: [client(1, 0, ended), client(2, 500, staying)] },
    { name: 'another CONNECT after the end', sessions: [client(1, 0, ended), client(2, 1990, staying)] },
    { name: 'its own other leg', sessions: [client(1, 0, ended), client(2, 0.5, ended)] },
    {
      name: 'an end by the client',
      sessions: [client(1, 0, (session) => session.wait(1976).fin('client').fin('server')), client(2, 1968, staying)],
    },
    {
      name: 'a DISCONNECT for another reason',
      sessions: [
        client(1, 0, ended, { errors: [anError('DISCONNECT', 'server', arrivalAt(107, 1.999), { code: '0x8d' })] }),
        client(2, 1968, staying),
      ],
    },
  ])('says nothing of $name', ({ sessions }) => {
    expect(found(sessionTakeover, sessions[0]!, viewOf(sessions))).toBe('nothing');
  });
});
