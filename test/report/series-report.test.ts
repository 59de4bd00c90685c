import { describe, expect, it } from 'vitest';
import { type AnalyzeOptions, analyze } from '../../src/analyze.js';
import { memorySource } from '../../src/capture/capture-source.js';
import { fileSource } from '../../src/capture/read-blocks.js';
import { renderHtml } from '../../src/report/html/render-html.js';
import type { Report, SessionReport } from '../../src/report/report.js';
import { SERIES_KEPT } from '../../src/tcp/series-recorder.js';
import { conversation, pcapOf } from '../wire/conversation.js';
import { SAMPLES } from '../wire/sample-table.js';
import { bodyOf, unbalanced } from './html/page.js';
import { schemaErrors } from './report-schema.js';

const analyzed = async (name: string, options: AnalyzeOptions): Promise<Report> =>
  (await analyze([fileSource(SAMPLES + name)], options)).report;

const first = async (name: string): Promise<SessionReport> =>
  (await analyzed(name, { completeTimelines: new Set([1]) })).sessions[0]!;

const pageOf = (report: Report): string =>
  bodyOf([...renderHtml(report, { madeWith: '', command: '', showSecrets: false })].join(''));

describe('the series of a session', () => {
  it('show the round trip of a path with 40 ms of delay', async () => {
    const { series, tcp } = await first('ws-delay.pcap');
    const { client } = series!.rtt;
    expect(client).toHaveLength(tcp!.rtt.client.samples);
    for (const [, leastMs, mostMs] of client) {
      expect(leastMs).toBeGreaterThan(40);
      expect(mostMs).toBeLessThan(44);
    }
  });

  it('show the round trips of pings beside those of TCP, by sender of the ping', async () => {
    const { series, websocket } = await first('ws-healthy.pcap');
    const { client, server } = series!.pingRtt;
    expect([client.length, server.length]).toEqual([websocket!.pingRtt.client!.samples, 1]);
    expect(Math.max(...client.map(([, , mostMs]) => mostMs))).toBe(websocket!.pingRtt.client!.maxMs);
    expect(series!.heartbeatRtt).toEqual({ client: [], server: [] });
  });

  it('show a program that is slow on a path that is quick', async () => {
    const { series, findings } = await first('ws-slow-program.pcap');
    const slowest = (rows: readonly (readonly number[])[]) => Math.max(...rows.map(([, , mostMs]) => mostMs!));
    expect(slowest(series!.pingRtt.client)).toBeGreaterThan(500);
    expect(slowest(series!.rtt.client)).toBeLessThan(5);
    expect(findings.map(({ rule, severity }) => `${rule} ${severity}`)).toEqual(['keepalive/slow-pong warning']);
  });

  it('show the round trips of heart-beats that a subprotocol answers', async () => {
    const engine = (await first('socketio-healthy.pcap')).series!;
    expect(engine.heartbeatRtt.server.length).toBeGreaterThan(0);
    for (const [, leastMs, mostMs] of engine.heartbeatRtt.server) expect(mostMs).toBeGreaterThanOrEqual(leastMs);
    expect(engine.pingRtt).toEqual({ client: [], server: [] });
    const { client } = (await first('mqtt-healthy.pcap')).series!.heartbeatRtt;
    expect(client.length).toBeGreaterThan(0);
  });

  it('show a sender that stops when its peer has stopped reading', async () => {
    const { series, tcp, endMs } = await first('ws-slow-consumer.pcap');
    const { throughput, bytesInFlight } = series!;
    expect(throughput.server.reduce((sum, [, bytes]) => sum + bytes, 0)).toBe(tcp!.bytes.server);
    expect(throughput.server.at(-1)![0]).toBeLessThan(endMs / 4);
    // Each message waits for its acknowledgment at first; before the window closes they overlap.
    expect(bytesInFlight.server.filter(([, , last]) => last > 0).length).toBeGreaterThan(0);
  });

  it('keep the schema, and are there only for sessions that were asked for', async () => {
    const name = 'nginx-idle-60s.pcap';
    const one = await analyzed(name, { completeTimelines: new Set([2]) });
    expect(schemaErrors(one)).toEqual([]);
    expect(one.sessions.filter(({ series }) => series !== undefined).map(({ id }) => id)).toEqual([2]);
    const all = await analyzed(name, { keepSeries: true });
    expect(all.sessions.every(({ series }) => series !== undefined)).toBe(true);
    expect((await analyzed(name, {})).sessions.some(({ series }) => series !== undefined)).toBe(false);
  });

  it('of a stream of HTTP/2 are those of its connection', async () => {
    const { h2, series, tcp } = await first('h2c-healthy.pcap');
    expect(h2).not.toBeNull();
    expect(series!.throughput.client.reduce((sum, [, bytes]) => sum + bytes, 0)).toBe(tcp!.bytes.client);
  });
});

describe('the period of pings', () => {
  it('is told where they are regular, with no program where none is known', async () => {
    const { websocket, stages } = await first('stomp-pings-rabbitmq.pcap');
    const { client, server } = websocket!.pingPeriod!;
    expect(client!.periodMs).toBeGreaterThan(100);
    expect(client!.jitterMs).toBeLessThan(client!.periodMs / 10);
    expect(client!.candidates).toEqual([]);
    expect(server).toBeNull();
    expect(stages.find(({ stage }) => stage === 'open')?.detail).toMatch(/client pings every \d/);
    expect((await first('ws-healthy.pcap')).websocket!.pingPeriod).toBeUndefined();
  });
});

describe('the limit of series', () => {
  it('is said where it is reached', async () => {
    const sessions = Array.from({ length: SERIES_KEPT + 3 }, (_, index) =>
      conversation({ clientPort: 2000 + index, startMs: index })
        .handshake()
        .client('GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'),
    );
    const { report } = await analyze([memorySource('many.pcap', pcapOf(...sessions))], { keepSeries: true });
    expect(report.sessions.filter(({ series }) => series !== undefined)).toHaveLength(SERIES_KEPT);
    expect(report.captures[0]!.warnings).toEqual([expect.stringMatching(/500 connections, and not of 3 after them/)]);
  });
});

describe('the charts of the page', () => {
  it('stand in the session with axes and in words', async () => {
    const page = pageOf(await analyzed('ws-delay.pcap', { keepSeries: true }));
    expect(unbalanced(page)).toEqual([]);
    expect(page).toContain('<title id="rtt1-title">Round-trip times of session 1</title>');
    expect(page).toMatch(/Client upwards: 40\.7 ms to 42\.9 ms\. Server downwards: 22 µs to 42\.1 ms\./);
    expect(page).toContain('<title id="flight1-title">Bytes in flight of session 1</title>');
    expect(page).toMatch(/client 369 bytes in all<\/span>.*server 307 bytes in all<\/span>/);
  });

  it('compare pings with TCP in one drawing', async () => {
    const page = pageOf(await analyzed('ws-healthy.pcap', { keepSeries: true }));
    expect(page).toMatch(/client 17 µs to 7\.\d+ ms, pings 237 µs to 7\.\d+ ms/);
    const [, drawing = ''] = /aria-labelledby="rtt1-title[^>]*>([\s\S]*?)<\/figure>/.exec(page) ?? [];
    expect(drawing.match(/class="k-dots k-ping" d="M/g)).toHaveLength(1);
    expect(drawing).not.toContain('k-pong');
  });

  it('are left out without series', async () => {
    expect(pageOf(await analyzed('ws-delay.pcap', {}))).not.toContain('TCP over time');
  });
});
