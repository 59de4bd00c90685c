import { describe, expect, it } from 'vitest';
import { acceptFor } from '../../../../src/websocket/opening-handshake.js';
import { reportOf } from '../../../wire/capture-report.js';
import { conversation } from '../../../wire/conversation.js';
import { isSyn, type Life, lived, refused } from '../../../wire/many-sessions.js';
import { frame } from '../../../wire/websocket-frames.js';

/** Six sessions of different ages and silences that end at 20 s, in this way. */
const burst = (end: Life['end']) =>
  Array.from({ length: 6 }, (_, n) => {
    const startMs = n * 1500;
    const talk = 700 * (n + 1);
    return lived({ startMs, port: 40000 + n, talkMs: [talk, 20_000 - startMs - talk], ...(end && { end }) });
  }).flat();

const back = (startMs: number, port: number) => lived({ startMs, port, end: 'none', talkMs: [10, 10] });

const massEnds = async (...packets: Parameters<typeof reportOf>) =>
  (await reportOf(...packets)).findings.filter(({ rule }) => rule === 'capture/mass-end');

describe('capture/mass-end', () => {
  it('tells a reload by a listener that was never gone', async () => {
    const [found, ...more] = await massEnds(burst('fin'), back(20_300, 50_001), back(20_400, 50_002));
    expect(more).toEqual([]);
    expect(found).toMatchObject({ message: 'reload', severity: 'warning', sessions: [1, 2, 3, 4, 5, 6] });
    expect(found?.data).toMatchObject({ sessions: { n: 6 }, server: { text: '10.0.9.1:8080' }, returned: { n: 2 } });
  });

  it('does not tell a reload from a crash by a listener that accepts seconds later', async () => {
    const [found] = await massEnds(burst('fin'), back(35_000, 50_001));
    expect(found).toMatchObject({ message: 'later', data: { returned: { n: 1 } } });
  });

  it('tells a crash by connections that were refused until one was accepted', async () => {
    const [found] = await massEnds(
      burst('fin'),
      refused({ startMs: 20_300, port: 50_001 }),
      refused({ startMs: 21_300, port: 50_002 }),
      back(23_300, 50_003),
    );
    expect(found).toMatchObject({ message: 'crash' });
    expect(found?.data).toMatchObject({ refused: { n: 2 } });
    const gone = found?.data.back;
    expect(gone?.type === 'duration' && Math.round(gone.ms / 100)).toBe(33);
    expect(found?.evidence.map(({ note }) => note)).toEqual(expect.arrayContaining(['refused or unanswered']));
  });

  it('counts health checks, which are no sessions, among the connections that follow', async () => {
    const check = (startMs: number, isUp: boolean) => {
      const [server, client] = ['10.0.9.1', '10.0.7.1'];
      const talk = conversation({ client, clientPort: 30_000 + startMs / 500, server, serverPort: 8080, startMs });
      return isUp ? talk.handshake().bye('client') : talk.syn().rst('server');
    };
    const checks = (backAt: number) =>
      Array.from({ length: 20 }, (_, n) => 15_250 + n * 500).map((at) => check(at, at < 20_000 || at >= backAt));
    const [down] = await massEnds(burst('fin'), ...checks(Number.POSITIVE_INFINITY));
    expect(down).toMatchObject({ message: 'down', data: { refused: { n: 10 } } });
    const [crash] = await massEnds(burst('fin'), ...checks(22_000));
    expect(crash).toMatchObject({ message: 'crash', data: { refused: { n: 4 } } });
    const [reload] = await massEnds(burst('fin'), ...checks(0));
    expect(reload).toMatchObject({ message: 'reload' });
  });

  it('says so when the server stayed away, or nobody tried', async () => {
    const [down] = await massEnds(burst('fin'), refused({ startMs: 20_300, port: 50_001 }));
    expect(down?.message).toBe('down');
    const [silent] = await massEnds(burst('fin'), back(100, 50_001).filter(isSyn));
    expect(silent?.message).toBe('silent');
  });

  it('takes goodbyes for what they are: planned, and no fault', async () => {
    const report = await reportOf(burst('going-away'));
    expect(report.findings).toMatchObject([
      { rule: 'capture/mass-end', message: 'goodbye', severity: 'note', data: { codes: { text: '1001' } } },
    ]);
    expect(report.summary.failed).toBe(0);
  });

  it('says nothing of sessions that their clients closed together', async () => {
    expect(await massEnds(burst('close'))).toEqual([]);
  });

  describe('behind a proxy', () => {
    const keyOf = (n: number) => Buffer.from(`client number ${n}!`).toString('base64');
    const leg = (
      n: number,
      [client, server]: readonly [string, string],
      by: 'client' | 'server',
      laterMs: number,
      more = '',
    ) =>
      conversation({ client, clientPort: 40000 + n, server, serverPort: 80, startMs: n * 1500 + laterMs, stepMs: 0.1 })
        .handshake()
        .client(
          `GET /live HTTP/1.1\r\nHost: chat.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${keyOf(n)}\r\nSec-WebSocket-Version: 13\r\n${more}\r\n`,
        )
        .after(20 - 2 * laterMs)
        .server(
          `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptFor(keyOf(n))}\r\n\r\n`,
        )
        .after(700 * (n + 1))
        .server(frame({ opcode: 0x1, payload: 'hi' }))
        .after(20_000 - 2200 * n)
        .bye(by);
    const fronts = () => [0, 1, 2].map((n) => leg(n, ['10.0.0.1', '10.0.0.80'], 'server', 0));
    const backs = () =>
      [0, 1, 2].map((n) => leg(n, ['10.1.0.80', '10.1.0.99'], 'client', 2, 'X-Forwarded-For: 10.0.0.1\r\n'));

    it('is told once, of the proxy, where both sides of it are in the capture', async () => {
      const found = (await reportOf(...fronts(), ...backs())).findings.filter(
        ({ rule }) => rule === 'capture/mass-end',
      );
      expect(found.map(({ message, data }) => [message, data.server])).toEqual([
        ['silent', expect.objectContaining({ text: '10.0.0.80:80' })],
      ]);
    });

    it('is the cause of both legs', async () => {
      const plain = [0, 1, 2].map((n) => leg(n, ['10.1.0.80', '10.1.0.99'], 'client', 2));
      const { sessions } = await reportOf(...fronts(), ...plain);
      expect(sessions.map(({ cause }) => cause)).toEqual(new Array(6).fill('ws-mass-disconnect'));
      expect(sessions[1]!.findings[0]).toMatchObject({ message: 'behind', data: { server: { text: '10.0.0.80:80' } } });
    });

    it('is no deed of the server where only its side is', async () => {
      const found = (await reportOf(...backs())).findings.filter(({ rule }) => rule === 'capture/mass-end');
      expect(found).toMatchObject([{ message: 'proxy', data: { proxy: { text: '10.1.0.80' } } }]);
    });
  });
});
