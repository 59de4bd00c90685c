/**
 * Every sample against its row in samples/README.md and against what the peers and their kernels counted (samples/truth).
 * These captures come from real programs over a real kernel: where wscope and a row differ, one of them is wrong.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SessionReport } from '../src/report/report.js';
import { keyLogOf, reportOf } from './wire/analyze-sample.js';
import { type ExpectedSession, isHealthy, SAMPLES, sampleFiles, sampleRows } from './wire/sample-table.js';

describe('samples/README.md', () => {
  it('has a row for every capture, and a capture for every row', () => {
    expect(sampleRows.map(({ name }) => name).sort()).toEqual([...sampleFiles].sort());
    expect(sampleRows.length).toBeGreaterThan(200);
  });

  it('has a capture for every truth and every key log', () => {
    const names = new Set(sampleFiles.map((name) => name.split('.')[0]));
    const truths = readdirSync(`${SAMPLES}truth`).map((name) => name.replace('.json', ''));
    // One truth serves the captures at both ends.
    expect(truths.filter((name) => !names.has(name) && !names.has(`${name}-client`))).toEqual([]);
    const keyLogs = readdirSync(SAMPLES).filter((name) => name.endsWith('.keylog'));
    expect(keyLogs.filter((name) => !names.has(name.split('.')[0]!))).toEqual([]);
  });
});

describe('every session of a sample comes out as its row says', () => {
  it.each(sampleRows)('$name: $text', async ({ name, sessions, all }) => {
    const report = await reportOf(name);
    const told = report.sessions.map(({ outcome, stage, cause }) => ({ outcome, stage, cause }));
    expect(report.sessions.length > 1 || !all).toBe(true);
    const expected = all ? report.sessions.map(() => sessions[0]!) : sessions;
    expect(told, 'as many sessions as the row tells').toHaveLength(expected.length);
    for (const [index, session] of expected.entries()) expectOutcome(report.sessions[index]!, session, name);
  });
});

function expectOutcome(session: SessionReport, { outcomes, stage, causes }: ExpectedSession, name: string): void {
  expect(outcomes).toContain(session.outcome);
  if (stage !== undefined && session.outcome === 'failed') expect(session.stage).toBe(stage);
  if (session.outcome !== 'failed') expect(session.cause).toBeNull();
  else if (causes.length > 0) {
    // The wider cause is for those who have no secrets.
    const allowed = keyLogOf(name) === undefined ? causes : causes.slice(0, 1);
    expect(allowed).toContain(session.cause);
  }
}

describe('healthy samples', () => {
  it.each(sampleRows.filter(isHealthy))('accuse nobody: $name', async ({ name }) => {
    const report = await reportOf(name);
    const errors = [...report.findings, ...report.sessions.flatMap(({ findings }) => findings)].filter(
      ({ severity }) => severity === 'error',
    );
    expect(errors).toEqual([]);
    expect(report.summary.failed).toBe(0);
  });
});

describe('the evidence of every finding', () => {
  it('stands in the capture, in order of its times', async () => {
    for (const name of sampleFiles) {
      const report = await reportOf(name);
      const { packets, durationMs } = report.captures[0]!;
      const findings = [...report.findings, ...report.sessions.flatMap(({ findings }) => findings)];
      for (const { rule, severity, evidence } of findings) {
        const at = { name, rule };
        if (severity === 'error') expect({ ...at, evidence: evidence.length > 0 }).toEqual({ ...at, evidence: true });
        for (const { packet, atMs } of evidence) {
          expect({ ...at, packet, exists: packet >= 1 && packet <= packets && Number.isInteger(packet) }).toEqual({
            ...at,
            packet,
            exists: true,
          });
          expect({ ...at, atMs, within: atMs >= 0 && atMs <= (durationMs ?? 0) + 0.001 }).toEqual({
            ...at,
            atMs,
            within: true,
          });
        }
      }
    }
  });
});

// ——— What the peers counted ———

interface LibraryCount {
  sent: { frames: Record<string, number>; messages: number; payloadBytes: number };
  heard: { messages: number; close: { code: number; reason: string } | null };
}

interface PeerCount {
  sent: number;
  sentBytes: number;
  received: number;
  close: { code: number; reason: string } | null;
}

interface Truth {
  client?: LibraryCount;
  server?: LibraryCount;
  /** Several where the capture holds several sessions. */
  peers?: Record<'client' | 'server', PeerCount | PeerCount[] | null>;
  kernel?: Record<'client' | 'server', { TcpRetransSegs: number; TcpExtTCPOFOQueue: number }>;
}

const SIDES = ['client', 'server'] as const;

function truthOf(name: string): Truth | undefined {
  const base = name.split('.')[0]!;
  for (const candidate of [base, base.replace(/-(client|server)$/, '')]) {
    const path = `${SAMPLES}truth/${candidate}.json`;
    if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Truth;
  }
  return undefined;
}

/** Captures that lack some of what the peers did. */
const LACKING = new Set(['ws-capture-gap.pcap', 'ws-deflate-gap.pcap', 'ws-truncated.pcap']);
const ONE_SIDED: ReadonlyMap<string, 'client' | 'server'> = new Map([
  ['ws-one-sided.pcap', 'client'],
  ['ws-one-sided-server.pcap', 'server'],
]);

const SEEN_AT_SERVER = new Set(['tcp-handshake-incomplete.pcap', 'ws-syn-ack-lost.pcap']);

const withTruth = sampleFiles.flatMap((name) => {
  const truth = truthOf(name);
  return truth === undefined ? [] : [{ name, truth }];
});

/** Sessions that spoke WebSocket and can be read. */
async function spoken(name: string): Promise<Spoken[]> {
  const { sessions } = await reportOf(name);
  return sessions.filter((session): session is Spoken => session.websocket !== null);
}

type Spoken = SessionReport & { websocket: NonNullable<SessionReport['websocket']> };

describe('what the peers counted', () => {
  it('is there for more than forty captures', () => {
    expect(withTruth.length).toBeGreaterThan(40);
  });

  it.each(withTruth.filter(({ name, truth }) => truth.client !== undefined && !LACKING.has(name)))(
    'is what wscope counts: frames, messages and bytes of $name',
    async ({ name, truth }) => {
      const sessions = await spoken(name);
      expect(sessions.length).toBeGreaterThan(0);
      for (const { websocket } of sessions) {
        for (const side of SIDES) {
          if (ONE_SIDED.has(name) && ONE_SIDED.get(name) !== side) continue;
          const { frames, messages, payloadBytes } = truth[side]!.sent;
          expect(websocket.frames[side]).toMatchObject(frames);
          expect(websocket.messages[side]).toBe(messages);
          expect(websocket.payloadBytes[side]).toBe(payloadBytes);
        }
        const heard = truth.client!.heard.close ?? truth.server!.heard.close;
        if (heard !== null && websocket.close !== null) {
          expect(websocket.close.code).toBe(heard.code);
          expect(websocket.close.reason).toBe(heard.reason);
        }
      }
    },
  );

  it.each(withTruth.filter(({ truth }) => (truth.peers?.client ?? null) !== null))(
    'is what wscope counts: messages and bytes of $name',
    async ({ name, truth }) => {
      const [clients, servers] = SIDES.map((side) => [truth.peers![side] ?? []].flat());
      const sessions = await spoken(name);
      expect(sessions).toHaveLength(clients!.length);
      for (const [index, { websocket, outcome }] of sessions.entries()) {
        if (outcome !== 'ok') continue;
        expect(websocket.messages).toEqual({ client: clients![index]!.sent, server: servers![index]!.sent });
        // The programs count what they said in messages; a Close has a code and a reason besides.
        const closeBytes = websocket.close === null ? 0 : 2 + Buffer.byteLength(websocket.close.reason);
        expect({
          client: websocket.payloadBytes.client - websocket.frames.client.close * closeBytes,
          server: websocket.payloadBytes.server - websocket.frames.server.close * closeBytes,
        }).toEqual({ client: clients![index]!.sentBytes, server: servers![index]!.sentBytes });
        expect(websocket.close?.code).toBe(clients![index]!.close?.code);
      }
    },
  );

  it.each(withTruth.filter(({ name, truth }) => truth.kernel !== undefined && !name.startsWith('ws-reset-injected')))(
    'is what wscope counts: retransmissions of the near kernel in $name',
    async ({ name, truth }) => {
      const report = await reportOf(name);
      const near = name.endsWith('-server.pcap') || SEEN_AT_SERVER.has(name) ? 'server' : 'client';
      const counted = report.sessions.reduce((sum, { tcp }) => sum + (tcp?.retransmissions[near] ?? 0), 0);
      expect(counted).toBe(truth.kernel![near].TcpRetransSegs);
    },
  );
});
