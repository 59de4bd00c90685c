/** The page in a real browser, opened from disk: its script runs under its own policy, and nothing is complained about. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderHtml } from '../../../src/report/html/render-html.js';
import type { Report } from '../../../src/report/report.js';
import { hostileReport } from '../hostile-texts.js';
import { incident } from '../terminal/stories.js';

const hasChromium = spawnSync('chromium', ['--version']).status === 0;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wscope-page-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The document after its script, and what the browser had to say. */
const opened = (report: Report, name: string): { dom: string; console: string[] } => {
  const file = join(folder, `${name}.html`);
  writeFileSync(file, [...renderHtml(report, { madeWith: 'wscope', command: 'wscope', showSecrets: false })].join(''));
  const { stdout, stderr } = spawnSync(
    'chromium',
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--enable-logging=stderr',
      `--user-data-dir=${folder}/${name}`,
      '--dump-dom',
      `file://${file}`,
    ],
    { encoding: 'utf8', timeout: 50_000, maxBuffer: 2 ** 27 },
  );
  return { dom: stdout, console: stderr.split('\n').filter((line) => line.includes('CONSOLE')) };
};

describe('the page in Chromium', () => {
  it.skipIf(!hasChromium).each([
    ['an incident', incident],
    ['hostile texts', hostileReport],
  ])('of %s runs its script and breaks no rule of its own', { timeout: 60_000 }, (_, report) => {
    const { dom, console } = opened(report(), report.name);
    expect(console).toEqual([]);
    expect(dom).toMatch(/<html lang="en" class="scripted">/);
    expect(dom).toMatch(/<th [^>]*data-sort="lasted"[^>]*><button type="button">lasted<\/button>/);
    expect(dom).toMatch(/<form class="controls" id="controls">/);
    expect(dom).not.toMatch(/<(?:img|iframe)\b/);
    expect(dom.match(/<script\b/g)).toHaveLength(1);
  });
});
