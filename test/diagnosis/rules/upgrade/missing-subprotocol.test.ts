import { describe, expect, it } from 'vitest';
import { missingSubprotocol } from '../../../../src/diagnosis/rules/upgrade/missing-subprotocol.js';
import type { Session } from '../../../../src/session/session.js';
import { aSession, type SessionBuilder } from '../../../wire/session-builder.js';
import { having, judged, SWITCHING, UPGRADE } from '../../sessions.js';
import { findingOf, found, verdictOn, viewOf } from '../../verdict.js';

const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0';
const offering = (then: (session: SessionBuilder) => SessionBuilder, agent?: string, chosen?: string): Session => {
  const request = having(UPGRADE, { 'Sec-WebSocket-Protocol': 'chat, mqtt', 'User-Agent': agent });
  const response = having(SWITCHING, { 'Sec-WebSocket-Protocol': chosen });
  return judged(then(aSession().handshake().request('/live', request).response(101, undefined, response)).build());
};

describe('upgrade/missing-subprotocol', () => {
  it('is sure of a browser and less of another client', () => {
    const browser = offering((session) => session.fin('client'), BROWSER);
    expect(findingOf(missingSubprotocol, browser)).toMatchObject({ message: 'browser', confidence: 'proven' });
    expect(verdictOn(browser)).toBe('failed upgrade upgrade-subprotocol-missing');
    const other = offering((session) => session.rst('client'));
    expect(findingOf(missingSubprotocol, other)).toMatchObject({ message: 'client', confidence: 'likely' });
  });

  it('notes a client that went on without one', () => {
    const session = offering((builder) => builder.message('client', 5).close('client', 1000).close('server', 1000));
    expect(found(missingSubprotocol, session)).toBe('null note ignored');
    expect(verdictOn(session)).toBe('ok close');
  });

  it('does not say that a program needs one which did without elsewhere', () => {
    const leaves = offering((session) => session.fin('client'), 'app/1');
    const content = offering((builder) => builder.wait(300).close('client', 1000), 'app/1');
    expect(found(missingSubprotocol, leaves, viewOf([content, leaves]))).toBe('nothing');
    const other = offering((builder) => builder.wait(300).close('client', 1000), 'tool/2');
    expect(found(missingSubprotocol, leaves, viewOf([other, leaves]))).toContain('client');
  });

  it.each([
    { name: 'a choice', session: offering((builder) => builder.fin('client'), BROWSER, 'chat') },
    { name: 'an end by the server', session: offering((builder) => builder.fin('server'), BROWSER) },
    { name: 'an end much later', session: offering((builder) => builder.wait(5000).fin('client'), BROWSER) },
    { name: 'a goodbye', session: offering((builder) => builder.close('client', 1001), BROWSER) },
  ])('says nothing of $name', ({ session }) => {
    expect(found(missingSubprotocol, session)).toBe('nothing');
  });
});
