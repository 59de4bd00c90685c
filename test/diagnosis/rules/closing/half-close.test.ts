import { describe, expect, it } from 'vitest';
import { reportOf } from '../../../wire/capture-report.js';
import { type Conversation, conversation } from '../../../wire/conversation.js';
import { frame, KEY } from '../../../wire/websocket-frames.js';

const REQUEST =
  'GET /live HTTP/1.1\r\nHost: chat.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: bm90IHRoZSBleGFtcGxlIQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';
const SWITCHING =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: +Hhp028hpGKye+rHg1F/TL0OIKs=\r\n\r\n';
const HELLO = frame({ opcode: 0x1, payload: 'hello' });
const MASKED = frame({ opcode: 0x1, key: KEY, payload: 'hello' });
const CLOSE = frame({ opcode: 0x8, payload: new Uint8Array([0x03, 0xe8]) });

const opened = (): Conversation => conversation().handshake().client(REQUEST).server(SWITCHING).ack('client');
const ended = (): Conversation => opened().client(MASKED).fin('client').ack('server');
const goesOn = (talk: Conversation, seconds: number): Conversation => {
  for (let n = 0; n < seconds; n++) talk.after(1000).server(HELLO).ack('client');
  return talk;
};
const toldOf = async (talk: Conversation) => {
  const session = (await reportOf(talk)).sessions[0]!;
  const { outcome, stage, cause, findings, stages } = session;
  const rules = findings.map(({ rule, message }) => `${rule} ${message}`);
  return {
    verdict: `${outcome} ${stage} ${cause}`,
    rules,
    text: JSON.stringify(findings),
    closing: stages.at(-1)?.detail,
  };
};

describe('a half-close', () => {
  it('lets the Close count that the other side sends at the end, and says nothing of 1006', async () => {
    const { verdict, rules, text, closing } = await toldOf(
      goesOn(ended(), 3).server(CLOSE).ack('client').rst('server'),
    );
    expect(verdict).toBe('ok close null');
    expect(rules).toEqual(['closing/half-close closed']);
    expect(text).not.toContain('1006');
    expect(closing).toBe('1000 from the server, not answered');
  });

  it('is told where no Close follows, too', async () => {
    const { verdict, rules } = await toldOf(goesOn(ended(), 3).fin('server').ack('client'));
    expect(verdict).toBe('failed open ws-abnormal-closure');
    expect(rules).toContain('closing/half-close open');
  });

  it.each([
    { name: 'only a Close follows the FIN', talk: ended().after(3000).server(CLOSE).ack('client').fin('server') },
    { name: 'what follows was on its way', talk: ended().server(HELLO, CLOSE).ack('client').fin('server') },
    { name: 'the host answers by a RST', talk: ended().after(2000).server(HELLO).rst('client') },
    { name: 'nobody takes what follows', talk: ended().after(2000).server(HELLO, CLOSE) },
  ])('is none where $name', async ({ talk }) => {
    const { verdict, rules } = await toldOf(talk);
    expect(verdict).toBe('failed open ws-abnormal-closure');
    expect(rules.join(' ')).not.toContain('half-close');
  });
});
