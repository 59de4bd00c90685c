import { describe, expect, it } from 'vitest';
import { reportOf } from '../../../wire/capture-report.js';
import { type Conversation, conversation } from '../../../wire/conversation.js';
import { fromClient } from '../../../wire/websocket-frames.js';

const REQUEST =
  'GET /live HTTP/1.1\r\nHost: chat.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: bm90IHRoZSBleGFtcGxlIQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';
const SWITCHING =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: +Hhp028hpGKye+rHg1F/TL0OIKs=\r\n\r\n';
const TEXT = fromClient({ opcode: 0x1, payload: new TextEncoder().encode('hi') });

const outer = () =>
  conversation({ server: '10.0.0.80', serverPort: 80, stepMs: 0.1 }).handshake().client(REQUEST).ack('server');
const inner = () =>
  conversation({ client: '10.1.0.80', server: '10.1.0.99', serverPort: 80, startMs: 2, stepMs: 0.1 })
    .handshake()
    .client(REQUEST)
    .after(4)
    .server(SWITCHING);

const toldOf = async (...talks: Conversation[]) =>
  (await reportOf(...talks)).sessions.map(
    ({ outcome, stage, cause, findings }) =>
      `${outcome} ${stage} ${cause} ${findings[0]?.rule} ${findings[0]?.confidence}`,
  );

describe('upgrade/dropped-answer', () => {
  it('tells at both legs that the proxy hung up on a backend that had switched', async () => {
    const rule = 'upgrade-unanswered upgrade/dropped-answer likely';
    expect(await toldOf(outer(), inner().after(1).bye('client'))).toEqual([
      `failed upgrade ${rule}`,
      `failed open ${rule}`,
    ]);
  });

  it('is proven once the client’s connection ended as well', async () => {
    const closed = await toldOf(outer().after(30).bye('server'), inner().after(1).bye('client'));
    expect(closed[0]).toBe('failed upgrade upgrade-connection-closed upgrade/dropped-answer proven');
  });

  it.each([
    { name: 'the client had given up before', talks: [outer().after(3).bye('client'), inner().after(1).bye('client')] },
    { name: 'the backend left', talks: [outer(), inner().after(1).bye('server')] },
    { name: 'the proxy had begun to use it', talks: [outer(), inner().client(TEXT).bye('client')] },
    { name: 'its client was answered', talks: [outer().after(20).server(SWITCHING), inner().after(30).bye('client')] },
  ])('says nothing where $name', async ({ talks }) => {
    expect(JSON.stringify(await toldOf(...talks))).not.toContain('dropped-answer');
  });

  it.each([
    { name: 'for nothing that shows', header: '', message: 'refused' },
    { name: 'with a large head', header: `Set-Cookie: a=${'x'.repeat(5000)}\r\n`, message: 'big' },
    { name: 'with a header name that is none', header: 'X Bad Name: 1\r\n', message: 'name' },
  ])('tells at both legs that the proxy refused the 101: $name', async ({ header, message }) => {
    const answer = SWITCHING.replace('Upgrade: websocket', `${header}Upgrade: websocket`);
    const refused = outer().after(10).server('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n').bye('client');
    const back = conversation({ client: '10.1.0.80', server: '10.1.0.99', serverPort: 80, startMs: 2, stepMs: 0.1 })
      .handshake()
      .client(REQUEST)
      .server(answer)
      .after(1)
      .rst('client');
    const { sessions } = await reportOf(refused, back);
    expect(sessions.map(({ cause, findings }) => `${cause} ${findings[0]?.message}`)).toEqual([
      `upgrade-bad-gateway ${message}`,
      `upgrade-bad-gateway ${message}`,
    ]);
  });
});
