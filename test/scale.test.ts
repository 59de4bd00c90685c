/**
 * Ten thousand sessions, and a scan's fifty thousand refused attempts: what is said of them fits a few screens, and the
 * time it takes grows with their number, not with its square.
 */
import { describe, expect, it } from 'vitest';
import { analyze } from '../src/analyze.js';
import { memorySource } from '../src/capture/capture-source.js';
import type { Report } from '../src/report/report.js';
import { renderTerminal } from '../src/report/terminal/render-terminal.js';
import { pcapOf } from './wire/conversation.js';
import { lived, refused } from './wire/many-sessions.js';

const LOOK = { width: 100, ascii: false, colour: false, all: false, chosen: false };
/** On a busy machine with one slow core. */
const PATIENCE_MS = 180_000;

const addressOf = (n: number): string => `10.${1 + (n >> 16)}.${(n >> 8) & 0xff}.${n & 0xff}`;

/** Sessions with four servers: one ends all of its own at one moment, on the others a third ends after 60 s of silence. */
const sessions = (count: number) =>
  Array.from({ length: count }, (_, n) => {
    const startMs = (n * 100_000) / count;
    const life = { startMs, client: addressOf(n), server: `10.0.9.${n % 4}`, port: 20_000 + (n % 40_000) };
    if (n % 4 === 0) return lived({ ...life, end: 'fin', talkMs: [50 + (n % 977), 200_000 - startMs - (n % 977)] });
    return n % 3 === 0 ? lived({ ...life, end: 'fin', talkMs: [20, 60_000] }) : lived({ ...life, talkMs: [20, 500] });
  });

const scan = (count: number) =>
  Array.from({ length: count }, (_, n) =>
    refused({ startMs: n / 50, port: 20_000 + (n % 40_000), server: addressOf(n % 256), serverPort: 1 + (n >> 8) }),
  );

interface Run {
  report: Report;
  /** Milliseconds of processor time: other programs of the machine do not count. */
  ms: number;
  screen: string;
}

async function run(packets: ReturnType<typeof lived>[]): Promise<Run> {
  const file = pcapOf(packets.flat(), []);
  const before = process.cpuUsage();
  const { report } = await analyze([memorySource('many.pcap', file)]);
  const screen = [...renderTerminal(report, LOOK)].join('');
  const { user, system } = process.cpuUsage(before);
  return { report, ms: (user + system) / 1000, screen };
}

describe('a capture of ten thousand sessions', () => {
  it(
    'is summed up by cause, server and stage, on a few screens, in time that grows with their number',
    async () => {
      await run(sessions(300));
      const few = await run(sessions(2000));
      const { report, screen, ms } = await run(sessions(10_000));
      // Five times as many: 25 times as long would be the square.
      expect(ms / few.ms).toBeLessThan(12);
      expect(report.summary.sessions).toBe(10_000);
      expect(report.summary.byCause).toMatchObject({ 'ws-mass-disconnect': 2500, 'ws-idle-timeout': 2500 });
      expect(report.summary.shares.server.rows).toHaveLength(4);
      expect(report.summary.stageDurations.tcp).toMatchObject({ samples: 10_000, p50Ms: 2 });
      const rules = report.findings.map(({ rule }) => rule);
      expect(rules).toContain('capture/mass-end');
      expect(rules.filter((rule) => rule === 'capture/shared-timer')).toHaveLength(3);
      expect(rules.length).toBeLessThan(10);
      for (const told of ['Failed, by cause:', 'Failed, by server:', 'Stages that succeeded:']) {
        expect(screen).toContain(told);
      }
      expect(screen.split('\n').length).toBeLessThan(700);
    },
    PATIENCE_MS,
  );
});

describe('a scan of fifty thousand endpoints', () => {
  it(
    'is one finding and one row for its cause',
    async () => {
      const { report, screen } = await run(scan(50_000));
      expect(report.summary.failed).toBe(50_000);
      expect(report.findings).toMatchObject([
        { rule: 'capture/scan', data: { endpoints: { n: 50_000 }, hosts: { n: 256 } } },
      ]);
      expect(report.summary.shares.server).toMatchObject({ omitted: 49_980 });
      expect(screen).not.toContain('Failed, by server:');
      expect(screen.split('\n').length).toBeLessThan(300);
      expect(screen).toContain('49,950 more sessions are not shown');
    },
    PATIENCE_MS,
  );
});
