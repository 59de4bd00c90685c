import { describe, expect, it } from 'vitest';
import { wrongEndpoint } from '../../../../src/diagnosis/rules/upgrade/wrong-endpoint.js';
import { answered } from '../../sessions.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

describe('upgrade/wrong-endpoint', () => {
  it('knows the greeting of SockJS and the path to use instead', () => {
    const session = answered(200, { body: 'Welcome to SockJS!\n', target: '/ws/' });
    expect(findingOf(wrongEndpoint, session)).toMatchObject({ message: 'sockjs', data: { target: { text: '/ws' } } });
    expect(verdictOn(session)).toBe('failed upgrade upgrade-wrong-endpoint');
  });

  it.each([
    { status: 400, body: '{"code":0,"message":"Transport unknown"}', message: 'socketio' },
    { status: 200, body: '0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":["websocket"]}', message: 'polling' },
    { status: 200, body: '97:0{"sid":"lv_VI97HAXpY6yYWAAAC"}', message: 'polling' },
  ])('knows Socket.IO by $body', ({ status, body, message }) => {
    expect(found(wrongEndpoint, answered(status, { body }))).toBe(`upgrade-wrong-endpoint error ${message}`);
  });

  it('says nothing of other pages', () => {
    expect(found(wrongEndpoint, answered(200, { body: 'Welcome!' }))).toBe('nothing');
  });
});
