import { describe, expect, it } from 'vitest';
import { missingClose } from '../../../../src/diagnosis/rules/closing/missing-close.js';
import type { Side } from '../../../../src/stream/side.js';
import { reportOf } from '../../../wire/capture-report.js';
import { conversation } from '../../../wire/conversation.js';
import { opened } from '../../sessions.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

describe('closing/missing-close', () => {
  it('sees a FIN without a Close', () => {
    const session = opened().message('client', 20).wait(700).fin('server').fin('client').build();
    expect(findingOf(missingClose, session)).toMatchObject({
      cause: 'ws-abnormal-closure',
      data: { by: { side: 'server' }, silence: { ns: 701e6 } },
    });
    expect(verdictOn(session)).toBe('failed open ws-abnormal-closure');
  });

  it('says so when the side that left was in the middle of a frame', () => {
    const session = opened().message('server', 20).fin('server').build();
    const arrival = session.websocket?.lastData.server;
    if (session.websocket !== undefined && arrival !== undefined) {
      session.websocket.unfinishedFrame.server = { opcode: 1, expected: 500, seen: 20, arrival };
    }
    expect(findingOf(missingClose, session)).toMatchObject({
      message: 'unfinishedOf',
      data: { expected: { bytes: 500 }, seen: { bytes: 20 } },
    });
    session.websocket!.unfinishedFrame.server!.expected = 0;
    expect(found(missingClose, session)).toBe('ws-abnormal-closure error unfinished');
  });

  it.each([
    { expected: 2 ** 32, ms: 1, message: 'huge', confidence: 'likely' },
    { expected: 2 ** 32, ms: 3000, message: 'amid', confidence: 'proven' },
    { expected: 500_000, ms: 1, message: 'amid', confidence: 'proven' },
  ])('tells of a frame of the other side that was under way: $message', ({ expected, ms, message, confidence }) => {
    const session = opened().message('server', 20).wait(ms).fin('client').build();
    const arrival = session.websocket!.lastData.server!;
    session.websocket!.unfinishedFrame.server = { opcode: 2, expected, seen: 1, arrival };
    expect(findingOf(missingClose, session)).toMatchObject({ message, confidence, data: { peer: { side: 'server' } } });
    session.websocket!.unfinishedFrame.server.expected = 0;
    expect(found(missingClose, session)).toBe('ws-abnormal-closure error fin');
  });

  it('calls the 101 what it is, where no frame came after it', () => {
    const session = opened().wait(50).fin('server').build();
    expect(findingOf(missingClose, session)).toMatchObject({
      message: 'unused',
      evidence: [{ note: 'opened' }, { note: 'fin' }],
    });
  });

  it('takes the first goodbye of TLS for the end, not the FIN that answers it', () => {
    const session = opened()
      .clientHello('chat.example.com')
      .message('client', 20)
      .wait(500)
      .alert('server', 'close_notify', 0);
    const ended = session.wait(1).alert('client', 'close_notify', 0).fin('client').build();
    expect(findingOf(missingClose, ended)).toMatchObject({
      data: { by: { side: 'server' }, end: { text: 'close_notify' } },
      evidence: [{ note: 'last' }, { note: 'goodbye', arrival: ended.tls?.alerts[0]?.arrival }],
      remedies: ['closed', 'proxy', 'close'],
    });
  });

  it('leaves the end with a side whose own goodbye came before that of the other', () => {
    const session = opened().clientHello('chat.example.com').message('client', 20).alert('client', 'close_notify', 0);
    const ended = session.alert('server', 'close_notify', 0).fin('client').build();
    expect(findingOf(missingClose, ended)).toMatchObject({
      data: { by: { side: 'client' } },
      remedies: ['closed', 'proxy', 'close'],
    });
  });

  it.each([
    { name: 'a reset', session: opened().message('client', 20).rst('server').build() },
    { name: 'a Close before the FIN', session: opened().close('server', 1000).fin('server').build() },
    { name: 'no end', session: opened().message('client', 20).build() },
    { name: 'one direction only', session: opened().message('client', 20).fin('client').unseen('both-sides').build() },
  ])('says nothing of $name', ({ session }) => {
    expect(found(missingClose, session)).toBe('nothing');
  });

  it('does not blame a side whose last bytes the capture missed', () => {
    const session = opened().message('client', 20).message('server', 20).fin('server').build();
    const fin = session.tcp.endPacket;
    session.tcp.gaps.push({ side: 'server', length: 4, packet: fin?.packet ?? 0, at: fin?.at ?? 0 });
    expect(found(missingClose, session)).toBe('nothing');
    expect(verdictOn(session)).toBe('partial open');
  });

  it('speaks again when frames were read behind the hole', () => {
    const session = opened().message('client', 20).wait(100).message('server', 20).fin('server').build();
    session.tcp.gaps.push({ side: 'server', length: 4, packet: 7, at: 50e6 });
    expect(found(missingClose, session)).toBe('ws-abnormal-closure error fin');
  });

  describe('with both legs of a proxy', () => {
    /** The client's leg and the backend's: who ends each, and when after the last frame. */
    const told = async (
      front: readonly [Side, number],
      back: readonly [Side, number],
      answer: readonly string[] = [],
    ) => {
      const { sessions } = await reportOf(
        leg('10.0.0.1', '10.0.0.80', 0, front, answer),
        leg('10.1.0.80', '10.1.0.99', 2, back, []),
      );
      return sessions.map(({ findings }) => findings[0]!);
    };

    it('tells an idle timer of the proxy, and how to raise it in that one', async () => {
      const [first, second] = await told(['server', 5002], ['client', 5000], ['Via: 1.1 varnish (Varnish/7.1)']);
      expect([first?.message, second?.message]).toEqual(['idle', 'idle']);
      expect(first?.remedy[0]).toContain('pipe_timeout');
      expect(JSON.stringify([first?.remedy, second?.remedy])).not.toMatch(
        /log of the (server|client)|other side|nginx/,
      );
    });

    it('tells no timer where the silence fits none', async () => {
      const [first] = await told(['server', 5402], ['client', 5400]);
      expect(first).toMatchObject({
        message: 'legs',
        remedy: [expect.stringContaining('log of the proxy 10.0.0.80:80')],
      });
    });

    it('sends the reader to whoever left first, and makes no guess beside that', async () => {
      const byBackend = await told(['server', 5010], ['server', 5000]);
      expect(byBackend.map(({ message }) => message)).toEqual(['legs', 'unused']);
      expect(byBackend[0]?.remedy[0]).toContain('server 10.1.0.99:80');
      const byClient = await told(['client', 5000], ['client', 5010]);
      expect(byClient.map(({ message }) => message)).toEqual(['unused', 'legs']);
      expect(byClient[1]?.remedy[0]).toContain('client 10.0.0.1:');
      expect(JSON.stringify([byBackend, byClient])).not.toContain('other side');
    });
  });
});

const leg = (
  client: string,
  server: string,
  startMs: number,
  [by, after]: readonly [Side, number],
  answer: readonly string[],
) =>
  conversation({ client, server, serverPort: 80, startMs, stepMs: 0.1 })
    .handshake()
    .client(REQUEST)
    .after(10 - 2 * startMs)
    .server(
      ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade', ACCEPT, ...answer, '\r\n'].join(
        '\r\n',
      ),
    )
    .after(after)
    .bye(by);

const REQUEST =
  'GET /live HTTP/1.1\r\nHost: chat.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: bm90IHRoZSBleGFtcGxlIQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';
const ACCEPT = 'Sec-WebSocket-Accept: +Hhp028hpGKye+rHg1F/TL0OIKs=';
