import { describe, expect, it } from 'vitest';
import { acceptFor } from '../../../src/websocket/opening-handshake.js';
import { reportOf } from '../../wire/capture-report.js';
import { type Conversation, conversation } from '../../wire/conversation.js';
import { head } from '../../wire/http-conversation.js';
import { close, frame, fromClient } from '../../wire/websocket-frames.js';

const KEY = 'bm90IHRoZSBleGFtcGxlIQ==';
const asks = (host: string, path: string) =>
  head(
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${KEY}`,
  );
const AGREES = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${acceptFor(KEY)}`];
const talk = (startMs: number, host: string, path: string): Conversation =>
  conversation({ startMs, clientPort: 40000 + startMs, serverPort: 80, stepMs: 0.1 })
    .handshake()
    .client(asks(host, path));
const worked = (host: string, path = '/room?b=2') =>
  talk(1000, host, path)
    .server(head('HTTP/1.1 101 Switching Protocols', ...AGREES))
    .client(fromClient(close(1000)))
    .server(frame(close(1000)))
    .bye('server');
const refused = (status: string) =>
  talk(0, '10.0.0.2', '/room?a=1')
    .server(head(`HTTP/1.1 ${status}`, 'Content-Length: 0'))
    .bye('server');

const toldOf = async (...talks: Conversation[]) => {
  const { sessions } = await reportOf(...talks);
  const { cause, confidence, findings } = sessions[0]!;
  return `${cause} ${findings[0]?.message} ${confidence}`;
};

describe('the Host that makes the difference', () => {
  it.each([
    { name: 'a page', first: refused('200 OK'), told: 'upgrade-not-switched other-host likely' },
    { name: 'no such path', first: refused('404 Not Found'), told: 'upgrade-not-found other-host likely' },
    {
      name: 'nothing but an end',
      first: talk(0, '10.0.0.2', '/room').bye('server'),
      told: 'upgrade-connection-closed host likely',
    },
  ])('is named where the same path has a 101 for another name: $name', async ({ first, told }) => {
    expect(await toldOf(first, worked('chat.test'))).toBe(told);
  });

  it.each([
    { name: 'another path worked', second: worked('chat.test', '/other'), status: '404 Not Found' },
    { name: 'the same Host worked later', second: worked('10.0.0.2'), status: '404 Not Found' },
    { name: 'the server was in trouble', second: worked('chat.test'), status: '503 Service Unavailable' },
    { name: 'credentials were wanted', second: worked('chat.test'), status: '401 Unauthorized' },
  ])('is not named where $name', async ({ second, status }) => {
    expect(await toldOf(refused(status), second)).not.toContain('other-host');
  });
});
