import { describe, expect, it } from 'vitest';
import { rejectedConnect } from '../../../../src/diagnosis/rules/h2/rejected-connect.js';
import { errorName } from '../../../../src/http/h2-frame.js';
import type { Side } from '../../../../src/stream/side.js';
import { aSession } from '../../../wire/session-builder.js';
import { arrivalAt, CONNECT_HEADERS, http2Of, onStream, spanAt } from '../../tunnels.js';
import { found, verdictOn } from '../../verdict.js';

const asked = () =>
  aSession()
    .handshake()
    .request('/live', [...CONNECT_HEADERS], 'CONNECT');
const reset = (from: Side, code: number) => ({ from, code, name: errorName(code), arrival: arrivalAt(90, 9) });
const goaway = (lastStreamId: number, code: number) =>
  http2Of({ goaways: { client: undefined, server: { ...reset('server', code), lastStreamId, debug: '' } } });
const withoutProtocol = () =>
  http2Of({ settings: { client: undefined, server: { span: spanAt(22, 4), enableConnectProtocol: undefined } } });

describe('h2/rejected-connect', () => {
  it.each([403, 404, 502])('tells a %i', (status) => {
    const session = onStream(asked().response(status).build());
    expect(found(rejectedConnect, session)).toBe('h2-connect-rejected error status');
    expect(verdictOn(session)).toBe('failed upgrade h2-connect-rejected');
  });

  it('tells a RST_STREAM of the server', () => {
    const session = onStream(asked().build(), { reset: reset('server', 7) });
    expect(found(rejectedConnect, session)).toBe('h2-connect-rejected error reset');
    expect(verdictOn(session)).toBe('failed upgrade h2-connect-rejected');
  });

  it('tells a GOAWAY that leaves the stream unprocessed, and not one that only announces', () => {
    expect(found(rejectedConnect, onStream(asked().build(), {}, goaway(3, 0)))).toBe(
      'h2-connect-rejected error goaway',
    );
    expect(found(rejectedConnect, onStream(asked().build(), {}, goaway(5, 1)))).toBe(
      'h2-connect-rejected error goaway',
    );
    expect(found(rejectedConnect, onStream(asked().build(), {}, goaway(5, 0)))).toBe('nothing');
  });

  it('names the missing setting as the reason, where all SETTINGS were seen', () => {
    const session = onStream(asked().build(), { reset: reset('server', 1) }, withoutProtocol());
    expect(found(rejectedConnect, session)).toBe('h2-extended-connect-disabled error disabled');
    expect(verdictOn(session)).toBe('failed upgrade h2-extended-connect-disabled');
    const midway = onStream(asked().build(), { reset: reset('server', 1) }, { ...withoutProtocol(), midway: true });
    expect(found(rejectedConnect, midway)).toBe('h2-connect-rejected error reset');
  });

  it('is silent where the stream was accepted, or the client gave up, or nothing came yet', () => {
    expect(found(rejectedConnect, onStream(asked().response(200).build()))).toBe('nothing');
    expect(found(rejectedConnect, onStream(asked().build(), { reset: reset('client', 8) }))).toBe('nothing');
    expect(found(rejectedConnect, onStream(asked().build()))).toBe('nothing');
    expect(found(rejectedConnect, asked().response(403).build())).toBe('nothing');
  });
});
