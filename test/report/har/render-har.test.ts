import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analyze.js';
import { fileSource } from '../../../src/capture/read-blocks.js';
import { renderHar } from '../../../src/report/har/render-har.js';
import type { Report } from '../../../src/report/report.js';
import { hostileReport } from '../hostile-texts.js';
import { schemaErrors } from '../report-schema.js';
import { incident } from '../terminal/stories.js';

const render = (report: Report) => [...renderHar(report, { version: '1.2.3' })].join('');
const read = (report: Report) => JSON.parse(render(report)).log;
const ofSample = async (name: string, options = {}) => {
  const source = fileSource(fileURLToPath(new URL(`../../../samples/${name}`, import.meta.url)));
  return (await analyze([source], { keepMessages: true, ...options })).report;
};

/** What HAR 1.2 demands of every entry, with the types it demands. */
const ENTRY = {
  startedDateTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  time: expect.any(Number),
  request: {
    method: expect.any(String),
    url: expect.any(String),
    httpVersion: expect.stringMatching(/^HTTP\//),
    cookies: [],
    headers: expect.any(Array),
    queryString: expect.any(Array),
    headersSize: expect.any(Number),
    bodySize: expect.any(Number),
  },
  response: {
    status: expect.any(Number),
    statusText: expect.any(String),
    httpVersion: expect.any(String),
    cookies: [],
    headers: expect.any(Array),
    content: { size: expect.any(Number), mimeType: expect.any(String) },
    redirectURL: expect.any(String),
    headersSize: expect.any(Number),
    bodySize: expect.any(Number),
  },
  cache: {},
  timings: { send: expect.any(Number), wait: expect.any(Number), receive: expect.any(Number) },
};

describe('the HTTP Archive', () => {
  it('has what HAR 1.2 demands', () => {
    for (const report of [incident(), hostileReport()]) {
      const log = read(report);
      expect(log).toMatchObject({ version: '1.2', creator: { name: 'wscope', version: '1.2.3' } });
      expect(log.entries.length).toBeGreaterThan(1);
      for (const entry of log.entries) {
        expect(entry).toMatchObject(ENTRY);
        const { blocked, dns, connect, send, wait, receive } = entry.timings;
        const sum = [blocked, dns, connect, send, wait, receive].reduce((all, part) => all + Math.max(0, part), 0);
        expect(entry.time).toBeCloseTo(sum, 3);
      }
    }
  });

  it('leaves out sessions without a request, and says how many', () => {
    const log = read(incident());
    expect(log.entries.map(({ _wscope }: { _wscope: { session: number } }) => _wscope.session)).not.toContain(1);
    expect(log.comment).toBe('From incident.pcapng; 1 sessions without a request are not in it');
  });

  it('tells messages as Chrome does: direction, seconds since 1970, opcode, text or base64', async () => {
    const report = await ofSample('nginx-idle-60s.pcap');
    const [entry] = read(report).entries;
    expect(entry._resourceType).toBe('websocket');
    expect(entry._webSocketMessages).toEqual([
      { type: 'send', time: 1795217217.699012, opcode: 1, data: 'hello' },
      { type: 'receive', time: 1795217217.700954, opcode: 1, data: 'hello' },
    ]);
  });

  it('has every message of a session, and no more than were asked for', async () => {
    const report = await ofSample('ws-rough-client.pcap');
    const [session] = report.sessions;
    expect(schemaErrors(report)).toEqual([]);
    const { client, server } = session!.websocket!.messages;
    const said: { opcode: number }[] = read(report).entries[0]._webSocketMessages;
    expect(said.filter(({ opcode }) => opcode < 8)).toHaveLength(client + server);
    const chosen = await ofSample('nginx-idle-60s.pcap', { completeTimelines: new Set([2]) });
    expect(chosen.sessions.map(({ messages }) => messages?.length)).toEqual([undefined, 2]);
    const unasked = await ofSample('nginx-idle-60s.pcap', { keepMessages: false });
    expect(unasked.sessions.map(({ messages }) => messages)).toEqual([undefined, undefined]);
  });
});
