import { describe, expect, it } from 'vitest';
import { strippedHeaders } from '../../../../src/diagnosis/rules/upgrade/stripped-headers.js';
import { aSession } from '../../../wire/session-builder.js';
import { answered, having, judged, UPGRADE } from '../../sessions.js';
import { findingOf, found, verdictOn, viewOf } from '../../verdict.js';

const STRIPPED = having(UPGRADE, { Upgrade: undefined, Connection: 'close' });
const stripped = (status = 400) => answered(status, { request: STRIPPED, httpVersion: '1.0' });

describe('upgrade/stripped-headers', () => {
  it('sees a key without the headers that go with it', () => {
    expect(findingOf(strippedHeaders, stripped())).toMatchObject({
      message: 'request',
      confidence: 'proven',
      data: { missing: { texts: ['Upgrade: websocket', 'Connection: Upgrade'] }, version: { text: '1.0' } },
      remedies: expect.arrayContaining(['nginx']),
    });
    for (const status of [400, 404, 426, 200]) {
      expect(verdictOn(stripped(status))).toBe('failed upgrade upgrade-headers-stripped');
    }
  });

  it('finds the stripped leg behind a proxy by its key', () => {
    const front = answered(404);
    expect(findingOf(strippedHeaders, front, viewOf([front, stripped()]))).toMatchObject({
      message: 'legs',
      confidence: 'proven',
      evidence: [{ note: 'request' }, { note: 'behind' }, { note: 'response' }],
    });
    expect(found(strippedHeaders, front, viewOf([front]))).toBe('nothing');
  });

  it.each([
    "websocket: the client is not using the websocket protocol: 'upgrade' token not found in 'Connection' header",
    'Missing or invalid Upgrade header',
    'Failed to open a WebSocket connection: missing Connection header.',
    'Can "Upgrade" only to "WebSocket".',
    'Not a valid websocket request',
  ])('reads the complaint "%s" to an intact request', (body) => {
    expect(findingOf(strippedHeaders, answered(400, { body }))).toMatchObject({
      message: 'answer',
      confidence: 'likely',
    });
  });

  it('reads what Engine.IO says to its WebSocket transport without an upgrade', () => {
    const body = '{"code":3,"message":"Bad request"}';
    const asked = (transport: string) => {
      const session = answered(400, { body });
      session.upgrade!.request!.target = `/socket.io/?EIO=4&transport=${transport}&sid=abc`;
      return session;
    };
    expect(found(strippedHeaders, asked('websocket'))).toBe('upgrade-headers-stripped error answer');
    expect(found(strippedHeaders, asked('polling'))).toBe('nothing');
  });

  it('takes a 426 to a request that asked for an upgrade for the same', () => {
    expect(found(strippedHeaders, answered(426))).toBe('upgrade-headers-stripped error answer');
    expect(found(strippedHeaders, answered(426, { response: [['Sec-WebSocket-Version', '8']] }))).toBe('nothing');
  });

  it.each([
    { name: 'a plain 400', session: answered(400, { body: 'Bad Request' }) },
    { name: 'a request without a key', session: answered(426, { request: [] }) },
    { name: 'a server that switches all the same', session: answered(101, { request: STRIPPED }) },
    {
      name: 'a request that is still unanswered',
      session: judged(
        aSession()
          .handshake()
          .request('/live', [...STRIPPED])
          .build(),
      ),
    },
  ])('says nothing of $name', ({ session }) => {
    expect(found(strippedHeaders, session)).toBe('nothing');
  });
});
