import { describe, expect, it } from 'vitest';
import type { Header, HttpExchange } from '../../src/http/http-facts.js';
import { HttpLayer } from '../../src/http/http-layer.js';
import { parseExtensions } from '../../src/websocket/extension-list.js';
import { acceptFor, judgeHandshake } from '../../src/websocket/opening-handshake.js';
import { EventLog, head, Wire } from '../wire/http-conversation.js';

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

const REQUEST: Header[] = [
  ['Host', 'server.example.com'],
  ['Upgrade', 'websocket'],
  ['Connection', 'Upgrade'],
  ['Sec-WebSocket-Key', KEY],
  ['Sec-WebSocket-Version', '13'],
];
const RESPONSE: Header[] = [
  ['Upgrade', 'websocket'],
  ['Connection', 'Upgrade'],
  ['Sec-WebSocket-Accept', ACCEPT],
];

interface Variation {
  requestLine?: string;
  statusLine?: string;
  /** Name to new value, undefined for none; names that are new are added. */
  request?: Record<string, string | undefined>;
  response?: Record<string, string | undefined>;
  /** Lines added at the end. */
  requestToo?: string[];
  responseToo?: string[];
}

/** The exchange as the HTTP layer reads it from a healthy handshake with some variation. */
function exchangeWith({ requestLine, statusLine, ...rest }: Variation = {}): HttpExchange {
  const layer = new HttpLayer(new EventLog(), () => undefined);
  new Wire(layer)
    .client(head(requestLine ?? 'GET /chat HTTP/1.1', ...vary(REQUEST, rest.request), ...(rest.requestToo ?? [])))
    .server(
      head(
        statusLine ?? 'HTTP/1.1 101 Switching Protocols',
        ...vary(RESPONSE, rest.response),
        ...(rest.responseToo ?? []),
      ),
    );
  const [exchange] = layer.facts.exchanges;
  if (exchange === undefined) throw new Error('no exchange was read');
  return exchange;
}

function vary(headers: Header[], changes: Record<string, string | undefined> = {}): string[] {
  const fields = new Map<string, string | undefined>([...headers, ...Object.entries(changes)]);
  return [...fields].flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
}

const judge = (variation: Variation = {}) => judgeHandshake(exchangeWith(variation));
const codes = (variation: Variation) => judge(variation).problems.map(({ side, code }) => `${side} ${code}`);

describe('a healthy handshake', () => {
  it('has the accept of the example in RFC 6455 1.3', () => {
    expect(acceptFor(KEY)).toBe(ACCEPT);
    expect(judge()).toEqual({
      asked: true,
      key: KEY,
      subprotocolsOffered: [],
      subprotocol: null,
      extensionsOffered: [],
      extensions: [],
      deflate: undefined,
      acceptValid: true,
      acceptExpected: ACCEPT,
      problems: [],
    });
  });

  it.each<Variation>([
    { request: { Upgrade: 'WebSocket', Connection: 'keep-alive, UPGRADE' }, response: { Upgrade: 'WEBSOCKET' } },
    { request: { Upgrade: 'h2c, websocket' } },
    { requestLine: 'GET http://server.example.com/chat?x=1 HTTP/1.1' },
    { request: { Connection: undefined }, requestToo: ['Connection: keep-alive', 'connection: upgrade'] },
    {
      request: { 'Sec-WebSocket-Protocol': 'chat' },
      requestToo: ['Sec-WebSocket-Protocol: superchat, Chat'],
      response: { 'Sec-WebSocket-Protocol': 'Chat' },
    },
    { statusLine: 'HTTP/1.1 101 Whatever' },
  ])('may be written like %j', (variation) => {
    expect(codes(variation)).toEqual([]);
    expect(judge(variation)).toMatchObject({ asked: true, acceptValid: true });
  });
});

describe('a request', () => {
  it.each<[string[], Variation]>([
    [['method-not-get'], { requestLine: 'POST /chat HTTP/1.1' }],
    [['http-version-old'], { requestLine: 'GET /chat HTTP/1.0' }],
    [['target-invalid'], { requestLine: 'GET chat HTTP/1.1' }],
    [['target-invalid'], { requestLine: 'GET /chat#top HTTP/1.1' }],
    [['host-missing'], { request: { Host: undefined } }],
    [['host-repeated'], { requestToo: ['host: other'] }],
    [['upgrade-missing'], { request: { Upgrade: undefined } }],
    [['upgrade-missing'], { request: { Upgrade: 'websockets' } }],
    [['connection-upgrade-missing'], { request: { Connection: 'keep-alive' } }],
    [['upgrade-missing', 'connection-upgrade-missing'], { request: { Upgrade: undefined, Connection: 'close' } }],
    [['key-repeated'], { requestToo: [`Sec-WebSocket-Key: ${KEY}`] }],
    [['key-invalid', 'key-repeated'], { requestToo: ['Sec-WebSocket-Key: c2hvcnQ='] }],
    [['version-missing'], { request: { 'Sec-WebSocket-Version': undefined } }],
    [['version-unsupported'], { request: { 'Sec-WebSocket-Version': '8' } }],
    [['version-unsupported'], { request: { 'Sec-WebSocket-Version': '013' } }],
    [['version-unsupported'], { request: { 'Sec-WebSocket-Version': '13, 8' } }],
    [['version-repeated'], { requestToo: ['Sec-WebSocket-Version: 8'] }],
    [
      ['subprotocol-invalid'],
      { request: { 'Sec-WebSocket-Protocol': 'a, a' }, response: { 'Sec-WebSocket-Protocol': 'a' } },
    ],
    [
      ['subprotocol-invalid'],
      { request: { 'Sec-WebSocket-Protocol': 'a b' }, response: { 'Sec-WebSocket-Protocol': 'a b' } },
    ],
    [['subprotocol-invalid'], { request: { 'Sec-WebSocket-Protocol': '' } }],
    [['extension-malformed'], { request: { 'Sec-WebSocket-Extensions': 'x; a=' } }],
    [
      ['extension-parameter-invalid'],
      { request: { 'Sec-WebSocket-Extensions': 'permessage-deflate; server_max_window_bits' } },
    ],
  ])('with %j is told so', (expected, variation) => {
    expect(codes(variation)).toEqual(expected.map((code) => `client ${code}`));
  });

  it.each([
    ['too short', 'dGhlIHNhbXBsZSBub25j'],
    ['15 bytes', 'dGhlIHNhbXBsZSBub25j'.slice(0, 20)],
    ['17 bytes', 'dGhlIHNhbXBsZSBub25jZTE='],
    ['without padding', 'dGhlIHNhbXBsZSBub25jZQ'],
    ['with bits behind the end', 'dGhlIHNhbXBsZSBub25jZR=='],
    ['in base64url', 'dGhlIHNhbXBsZS_ub25jZQ=='],
    ['empty', ''],
  ])('has an invalid key when it is %s, and servers may answer it nevertheless', (_name, key) => {
    const facts = judge({
      request: { 'Sec-WebSocket-Key': key },
      response: { 'Sec-WebSocket-Accept': acceptFor(key) },
    });
    expect(facts.problems).toEqual([{ code: 'key-invalid', side: 'client', detail: key }]);
    expect(facts.acceptValid).toBe(true);
  });

  it('asks for WebSocket by its key alone, after something removed the rest', () => {
    const stripped = judge({
      request: { Upgrade: undefined, Connection: 'close' },
      statusLine: 'HTTP/1.1 400 Bad Request',
    });
    expect(stripped.asked).toBe(true);
    const plain = judge({
      request: { Upgrade: undefined, 'Sec-WebSocket-Key': undefined },
      statusLine: 'HTTP/1.1 200 OK',
    });
    expect(plain.asked).toBe(false);
  });
});

describe('a response', () => {
  it.each<[string[], Variation]>([
    [['response-http-version-old'], { statusLine: 'HTTP/1.0 101 Switching Protocols' }],
    [['response-upgrade-missing'], { response: { Upgrade: undefined } }],
    [['response-upgrade-missing'], { response: { Upgrade: 'h2c' } }],
    [['response-connection-missing'], { response: { Connection: 'close' } }],
    [['accept-missing'], { response: { 'Sec-WebSocket-Accept': undefined } }],
    [['accept-mismatch'], { response: { 'Sec-WebSocket-Accept': ACCEPT.toLowerCase() } }],
    [['accept-repeated'], { responseToo: [`Sec-WebSocket-Accept: ${ACCEPT}`] }],
    [['subprotocol-not-offered'], { response: { 'Sec-WebSocket-Protocol': 'chat' } }],
    [
      ['subprotocol-not-offered'],
      { request: { 'Sec-WebSocket-Protocol': 'Chat' }, response: { 'Sec-WebSocket-Protocol': 'chat' } },
    ],
    [
      ['subprotocol-not-offered'],
      { request: { 'Sec-WebSocket-Protocol': 'a' }, response: { 'Sec-WebSocket-Protocol': '' } },
    ],
    [
      ['subprotocol-several'],
      { request: { 'Sec-WebSocket-Protocol': 'a, b' }, response: { 'Sec-WebSocket-Protocol': 'a, b' } },
    ],
    [['subprotocol-missing'], { request: { 'Sec-WebSocket-Protocol': 'a' } }],
    [['extension-not-offered'], { response: { 'Sec-WebSocket-Extensions': 'permessage-deflate' } }],
    [['extension-malformed'], { response: { 'Sec-WebSocket-Extensions': '"permessage-deflate"' } }],
  ])('with %j is told so', (expected, variation) => {
    expect(codes(variation)).toEqual(expected.map((code) => `server ${code}`));
  });

  it('has a wrong accept where it is missing or another one, and quotes it', () => {
    expect(judge({ response: { 'Sec-WebSocket-Accept': undefined } }).acceptValid).toBe(false);
    const facts = judge({ response: { 'Sec-WebSocket-Accept': 'bm8=' } });
    expect(facts).toMatchObject({ acceptValid: false, acceptExpected: ACCEPT });
    expect(facts.problems).toEqual([{ code: 'accept-mismatch', side: 'server', detail: 'bm8=' }]);
  });

  it('that is no 101 agrees to nothing, and nothing is claimed of it', () => {
    const facts = judge({
      statusLine: 'HTTP/1.1 403 Forbidden',
      response: {
        Upgrade: undefined,
        'Sec-WebSocket-Protocol': 'chat',
        'Sec-WebSocket-Extensions': 'permessage-deflate',
      },
    });
    expect(facts).toMatchObject({
      acceptValid: null,
      subprotocol: null,
      extensions: [],
      deflate: undefined,
      problems: [],
    });
  });
});

describe('a handshake of which one half is missing', () => {
  it('is judged by the request alone', () => {
    const { request } = exchangeWith();
    expect(judgeHandshake({ request, response: undefined, interim: [] })).toMatchObject({
      asked: true,
      acceptValid: null,
      acceptExpected: ACCEPT,
      problems: [],
    });
  });

  it('is judged by the response alone, without what only a request could show', () => {
    const { response } = exchangeWith({
      response: {
        'Sec-WebSocket-Protocol': 'chat',
        'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits=9',
      },
    });
    expect(judgeHandshake({ request: undefined, response, interim: [] })).toMatchObject({
      asked: true,
      key: undefined,
      acceptValid: null,
      acceptExpected: undefined,
      subprotocol: 'chat',
      deflate: { clientMaxWindowBits: 9, serverMaxWindowBits: 15 },
      problems: [],
    });
  });

  it('misses nothing that may stand behind a cut', () => {
    const { request, response } = exchangeWith();
    if (request === undefined || response === undefined) throw new Error('both halves are there');
    const cutRequest = { ...request, cut: true, headers: request.headers.slice(0, 2) };
    const cutResponse = { ...response, cut: true, headers: response.headers.slice(0, 1) };
    expect(judgeHandshake({ request: cutRequest, response: cutResponse, interim: [] })).toMatchObject({
      acceptValid: null,
      problems: [],
    });
    expect(judgeHandshake({ request, response: cutResponse, interim: [] }).acceptValid).toBeNull();
  });
});

describe('permessage-deflate', () => {
  const negotiate = (offer: string, answer: string) =>
    judge({ request: { 'Sec-WebSocket-Extensions': offer }, response: { 'Sec-WebSocket-Extensions': answer } });

  it.each([
    ['permessage-deflate', 'permessage-deflate', [false, false, 15, 15]],
    ['permessage-deflate', 'Permessage-Deflate; server_no_context_takeover', [true, false, 15, 15]],
    [
      'permessage-deflate',
      'permessage-deflate; client_no_context_takeover; server_max_window_bits=9',
      [false, true, 9, 15],
    ],
    [
      'permessage-deflate; client_max_window_bits',
      'permessage-deflate; client_max_window_bits=8',
      [false, false, 15, 8],
    ],
    [
      'permessage-deflate; client_max_window_bits=10',
      'permessage-deflate; client_max_window_bits="10"',
      [false, false, 15, 10],
    ],
    ['permessage-deflate; client_max_window_bits', 'permessage-deflate', [false, false, 15, 15]],
    [
      'permessage-deflate; server_max_window_bits=10',
      'permessage-deflate; server_max_window_bits=10',
      [false, false, 10, 15],
    ],
    [
      'permessage-deflate; server_max_window_bits=10; server_no_context_takeover, permessage-deflate',
      'permessage-deflate',
      [false, false, 15, 15],
    ],
    ['x-other; a="b,c;d", permessage-deflate', 'permessage-deflate', undefined],
  ])('offered as %j and answered as %j', (offer, answer, expected) => {
    if (offer.startsWith('x-other')) {
      // RFC 6455 9.1: a quoted value must be a token; this one makes its element malformed, the other one stands.
      expect(negotiate(offer, answer).problems.map(({ code }) => code)).toEqual(['extension-malformed']);
      return;
    }
    const { problems, deflate } = negotiate(offer, answer);
    expect(problems).toEqual([]);
    expect(Object.values(deflate ?? {})).toEqual(expected);
  });

  it.each([
    ['permessage-deflate', 'permessage-deflate; client_max_window_bits=10', 'extension-not-offered'],
    [
      'permessage-deflate; client_max_window_bits=9',
      'permessage-deflate; client_max_window_bits=10',
      'extension-parameter-invalid',
    ],
    [
      'permessage-deflate; server_max_window_bits=9',
      'permessage-deflate; server_max_window_bits=10',
      'extension-parameter-invalid',
    ],
    ['permessage-deflate; server_max_window_bits=9', 'permessage-deflate', 'extension-parameter-invalid'],
    ['permessage-deflate; server_no_context_takeover', 'permessage-deflate', 'extension-parameter-invalid'],
    ['permessage-deflate', 'permessage-deflate; server_max_window_bits=7', 'extension-parameter-invalid'],
    ['permessage-deflate', 'permessage-deflate; server_max_window_bits=16', 'extension-parameter-invalid'],
    ['permessage-deflate', 'permessage-deflate; server_max_window_bits=08', 'extension-parameter-invalid'],
    [
      'permessage-deflate; client_max_window_bits',
      'permessage-deflate; client_max_window_bits',
      'extension-parameter-invalid',
    ],
    ['permessage-deflate', 'permessage-deflate; server_no_context_takeover=1', 'extension-parameter-invalid'],
    [
      'permessage-deflate',
      'permessage-deflate; server_no_context_takeover; server_no_context_takeover',
      'extension-parameter-invalid',
    ],
    ['permessage-deflate', 'permessage-deflate; unknown', 'extension-parameter-invalid'],
    ['permessage-deflate', 'permessage-deflate, permessage-deflate', 'extension-repeated'],
    ['permessage-deflate', 'x-webkit-deflate-frame', 'extension-not-offered'],
  ])('offered as %j must not be answered as %j', (offer, answer, code) => {
    expect(negotiate(offer, answer).problems.map((problem) => `${problem.side} ${problem.code}`)).toEqual([
      `server ${code}`,
    ]);
  });
});

describe('the grammar of extensions', () => {
  it('unquotes values, keeps the text and separates the malformed ones', () => {
    const { extensions, malformed } = parseExtensions([
      ['Sec-WebSocket-Extensions', 'Foo; A="x\\y"; b = 2 , , bar'],
      ['sec-websocket-extensions', 'baz; =1, q; "a", "open'],
    ]);
    expect(extensions).toEqual([
      {
        text: 'Foo; A="x\\y"; b = 2',
        name: 'foo',
        parameters: [
          { name: 'a', value: 'xy' },
          { name: 'b', value: '2' },
        ],
      },
      { text: 'bar', name: 'bar', parameters: [] },
    ]);
    expect(malformed).toEqual(['baz; =1', 'q; "a"', '"open']);
  });

  it('is bounded for the hostile, in number and in time', () => {
    const started = performance.now();
    const value = `${'a;b="'.repeat(20_000)}, ${'x,'.repeat(50_000)}`;
    const facts = judge({
      response: { 'Sec-WebSocket-Extensions': value },
      request: { 'Sec-WebSocket-Extensions': 'x,'.repeat(50_000) },
    });
    expect(facts.problems.length).toBeLessThanOrEqual(64);
    expect(facts.problems.every(({ detail }) => detail.length <= 200)).toBe(true);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
