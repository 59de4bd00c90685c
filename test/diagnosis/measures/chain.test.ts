import { describe, expect, it } from 'vitest';
import type { SessionReport } from '../../../src/report/report.js';
import { reportOf } from '../../wire/capture-report.js';
import { type Conversation, conversation } from '../../wire/conversation.js';

const SWITCHING =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: +Hhp028hpGKye+rHg1F/TL0OIKs=\r\n\r\n';
const REFUSAL = 'HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n';
const WHOLE = 'Upgrade: websocket\r\nConnection: Upgrade\r\n';
const STRIPPED = 'Connection: close\r\n';

/** Client, two proxies and a backend: the connections between them, the client's first. */
const HOPS = [
  { client: '10.0.0.1', server: '10.0.0.80' },
  { client: '10.1.0.80', server: '10.1.0.81' },
  { client: '10.2.0.81', server: '10.2.0.99' },
] as const;

/** Each hop is asked a little later than the one before it, and answers a little sooner. */
const hop = (at: 0 | 1 | 2, headers: string, answer: string): Conversation =>
  conversation({ ...HOPS[at], serverPort: 80, clientPort: 40000 + at, startMs: 2 * at, stepMs: 0.1 })
    .handshake()
    .client(
      `GET /live HTTP/1.1\r\nHost: chat.test\r\nSec-WebSocket-Key: bm90IHRoZSBleGFtcGxlIQ==\r\nSec-WebSocket-Version: 13\r\n${headers}\r\n`,
    )
    .after(20 - 5 * at)
    .server(answer);

const legsOf = ({ findings }: SessionReport): string[] =>
  findings
    .filter(({ rule, message }) => rule === 'upgrade/proxy-legs' && !/^(front|back)(-|$)/.test(message))
    .map(({ message }) => message);

describe('a chain of two proxies', () => {
  it('names at every leg the proxy that took the headers away, and no other', async () => {
    const { sessions } = await reportOf(hop(0, WHOLE, REFUSAL), hop(1, WHOLE, REFUSAL), hop(2, STRIPPED, REFUSAL));
    expect(sessions.map(({ cause, findings }) => `${cause} ${findings[0]?.message}`)).toEqual([
      'upgrade-headers-stripped further',
      'upgrade-headers-stripped legs',
      'upgrade-headers-stripped request',
    ]);
    expect(sessions[0]?.verdict).toContain('10.1.0.81 / 10.2.0.81');
    expect(sessions.map(legsOf)).toEqual([['spoiled'], ['spoiled'], []]);
  });

  it('blames the first proxy where the second was not asked for an upgrade any more', async () => {
    const { sessions } = await reportOf(hop(0, WHOLE, REFUSAL), hop(1, STRIPPED, REFUSAL), hop(2, STRIPPED, REFUSAL));
    expect(sessions.map(({ findings }) => findings[0]?.message)).toEqual(['legs', 'request', 'request']);
    expect(legsOf(sessions[0]!)).toEqual(['spoiled']);
  });

  it('says of the answer of a backend behind both that it came from there', async () => {
    const { sessions } = await reportOf(hop(0, WHOLE, REFUSAL), hop(1, WHOLE, REFUSAL), hop(2, WHOLE, REFUSAL));
    expect(sessions[0]?.verdict).toContain('the backend 10.2.0.99:80 itself answered 426');
    expect(sessions[1]?.verdict).toContain('the backend 10.2.0.99:80 itself answered 426');
  });

  it('tells at every leg alike who ended it: the second proxy, the backend or the client', async () => {
    const ended = async (...ends: readonly ((talk: Conversation, at: number) => Conversation)[]) => {
      const talks = ends.map((end, at) => end(hop(at as 0 | 1 | 2, WHOLE, SWITCHING).after(5000), at));
      return (await reportOf(...talks)).sessions.map(legsOf);
    };
    const [client, server] = [
      (talk: Conversation, at: number) => talk.after(10 * at).bye('client'),
      (talk: Conversation) => talk.bye('server'),
    ] as const;
    expect(await ended(server, server, client)).toEqual([['other-proxy'], ['proxy'], ['proxy']]);
    expect(await ended(server, server, server)).toEqual([['backend'], ['backend'], ['backend']]);
    expect(await ended(server, client, client)).toEqual([['proxy'], ['proxy'], ['other-proxy']]);
  });
});
