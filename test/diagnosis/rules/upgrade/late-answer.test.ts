import { describe, expect, it } from 'vitest';
import { reportOf } from '../../../wire/capture-report.js';
import { type Conversation, conversation } from '../../../wire/conversation.js';
import { frame } from '../../../wire/websocket-frames.js';

const REQUEST =
  'GET /live HTTP/1.1\r\nHost: chat.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: bm90IHRoZSBleGFtcGxlIQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';
const SWITCHING =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: +Hhp028hpGKye+rHg1F/TL0OIKs=\r\n\r\n';
const HELLO = frame({ opcode: 0x1, payload: new TextEncoder().encode('hello') });

const asked = (): Conversation => conversation().handshake().client(REQUEST).ack('server');
const sessionOf = async (talk: Conversation) => (await reportOf(talk)).sessions[0]!;
const toldOf = async (talk: Conversation): Promise<string> => {
  const { outcome, stage, cause } = await sessionOf(talk);
  return `${outcome} ${stage} ${cause}`;
};

describe('upgrade/late-answer', () => {
  it('says that a session was never open whose client left before the 101', async () => {
    const talk = asked().after(3000).fin('client').ack('server').after(4000).server(SWITCHING, HELLO).rst('client');
    const session = await sessionOf(talk);
    expect(session).toMatchObject({ outcome: 'failed', stage: 'upgrade', cause: 'upgrade-unanswered' });
    expect(session.stages.map(({ stage, status }) => `${stage} ${status}`)).toEqual(['tcp ok', 'upgrade failed']);
    expect(session.findings[0]?.rule).toBe('upgrade/late-answer');
    expect(JSON.stringify(session)).not.toMatch(/-\d+(\.\d+)? ?m?s\b/);
  });

  it('says so as well where nothing came back of a client that was gone', async () => {
    expect(await toldOf(asked().after(3000).rst('client').after(500).server(SWITCHING))).toBe(
      'failed upgrade upgrade-unanswered',
    );
  });

  it('leaves alone what opened: the client left after the 101', async () => {
    const talk = asked().after(50).server(SWITCHING).after(50).fin('client').server(HELLO).rst('client');
    expect(await toldOf(talk)).toBe('failed open ws-abnormal-closure');
  });

  it('leaves alone a client that ended its own direction only and took the answer', async () => {
    const talk = asked().fin('client').ack('server').server(SWITCHING, HELLO).ack('client').fin('server').ack('client');
    const session = await sessionOf(talk);
    expect(session.stages.map(({ stage }) => stage)).toContain('open');
    expect(session.verdict).not.toMatch(/-\d/);
  });
});
