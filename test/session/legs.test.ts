import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../src/analyze.js';
import { memorySource } from '../../src/capture/capture-source.js';
import { fileSource } from '../../src/capture/read-blocks.js';
import type { SessionReport } from '../../src/report/report.js';
import { reportOf } from '../wire/capture-report.js';
import { type Conversation, conversation, pcapOf } from '../wire/conversation.js';
import { SAMPLES } from '../wire/sample-table.js';
import { clientHello, record } from '../wire/tls-streams.js';
import { close, frame, fromClient } from '../wire/websocket-frames.js';

const PROXY = '10.0.0.80';
/** The proxy's other address, towards its backends. */
const INSIDE = '10.9.0.80';
const BACKEND = '10.9.0.99';
const KEY = 'bm90IHRoZSBleGFtcGxlIQ==';
const OTHER_KEY = 'YW5vdGhlciAxNiBieXRlcw==';
const ACCEPT = 'qGNgvtZzGJ1QvzT0jKYGqO0N1fQ=';

interface Asked {
  path?: string;
  key?: string | undefined;
  headers?: readonly string[];
}

const request = ({ path = '/live', key, headers = [] }: Asked): string =>
  [
    `GET ${path} HTTP/1.1`,
    'Host: chat.test',
    'Upgrade: websocket',
    'Connection: Upgrade',
    ...(key === undefined ? [] : [`Sec-WebSocket-Key: ${key}`]),
    'Sec-WebSocket-Version: 13',
    ...headers,
    '\r\n',
  ].join('\r\n');
const SWITCHING = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${ACCEPT}\r\n\r\n`;
const answer = (status: number, ...headers: string[]): string =>
  [`HTTP/1.1 ${status} Sorry`, 'Content-Length: 0', ...headers, '\r\n'].join('\r\n');

interface At {
  startMs?: number;
  /** How long the server takes. */
  waits?: number;
  client?: string;
  port?: number;
  answers?: string;
}

const leg = (server: string, serverPort: number, asked: Asked, at: At): Conversation => {
  const { startMs = 0, waits = 20, client = '10.0.0.1', port = 40000, answers = SWITCHING } = at;
  const talk = conversation({ client, clientPort: port, server, serverPort, startMs, stepMs: 0.1 });
  talk.handshake().client(request(asked)).after(waits).server(answers);
  if (answers === SWITCHING) talk.client(fromClient(close(1000))).server(frame(close(1000)));
  return talk.bye('client');
};
const front = (asked: Asked = {}, at: At = {}) => leg(PROXY, 80, asked, at);
const back = (asked: Asked = {}, at: At = {}) =>
  leg(BACKEND, 8080, asked, { startMs: 2, waits: 5, client: INSIDE, port: 50000, ...at });

const FORWARDED = ['X-Forwarded-For: 10.0.0.1'];

/** "1-2 key": the client's entry, the backend's, and how they were matched. */
const pairs = (sessions: readonly SessionReport[]): string[] => [
  ...new Set(
    sessions.flatMap(({ legs = [] }) => legs.map((each) => `${each.client}-${each.backend} ${each.matchedBy}`)),
  ),
];
const pairsOf = async (...talks: Conversation[]) => pairs((await reportOf(...talks)).sessions);

describe('both legs of a proxy', () => {
  it.each([
    { name: 'the key', a: { key: KEY }, b: { key: KEY }, by: 'key' },
    {
      name: 'an id that the proxy makes and tells both sides',
      a: { key: KEY },
      b: { key: OTHER_KEY, headers: ['X-Request-Id: 5f1d3c9e77aa4b0c8d21'] },
      answers: SWITCHING.replace('\r\n\r\n', '\r\nX-Request-ID: 5f1d3c9e77aa4b0c8d21\r\n\r\n'),
      by: 'request-id',
    },
    { name: 'the forwarded address', a: {}, b: { headers: FORWARDED }, by: 'forwarded-for' },
    { name: 'Forwarded with a port', a: {}, b: { headers: ['Forwarded: for="10.0.0.1:40000"'] }, by: 'forwarded-for' },
    {
      name: 'the forwarded address behind a prefix',
      a: { path: '/app/live' },
      b: { headers: FORWARDED },
      by: 'forwarded-for',
    },
  ])('are tied by $name', async ({ a, b, by, answers }) => {
    const outer = leg(PROXY, 80, a, answers === undefined ? {} : { answers });
    expect(await pairsOf(outer, back(b))).toEqual([`1-2 ${by}`]);
  });

  it('are tied by path and timing where the backend is asked from the address that the client asked', async () => {
    expect(await pairsOf(front(), back({}, { client: PROXY }))).toEqual(['1-2 path-and-timing']);
    expect(await pairsOf(front(), back())).toEqual([]);
  });

  it.each([
    { name: 'another address was forwarded', b: { headers: ['X-Forwarded-For: 10.0.0.1, 10.0.0.7'] }, at: {} },
    { name: 'another port was forwarded', b: { headers: ['Forwarded: for="10.0.0.1:41111"'] }, at: {} },
    { name: 'the path is another', b: { path: '/other', headers: FORWARDED }, at: {} },
    { name: 'the backend is asked before the proxy', b: { headers: FORWARDED }, at: { startMs: -5 } },
    { name: 'the backend answers after the proxy', b: { headers: FORWARDED }, at: { waits: 40 } },
    { name: 'the backend refuses what the proxy grants', b: { headers: FORWARDED }, at: { answers: answer(503) } },
    { name: 'both have keys of their own', b: { key: OTHER_KEY, headers: FORWARDED }, at: {}, key: KEY },
  ])('are not tied where $name', async ({ b, at, key }) => {
    expect(
      await pairsOf(front({ key }, { startMs: 10 }), back(b, { startMs: 12, ...(at.startMs ? { startMs: 5 } : at) })),
    ).toEqual([]);
  });

  it('are tied where a proxy opens a session of its own and passes every message on', async () => {
    const text = Uint8Array.from([0x81, 0x02, 0x68, 0x69]);
    const outer = conversation({ server: PROXY, serverPort: 80, stepMs: 0.1 })
      .handshake()
      .client(request({ key: KEY }))
      .after(20)
      .server(SWITCHING, text)
      .client(fromClient(close(1000)))
      .server(frame(close(1000)))
      .bye('client');
    const inner = conversation({ client: PROXY, clientPort: 50000, server: BACKEND, stepMs: 0.1, startMs: 2 })
      .handshake()
      .client(request({ key: OTHER_KEY }))
      .after(5)
      .server(SWITCHING, text)
      .client(fromClient(close(1000)))
      .server(frame(close(1000)))
      .bye('client');
    expect(await pairsOf(outer, inner)).toEqual(['1-2 path-and-timing']);
  });
});

describe('a backend that takes no connection', () => {
  const refused = (startMs: number, clientPort = 50000, client = INSIDE) =>
    conversation({ client, clientPort, server: BACKEND, startMs, stepMs: 0.1 }).syn().rst('server');

  it('is tied to the request that got a 502 for it', async () => {
    expect(await pairsOf(front({}, { answers: answer(502), waits: 3 }), refused(1))).toEqual(['1-2 refused-within']);
  });

  it('is tied where the proxy went on to a server that answered, and is recovered', async () => {
    const outer = front({ key: KEY }, { waits: 40 });
    const { sessions } = await reportOf(outer, refused(1), back({ key: KEY }, { port: 50001 }));
    expect(pairs(sessions)).toEqual(['1-2 refused-within', '1-3 key']);
    expect(sessions[1]).toMatchObject({ cause: 'tcp-refused', recovered: true });
    expect(sessions[1]!.related).toContainEqual({ id: 3, relation: 'retried-as' });
    // Not at once: a check of its own, for example.
    expect(await pairsOf(outer, refused(1), back({ key: KEY }, { startMs: 28, port: 50001 }))).toEqual(['1-3 key']);
  });

  it('is tied at each of the tries of the proxy', async () => {
    const outer = front({}, { answers: answer(503), waits: 2000 });
    expect(await pairsOf(outer, refused(1), refused(1000, 50001), refused(1999, 50002))).toEqual([
      '1-2 refused-within',
      '1-3 refused-within',
      '1-4 refused-within',
    ]);
  });

  it('is tied to the request whose proxy hung up for it', async () => {
    const hungUp = (by: 'client' | 'server', ms = 3) =>
      conversation({ server: PROXY, serverPort: 80, stepMs: 0.1 }).handshake().client(request({})).after(ms).bye(by);
    expect(await pairsOf(hungUp('server'), refused(1))).toEqual(['1-2 refused-within']);
    expect(await pairsOf(hungUp('server', 60), refused(8))).toEqual(['1-2 refused-within']);
    expect(await pairsOf(hungUp('client'), refused(1))).toEqual([]);
    expect(await pairsOf(hungUp('server', 3000), refused(8))).toEqual([]);
  });

  it('is tied where its SYN of that moment was repeated until the proxy told its client', async () => {
    const dropped = (startMs: number, repeats = 3) => {
      const talk = conversation({ client: INSIDE, clientPort: 50000, server: BACKEND, startMs, stepMs: 0.1 });
      talk.syn();
      for (let sent = 0; sent < repeats; sent++) talk.after(1000).again('client');
      return talk;
    };
    const outer = front({}, { answers: answer(504), waits: 4000 });
    const { sessions } = await reportOf(outer, dropped(1));
    expect(pairs(sessions)).toEqual(['1-2 refused-within']);
    expect(sessions.map(({ cause }) => cause)).toEqual(['upgrade-gateway-timeout', 'tcp-unanswered']);
    expect(sessions[0]!.verdict).toContain('probably because of session 2');
    expect(sessions[0]!.findings[0]!.remedy).toHaveLength(1);
    expect(await pairsOf(outer, dropped(30))).toEqual([]);
    expect(await pairsOf(outer, dropped(1, 5))).toEqual([]);
    expect(await pairsOf(front({}, { answers: answer(403), waits: 4000 }), dropped(1))).toEqual([]);
  });

  it('is tied where it was TLS that came to nothing, and not where it was in use', async () => {
    const begun = () =>
      conversation({ client: INSIDE, clientPort: 50000, server: BACKEND, startMs: 1, stepMs: 0.1 })
        .handshake()
        .client(record(22, clientHello()))
        .server('HTTP/1.1 400 Bad Request\r\n\r\n');
    const outer = front({}, { answers: answer(502), waits: 5 });
    expect(await pairsOf(outer, begun().bye('client'))).toEqual(['1-2 refused-within']);
    expect(await pairsOf(outer, begun().after(30).bye('client'))).toEqual([]);
  });

  it('is not tied where two requests wait, where it is over long before the answer, or where the answer blames nobody', async () => {
    const bad = { answers: answer(502), waits: 3 };
    expect(await pairsOf(front({}, bad), front({}, { ...bad, port: 40001 }), refused(1))).toEqual([]);
    expect(await pairsOf(front({}, { ...bad, waits: 500 }), refused(1))).toEqual([]);
    expect(await pairsOf(front({}, { ...bad, answers: answer(403) }), refused(1))).toEqual([]);
    expect(await pairsOf(front({}, bad), refused(1), refused(1.5, 50001, '10.9.0.7'))).toEqual([]);
  });
});

describe('a connection that the proxy had kept', () => {
  const kept = (startMs: number) =>
    conversation({ client: INSIDE, clientPort: 50000, server: BACKEND, startMs, stepMs: 0.1 })
      .handshake()
      .client('GET /rest HTTP/1.1\r\nHost: up\r\n\r\n')
      .server('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');

  it('is the other leg of the request it is used for again, however old it is', async () => {
    const inner = kept(1000)
      .after(1001)
      .client(request({ key: KEY }))
      .after(5)
      .rst('server');
    const { sessions } = await reportOf(front({ key: KEY }, { startMs: 2000, answers: answer(502) }), inner);
    expect(pairs(sessions)).toEqual(['2-1 key']);
    expect(sessions[1]?.verdict).toContain('ended the connection instead of answering');
  });

  it('is tied while the client still waits, though that has sent nothing for long', async () => {
    const outer = conversation({ server: PROXY, serverPort: 80, stepMs: 0.1 })
      .handshake()
      .client(request({ key: KEY }));
    expect(await pairsOf(outer, back({ key: KEY }, { startMs: 50 }))).toEqual(['1-2 key']);
  });
});

describe('many clients of one proxy', () => {
  /** One client's session through the proxy; what each hop says of it is drawn at random. */
  const session = fc.record({
    client: fc.integer({ min: 1, max: 3 }),
    startMs: fc.integer({ min: 0, max: 30 }),
    waits: fc.integer({ min: 4, max: 30 }),
    within: fc.integer({ min: 1, max: 3 }),
    keepsKey: fc.boolean(),
    forwards: fc.boolean(),
    sees: fc.constantFrom('both', 'both', 'front', 'back'),
    isRefused: fc.boolean(),
  });

  it('never have two different sessions joined, however alike they are', async () => {
    let tied = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(session, { minLength: 1, maxLength: 8 }), fc.boolean(), async (drawn, allSeen) => {
        const talks: Conversation[] = [];
        drawn.forEach(({ client, startMs, waits, within, keepsKey, forwards, sees, isRefused }, index) => {
          const key = Buffer.from(`key ${String(index).padStart(12, '0')}`).toString('base64');
          const address = `10.0.0.${client}`;
          const answers = isRefused ? answer(502) : SWITCHING;
          const asked = { key };
          // Without the key, a stranger whose other leg was not captured could look like it: then all are in the capture.
          const hides = !keepsKey && allSeen;
          const passed = {
            ...(hides ? {} : { key }),
            headers: forwards ? [`X-Forwarded-For: ${address}`] : [],
          };
          const ports = { port: 40000 + index };
          if (allSeen || sees !== 'back')
            talks.push(front(asked, { startMs, waits, client: address, answers, ...ports }));
          if (allSeen || sees !== 'front') {
            const inside = {
              startMs: startMs + 1,
              waits: Math.min(within, waits - 3),
              client: PROXY,
              port: 50000 + index,
            };
            talks.push(back(passed, { ...inside, answers }));
          }
        });
        const { sessions } = await reportOf(...talks);
        const indexOf = (id: number) => Number(sessions[id - 1]!.client.split(':')[1]) % 10000;
        for (const { legs = [] } of sessions) {
          for (const each of legs) {
            tied++;
            expect(indexOf(each.backend)).toBe(indexOf(each.client));
          }
        }
      }),
      { numRuns: 60 },
    );
    expect(tied).toBeGreaterThan(0);
  });
});

describe('two captures', () => {
  const outer = front({ key: KEY });
  const inner = back({ key: KEY, headers: FORWARDED });
  const read = async (...files: Conversation[][]) => {
    const sources = files.map((talks, index) => memorySource(`${index}.pcap`, pcapOf(...talks, [])));
    return pairs((await analyze(sources)).report.sessions);
  };

  it('tell one story, each from its own side of the proxy', async () => {
    expect(await read([outer], [inner])).toEqual(['1-2 key']);
    expect(await read([inner], [outer])).toEqual(['1-2 key']);
  });

  it('of real programs, one from the client and one from the backend, are tied in either order', async () => {
    const files = ['haproxy-two-files-client.pcap', 'haproxy-two-files-backend.pcap'];
    for (const names of [files, [...files].reverse()]) {
      const { report } = await analyze(names.map((name) => fileSource(SAMPLES + name)));
      expect(pairs(report.sessions)).toEqual(['1-2 key']);
      expect(report.sessions[0]!.legs![0]!.request!.added).toEqual([['x-forwarded-for', '10.77.1.1']]);
    }
  });

  it('may come of clocks that differ by seconds', async () => {
    const early = back({ key: KEY, headers: FORWARDED }, { startMs: 0 });
    const late = front({ key: KEY }, { startMs: 7000 });
    expect(await read([late], [early])).toEqual(['2-1 key']);
  });

  it('of programs that all send the example’s key show no proxy', async () => {
    const example = 'dGhlIHNhbXBsZSBub25jZQ==';
    expect(await read([front({ key: example })], [back({ key: example }, { startMs: 9000 })])).toEqual([]);
  });
});
