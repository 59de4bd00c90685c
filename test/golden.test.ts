/**
 * The whole report of every sample, as JSON and as a terminal of 100 columns shows it, against test/golden/. What these
 * files say was looked at; `npm run golden` rewrites them, and the difference is reviewed like code.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Report } from '../src/report/report.js';
import { renderTerminal } from '../src/report/terminal/render-terminal.js';
import { reportOf } from './wire/analyze-sample.js';
import { sampleFiles } from './wire/sample-table.js';

const GOLDEN = new URL('golden/', import.meta.url).pathname;
const updates = process.env.WSCOPE_UPDATE_GOLDEN === '1';

/** Events of a session that are kept: enough for an opening, and a diff that can be read. */
const EVENTS_KEPT = 40;

const asJson = (report: Report): string => {
  const sessions = report.sessions.map((session) =>
    session.timeline.length <= EVENTS_KEPT
      ? session
      : {
          ...session,
          timeline: [...session.timeline.slice(0, EVENTS_KEPT), `and ${session.timeline.length - EVENTS_KEPT} more`],
        },
  );
  return `${JSON.stringify({ ...report, sessions }, null, 1)}\n`;
};

const asText = (report: Report): string =>
  [...renderTerminal(report, { width: 100, ascii: false, colour: false, all: false, chosen: false })].join('');

const FORMATS = { json: asJson, txt: asText };

const fileOf = (name: string, format: string): string => `${name.replace(/\.pcap.*$/, '')}.${format}`;

describe('the report of every sample', () => {
  it.each(sampleFiles)('%s is as it was', async (name) => {
    const report = await reportOf(name);
    for (const [format, render] of Object.entries(FORMATS)) {
      const path = GOLDEN + fileOf(name, format);
      const told = render(report);
      if (updates) {
        mkdirSync(GOLDEN, { recursive: true });
        writeFileSync(path, told);
      }
      expect(told).toBe(readFileSync(path, 'utf8'));
    }
  });

  it('is there for samples that exist, and for no others', () => {
    const wanted = new Set(sampleFiles.flatMap((name) => Object.keys(FORMATS).map((format) => fileOf(name, format))));
    const stale = readdirSync(GOLDEN).filter((file) => !wanted.has(file));
    if (updates) for (const file of stale) rmSync(GOLDEN + file);
    expect(wanted.size).toBe(2 * sampleFiles.length);
    expect(readdirSync(GOLDEN).sort()).toEqual([...wanted].sort());
  });
});
