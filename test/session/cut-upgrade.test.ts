import { describe, expect, it } from 'vitest';
import { reportOf } from '../wire/capture-report.js';
import { type Conversation, conversation } from '../wire/conversation.js';

const HEADERS = 'Host: chat.example.com\r\nUpgrade: something\r\nConnection: Upgrade\r\n\r\n';
/** 96 bytes of a packet: Ethernet, IPv4 and TCP with timestamps, and 30 of what is in it. */
const SNAP = 96;

/** Every packet cut to the snap length: of both heads their first lines alone are there. */
const snapped = (...said: ['client' | 'server', Uint8Array][]): Conversation => {
  const talk = conversation().handshake();
  talk.client(`GET /socket HTTP/1.1\r\n${HEADERS}`).snap(SNAP);
  talk.server(`HTTP/1.1 101 Switching Protocols\r\n${HEADERS}`).snap(SNAP);
  for (const [party, bytes] of said) {
    talk[party](bytes);
    if (bytes.length > 30) talk.snap(SNAP);
  }
  return talk;
};

const text = (length: number) =>
  Uint8Array.from([0x81, 0x7e, length >> 8, length & 0xff, ...new Array(length).fill(97)]);
const masked = (length: number) => Uint8Array.from([0x81, 0x80 | length, 1, 2, 3, 4, ...new Array(length).fill(96)]);

describe('an upgrade whose heads a snap length cut', () => {
  it('is a session where frames follow, and its end is told', async () => {
    const talk = snapped(['server', text(500)], ['client', masked(20)], ['server', text(900)])
      .after(300)
      .rst('server');
    const { sessions } = await reportOf(talk);
    expect(sessions).toHaveLength(1);
    expect(sessions[0]).toMatchObject({
      transport: 'ws',
      outcome: 'failed',
      cause: 'ws-reset',
      websocket: { messages: { client: 1, server: 2 } },
    });
  });

  it('is none where something else follows', async () => {
    const stream = Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 4, 0x61, 0x62, 0x63, 0x0a]);
    const { sessions, summary } = await reportOf(
      snapped(['server', stream], ['server', stream]).fin('server').fin('client'),
    );
    expect(sessions).toEqual([]);
    expect(summary.notListed.http).toBe(1);
  });
});
