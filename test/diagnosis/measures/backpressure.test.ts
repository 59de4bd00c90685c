import { describe, expect, it } from 'vitest';
import { acceptFor } from '../../../src/websocket/opening-handshake.js';
import { reportOf } from '../../wire/capture-report.js';
import { type Conversation, conversation } from '../../wire/conversation.js';
import { head } from '../../wire/http-conversation.js';
import { frame } from '../../wire/websocket-frames.js';

const KEY = 'bm90IHRoZSBleGFtcGxlIQ==';
const ASKS = ['Host: chat.test', 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13'];
const AGREES = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${acceptFor(KEY)}`];
const opened = (talk: Conversation, waits: number): Conversation =>
  talk
    .handshake()
    .client(head('GET /live HTTP/1.1', ...ASKS, `Sec-WebSocket-Key: ${KEY}`))
    .after(waits)
    .server(head('HTTP/1.1 101 Switching Protocols', ...AGREES))
    .after(20 - waits)
    .server(frame({ opcode: 0x2, payload: new Uint8Array(100) }));
const front = () => opened(conversation({ client: '10.0.0.1', server: '10.0.0.80', serverPort: 80, stepMs: 0.1 }), 10);
const back = () => opened(conversation({ client: '10.9.0.80', server: '10.9.0.99', startMs: 2, stepMs: 0.1 }), 2);

/** The window of the client's side closes after so many milliseconds, and opens again after so many more. */
const paused = (talk: Conversation, after: number, length: number): Conversation =>
  talk.after(after).window('client', 0).ack('client').after(length).window('client', 512).ack('client');
const stopped = (talk: Conversation, after: number): Conversation =>
  talk.after(after).window('client', 0).ack('client');

const found = async (...talks: Conversation[]) => {
  const { sessions } = await reportOf(...talks);
  return sessions.map(({ cause, findings }) => {
    const told = findings.find(({ rule }) => rule.startsWith('flow/'));
    const address = told?.data.address;
    return [cause, told?.message, ...(address?.type === 'text' ? [address.text] : [])].join(' ');
  });
};

describe('backpressure', () => {
  it('is told of the client whose window closed first, where the proxy gave up before the client went on', async () => {
    const outer = paused(front(), 100, 8000).bye('server');
    const inner = stopped(back(), 150).after(4000).bye('client');
    expect(await found(outer, inner)).toEqual(['ws-slow-consumer proxied', 'ws-slow-consumer behind 10.0.0.1:40000']);
  });

  it('is told of that client as well where everything went on', async () => {
    const outer = paused(front(), 100, 3000);
    const inner = paused(back(), 150, 2900);
    expect(await found(outer, inner)).toEqual([' paused', ' behind 10.0.0.1:40000']);
  });

  it('is not what makes a proxy stop while its client reads', async () => {
    expect(await found(front().after(8000).bye('server'), stopped(back(), 150).after(4000).bye('client'))).toEqual([
      'ws-abnormal-closure ',
      'ws-slow-consumer ended',
    ]);
  });
});
