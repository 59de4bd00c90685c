import { describe, expect, it } from 'vitest';
import type { EventReport, MessageReport, Report } from '../../../src/report/report.js';
import { hostileReport } from '../hostile-texts.js';
import { schemaErrors } from '../report-schema.js';
import { incident } from '../terminal/stories.js';
import { harOf, reportWithMessages } from './har-of.js';
import { harErrors } from './har-schema.js';

const entriesOf = (report: Report) => harOf(report).log.entries;

describe('the HTTP Archive', () => {
  it('has what HAR 1.2 demands, whatever strangers wrote', () => {
    for (const report of [incident(), hostileReport()]) {
      const har = harOf(report);
      expect(harErrors(har)).toEqual([]);
      expect(har.log.creator).toEqual({ name: 'wscope', version: '1.2.3' });
      expect(har.log.entries.length).toBeGreaterThan(1);
    }
  });

  it.each([
    { what: 'a relative URL', spoil: { request: { url: '/live' } }, error: 'must match format "absolute-url"' },
    {
      what: 'a missing status',
      spoil: { response: { status: undefined } },
      error: "must have required property 'status'",
    },
    { what: 'a negative wait', spoil: { timings: { wait: -1 } }, error: 'must be >= 0' },
    { what: 'a key of its own', spoil: { cache: { wscope: 1 } }, error: 'must NOT have additional properties' },
  ])('is held to it: $what is noticed', ({ spoil, error }) => {
    const har = harOf(incident());
    const [entry] = har.log.entries as unknown as Record<string, object>[];
    for (const [key, values] of Object.entries(spoil)) entry![key] = { ...entry![key], ...values };
    expect(harErrors(JSON.parse(JSON.stringify(har))).join()).toContain(error);
  });

  it('leaves out sessions without a request, and says how many', () => {
    const { entries, comment } = harOf(incident()).log;
    expect(entries.map(({ _wscope }) => _wscope.session)).not.toContain(1);
    expect(comment).toBe('From incident.pcapng; 1 sessions without a request are not in it');
  });

  it('names the server by address and port, as browsers do, and the connection by the client', () => {
    expect(entriesOf(incident())[0]).toMatchObject({
      serverIPAddress: '2001:db8::7',
      connection: '80',
      _connectionId: '10.0.0.5:53130',
    });
  });

  it('has a date and times even where the capture has none that can be', () => {
    for (const start of ['nonsense', '+275760-09-13T00:00:00Z', null]) {
      const report = incident();
      report.captures[0]!.start = start;
      expect(harErrors(harOf(report))).toEqual([]);
      expect(entriesOf(report)[0]!.startedDateTime).toMatch(/^1970-01-01T/);
    }
  });

  it('calls HTTP/2 what Chrome calls it', async () => {
    const [entry] = entriesOf(await reportWithMessages('h2c-healthy.pcap'));
    expect(entry!.request.httpVersion).toBe('HTTP/2.0');
    expect(entry!.timings).toMatchObject({ connect: -1, ssl: -1 });
  });

  it('has status 0 and no version where no answer was seen', async () => {
    const [entry] = entriesOf(await reportWithMessages('upgrade-unanswered.pcap'));
    expect(entry!.response).toMatchObject({ status: 0, httpVersion: '', _error: 'no response in the capture' });
  });
});

describe('the messages of an entry', () => {
  it('are told as Chrome does: direction, seconds since 1970, opcode, text or base64', async () => {
    const [entry] = entriesOf(await reportWithMessages('nginx-idle-60s.pcap'));
    expect(entry!._resourceType).toBe('websocket');
    expect(entry!._webSocketMessages).toEqual([
      { type: 'send', time: 1795217217.699012, opcode: 1, data: 'hello' },
      { type: 'receive', time: 1795217217.700954, opcode: 1, data: 'hello' },
    ]);
  });

  it('are all of a session, and no more than were asked for', async () => {
    const report = await reportWithMessages('ws-rough-client.pcap');
    const [session] = report.sessions;
    expect(schemaErrors(report)).toEqual([]);
    const { client, server } = session!.websocket!.messages;
    const said = entriesOf(report)[0]!._webSocketMessages;
    expect(said.filter(({ opcode }) => opcode < 8)).toHaveLength(client + server);
    const chosen = await reportWithMessages('nginx-idle-60s.pcap', { completeTimelines: new Set([2]) });
    expect(chosen.sessions.map(({ messages }) => messages?.length)).toEqual([undefined, 2]);
    const unasked = await reportWithMessages('nginx-idle-60s.pcap', { keepMessages: false });
    expect(unasked.sessions.map(({ messages }) => messages)).toEqual([undefined, undefined]);
  });

  it('stand among control frames in the order of time; a Close has its code and reason as a frame has them', () => {
    const report = incident();
    const session = report.sessions[1]!;
    session.messages = [message({ atMs: 30, text: 'second' }), message({ atMs: 10, text: 'first' })];
    session.timeline = [
      control({ atMs: 20, from: 'server', event: 'ping', data: { bytes: 4 } }),
      control({ atMs: 40, from: 'client', event: 'close', data: { code: 1000, reason: 'bye' } }),
      control({ atMs: 41, from: 'server', event: 'close', data: { code: 1005, reason: '' } }),
      control({ atMs: 42, from: 'server', event: 'ping', count: { client: 0, server: 9 } }),
      control({ atMs: 43, from: 'server', event: 'ping', layer: 'socket.io' }),
    ];
    expect(entriesOf(report)[0]!._webSocketMessages).toMatchObject([
      { type: 'send', opcode: 1, data: 'first' },
      { type: 'receive', opcode: 9, data: '', _wscope: { bytes: 4 } },
      { type: 'send', opcode: 1, data: 'second' },
      { type: 'send', opcode: 8, data: 'A+hieWU=', _wscope: { code: 1000, reason: 'bye' } },
      { type: 'receive', opcode: 8, data: '', _wscope: { code: 1005, reason: '' } },
    ]);
  });

  it('that are missing are counted, and cut ones say how long they were', () => {
    const report = incident();
    const session = report.sessions[1]!;
    session.messages = [
      message({ text: 'a', cut: true, bytes: 5000 }),
      message({ text: '', missing: true }),
      message({ opcode: 'binary', base64: '', unreadable: true }),
    ];
    session.messagesOmitted = 7;
    session.timeline = [];
    session.websocket!.frames.server.ping = 3;
    const [entry] = entriesOf(report);
    expect(entry!._webSocketMessages).toMatchObject([{ data: 'a', _wscope: { bytes: 5000, cut: true } }]);
    expect(entry!._wscope).toMatchObject({ messagesOmitted: 7, messagesUnreadable: 2, controlFramesOmitted: 3 });
  });
});

const message = (facts: Partial<MessageReport>): MessageReport => ({
  ...{ packet: 9, atMs: 10, from: 'client', opcode: 'text', bytes: 5 },
  ...facts,
});

const control = (facts: Partial<EventReport>): EventReport => ({
  ...{ packet: 9, atMs: 10, from: 'client', layer: 'ws', event: 'ping', summary: '' },
  ...facts,
});
