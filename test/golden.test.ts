/**
 * The whole report of every sample, as JSON and as a terminal of 100 columns shows it, against test/golden/. What these
 * files say was looked at, and some in Chinese too; `npm run golden` rewrites them, and the difference is reviewed like code.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyze, fileSource, loadCatalogue, renderMarkdown } from '../src/index.js';
import type { Report } from '../src/report/report.js';
import { renderTerminal } from '../src/report/terminal/render-terminal.js';
import { reportOf } from './wire/analyze-sample.js';
import { SAMPLES, sampleFiles } from './wire/sample-table.js';

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
    const present = readdirSync(GOLDEN).filter((name) => name !== 'zh-CN');
    const stale = present.filter((file) => !wanted.has(file));
    if (updates) for (const file of stale) rmSync(GOLDEN + file);
    expect(wanted.size).toBe(2 * sampleFiles.length);
    expect(present.filter((file) => !updates || wanted.has(file)).sort()).toEqual([...wanted].sort());
  });
});

/** A failure with its advice, one inside TLS, one that is well; the first as Markdown too. */
const IN_CHINESE = ['nginx-idle-60s.pcap', 'tls-expired-chromium.pcap', 'mqtt-healthy.pcap'];

describe('the report in Chinese', () => {
  it.each(IN_CHINESE)('of %s is as it was', async (name) => {
    const catalogue = await loadCatalogue('zh-CN');
    const { report } = await analyze([fileSource(SAMPLES + name)], { language: 'zh-CN' });
    const look = { width: 100, ascii: false, colour: false, all: true, chosen: false, catalogue };
    const made = { madeWith: 'wscope', command: `wscope ${name}`, showSecrets: false, all: true, catalogue };
    const told = {
      txt: [...renderTerminal(report, look)].join(''),
      ...(name === IN_CHINESE[0] ? { md: renderMarkdown(report, made) } : {}),
    };
    for (const [format, text] of Object.entries(told)) {
      const path = `${GOLDEN}zh-CN/${fileOf(name, format)}`;
      if (updates) writeFileSync(path, text);
      expect(text).toBe(readFileSync(path, 'utf8'));
    }
  });
});
