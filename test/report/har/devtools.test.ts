/** The archive in Chrome's own hands: imported as the Network panel of DevTools does it, then shown. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report, SessionReport } from '../../../src/report/report.js';
import { hostileReport } from '../hostile-texts.js';
import { DevTools, hasChromium, type ImportedRequest } from './devtools.js';
import { type Entry, harOf, harText, reportWithMessages } from './har-of.js';

const where = hasChromium ? 'in the DevTools of Chromium' : 'in the DevTools of Chromium (skipped: not installed)';

/** What DevTools must have made of an entry. */
const expected = (entry: Entry): unknown => ({
  url: entry.request.url,
  method: entry.request.method,
  status: entry.response.status,
  statusText: entry.response.statusText,
  protocol: entry.response.httpVersion.toLowerCase().replace('http/2.0', 'h2'),
  remoteAddress: `${entry.serverIPAddress}:${entry.connection}`,
  connectionId: entry._connectionId,
  type: 'websocket',
  requestHeaders: entry.request.headers,
  responseHeaders: entry.response.headers,
  frames: entry._webSocketMessages.map(({ type, time, opcode, data }) => ({
    type,
    time,
    opCode: opcode,
    text: data,
    mask: type === 'send',
  })),
});

/** A session's data messages as DevTools must show them; control frames are compared by number. */
const said = ({ messages = [] }: SessionReport): unknown[] =>
  messages
    .filter(({ missing, unreadable }) => !missing && !unreadable)
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ from, opcode, text, base64 }) => ({
      type: from === 'client' ? 'send' : 'receive',
      opCode: opcode === 'text' ? 1 : 2,
      text: text ?? base64,
    }));

/** Phases follow one another, and none ends after the request. */
const expectOrder = ({ timing, startTime, endTime }: ImportedRequest): void => {
  const { dnsStart, dnsEnd, connectStart, connectEnd, sslStart, sslEnd, sendStart, sendEnd } = timing;
  const { receiveHeadersStart, receiveHeadersEnd } = timing;
  const times = [dnsStart, dnsEnd, connectStart, sslStart, sslEnd, connectEnd, sendStart, sendEnd]
    .concat([receiveHeadersStart, receiveHeadersEnd])
    .filter((ms) => ms !== -1);
  expect(times.every((ms) => typeof ms === 'number' && ms >= 0)).toBe(true);
  expect(times.toSorted((a, b) => a! - b!)).toEqual(times);
  expect(endTime - startTime).toBeGreaterThanOrEqual((receiveHeadersEnd! - 0.001) / 1000);
};

describe.skipIf(!hasChromium)(where, () => {
  let devtools: DevTools;
  beforeAll(async () => {
    devtools = await DevTools.open();
  }, 60_000);
  afterAll(async () => devtools.close());

  const expectImported = async (report: Report): Promise<ImportedRequest[]> => {
    const { entries } = harOf(report).log;
    const requests = await devtools.imported(harText(report));
    const byTime = entries.toSorted((a, b) => Date.parse(a.startedDateTime) - Date.parse(b.startedDateTime));
    expect(requests).toMatchObject(byTime.map(expected));
    for (const request of requests) expectOrder(request);
    return requests;
  };

  it.each([
    { what: 'text', name: 'nginx-idle-60s.pcap', sessions: 2 },
    { what: 'binary', name: 'mqtt-healthy.pcap', sessions: 1 },
    { what: 'a refusal', name: 'gorilla-origin.pcap', sessions: 1 },
    { what: 'decrypted TLS', name: 'wss-healthy-tls13.pcap', sessions: 1 },
    { what: 'HTTP/2', name: 'h2c-healthy.pcap', sessions: 2 },
    { what: 'IPv6', name: 'ws-rough-ipv6-client.pcap', sessions: 1 },
    { what: 'an unanswered request', name: 'upgrade-unanswered.pcap', sessions: 1 },
  ])('imports $what with all that was said', async ({ name, sessions }) => {
    const report = await reportWithMessages(name);
    const requests = await expectImported(report);
    expect(requests).toHaveLength(sessions);
    const asked = report.sessions.filter(({ upgrade }) => upgrade?.request);
    for (const [index, request] of requests.entries()) {
      const session = asked[index]!;
      expect(request.remoteAddress).toBe(session.server.replace(/[[\]]/g, ''));
      expect(request.status).toBe(session.upgrade?.response?.status ?? 0);
      expect(request.frames.filter(({ opCode }) => opCode < 8)).toMatchObject(said(session));
    }
  });

  it('imports texts of strangers as texts', async () => {
    const report = hostileReport();
    for (const session of report.sessions) {
      session.messages = [{ packet: 9, atMs: 9, from: 'server', opcode: 'text', bytes: 9, text: session.host! }];
    }
    const requests = await expectImported(report);
    expect(requests).toHaveLength(report.sessions.length);
    for (const { frames } of requests) expect(frames.map(({ opCode }) => opCode)).toEqual([1, 8]);
    await devtools.choose(harText(report));
    await expect.poll(() => devtools.rows().then(({ length }) => length)).toBe(report.sessions.length);
  });

  it('shows requests, headers and messages in the Network panel', async () => {
    await devtools.choose(harText(await reportWithMessages('ping-unanswered.pcap')));
    await expect.poll(() => devtools.rows()).toEqual(['roomchat.example.test 101Switching Protocols websocket']);
    await devtools.openRow(0);
    await devtools.openTab('Headers');
    await expect.poll(() => devtools.headerRows()).toContain('Remote Address: 10.77.1.2:8080');
    expect(await devtools.headerRows()).toContain('Request URL: ws://chat.example.test:8080/room');
    await devtools.openTab('Messages');
    await expect.poll(() => devtools.messageRows('send')).toEqual(['hello', 'Pong message (Opcode 10, mask)']);
    expect(await devtools.messageRows('receive')).toEqual([
      'hello',
      'Ping message (Opcode 9)',
      'Ping message (Opcode 9)',
      'Connection close message (Opcode 8)',
    ]);
  });

  it('has nothing to complain about', () => {
    expect(devtools.complaints).toEqual([]);
  });
});
