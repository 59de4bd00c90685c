import { describe, expect, it } from 'vitest';
import { reportOf } from '../wire/capture-report.js';
import { type Conversation, conversation } from '../wire/conversation.js';
import { frame, KEY } from '../wire/websocket-frames.js';

const REQUEST =
  'GET /live HTTP/1.1\r\nHost: chat.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: bm90IHRoZSBleGFtcGxlIQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';
const SWITCHING =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: +Hhp028hpGKye+rHg1F/TL0OIKs=\r\n\r\n';
const HELLO = frame({ opcode: 0x1, payload: new TextEncoder().encode('hello') });
const MASKED = frame({ opcode: 0x1, key: KEY, payload: new TextEncoder().encode('hello') });

const asked = (): Conversation => conversation().handshake().client(REQUEST).ack('server').after(20);
const again = (talk: Conversation, times: number): Conversation => {
  for (let n = 0; n < times; n++)
    talk
      .after(250 << n)
      .again('server')
      .drop();
  return talk;
};
const sessionOf = async (talk: Conversation) => (await reportOf(talk)).sessions[0]!;
const toldOf = async (talk: Conversation): Promise<string> => {
  const { outcome, stage, cause } = await sessionOf(talk);
  return `${outcome} ${stage} ${cause}`;
};

describe('an answer that does not arrive', () => {
  it('opens nothing: it was sent again, and the FIN of the client acknowledges nothing of it', async () => {
    const session = await sessionOf(again(asked().server(SWITCHING).drop(), 4).after(900).fin('client'));
    expect(session).toMatchObject({ outcome: 'failed', stage: 'upgrade', cause: 'upgrade-unanswered' });
    expect(session.stages.map(({ stage, status }) => `${stage} ${status}`)).toEqual(['tcp ok', 'upgrade failed']);
    expect(session.findings[0]?.evidence.map(({ packet }) => packet)).toEqual([4, 6, 7, 8, 9, 10, 11]);
  });

  it('opens nothing where nothing more came of the client either', async () => {
    expect(await toldOf(again(asked().server(SWITCHING).drop(), 3))).toBe('failed upgrade upgrade-unanswered');
  });

  it('did open a session where it arrived in the end, or was sent again once and the capture ended', async () => {
    const late = again(asked().server(SWITCHING).drop(), 3).after(300).again('server').ack('client').client(MASKED);
    expect(await toldOf(late.ack('server'))).toBe('open open null');
    expect(await toldOf(again(asked().server(SWITCHING).drop(), 1))).toBe('open open null');
    const spoke = again(asked().server(SWITCHING, HELLO), 3).client(MASKED).ack('server');
    expect(await toldOf(spoke)).toBe('open open null');
  });

  it('is seen from the other end by the number of what did arrive', async () => {
    const talk = asked().server(SWITCHING).drop().lose().after(7000).fin('client').after(40).ack('server');
    const session = await sessionOf(talk);
    expect(session).toMatchObject({ outcome: 'failed', stage: 'upgrade', cause: 'upgrade-unanswered' });
    expect(session.verdict).toContain(`${SWITCHING.length} bytes`);
    expect(session.verdict).not.toContain('answered nothing');
    expect(session.findings[0]?.evidence.map(({ packet }) => packet)).toEqual([4, 6, 7]);
  });

  it('is not read out of a FIN that the capture missed', async () => {
    const talk = asked().fin('server').drop().lose().after(7000).fin('client').after(40).ack('server');
    expect((await sessionOf(talk)).verdict).toContain('answered nothing');
  });
});
