import { describe, expect, it } from 'vitest';
import { engineRefusal } from '../../../../src/diagnosis/rules/subprotocol/engine-refusal.js';
import type { Session } from '../../../../src/session/session.js';
import { aSession } from '../../../wire/session-builder.js';
import { arrivalAt, SWITCHING, UPGRADE } from '../../sessions.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

const refused = (body: string, target = '/socket.io/?EIO=3&transport=websocket'): Session => {
  const session = aSession()
    .handshake()
    .request(target, [...UPGRADE])
    .response(101, 'Switching Protocols', [...SWITCHING])
    .wait(10)
    .close('client', 1002)
    .fin('client')
    .build();
  const text = `HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-type: text/html\r\n\r\n${body}`;
  const preview = new TextEncoder().encode(text).subarray(0, 256);
  if (session.websocket !== undefined) {
    session.websocket.corrupted = { from: 'server', arrival: arrivalAt(6, 0.024), preview, http: true };
  }
  return session;
};

describe('subprotocol/engine-refusal', () => {
  it('sees a version that the server does not speak, written behind the 101', () => {
    const session = refused('Unsupported protocol version');
    expect(findingOf(engineRefusal, session)).toMatchObject({
      message: 'version',
      cause: 'socketio-version-mismatch',
      data: { eio: { text: '3' }, answer: { text: 'Unsupported protocol version' } },
    });
    expect(verdictOn(session)).toBe('failed upgrade socketio-version-mismatch');
  });

  it('sees a session that the server does not know', () => {
    const session = refused('{"code":1,"message":"Session ID unknown"}', '/socket.io/?EIO=4&sid=abc');
    expect(found(engineRefusal, session)).toBe('socketio-session-unknown error sid');
  });

  it.each([
    { name: 'other words', session: refused('Bad request') },
    { name: 'another path', session: refused('Unsupported protocol version', '/live') },
  ])('leaves $name to the rule about second writers', ({ session }) => {
    expect(found(engineRefusal, session)).toBe('nothing');
    expect(verdictOn(session)).toBe('failed open ws-stream-corrupted');
  });
});
