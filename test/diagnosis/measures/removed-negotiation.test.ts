import { describe, expect, it } from 'vitest';
import { acceptFor } from '../../../src/websocket/opening-handshake.js';
import { reportOf } from '../../wire/capture-report.js';
import { type Conversation, conversation } from '../../wire/conversation.js';
import { head } from '../../wire/http-conversation.js';
import { close, frame, fromClient } from '../../wire/websocket-frames.js';

const KEY = 'bm90IHRoZSBleGFtcGxlIQ==';
const EXTENSIONS = 'Sec-WebSocket-Extensions: permessage-deflate';
const CHAT = 'Sec-WebSocket-Protocol: chat';
/** "Hello" (RFC 7692 7.2.3.1), with RSV1. */
const COMPRESSED = Uint8Array.from([0xc1, 0x07, 0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]);

const ASKS = ['Host: chat.test', 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13'];
const opened = (talk: Conversation, waits: number, asked: string[], answered: string[]): Conversation =>
  talk
    .handshake()
    .client(head('GET /live HTTP/1.1', ...ASKS, `Sec-WebSocket-Key: ${KEY}`, ...asked))
    .after(waits)
    .server(
      head(
        'HTTP/1.1 101 Switching Protocols',
        'Upgrade: websocket',
        'Connection: Upgrade',
        `Sec-WebSocket-Accept: ${acceptFor(KEY)}`,
        ...answered,
      ),
    );
const front = () => conversation({ client: '10.0.0.1', server: '10.0.0.80', serverPort: 80, stepMs: 0.1 });
const back = () => conversation({ client: '10.9.0.80', server: '10.9.0.99', startMs: 2, stepMs: 0.1 });

/** What decides, at the client's leg and at the backend's. */
const decisive = async (...talks: Conversation[]) => {
  const { sessions } = await reportOf(...talks);
  return sessions.map(({ cause, findings: [first] }) => `${cause} ${first?.message} ${first?.remedy.length}`);
};

describe('what a proxy removed from the opening handshake', () => {
  const complains = (talk: Conversation) =>
    talk
      .after(5)
      .server(COMPRESSED)
      .after(5)
      .client(fromClient(close(1002)))
      .server(frame(close(1002)))
      .bye('server');

  it('makes it the proxy’s deed that a client met compressed frames, at both legs', async () => {
    const outer = complains(opened(front(), 10, [EXTENSIONS], []));
    const inner = complains(opened(back(), 2, [EXTENSIONS], [EXTENSIONS]));
    expect(await decisive(outer, inner)).toEqual([
      'ws-protocol-error rsv-removed 1',
      'ws-protocol-error rsv-removed 1',
    ]);
  });

  it('leaves the server to blame that compresses unasked', async () => {
    const outer = complains(opened(front(), 10, [EXTENSIONS], []));
    const inner = complains(opened(back(), 2, [EXTENSIONS], []));
    expect((await decisive(outer, inner))[0]).toContain('rsv-without-extension');
  });

  it.each([
    { name: 'from the request', asked: [], answered: [], told: 'not-asked' },
    { name: 'from the answer', asked: [CHAT], answered: [CHAT], told: 'not-told' },
  ])('makes it the proxy’s deed that no subprotocol was chosen: $name', async ({ asked, answered, told }) => {
    const outer = opened(front(), 10, [CHAT], []).after(5).bye('client');
    const inner = opened(back(), 2, asked, answered).after(20).bye('client');
    expect(await decisive(outer, inner)).toEqual([
      `upgrade-subprotocol-missing ${told} 1`,
      `upgrade-subprotocol-missing ${told} 1`,
    ]);
  });
});
