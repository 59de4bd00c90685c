import { describe, expect, it } from 'vitest';
import type { SessionReport } from '../../src/report/report.js';
import { relate } from '../../src/session/relations.js';
import type { Session } from '../../src/session/session.js';
import { reportOf } from '../wire/capture-report.js';
import { type Conversation, type ConversationOptions, conversation } from '../wire/conversation.js';
import { a, aaaa, DnsTalk, TYPE } from '../wire/dns-messages.js';
import { aSession } from '../wire/session-builder.js';
import { clientHello, record, serverName } from '../wire/tls-streams.js';
import { close, frame, fromClient } from '../wire/websocket-frames.js';

const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';
const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const request = (path = '/live', host = 'chat.test', key = KEY, agent = 'app/1') =>
  `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: ${agent}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`;
const SWITCHING = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${ACCEPT}\r\n\r\n`;
const UNAVAILABLE = 'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n';

/** A session that was opened and closed in order. */
const worked = (options: ConversationOptions = {}, ...asked: Parameters<typeof request>): Conversation =>
  conversation(options)
    .handshake()
    .client(request(...asked))
    .server(SWITCHING)
    .client(CLOSE)
    .server(CLOSED)
    .bye('client');
const refused = (options: ConversationOptions = {}): Conversation => conversation(options).syn().rst('server');
const turnedAway = (options: ConversationOptions = {}, ...asked: Parameters<typeof request>): Conversation =>
  conversation(options)
    .handshake()
    .client(request(...asked))
    .server(UNAVAILABLE)
    .bye('server');
const CLOSE = fromClient(close(1000));
const CLOSED = frame(close(1000));

/** "1 failed recovered retried-as 2" */
const ties = (sessions: readonly SessionReport[]): string[] =>
  sessions.map(({ id, outcome, recovered, related }) =>
    [id, outcome, ...(recovered ? ['recovered'] : []), ...related.map((tie) => `${tie.relation} ${tie.id}`)].join(' '),
  );
const tiesOf = async (...sources: Parameters<typeof reportOf>) => ties((await reportOf(...sources)).sessions);

describe('an attempt that was retried', () => {
  it('is recovered when the retry worked, over all that failed in between', async () => {
    const later = { startMs: 1000, clientPort: 40001 };
    const last = { startMs: 3000, clientPort: 40002 };
    expect(await tiesOf(refused(), turnedAway(later), worked(last))).toEqual([
      '1 failed recovered retried-as 2',
      '2 failed recovered retried-as 3',
      '3 ok',
    ]);
  });

  it('is tied to a retry that failed too, and not recovered', async () => {
    expect(await tiesOf(refused(), refused({ startMs: 1000, clientPort: 40001 }))).toEqual([
      '1 failed retried-as 2',
      '2 failed',
    ]);
  });

  it.each([
    { name: 'another client', options: { client: '10.0.0.7' }, path: '/live' },
    { name: 'another path', options: {}, path: '/other' },
    { name: 'another port of the server', options: { serverPort: 9090 }, path: '/live' },
    { name: 'minutes later', options: { startMs: 300_000 }, path: '/live' },
  ])('is not made good by $name', async ({ options, path }) => {
    const other = worked({ startMs: 1000, clientPort: 40001, ...options }, path);
    expect((await tiesOf(turnedAway(), other))[0]).toBe('1 failed');
  });

  it('is not made good by an upgrade of something else, when an ordinary request was told to upgrade', async () => {
    const plain = (path: string) =>
      conversation()
        .handshake()
        .client(`GET ${path} HTTP/1.1\r\nHost: chat.test\r\nUser-Agent: app/1\r\n\r\n`)
        .server('HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n')
        .bye('server');
    const upgrade = worked({ startMs: 1000, clientPort: 40001 }, '/live');
    expect(await tiesOf(plain('/'), upgrade)).toEqual(['1 failed', '2 ok']);
    expect(await tiesOf(plain('/live'), upgrade)).toEqual(['1 failed recovered retried-as 2', '2 ok']);
  });

  it('is not made good by another program, which its User-Agent tells', async () => {
    const other = worked({ startMs: 1000, clientPort: 40001 }, '/live', 'chat.test', KEY, 'tool/2');
    expect(await tiesOf(turnedAway(), other)).toEqual(['1 failed', '2 ok']);
  });

  it('is not tried again by a connection in TLS when it was made in clear', async () => {
    const sealed = conversation({ startMs: 1000, clientPort: 40001 })
      .handshake()
      .client(record(22, clientHello({ extensions: [serverName('chat.test')] })))
      .server('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n')
      .bye('server');
    expect((await tiesOf(turnedAway(), sealed))[0]).toBe('1 failed');
    expect((await tiesOf(refused(), sealed))[0]).toBe('1 failed retried-as 2');
  });

  it('is not tried again by a program that offers other ciphers', async () => {
    const hello = (port: number, suites: number[]) =>
      conversation({ startMs: port - 40000, clientPort: port })
        .handshake()
        .client(record(22, clientHello({ suites, extensions: [serverName('chat.test')] })))
        .rst('server');
    const three = [hello(40000, [0xc02f]), hello(41000, [0xc030, 0xc02f]), hello(42000, [0xc02f])];
    expect(await tiesOf(...three)).toEqual(['1 failed retried-as 3', '2 failed', '3 failed']);
  });

  it('is not made good by a session that was open beside it', async () => {
    const long = conversation({ clientPort: 40001, startMs: 1 }).handshake().client(request()).server(SWITCHING);
    long.after(5000).client(CLOSE).server(CLOSED).bye('client');
    expect((await tiesOf(turnedAway(), long))[0]).toBe('1 failed');
  });

  it('is no attempt any more once it was open', async () => {
    const died = conversation().handshake().client(request()).server(SWITCHING).rst('server');
    expect(await tiesOf(died, worked({ startMs: 1000, clientPort: 40001 }))).toEqual(['1 failed', '2 ok']);
  });
});

describe('a race between addresses', () => {
  it('ties the loser to the winner of the other family', async () => {
    const talk = new DnsTalk()
      .query(0, 'chat.test', TYPE.AAAA)
      .answer(1, 'chat.test', TYPE.AAAA, { answers: [aaaa(2)] })
      .query(2, 'chat.test')
      .answer(3, 'chat.test', TYPE.A, { answers: [a('10.0.0.2')] });
    const loser = conversation({ ipv6: true, startMs: 10 }).syn().rst('server');
    expect(await tiesOf(talk.packets, loser, worked({ startMs: 260 }))).toEqual([
      '1 failed recovered retried-as 2',
      '2 ok',
    ]);
  });
});

describe('a race between families without a lookup', () => {
  const v6 = (startMs = 0) => conversation({ ipv6: true, startMs }).syn();
  const v4 = (startMs: number, more: ConversationOptions = {}) =>
    worked({ startMs, clientPort: 41000 + startMs, ...more });

  it('is known by the pause, by an address given up at once, and by nobody else around', async () => {
    const { sessions } = await reportOf(v6(), v4(250), v4(7000));
    expect(ties(sessions)).toEqual(['1 failed recovered retried-as 2', '2 ok', '3 ok']);
    expect(sessions[0]).toMatchObject({ cause: 'tcp-unanswered', confidence: 'likely' });
    expect(sessions[0]?.verdict).toContain('had no answer for 250 ms');
  });

  it.each([
    { name: 'the capture ends before a repeat could be missed', talks: [v6(), v4(250), v4(3000)], outcome: 'partial' },
    { name: 'the pause is not that of a race', talks: [v6(), v4(600), v4(7000)], outcome: 'partial' },
    {
      name: 'others connect at that time',
      talks: [v6(), v4(250), v4(700, { client: '10.0.0.8' }), v4(7000)],
      outcome: 'partial',
    },
  ])('is not claimed where $name', async ({ talks, outcome }) => {
    expect((await reportOf(...talks)).sessions[0]?.outcome).toBe(outcome);
  });
});

describe('a redirect', () => {
  it('is tied to where the client went, and recovered when that worked', async () => {
    const moved = conversation()
      .handshake()
      .client(request('/old'))
      .server('HTTP/1.1 308 Permanent Redirect\r\nLocation: http://other.test:9090/new\r\nContent-Length: 0\r\n\r\n')
      .bye('client');
    const there = worked(
      { startMs: 50, server: '10.0.0.3', serverPort: 9090, clientPort: 40001 },
      '/new',
      'other.test:9090',
    );
    expect(await tiesOf(moved, there)).toEqual(['1 failed recovered redirected-to 2', '2 ok']);
  });

  const MOVED = 'HTTP/1.1 301 Moved Permanently\r\nLocation: http://chat.test:9090/new\r\nContent-Length: 0\r\n\r\n';
  const moved = (startMs: number, agent: string) =>
    conversation({ startMs, clientPort: 40000 + startMs })
      .handshake()
      .client(request('/old', 'chat.test', KEY, agent))
      .server(MOVED)
      .bye('client');
  const there = (startMs: number, agent: string) =>
    worked({ startMs, serverPort: 9090, clientPort: 40000 + startMs }, '/new', 'chat.test:9090', KEY, agent);

  it('is not followed by another program', async () => {
    expect(await tiesOf(moved(0, 'app/1'), there(50, 'tool/2'))).toEqual(['1 failed', '2 ok']);
  });

  it('is followed from one place only, the latest', async () => {
    expect(await tiesOf(moved(0, 'app/1'), moved(100, 'app/1'), there(150, 'app/1'))).toEqual([
      '1 failed recovered retried-as 2',
      '2 failed recovered redirected-to 3',
      '3 ok',
    ]);
  });
});

describe('a TLS handshake that resumes another', () => {
  const full = (id: number, version = 0x0304) =>
    aSession(id)
      .startingAt(id * 10, id * 1000)
      .handshake()
      .clientHello('chat.test')
      .serverHello(version, 0x1301);
  const resumed = (version?: number): Session => {
    const session = full(2, version).finished().build();
    session.tls!.serverHello!.resumed = true;
    return session;
  };
  const tiesBetween = (...sessions: Session[]) =>
    relate(
      sessions.map((session) => ({ session, outcome: 'partial' })),
      { legs: [], same: [] },
    ).get(2)?.related ?? [];

  it.each([
    {
      name: 'the last that was completed and may have given a ticket',
      first: full(1).finished().records('server', 1, 250),
    },
    { name: 'one of TLS 1.2', first: full(1, 0x0303).finished(), version: 0x0303 },
  ])('is tied to $name', ({ first, version }) => {
    expect(tiesBetween(first.build(), resumed(version))).toEqual([{ id: 1, relation: 'resumes' }]);
  });

  it.each([
    { name: 'that its client refused', first: full(1).alert('client', 'certificate_unknown', 46) },
    { name: 'that gave no ticket', first: full(1).finished() },
    { name: 'of another version', first: full(1, 0x0303).finished() },
  ])('is not tied to one $name', ({ first }) => {
    expect(tiesBetween(first.build(), resumed())).toEqual([]);
  });

  it('is not tied to one that was opened and holds no ticket', () => {
    const opened = full(1).finished().records('server', 1, 250).build();
    opened.tls!.decrypted = true;
    expect(tiesBetween(opened, resumed())).toEqual([]);
  });
});

describe('one session under two pairs of addresses', () => {
  it('is seen again behind an address translation: its handshake lies inside the other', async () => {
    const outer = worked({ stepMs: 4 });
    const inner = worked({ client: '203.0.113.5', clientPort: 6000, stepMs: 4, startMs: 1 });
    // The answers pass the translation the other way round: inside later than outside.
    expect(await tiesOf(outer, inner)).toEqual(['1 ok seen-again 2', '2 ok seen-again 1']);
  });

  it('is two legs of a proxy, which connects once its client has', async () => {
    const front = conversation({ server: '10.0.0.80', serverPort: 80 }).handshake().client(request());
    front.after(20).server(SWITCHING).client(CLOSE).server(CLOSED).bye('client');
    const back = worked({ client: '10.0.0.80', server: '10.0.0.99', startMs: 5 }, '/live', 'backend');
    expect(await tiesOf(front, back)).toEqual(['1 ok backend-leg 2', '2 ok client-leg 1']);
  });

  it('is not what a program looks like that sends the same key every time', async () => {
    expect(await tiesOf(worked(), worked({ startMs: 500, clientPort: 40001 }))).toEqual(['1 ok', '2 ok']);
    expect(await tiesOf(worked(), worked({ startMs: 3, client: '10.0.0.9' }))).toEqual(['1 ok', '2 ok']);
  });
});
