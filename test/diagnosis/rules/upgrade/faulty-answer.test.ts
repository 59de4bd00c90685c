import { describe, expect, it } from 'vitest';
import { faultyAnswer } from '../../../../src/diagnosis/rules/upgrade/faulty-answer.js';
import type { Session } from '../../../../src/session/session.js';
import { aSession, type SessionBuilder } from '../../../wire/session-builder.js';
import { having, judged, SWITCHING, UPGRADE } from '../../sessions.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

const leaves = (session: SessionBuilder) => session.fin('client');
const answering = (
  response: Record<string, string | undefined>,
  then: (session: SessionBuilder) => SessionBuilder = leaves,
  request: Record<string, string | undefined> = {},
): Session => {
  const builder = aSession().handshake().request('/live', having(UPGRADE, request));
  return judged(then(builder.response(101, undefined, having(SWITCHING, response))).build());
};

describe('upgrade/faulty-answer', () => {
  it.each([
    { name: 'no Upgrade', change: { Upgrade: undefined }, cause: 'upgrade-response-invalid' },
    { name: 'no Connection', change: { Connection: 'close' }, cause: 'upgrade-response-invalid' },
    { name: 'no Accept', change: { 'Sec-WebSocket-Accept': undefined }, cause: 'upgrade-response-invalid' },
    { name: 'a wrong Accept', change: { 'Sec-WebSocket-Accept': 'AAAA' }, cause: 'upgrade-accept-mismatch' },
    {
      name: 'another subprotocol',
      change: { 'Sec-WebSocket-Protocol': 'v2' },
      cause: 'upgrade-subprotocol-not-offered',
    },
    {
      name: 'an extension',
      change: { 'Sec-WebSocket-Extensions': 'permessage-deflate' },
      cause: 'upgrade-extension-not-offered',
    },
  ])('finds $name', ({ change, cause }) => {
    const session = answering(
      change,
      leaves,
      'Sec-WebSocket-Protocol' in change ? { 'Sec-WebSocket-Protocol': 'v1' } : {},
    );
    expect(verdictOn(session)).toBe(`failed upgrade ${cause}`);
  });

  it('says what the key asks for', () => {
    expect(findingOf(faultyAnswer, answering({ 'Sec-WebSocket-Accept': 'AAAA' }))?.data).toMatchObject({
      detail: { text: 'AAAA' },
      expected: { text: 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=' },
    });
  });

  it('only warns when the client went on all the same, or nothing has happened yet', () => {
    const wrong = { 'Sec-WebSocket-Accept': 'AAAA' };
    const goesOn = answering(wrong, (session) =>
      session.message('client', 5).close('client', 1000).close('server', 1000),
    );
    expect(found(faultyAnswer, goesOn)).toBe('upgrade-accept-mismatch warning accept-mismatch');
    expect(verdictOn(goesOn)).toBe('ok close');
    expect(verdictOn(answering(wrong, (session) => session))).toBe('open open');
  });

  it('takes a goodbye in order, long after the 101, for a client that tolerates it', () => {
    const soap = { 'Sec-WebSocket-Protocol': 'soap' };
    const closing = (ms: number, code: number) =>
      answering(soap, (builder) => builder.wait(ms).close('client', code).close('server', code).fin('client'));
    expect(verdictOn(closing(300, 1000))).toBe('ok close');
    expect(found(faultyAnswer, closing(300, 1000))).toBe(
      'upgrade-subprotocol-not-offered warning subprotocol-not-offered',
    );
    expect(verdictOn(closing(300, 1010))).toBe('failed upgrade upgrade-subprotocol-not-offered');
    expect(verdictOn(closing(20, 1000))).toBe('failed upgrade upgrade-subprotocol-not-offered');
  });

  it('takes HTTP after a faulty 101 for a client that did not accept it', () => {
    const session = answering({ Upgrade: 'websockets' }, (builder) =>
      builder.message('client', 5).message('client', 5),
    );
    const arrival = session.websocket?.lastData.client;
    if (session.websocket !== undefined && arrival !== undefined) {
      const preview = new TextEncoder().encode('GET / HTTP/1.1');
      session.websocket.corrupted = { from: 'client', arrival, preview, http: true };
    }
    expect(verdictOn(session)).toBe('failed upgrade upgrade-response-invalid');
  });

  it('has nothing against a proper answer', () => {
    expect(found(faultyAnswer, answering({}))).toBe('nothing');
  });
});
