import { describe, expect, it } from 'vitest';
import { socketioRefusal } from '../../../../src/diagnosis/rules/upgrade/socketio-refusal.js';
import { aSession } from '../../../wire/session-builder.js';
import { aHandshake, speaking } from '../../../wire/subprotocol-facts.js';
import { answered, arrivalAt, SWITCHING, UPGRADE } from '../../sessions.js';
import { findingOf, found, verdictOn, viewOf } from '../../verdict.js';

const target = '/socket.io/?EIO=3&transport=websocket&sid=abc';

describe('upgrade/socketio-refusal', () => {
  it.each(['{"code":1,"message":"Session ID unknown"}', 'Session ID unknown'])('reads "%s"', (body) => {
    const session = answered(400, { target, body });
    expect(findingOf(socketioRefusal, session)?.data?.sid).toMatchObject({ text: 'abc' });
    expect(verdictOn(session)).toBe('failed upgrade socketio-session-unknown');
  });

  it.each(['{"code":5,"message":"Unsupported protocol version"}', 'Unsupported protocol version'])(
    'reads "%s"',
    (body) => {
      expect(verdictOn(answered(400, { target, body }))).toBe('failed upgrade socketio-version-mismatch');
    },
  );

  it('speaks only of requests to Engine.IO', () => {
    expect(found(socketioRefusal, answered(400, { body: 'Session ID unknown' }))).toBe('nothing');
    expect(found(socketioRefusal, answered(400, { target, body: 'Bad Request' }))).toBe('nothing');
  });
});

/** Probed and left again; the 101 comes 22 ms after the SYN. */
const probed = (upgradedAtMs?: number) => {
  const session = aSession()
    .handshake()
    .request('/socket.io/?EIO=4&transport=websocket&sid=abc', [...UPGRADE])
    .response(101, 'Switching Protocols', [...SWITCHING])
    .message('client', 6)
    .message('server', 6)
    .wait(10)
    .close('client', 1005)
    .close('server', 1005)
    .fin('client')
    .build();
  const answered = upgradedAtMs === undefined ? undefined : arrivalAt(7, upgradedAtMs / 1000);
  return speaking(session, 'socket.io', { handshake: aHandshake({ answered }) });
};

/** What polling told of the session: when its id was unknown somewhere. */
const polled = (session: ReturnType<typeof probed>, refusedAtMs: number, opened = arrivalAt(1, 0)) =>
  viewOf([session], { polled: { abc: { opened, refused: arrivalAt(2, refusedAtMs / 1000), refusals: 2 } } });

describe('upgrade/socketio-refusal of a polling request', () => {
  it('sees a session split between servers behind a WebSocket that was closed in good order', () => {
    const session = probed();
    const view = polled(session, 10);
    expect(findingOf(socketioRefusal, session, view)).toMatchObject({
      message: 'polling',
      confidence: 'proven',
      data: { sid: { text: 'abc' }, refusals: { n: 2 } },
      evidence: [{ note: 'given' }, { note: 'polled' }, { note: 'switched' }],
      remedies: ['sticky', 'websocketOnly'],
    });
    expect(verdictOn(session, view)).toBe('failed subprotocol socketio-session-unknown');
  });

  it('is less sure where the id was refused after the WebSocket was accepted: it may have expired', () => {
    const session = probed();
    expect(findingOf(socketioRefusal, session, polled(session, 26))?.confidence).toBe('likely');
  });

  it('only warns where the upgrade was completed all the same', () => {
    const session = probed(25);
    const view = polled(session, 10);
    expect(found(socketioRefusal, session, view)).toBe('socketio-session-unknown warning polling-survived');
    expect(verdictOn(session, view)).toBe('ok close');
  });

  it.each([
    { name: 'after the upgrade from polling', session: probed(25), at: 30 },
    { name: 'after the end', session: probed(), at: 9000 },
  ])('does not wonder at a refusal $name', ({ session, at }) => {
    expect(found(socketioRefusal, session, polled(session, at))).toBe('nothing');
  });

  it('does not fail a session of which messages are missing', () => {
    const session = probed();
    session.tcp.gaps.push({ side: 'client', at: 25e6, packet: 5, length: 10 });
    expect(found(socketioRefusal, session, polled(session, 10))).toMatch(/warning/);
  });
});
