import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXCHANGES_KEPT } from '../../src/http/exchange-log.js';
import { MAX_HEAD_BYTES } from '../../src/http/head-collector.js';
import { HELD_BYTES } from '../../src/http/held-input.js';
import type { HttpExchange } from '../../src/http/http-facts.js';
import { HttpLayer } from '../../src/http/http-layer.js';
import type { Side } from '../../src/stream/side.js';
import { EventLog, head, latin1, Scribe, Wire } from '../wire/http-conversation.js';

const UPGRADE = head(
  'GET /chat HTTP/1.1',
  'Host: example.test',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
);
const SWITCHING = head(
  'HTTP/1.1 101 Switching Protocols',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
);
const GET = head('GET /a HTTP/1.1', 'Host: example.test');
/** Masked text frame "Hello" of RFC 6455 5.7, and the unmasked one. */
const MASKED = '\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58';
const UNMASKED = '\x81\x05Hello';

function setUp() {
  const log = new EventLog();
  const scribe = new Scribe();
  const asked: HttpExchange[] = [];
  const layer = new HttpLayer(log, (exchange) => {
    asked.push(exchange);
    return scribe;
  });
  return { layer, log, scribe, asked, wire: new Wire(layer), facts: layer.facts };
}

const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('latin1');
const summary = ({ request, response, interim }: HttpExchange) =>
  [request?.target, ...interim.map(({ status }) => status), response?.status].join(' ');

describe('exchanges', () => {
  it('pairs a request with its response and reads both heads', () => {
    const { wire, facts } = setUp();
    wire.client(`${head('POST /a?b=1 HTTP/1.1', 'hOsT:  x ', 'A: 1', 'a: 2', 'Content-Length: 3')}abc`);
    wire.server(`${head('HTTP/1.1 404 Not Found', 'Server: s', 'Content-Length: 5')}gone!`);
    const [exchange] = facts.exchanges;
    expect(exchange?.request).toMatchObject({ method: 'POST', target: '/a?b=1', httpVersion: '1.1', problems: [] });
    expect(exchange?.request?.headers).toEqual([
      ['hOsT', 'x'],
      ['A', '1'],
      ['a', '2'],
      ['Content-Length', '3'],
    ]);
    expect(text(exchange?.request?.body.preview)).toBe('abc');
    expect(exchange?.response).toMatchObject({ status: 404, reason: 'Not Found', cut: false });
    expect(exchange?.response?.body).toMatchObject({ bytes: 5, complete: true, missing: 0 });
    expect(text(exchange?.response?.body.preview)).toBe('gone!');
    expect(facts.exchangeCount).toBe(1);
    expect(facts.switched).toBeUndefined();
  });

  it('says which packets carried a head, and where in the stream it stands', () => {
    const { wire, facts, log } = setUp();
    wire.client('\r\n\r\nGET /a HT').client('TP/1.1\r\nHost: x\r\n').client('\r\n');
    expect(facts.exchanges[0]?.request?.span).toEqual({
      first: { packet: 1, at: 1e6, readyAt: 1e6 },
      last: { packet: 3, at: 3e6, readyAt: 3e6 },
      offset: 4,
      length: 28,
    });
    expect(log.events).toEqual([
      { event: 'request', from: 'client', packet: 3, data: { method: 'GET', target: '/a', host: 'x', upgrade: false } },
    ]);
  });

  it('keeps pipelined requests in order, with interim responses at their own', () => {
    const { wire, facts } = setUp();
    wire.client(GET + head('POST /b HTTP/1.1', 'Expect: 100-continue', 'Content-Length: 2'));
    wire.server(head('HTTP/1.1 204 No Content') + head('HTTP/1.1 100 Continue'));
    wire
      .client('hi')
      .server(head('HTTP/1.1 103 Early Hints', 'Link: </x>') + head('HTTP/1.1 200 OK', 'Content-Length: 0'));
    expect(facts.exchanges.map(summary)).toEqual(['/a 204', '/b 100 103 200']);
  });

  it.each([
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n'],
    ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n'],
    ['GET', 'HTTP/1.1 204 No Content\r\nContent-Length: 500\r\n\r\n'],
    ['GET', 'HTTP/1.1 200 OK\r\nContent-Length: 4, 4\r\n\r\nbody'],
    ['GET', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;a="b;c"\r\nbody\r\n0\r\nX: y\r\nZ: w\r\n\r\n'],
    [
      'GET',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\nContent-Length: 1\r\n\r\n00A  \r\n0123456789\r\n0\r\n\r\n',
    ],
  ])('finds the next response after the body of %s → %j', (method, response) => {
    const { wire, facts } = setUp();
    wire.client(head(`${method} /a HTTP/1.1`, 'Host: x') + GET).server(`${response}HTTP/1.1 500 Oops\r\n\r\n`);
    expect(facts.exchanges.map(({ response: r }) => r?.status)).toEqual([Number(response.slice(9, 12)), 500]);
    expect(facts.exchanges[0]?.response?.body.complete).toBe(true);
    expect(facts.notHttp).toBeUndefined();
  });

  it('takes a body without a length until the sender closes, and only a close completes it', () => {
    for (const [kind, complete] of [
      ['fin', true],
      ['close-notify', true],
      ['rst', false],
      ['capture-end', false],
    ] as const) {
      const { wire, facts } = setUp();
      wire.client(GET).server('HTTP/1.0 200 OK\r\n\r\nall ').server('of it').end('server', kind);
      expect(text(facts.exchanges[0]?.response?.body.preview)).toBe('all of it');
      expect(facts.exchanges[0]?.response?.body).toMatchObject({ bytes: 9, complete });
    }
  });

  it('keeps every upgrade and the latest others, and says how many there were', () => {
    const { wire, facts, log } = setUp();
    wire.client(UPGRADE).server(head('HTTP/1.1 401 Unauthorized', 'Content-Length: 0'));
    for (let i = 0; i < 100; i++) {
      wire.client(head(`GET /${i} HTTP/1.1`, 'Host: x')).server(head('HTTP/1.1 200 OK', 'Content-Length: 0'));
    }
    expect(facts.exchanges.length).toBe(EXCHANGES_KEPT);
    expect([facts.exchanges[0], facts.exchanges[1], facts.exchanges.at(-1)].map((e) => e?.request?.target)).toEqual([
      '/chat',
      `/${101 - EXCHANGES_KEPT}`,
      '/99',
    ]);
    expect(facts.exchangeCount).toBe(101);
    expect(log.events.length).toBeLessThan(20);
    expect(log.events.length + log.ordinaries).toBe(202);
  });

  it('counts a bulk download without keeping more of it than the preview', () => {
    const { wire, facts } = setUp();
    wire.client(GET).server(head('HTTP/1.1 200 OK', `Content-Length: ${1000 * 1400}`));
    const segment = new Uint8Array(1400).fill(0x41);
    for (let i = 0; i < 1000; i++) wire.server(segment);
    wire.server(head('HTTP/1.1 200 OK'));
    expect(facts.exchanges[0]?.response?.body).toMatchObject({ bytes: 1_400_000, complete: true });
    expect(facts.exchanges[0]?.response?.body.preview.length).toBe(4096);
    expect(facts.exchangeCount).toBe(2);
  });

  it('gives a response without a request an exchange of its own', () => {
    const { wire, facts } = setUp();
    wire.server(head('HTTP/1.1 408 Request Timeout', 'Content-Length: 0'));
    expect(facts.exchanges.map(summary)).toEqual([' 408']);
  });
});

describe('the switch', () => {
  it('hands over what follows the 101, and then everything, with its packets', () => {
    const { wire, scribe, facts, asked } = setUp();
    wire
      .client(UPGRADE)
      .server(`${SWITCHING}${UNMASKED}`)
      .client(MASKED)
      .gap('server', 7)
      .server('more')
      .end('client')
      .end('server', 'rst');
    expect(scribe.calls).toEqual([
      `server 2 ${UNMASKED}`,
      `client 3 ${MASKED}`,
      'server 4 <gap 7>',
      'server 5 more',
      'client <fin>',
      'server <rst>',
    ]);
    expect(asked).toEqual([facts.upgrade]);
    expect(facts).toMatchObject({ switched: 'websocket', switchAssumed: false, exchangeCount: 1 });
  });

  it('holds what the client sent before the answer, and gives it first', () => {
    const { wire, scribe } = setUp();
    wire.client(`${UPGRADE}${MASKED}`).client('second').gap('client', 3).client('third').end('client');
    expect(scribe.calls).toEqual([]);
    wire.server(`${SWITCHING}${UNMASKED}`);
    expect(scribe.calls).toEqual([
      `client 1 ${MASKED}`,
      'client 2 second',
      'client 3 <gap 3>',
      'client 4 third',
      'client <fin>',
      `server 6 ${UNMASKED}`,
    ]);
  });

  it('copies what it holds, since the packet it came in may be gone', () => {
    const { wire, scribe } = setUp();
    const early = latin1(UPGRADE + MASKED);
    wire.client(early);
    early.fill(0);
    wire.server(SWITCHING);
    expect(scribe.text.client).toBe(MASKED);
  });

  it('holds no more than HELD_BYTES, and says what was left out', () => {
    const { wire, scribe, facts } = setUp();
    wire.client(UPGRADE);
    for (let i = 0; i < 100; i++) wire.client('x'.repeat(1000));
    wire.server(SWITCHING);
    const kept = Math.floor(HELD_BYTES / 1000) * 1000;
    expect(scribe.text.client).toBe(`${'x'.repeat(kept)}<gap ${100_000 - kept}>`);
    expect(facts.overLimit).toEqual({ client: true, server: false });
  });

  it('reads on as HTTP when the answer is no switch', () => {
    const { wire, facts, scribe } = setUp();
    wire.client(UPGRADE + GET).server(`${head('HTTP/1.1 401 Unauthorized', 'Content-Length: 2')}no`);
    wire.server(head('HTTP/1.1 200 OK', 'Content-Length: 0'));
    wire
      .client(UPGRADE)
      .server(head('HTTP/1.1 100 Continue') + SWITCHING)
      .client(MASKED);
    expect(facts.exchanges.map(summary)).toEqual(['/chat 401', '/a 200', '/chat 100 101']);
    expect(facts.upgrade).toBe(facts.exchanges[2]);
    expect(scribe.text).toEqual({ client: MASKED, server: '' });
  });

  it('tells upgrades apart in the timeline, by the packet that completes each head', () => {
    const { wire, log } = setUp();
    wire.client(UPGRADE).server(SWITCHING.slice(0, 40)).server(SWITCHING.slice(40));
    expect(log.events).toEqual([
      {
        event: 'request',
        from: 'client',
        packet: 1,
        data: { method: 'GET', target: '/chat', host: 'example.test', upgrade: true },
      },
      {
        event: 'response',
        from: 'server',
        packet: 3,
        data: { status: 101, reason: 'Switching Protocols', server: '' },
      },
    ]);
  });

  it('opens a tunnel on a 2xx to CONNECT only', () => {
    const { wire, scribe, facts } = setUp();
    const connect = head('CONNECT h:443 HTTP/1.1', 'Host: h:443');
    wire.client(connect).server(head('HTTP/1.1 407 Proxy Authentication Required', 'Content-Length: 0'));
    wire
      .client(connect)
      .server(`${head('HTTP/1.1 200 Connection established', 'Content-Length: 99')}abc`)
      .client('\x16\x03\x01');
    expect(scribe.text).toEqual({ client: '\x16\x03\x01', server: 'abc' });
    expect(facts).toMatchObject({ switched: 'other', upgrade: undefined, exchangeCount: 2 });
  });

  it('lets an upgrade request finish its body first', () => {
    const { wire, scribe, facts } = setUp();
    const request = UPGRADE.replace('GET', 'POST').replace('\r\n\r\n', '\r\nContent-Length: 4\r\n\r\n');
    wire.client(`${request}ab`).server(`${SWITCHING}!`).client(`cd${MASKED}`);
    expect(scribe.text).toEqual({ client: MASKED, server: '!' });
    expect(facts.exchanges[0]?.request?.body.complete).toBe(true);
  });

  it('names another protocol than WebSocket, and ignores what nobody wants', () => {
    const layer = new HttpLayer(new EventLog(), () => undefined);
    const wire = new Wire(layer);
    wire.client(head('GET / HTTP/1.1', 'Upgrade: h2c', 'Connection: Upgrade'));
    wire
      .server(`${head('HTTP/1.1 101 Switching Protocols', 'Upgrade: h2c')}\0\0\0`)
      .client(GET)
      .server(SWITCHING);
    expect(layer.facts).toMatchObject({ switched: 'other', exchangeCount: 1, notHttp: undefined, upgrade: undefined });
  });

  it('takes an answered key for WebSocket, whatever the Upgrade is called', () => {
    const { wire, facts } = setUp();
    wire.client(UPGRADE).server(SWITCHING.replace('websocket', 'websockets'));
    expect(facts.switched).toBe('websocket');
  });

  it('does not switch on a 101 that nobody asked for and that names no protocol', () => {
    const { wire, facts, asked } = setUp();
    wire.client(GET).server(head('HTTP/1.1 101 Switching Protocols')).server('rest');
    expect(asked).toEqual([]);
    expect(facts.switched).toBeUndefined();
  });
});

describe('a direction that is not there', () => {
  it('switches on a 101 alone, and the client side with its first bytes', () => {
    const { wire, scribe, facts } = setUp();
    wire.server(`${SWITCHING}${UNMASKED}`).client(MASKED).end('client');
    expect(scribe.text).toEqual({ client: `${MASKED}<fin>`, server: UNMASKED });
    expect(facts.upgrade?.request).toBeUndefined();
    expect(facts.upgrade?.response?.status).toBe(101);
  });

  it('gives a late request to the 101 that was captured before it', () => {
    const { wire, scribe, facts } = setUp();
    wire
      .server(`${SWITCHING}${UNMASKED}`)
      .client(UPGRADE.slice(0, 30))
      .client(UPGRADE.slice(30) + MASKED)
      .client('more');
    expect(scribe.text).toEqual({ client: `${MASKED}more`, server: UNMASKED });
    expect(facts.exchanges.map(summary)).toEqual(['/chat 101']);
  });

  it('knows a response by its status when a snap length cuts inside its first line', () => {
    const { wire, scribe, facts, asked } = setUp();
    wire.client(UPGRADE.slice(0, 40)).gap('client', UPGRADE.length - 40, 'snap-length');
    wire.server(SWITCHING.slice(0, 30)).gap('server', SWITCHING.length - 30, 'snap-length');
    wire.client(MASKED).server(UNMASKED);
    expect(asked[0]?.response).toMatchObject({ status: 101, cut: true, headers: [] });
    expect(scribe.text).toMatchObject({ client: MASKED });
    expect(facts.notHttp).toBeUndefined();
  });

  it('reads on behind a 200 whose request the capture lacks: it may have answered a CONNECT', () => {
    const { wire, scribe, facts } = setUp();
    wire.gap('client', 43).server(head('HTTP/1.1 200 Connection established'));
    wire.client(UPGRADE).server(SWITCHING).client(MASKED).server(UNMASKED);
    expect(facts.exchanges.map(summary)).toContain('/chat 101');
    expect(scribe.text).toEqual({ client: MASKED, server: UNMASKED });
  });

  it('knows nothing of a response that is cut inside its status', () => {
    const { wire, facts } = setUp();
    wire.client(GET).server('HTTP/1.1 10').gap('server', 300, 'snap-length');
    expect(facts.exchanges[0]?.response).toBeUndefined();
    expect(facts.lost.server).toBe(true);
  });

  it('does so, too, where an earlier request of the connection was refused', () => {
    const { wire, scribe, facts } = setUp();
    wire.client(UPGRADE).server('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
    wire.server(SWITCHING).client(UPGRADE).client(MASKED).server(UNMASKED);
    expect(scribe.text).toEqual({ client: MASKED, server: UNMASKED });
    expect(facts.exchanges.map(summary)).toEqual(['/chat 401', '/chat 101']);
  });

  it('switches without a response when the capture lacks the server and the client sends frames', () => {
    const { wire, scribe, facts, asked } = setUp();
    wire.client(UPGRADE).client(MASKED).wait(6e9);
    expect(asked).toEqual([]);
    wire.client(MASKED).client(MASKED);
    expect(scribe.text.client).toBe(MASKED.repeat(3));
    expect(facts).toMatchObject({ switched: 'websocket', switchAssumed: true });
    expect(asked[0]?.response).toBeUndefined();
  });

  it('does so at the end of the capture, too, but not when the server closed', () => {
    for (const [kind, expected] of [
      ['capture-end', `${MASKED}<capture-end>`],
      ['fin', ''],
      ['rst', ''],
    ] as const) {
      const { wire, scribe } = setUp();
      wire
        .client(UPGRADE + MASKED)
        .end('client', 'capture-end')
        .end('server', kind);
      expect(scribe.text.client).toBe(expected);
    }
  });

  it('still reads a response that comes after the switch was assumed', () => {
    const { wire, scribe, facts } = setUp();
    wire
      .client(UPGRADE)
      .wait(6e9)
      .client(MASKED)
      .server(SWITCHING + UNMASKED)
      .client(MASKED);
    expect(scribe.text).toEqual({ client: MASKED.repeat(2), server: UNMASKED });
    expect(facts).toMatchObject({ switched: 'websocket', switchAssumed: false });
    expect(facts.upgrade?.response?.status).toBe(101);
  });

  it('goes on reading requests where no response is captured', () => {
    const { wire, facts } = setUp();
    wire.client(UPGRADE).wait(6e9).client(GET);
    expect(facts.exchanges.map(summary)).toEqual(['/chat ', '/a ']);
  });
});

describe('holes', () => {
  it('counts a hole inside a body of known length and goes on', () => {
    const { wire, facts } = setUp();
    wire
      .client(GET + GET)
      .server(`${head('HTTP/1.1 200 OK', 'Content-Length: 10')}ab`)
      .gap('server', 6)
      .server(`ij${head('HTTP/1.1 404 X')}`);
    expect(facts.exchanges.map(({ response }) => response?.status)).toEqual([200, 404]);
    expect(facts.exchanges[0]?.response?.body).toMatchObject({ bytes: 4, missing: 6, complete: true });
    expect(text(facts.exchanges[0]?.response?.body.preview)).toBe('ab');
    expect(facts.lost).toEqual({ client: false, server: false });
  });

  it('counts a hole inside the data of one chunk, and is lost across chunks', () => {
    for (const [length, lost] of [
      [3, false],
      [4, false],
      [5, true],
    ] as const) {
      const { wire, facts } = setUp();
      wire
        .client(GET)
        .server(`${head('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked')}5\r\na`)
        .gap('server', length);
      if (length === 3) wire.server('e');
      wire.server('\r\n0\r\n\r\n');
      expect([facts.lost.server, facts.exchanges[0]?.response?.body.complete]).toEqual([lost, !lost]);
    }
  });

  it('keeps what is there of a head that a hole cut, and seeks the next start line', () => {
    const { wire, facts } = setUp();
    wire.client('GET /x HTTP/1.1\r\nHost: h\r\nCook').gap('client', 40).client('rest\r\n\r\n').client(GET);
    expect(facts.lost.client).toBe(true);
    expect(facts.exchanges.map(({ request }) => [request?.target, request?.cut, request?.headers.length])).toEqual([
      ['/x', true, 1],
      ['/a', false, 1],
    ]);
    expect(facts.notHttp).toBeUndefined();
    expect(facts.incompleteHead).toBeUndefined();
  });

  it('shows the beginning of a head that was lost before its first line ended', () => {
    const { wire, facts } = setUp();
    wire.client('GET /lo').gap('client', 40).client('ng HTTP/1.1\r\n\r\n');
    expect(facts.exchangeCount).toBe(0);
    expect(text(facts.incompleteHead?.preview)).toBe('GET /lo');
  });

  it('switches when the 101 lies in a hole and the client then sends frames', () => {
    const { wire, scribe, facts } = setUp();
    wire.client(UPGRADE).gap('server', 129).client(MASKED).server(UNMASKED);
    expect(scribe.calls).toEqual([`client 3 ${MASKED}`, 'server 2 <gap 129>', `server 4 ${UNMASKED}`]);
    expect(facts).toMatchObject({ switchAssumed: true, lost: { client: false, server: true } });
  });

  it('switches when every byte of the server is a hole', () => {
    const { wire, scribe, facts } = setUp();
    wire.gap('server', 0, 'capture-start').client(UPGRADE).gap('server', 129).client(MASKED).gap('server', 7);
    expect(scribe.text).toEqual({ client: MASKED, server: '<gap 129><gap 7>' });
    expect(facts).toMatchObject({ switchAssumed: true, lost: { client: false, server: true } });
  });

  it('switches when the 101 lies in a hole and the server goes on with frames', () => {
    const { wire, scribe } = setUp();
    wire.client(UPGRADE).gap('server', 129).server(UNMASKED);
    expect(scribe.text.server).toBe(`<gap 129>${UNMASKED}`);
  });

  it('finds a tunnel behind the hole by what goes into it', () => {
    const connect = head('CONNECT h:443 HTTP/1.1', 'Host: h:443');
    for (const [next, inside] of [
      ['\x16\x03\x01', '\x16\x03\x01'],
      [UPGRADE, UPGRADE],
      [connect, ''],
    ] as const) {
      const { wire, scribe, facts } = setUp();
      wire.client(connect).gap('server', 39).client(next);
      expect(scribe.text.client).toBe(inside);
      expect(facts.switched).toBe(inside === '' ? undefined : 'other');
    }
  });

  it('stays undecided, within its bounds, when what follows the hole says nothing', () => {
    const { wire, asked, facts } = setUp();
    wire.client(UPGRADE).gap('server', 39);
    for (let i = 0; i < 5000; i++) wire.client('\0'.repeat(100)).server('\0'.repeat(100));
    expect(asked).toEqual([]);
    expect(facts.overLimit).toEqual({ client: true, server: true });
  });

  it('does not switch when what follows the hole is a response', () => {
    const { wire, facts, asked } = setUp();
    wire.client(UPGRADE).gap('server', 129).server(head('HTTP/1.1 403 Forbidden', 'Content-Length: 0')).client(GET);
    expect(asked).toEqual([]);
    expect(facts.exchanges.map(summary)).toEqual(['/chat 403', '/a ']);
  });

  it('switches on the status line of a 101 that a short snap length cut', () => {
    const { wire, scribe, facts } = setUp();
    wire.client(UPGRADE.slice(0, 60)).gap('client', UPGRADE.length - 60, 'snap-length');
    wire
      .server(SWITCHING.slice(0, 60))
      .gap('server', SWITCHING.length - 60, 'snap-length')
      .client(MASKED)
      .server(UNMASKED);
    expect(scribe.text).toEqual({ client: MASKED, server: `<gap ${SWITCHING.length - 60}>${UNMASKED}` });
    expect(facts.switched).toBe('websocket');
  });

  it('answers the request that was sent last once the server is found again', () => {
    const { wire, facts } = setUp();
    wire.client(GET).gap('server', 500).client(head('GET /b HTTP/1.1', 'Host: x')).server(head('HTTP/1.1 200 OK'));
    expect(facts.exchanges.map(summary)).toEqual(['/a ', '/b 200']);
  });

  it('begins in the middle of a connection with the first start line', () => {
    const { wire, facts } = setUp();
    wire
      .gap('client', 0, 'capture-start')
      .gap('server', 0, 'capture-start')
      .server('tail of a body')
      .client(UPGRADE)
      .server(SWITCHING);
    expect(facts.exchanges.map(summary)).toEqual(['/chat 101']);
    expect(facts.notHttp).toBeUndefined();
  });
});

describe('hostile bytes', () => {
  it.each<[string, Side, string]>([
    ['a TLS alert for an answer', 'server', '\x15\x03\x01\x00\x02\x02\x0a'],
    ['HTTP/2 SETTINGS for an answer', 'server', '\0\0\x12\x04\0\0\0\0\0'],
    ['a word that only begins like HTTP', 'server', 'HTTP/1.1 abc\r\n'],
    ['an SSH banner', 'client', 'SSH-2.0-OpenSSH_9.6 Ubuntu\r\n'],
    ['a ClientHello', 'client', '\x16\x03\x01\x02\x00\x01'],
    ['the preface of HTTP/2', 'client', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['HTTP/0.9', 'client', 'GET /\r\n'],
    ['a method without end', 'client', 'A'.repeat(100)],
  ])('says that %s is no HTTP, as soon as that is certain', (_name, side, bytes) => {
    for (const size of [1, 3, bytes.length]) {
      const { wire, facts } = setUp();
      for (let i = 0; i < bytes.length; i += size) wire.send(side, bytes.slice(i, i + size));
      expect(facts.notHttp?.side).toBe(side);
      expect(facts.notHttp?.arrival.packet).toBe(1);
      expect(bytes.startsWith(text(facts.notHttp?.preview))).toBe(true);
      expect(facts).toMatchObject({ exchangeCount: 0, incompleteHead: undefined });
    }
  });

  it('stops at a head without end, keeps its start line, and says that a limit was reached', () => {
    const { wire, facts } = setUp();
    wire.client('GET /big HTTP/1.1\r\nHost: x\r\n');
    for (let i = 0; i < 400; i++) wire.client(`C${i}: ${'a'.repeat(990)}\r\n`);
    wire.server(head('HTTP/1.1 431 Request Header Fields Too Large', 'Content-Length: 0'));
    expect(facts.exchanges.map(summary)).toEqual(['/big 431']);
    expect(facts.exchanges[0]?.request?.cut).toBe(true);
    expect(facts.exchanges[0]?.request?.span.length).toBe(MAX_HEAD_BYTES);
    expect(facts.overLimit.client).toBe(true);
  });

  it('shows an unfinished head with its packets and first bytes', () => {
    const { wire, facts } = setUp();
    wire.client('GET / HTTP/1.1\r\n').client('Host: x\r\n').end('client', 'rst');
    expect(facts.incompleteHead).toMatchObject({
      side: 'client',
      span: { first: { packet: 1 }, last: { packet: 2 }, offset: 0, length: 25 },
    });
    expect(text(facts.incompleteHead?.preview)).toBe('GET / HTTP/1.1\r\nHost: x\r\n');
  });

  it('does not follow a chunked body that is none', () => {
    const { wire, facts } = setUp();
    wire
      .client(GET)
      .server(`${head('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked')}zz\r\n`)
      .server(head('HTTP/1.1 200 OK'));
    expect(text(facts.notHttp?.preview)).toBe('zz\r\n');
    expect(facts.exchanges[0]?.response?.body.complete).toBe(false);
  });

  it('survives any bytes in any pieces with any holes, and keeps its bounds', () => {
    const fragments = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .constantFrom(
          GET,
          UPGRADE,
          SWITCHING,
          MASKED,
          UNMASKED,
          'HTTP/1.1 ',
          '200 OK\r\n',
          'Transfer-Encoding: chunked\r\n',
          'Content-Length: 7\r\n',
          '\r\n',
          '5\r\nabcde\r\n',
          '0\r\n\r\n',
          'CONNECT a:1 HTTP/1.1\r\n\r\n',
        )
        .map(latin1),
    );
    const step = fc.record({
      side: fc.constantFrom<Side>('client', 'server'),
      what: fc.oneof({ weight: 8, arbitrary: fragments }, { weight: 1, arbitrary: fc.nat(20) }),
      wait: fc.constantFrom(0, 0, 0, 6e9),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { wire, facts, scribe } = setUp();
        let sent = 0;
        for (const { side, what, wait } of steps) {
          wire.wait(wait);
          if (typeof what === 'number') wire.gap(side, what);
          else {
            wire.send(side, what);
            sent += what.length;
          }
        }
        wire.end('client', 'capture-end').end('server', 'capture-end');
        expect(facts.exchanges.length).toBeLessThanOrEqual(EXCHANGES_KEPT);
        const passed = (scribe.text.client + scribe.text.server).replaceAll(/<[a-z-]+( \d+)?>/g, '').length;
        expect(passed).toBeLessThanOrEqual(sent);
        for (const { request, response } of facts.exchanges) {
          for (const message of [request, response])
            expect(message?.body.preview.length ?? 0).toBeLessThanOrEqual(4096);
        }
      }),
      { numRuns: 400 },
    );
  });
});

describe('segmentation', () => {
  const clientBytes = `\r\n${head('POST /p HTTP/1.1', 'Transfer-Encoding: chunked')}3;x=y\r\nabc\r\n0\r\nT: 1\r\n\r\n${UPGRADE}`;
  const serverBytes = `${head('HTTP/1.1 200 OK', 'Content-Length: 6')}sixsix${head('HTTP/1.1 100 Continue')}${SWITCHING}${UNMASKED}`;

  function outcome(cutsClient: number[], cutsServer: number[]) {
    const { wire, facts, scribe } = setUp();
    for (const piece of cut(clientBytes, cutsClient)) wire.client(piece);
    for (const piece of cut(serverBytes, cutsServer)) wire.server(piece);
    for (const piece of cut(MASKED.repeat(2), cutsClient)) wire.client(piece);
    const plain = ({ span, body, ...rest }: NonNullable<HttpExchange['request'] | HttpExchange['response']>) => ({
      ...rest,
      offset: span.offset,
      length: span.length,
      body: [text(body.preview), body.bytes, body.complete],
    });
    return {
      exchanges: facts.exchanges.map(({ request, response, interim }) => [
        request && plain(request),
        response && plain(response),
        interim.map(plain),
      ]),
      switched: facts.switched,
      text: scribe.text,
    };
  }

  const cut = (bytes: string, positions: number[]): string[] => {
    const inner = [...new Set(positions)].filter((p) => p > 0 && p < bytes.length).sort((a, b) => a - b);
    return [0, ...inner].map((from, i) => bytes.slice(from, inner[i] ?? bytes.length));
  };

  it('changes nothing: every single cut and byte by byte', () => {
    const whole = outcome([], []);
    expect(whole.exchanges.length).toBe(2);
    expect(whole.text).toEqual({ client: MASKED.repeat(2), server: UNMASKED });
    for (let i = 1; i < clientBytes.length; i++) expect(outcome([i], [])).toEqual(whole);
    for (let i = 1; i < serverBytes.length; i++) expect(outcome([], [i])).toEqual(whole);
    const all = Array.from({ length: 600 }, (_, i) => i);
    expect(outcome(all, all)).toEqual(whole);
  });

  it('changes nothing: any cuts', () => {
    const whole = outcome([], []);
    const cuts = fc.array(fc.nat(400), { maxLength: 12 });
    fc.assert(
      fc.property(cuts, cuts, (a, b) => {
        expect(outcome(a, b)).toEqual(whole);
      }),
      { numRuns: 150 },
    );
  });
});
