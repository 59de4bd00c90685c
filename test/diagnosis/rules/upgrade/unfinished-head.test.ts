import { describe, expect, it } from 'vitest';
import { unfinishedHead } from '../../../../src/diagnosis/rules/upgrade/unfinished-head.js';
import type { Session } from '../../../../src/session/session.js';
import { aSession, spanOf } from '../../../wire/session-builder.js';
import { UPGRADE } from '../../sessions.js';
import { filled, findingOf, found, verdictOn } from '../../verdict.js';

const cutOff = (session: Session, side: 'client' | 'server', text: string): Session => {
  const preview = new TextEncoder().encode(text);
  if (session.http !== undefined) {
    session.http.incompleteHead = { side, span: spanOf(session.tcp.first, text.length), preview };
  }
  return session;
};

const requestCut = (session: Session): Session => {
  const cut = { ...session, upgrade: undefined, websocket: undefined };
  if (cut.http !== undefined) Object.assign(cut.http, { upgrade: undefined });
  return cutOff(cut, 'client', 'GET /live HTTP/1.1\r\nUpgrade: websocket\r\n');
};

describe('upgrade/unfinished-head', () => {
  it('sees a response that stops inside its head', () => {
    const session = cutOff(
      aSession()
        .handshake()
        .request('/live', [...UPGRADE])
        .fin('server')
        .build(),
      'server',
      'HTTP/1.1 101 Switching Protocols\r\nUpgr',
    );
    expect(filled(findingOf(unfinishedHead, session), 'ending')).toBe('the server closed the connection');
    expect(verdictOn(session)).toBe('failed upgrade upgrade-response-incomplete');
  });

  it('sees a request that was never finished', () => {
    const session = requestCut(aSession().handshake().request().fin('client').build());
    for (const exchange of session.http?.exchanges ?? []) exchange.request = undefined;
    expect(found(unfinishedHead, session)).toBe('upgrade-request-incomplete error request');
    expect(verdictOn(session)).toBe('failed upgrade upgrade-request-incomplete');
  });

  it('waits for the end of the connection, and trusts no capture with holes', () => {
    expect(found(unfinishedHead, requestCut(aSession().handshake().request().build()))).toBe('nothing');
    const session = requestCut(aSession().handshake().request().fin('client').unseen('no-gaps').build());
    expect(found(unfinishedHead, session)).toBe('nothing');
  });
});
