/**
 * The order of encrypted sessions against the truth: every sample with keys is read without them, and what it is said to
 * look like is held against what the keys show.
 */
import { describe, expect, it } from 'vitest';
import { analyze } from '../../src/analyze.js';
import { fileSource } from '../../src/capture/read-blocks.js';
import type { Session } from '../../src/session/session.js';
import { likenessOf, scoreOf, tellLikeness } from '../../src/session/websocket-likeness.js';
import type { LikenessReason, WebSocketLikeness } from '../../src/tls/tls-facts.js';
import { keyLogOf, reportOf } from '../wire/analyze-sample.js';
import { SAMPLES, sampleFiles } from '../wire/sample-table.js';
import { aSession } from '../wire/session-builder.js';

type Truth = 'WebSocket that opened' | 'upgrade that failed' | 'ordinary HTTPS';
interface Judged {
  truth: Truth;
  name: string;
  likeness: Pick<WebSocketLikeness, 'websocket' | 'because'>;
}

async function judgedSamples(): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (const name of sampleFiles.filter((file) => keyLogOf(file) !== undefined)) {
    const { report } = await analyze([fileSource(SAMPLES + name)]);
    const opened = (await reportOf(name)).sessions;
    for (const { client, server, tls } of report.sessions) {
      if (tls?.likeness === undefined) continue;
      const same = opened.find((other) => other.client === client && other.server === server);
      const truth =
        same === undefined
          ? 'ordinary HTTPS'
          : same.websocket === null
            ? 'upgrade that failed'
            : 'WebSocket that opened';
      const { websocket, because } = tls.likeness;
      judged.push({ truth, name, likeness: { websocket, because: because as LikenessReason[] } });
    }
  }
  return judged;
}

const seconds = (value: number) => ({ packet: 1 + value, at: value * 1e9, readyAt: value * 1e9 });

/** A session under TLS 1.3 whose records stayed closed. Seconds and lengths: positive the client's. */
function sealed(alpn: readonly string[], records: readonly (readonly [at: number, length: number])[]): Session {
  const session = aSession().handshake().clientHello('example.com').serverHello().finished().build();
  const tls = session.tls!;
  tls.clientHello!.alpn = [...alpn];
  tls.sealedTraffic.times = records.map(([at]) => at * 1e9);
  tls.sealedTraffic.lengths = records.map(([, length]) => length);
  for (const [at, length] of records) {
    const counts = tls.applicationData[length > 0 ? 'client' : 'server'];
    counts.records++;
    counts.bytes += Math.abs(length);
    counts.first ??= seconds(at);
    counts.last = seconds(at);
  }
  return session;
}

const UPGRADED = [
  [0, 250],
  [0.1, -160],
  [0.2, 40],
  [0.3, -36],
] as const;
const ROUNDS = [10, 20, 30, 40].flatMap((at) => [[at, -26] as const, [at + 0.02, 30] as const]);
const REQUESTS = [0, 2, 4, 6].flatMap((at) => [[at, 250] as const, [at + 0.1, -900] as const]);
const DOWNLOAD = [[0, 250] as const, ...Array.from({ length: 30 }, (_, at) => [at, -16_000] as const)];

describe('what an encrypted session looks like', () => {
  it.each([
    ['an upgrade left open', sealed([], UPGRADED), 'likely', 'upgrade-shape'],
    ['an upgrade of a browser', sealed(['http/1.1'], UPGRADED), 'likely', 'upgrade-shape only-http1-offered'],
    ['pings at an interval', sealed(['http/1.1'], ROUNDS), 'likely', 'pings'],
    ['requests one by one', sealed([], REQUESTS), 'unlikely', 'requests-shape'],
    ['a download', sealed(['http/1.1'], DOWNLOAD), 'unlikely', 'one-way'],
    ['a page over h2', sealed(['h2', 'http/1.1'], REQUESTS), 'unlikely', 'h2-offered'],
    ['one request', sealed([], [[0, 250] as const, [0.1, -900] as const]), 'possible', 'no-alpn-offered'],
  ] as const)('%s', (_, session, websocket, because) => {
    const likeness = likenessOf(session.tls!, false);
    expect(likeness.websocket).toBe(websocket);
    expect(likeness.because).toEqual(expect.arrayContaining(because.split(' ')));
  });

  it('is told by another connection to the same name that was opened', () => {
    const closed = sealed([], [[0, 250] as const, [0.1, -900] as const]);
    const open: Session = { ...sealed([], UPGRADED), transport: 'wss' };
    open.tls!.decrypted = true;
    tellLikeness([closed, open]);
    expect(closed.tls!.likeness).toMatchObject({
      websocket: 'likely',
      because: ['sibling-is-websocket', 'no-alpn-offered'],
    });
    expect(open.tls!.likeness).toBeUndefined();
  });

  it('is not told of a session that said nothing, or only one way', () => {
    for (const records of [[], [[0, 250] as const]]) {
      const session = sealed([], records);
      tellLikeness([session]);
      expect(session.tls!.likeness).toBeUndefined();
    }
  });

  it('weighs the reasons in their order', () => {
    const { because } = likenessOf(sealed(['h2', 'http/1.1'], REQUESTS).tls!, false);
    expect(because[0]).toBe('requests-shape');
  });
});

describe('without keys, the samples that have keys', () => {
  it('come out in the order of the truth: every WebSocket that opened before all ordinary HTTPS', async () => {
    const judged = await judgedSamples();
    const none = () => ({ likely: 0, possible: 0, unlikely: 0 });
    const table = { 'WebSocket that opened': none(), 'upgrade that failed': none(), 'ordinary HTTPS': none() };
    for (const { truth, likeness } of judged) table[truth][likeness.websocket]++;
    // Refused by 400, or spoken into HTTP/2: from outside these are requests like others, and no WebSocket came of them.
    expect(table).toMatchObject({
      'WebSocket that opened': { unlikely: 0 },
      'ordinary HTTPS': { likely: 0 },
      'upgrade that failed': { likely: 0 },
    });
    expect(table['WebSocket that opened'].likely).toBeGreaterThanOrEqual(25);
    expect(table['ordinary HTTPS'].unlikely).toBeGreaterThanOrEqual(5);
    const scores = (truth: Truth): [number, string][] =>
      judged.filter((each) => each.truth === truth).map(({ likeness, name }) => [scoreOf(likeness), name]);
    const least = scores('WebSocket that opened').sort(([a], [b]) => a - b)[0]!;
    const most = scores('ordinary HTTPS').sort(([a], [b]) => b - a)[0]!;
    expect(least[0], `${least[1]} before ${most[1]}: ${JSON.stringify(table)}`).toBeGreaterThan(most[0]);
  });
});
