import { describe, expect, it } from 'vitest';
import { redactorFor } from '../../src/report/redact.js';
import { aSession } from '../wire/session-builder.js';
import { aReport, failing, well } from './sample-report.js';

const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N';
const plain = redactorFor([], []);

describe('headers', () => {
  it.each([
    ['Authorization', 'Bearer abc.def', 'Bearer [redacted]'],
    ['authorization', 'Basic dXNlcjpwYXNz', 'Basic [redacted]'],
    ['Proxy-Authorization', 'Digest username="a", response="b"', 'Digest [redacted]'],
    ['Authorization', 'abcdef', '[redacted]'],
    ['Cookie', 'sid=12ab; theme=dark; empty=', 'sid=[redacted]; theme=[redacted]; empty='],
    ['Set-Cookie', 'sid=12ab; Path=/; HttpOnly', 'sid=[redacted]; Path=/; HttpOnly'],
    ['X-Api-Key', '0123', '[redacted]'],
    ['X-Auth-Token', 'abc', '[redacted]'],
    ['X-CSRF-Token', 'abc', '[redacted]'],
    ['X-Amz-Security-Token', 'abc', '[redacted]'],
    ['Sec-WebSocket-Protocol', `bearer, ${TOKEN}, v12.stomp`, 'bearer, [redacted], v12.stomp'],
    [
      'Sec-WebSocket-Protocol',
      'v4.channel.k8s.io,base64url.bearer.authorization.k8s.io.c2VjcmV0LXRva2Vu',
      'v4.channel.k8s.io,base64url.bearer.authorization.k8s.io.[redacted]',
    ],
    [
      'Sec-WebSocket-Protocol',
      'realtime, openai-insecure-api-key.sk-proj-0123456789',
      'realtime, openai-insecure-api-key.[redacted]',
    ],
    ['Sec-WebSocket-Protocol', 'chat, Zm9vYmFyMTIzNDU2Nzg5MGFiY2RlZg', 'chat, [redacted]'],
    ['Location', 'https://user:pw@a.example/x?token=12&b=1', 'https://[redacted]@a.example/x?token=[redacted]&b=1'],
    ['Referer', 'https://a.example/#access_token=12&state=x', 'https://a.example/#access_token=[redacted]&state=x'],
  ])('%s: %s loses its secret', (name, value, shown) => {
    expect(plain.header(name, value)).toBe(shown);
  });

  it.each([
    ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
    ['Sec-WebSocket-Accept', 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='],
    ['Sec-WebSocket-Protocol', 'graphql-transport-ws, v12.stomp, mqtt, wamp.2.json'],
    ['Sec-WebSocket-Extensions', 'permessage-deflate; client_max_window_bits=15'],
    ['Host', 'chat.example.com'],
    ['User-Agent', 'Mozilla/5.0 (X11; Linux x86_64)'],
    ['WWW-Authenticate', 'Bearer realm="chat"'],
    ['Origin', 'https://app.example.com'],
  ])('%s: %s stays as it is', (name, value) => {
    expect(plain.header(name, value)).toBe(value);
  });
});

describe('URLs and other texts', () => {
  it.each([
    ['/ws?token=abc&room=1', '/ws?token=[redacted]&room=1'],
    ['/ws?room=1&access_token=a%2Fb', '/ws?room=1&access_token=[redacted]'],
    ['/ws?apikey=1&api_key=2&key=3', '/ws?apikey=[redacted]&api_key=[redacted]&key=[redacted]'],
    ['/ws?X-Amz-Signature=ab&X-Amz-Date=2026', '/ws?X-Amz-Signature=[redacted]&X-Amz-Date=2026'],
    ['/socket.io/?EIO=4&transport=websocket&sid=Zx81', '/socket.io/?EIO=4&transport=websocket&sid=[redacted]'],
    ['/cb?code=4/0Ab&state=1', '/cb?code=[redacted]&state=1'],
    ['/ws;jsessionid=12AB?x=1', '/ws;jsessionid=[redacted]?x=1'],
    ['/ws?%74oken=abc', '/ws?%74oken=[redacted]'],
    [`/ws/${TOKEN}/room`, '/ws/[redacted]/room'],
    ['{"error":"bad","token":"ab\\"c","id":7}', '{"error":"bad","token":"[redacted]","id":7}'],
    ['Authorization: Bearer abcdefgh\r\nHost: a', 'Authorization: Bearer [redacted]\r\nHost: a'],
    ['sent bearer abcdefghij was refused', 'sent bearer [redacted] was refused'],
  ])('%s', (text, shown) => {
    expect(plain.text(text)).toBe(shown);
  });

  it('leaves sentences alone that only look like parameters', () => {
    for (const text of ['code=1011 key=x', 'session expired', 'a token is missing', '60.0 s of silence']) {
      expect(plain.text(text)).toBe(text);
    }
  });

  it('takes no more than linear time on hostile texts', () => {
    const started = performance.now();
    for (const piece of ['eyJ-', '://', '"a":', 'token_', 'x-', 'bearer ', '?a', '%', 'cookie:']) {
      const text = piece.repeat(65_536 / piece.length);
      plain.text(text);
      plain.header('Sec-WebSocket-Protocol', text);
      plain.header('Cookie', text);
    }
    expect(performance.now() - started).toBeLessThan(3000);
  });
});

describe('a report', () => {
  const secret = 's3cr3t-T0ken-987654';
  const session = () =>
    aSession()
      .handshake()
      .request(`/live?access_token=${secret}`, [
        ['Cookie', 'theme=dark; session=abcdef0123456789'],
        ['Sec-WebSocket-Protocol', `bearer, ${TOKEN}`],
        ['Origin', 'https://app.example.com'],
      ])
      .response(
        403,
        'Forbidden',
        [['X-Echo', `got ${secret}`]],
        `{"detail": "${secret} is not valid, nor ${TOKEN}, nor abcdef0123456789"}`,
      )
      .handshakeFacts({
        subprotocolsOffered: ['bearer', TOKEN],
        problems: [{ code: 'subprotocol-missing', side: 'server', detail: TOKEN }],
      })
      .build();
  const failed = () =>
    failing(session(), {
      cause: 'upgrade-forbidden',
      stage: 'upgrade',
      message: 'The server said {said} to {list}.',
      data: { said: { type: 'text', text: `no to ${secret}` }, list: { type: 'list', texts: ['bearer', TOKEN] } },
    });

  it('holds no credential anywhere, also where the server repeats it', () => {
    const text = JSON.stringify(aReport([failed()]));
    for (const credential of [secret, TOKEN, 'abcdef0123456789', 'dozjgNryP4J3'])
      expect(text).not.toContain(credential);
    expect(text).toContain('access_token=[redacted]');
    expect(text).toContain('session=[redacted]');
    expect(text).toContain('https://app.example.com');
  });

  it('shows them when asked to', () => {
    const text = JSON.stringify(aReport([failed()], { showSecrets: true }));
    for (const credential of [secret, TOKEN, 'abcdef0123456789']) expect(text).toContain(credential);
  });

  it('redacts the timeline of a healthy session too', () => {
    const [told] = aReport([well(session())]).sessions;
    expect(told!.timeline.find(({ event }) => event === 'request')!.summary).toBe(
      'GET /live?access_token=[redacted]: asks for an upgrade',
    );
    expect(told!.url).toBe('ws://api.example.com/live?access_token=[redacted]');
  });
});

describe('connection tokens of SignalR', () => {
  it.each([
    ['ws://a.example/hub?id=tok123', 'ws://a.example/hub?id=[redacted]'],
    ['/chatHub?tenant=7&id=abc', '/chatHub?tenant=7&id=[redacted]'],
    ['/live?id=Xk3-9fQ0aPz_7LmN2bVc1w', '/live?id=[redacted]'],
    ['/live?id=42&room=7', '/live?id=42&room=7'],
    ['/live?id=5f0c7a2e-8a51-4f0e-9f6e-0c9b0b1f2d3e', '/live?id=5f0c7a2e-8a51-4f0e-9f6e-0c9b0b1f2d3e'],
  ])('%s', (url, shown) => {
    expect(plain.text(url)).toBe(shown);
  });
});
