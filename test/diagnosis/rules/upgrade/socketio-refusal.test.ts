import { describe, expect, it } from 'vitest';
import { socketioRefusal } from '../../../../src/diagnosis/rules/upgrade/socketio-refusal.js';
import { answered } from '../../sessions.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

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
