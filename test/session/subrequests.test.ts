import { describe, expect, it } from 'vitest';
import { reportOf } from '../wire/capture-report.js';
import { type Conversation, conversation } from '../wire/conversation.js';

const KEY = 'bm90IHRoZSBleGFtcGxlIQ==';
const SWITCHING =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: qGNgvtZzGJ1QvzT0jKYGqO0N1fQ=\r\n\r\n';
const WHOLE = ['Upgrade: websocket', 'Connection: Upgrade'];

const request = (path: string, headers: readonly string[] = WHOLE, version = '1.1'): string =>
  [
    `GET ${path} HTTP/${version}`,
    'Host: chat.test',
    `Sec-WebSocket-Key: ${KEY}`,
    'Sec-WebSocket-Version: 13',
    ...headers,
    '\r\n',
  ].join('\r\n');
const answer = (status: number, body = ''): string =>
  `HTTP/1.1 ${status} Answer\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** Between the client and the proxy. */
const outer = (answers: string, path = '/live'): Conversation =>
  conversation({ server: '10.0.0.80', serverPort: 80, stepMs: 0.1 })
    .handshake()
    .client(request(path))
    .after(40)
    .server(answers)
    .bye('client');
/** From the proxy to a server behind it. */
const inner = (port: number, startMs: number, asked: string, answers: string): Conversation =>
  conversation({
    client: '10.9.0.80',
    clientPort: 50000 + port,
    server: '10.9.0.99',
    serverPort: port,
    startMs,
    stepMs: 0.1,
  })
    .handshake()
    .client(asked)
    .after(5)
    .server(answers)
    .bye('server');
const beside = (path: string, answers: string, headers = ['Connection: close'], startMs = 2): Conversation =>
  inner(9001, startMs, request(path, headers, '1.0'), answers);

const causesOf = async (...talks: Conversation[]): Promise<string> => {
  const { sessions, summary } = await reportOf(...talks);
  const causes = sessions.map(({ cause, outcome }) => cause ?? outcome).join(', ');
  return `${causes}; ${summary.notListed.http} http`;
};

describe('a request that the proxy makes beside', () => {
  it('is plain HTTP where it denies: the client is told so by the status of its own answer', async () => {
    const talks = [outer(answer(401, 'Authorization Required')), beside('/auth', answer(401))];
    expect(await causesOf(...talks)).toBe('upgrade-unauthorized; 1 http');
  });

  it('is plain HTTP where it grants: the leg behind it is the one that goes on with Upgrade', async () => {
    const talks = [
      outer(SWITCHING),
      beside('/auth', answer(204)),
      inner(8080, 12, request('/live'), SWITCHING),
    ] as const;
    expect(await causesOf(...talks)).toMatch(/^(?!.*stripped).*; 1 http$/);
    const [first, second] = (await reportOf(...talks)).sessions;
    expect(first?.related).toEqual([{ id: second?.id, relation: 'backend-leg' }]);
  });

  it('is told without the client’s leg, by the same key that goes on with Upgrade or by the target it names', async () => {
    const granted = beside('/live', answer(200, 'welcome'));
    expect(await causesOf(granted, inner(8080, 12, request('/live'), SWITCHING))).toMatch(/^(?!.*stripped).*; 1 http$/);
    const named = beside('/verify', answer(401, 'who are you?'), ['X-Forwarded-Uri: /live']);
    expect(await causesOf(named)).toBe('; 1 http');
  });

  it.each([
    { name: 'the path is the client’s', path: '/live', status: 401, body: '' },
    { name: 'the proxy exchanged its prefix', path: '/app/live', status: 401, body: '' },
    { name: 'the answer is that of a backend', path: '/socket', status: 426, body: '' },
    { name: 'the answer has a body', path: '/socket', status: 403, body: 'no' },
    { name: 'the client got the same success', path: '/socket', status: 200, body: '' },
    { name: 'it names a path that it only lost the prefix of', path: '/live', status: 403, body: '', uri: '/app/live' },
  ])('is no such thing where $name', async ({ path, status, body, uri }) => {
    const headers = ['Connection: close', ...(uri === undefined ? [] : [`X-Original-URI: ${uri}`])];
    const talks = [outer(answer(status, body)), beside(path, answer(status, body), headers)];
    expect(await causesOf(...talks)).toBe('upgrade-headers-stripped, upgrade-headers-stripped; 0 http');
  });

  it('is no such thing where it was sent before the client asked', async () => {
    const early = beside('/auth', answer(401), ['Connection: close'], -50);
    expect(await causesOf(outer(answer(401)), early)).toMatch(/stripped.*; 0 http$/);
  });
});
