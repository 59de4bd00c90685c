/** The page in a real browser: nothing asked for, nothing complained about, usable by mouse, keyboard and on a phone. */
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyze, fileSource, loadCatalogue } from '../../../src/index.js';
import type { Report } from '../../../src/report/report.js';
import { visible } from '../../../src/report/terminal/visible.js';
import { SAMPLES, sampleFiles } from '../../wire/sample-table.js';
import { hostileReport } from '../hostile-texts.js';
import {
  auditOf,
  DESKTOP,
  hasChromium,
  type Opened,
  Pages,
  PHONE,
  pageOf,
  styleOf,
  unlessAbsent,
  widthOf,
} from './browser.js';

/** In milliseconds, on a busy machine with one slow core. */
const PATIENCE = 600_000;
/** Pages open at a time. */
const TABS = 3;
/** What goes through a mail server and opens at once. */
const MEGABYTE = 1_000_000;

const reportOf = async (...names: string[]): Promise<Report> => {
  const secrets = `${SAMPLES}${names[0]?.replace(/\.pcap.*$/, '')}.keylog`;
  const { report } = await analyze(
    names.map((name) => fileSource(SAMPLES + name)),
    { keepMessages: true, keepSeries: true, ...(existsSync(secrets) && { keyLog: readFileSync(secrets, 'utf8') }) },
  );
  return report;
};

describe.skipIf(!hasChromium)(`the page in Chromium${unlessAbsent}`, { timeout: PATIENCE }, () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await Pages.start();
  });
  afterAll(() => pages.close());

  const open = async (sample: string, options: Parameters<Pages['open']>[1] = {}): Promise<Opened> =>
    pages.open(pageOf(await reportOf(sample)), options);

  it('of every sample runs its script, asks for nothing, complains of nothing, and is sound on desktop and phone', async () => {
    expect(sampleFiles.length).toBeGreaterThan(0);
    const waiting = [...sampleFiles];
    // One is analyzed while the others are laid out.
    const worker = async (_: unknown, index: number): Promise<void> => {
      const tab = await pages.tab();
      for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
        const html = pageOf(await reportOf(name));
        expect({ name, small: html.length < MEGABYTE }).toEqual({ name, small: true });
        await tab.page.setViewportSize(DESKTOP);
        await pages.show(tab, html, `sample-${index}`);
        expect({ name, wrong: await auditOf(tab.page) }).toEqual({ name, wrong: [] });
        await tab.page.setViewportSize(PHONE);
        expect({ name, wide: await widthOf(tab.page), heard: tab.heard }).toEqual({
          name,
          wide: PHONE.width,
          heard: [],
        });
      }
      await tab.close();
    };
    await Promise.all(Array.from({ length: TABS }, worker));
  });

  it.each([
    ['nginx-idle-60s.pcap'],
    ['haproxy-crowd.pcap'],
    ['tls-expired-node-tls13.pcap'],
    ['stomp-login.pcap'],
    ['upgrade-431.pcap'],
    ['nginx-strips-upgrade.pcap'],
    ['graphql-healthy.pcap'],
  ])('of %s has letters that can be read in the dark, opened as far as it goes', async (name) => {
    const { page, close } = await open(name, { colorScheme: 'dark' });
    await page.evaluate('for (const each of document.querySelectorAll("details")) each.open = true');
    expect(await auditOf(page)).toEqual([]);
    await close();
  });

  it('keeps hostile texts texts', async () => {
    const { page, heard, close } = await pages.open(pageOf(hostileReport()));
    expect(await page.locator('img, iframe, object, embed, link, base').count()).toBe(0);
    expect(await page.locator('script').count()).toBe(1);
    expect(await auditOf(page)).toEqual([]);
    expect(heard).toEqual([]);
    await close();
  });

  it('in Chinese is sound too', async () => {
    const catalogue = await loadCatalogue('zh-CN');
    const { page, heard, close } = await pages.open(pageOf(await reportOf('nginx-idle-60s.pcap'), { catalogue }));
    expect(await page.locator('html[lang="zh-CN"]').count()).toBe(1);
    expect([...(await auditOf(page)), ...heard]).toEqual([]);
    await close();
  });

  describe('leads from evidence to its row', () => {
    it.each([
      ['a row of its own', 'nginx-idle-60s.pcap', '#s1-p24', 'packet 24'],
      ['a row of the other leg, in the same ladder', 'nginx-idle-60s.pcap', '#s1-p9', 'packet 9'],
      ['a run that it is part of', 'socketio-ping-timeout.pcap', undefined, 'packet 20'],
    ])('%s', async (_, sample, row, text) => {
      const { page, close } = await open(sample);
      const link = page.locator('.finding a.packet', { hasText: text }).first();
      const target = (await link.getAttribute('href')) ?? '';
      if (row !== undefined) expect(target).toBe(row);
      await link.click();
      expect(await isInside(page, target)).toBe(true);
      expect(await page.evaluate('document.activeElement.id')).toBe(target.slice(1));
      expect(await styleOf(page, target, 'outlineStyle')).toBe('solid');
      expect(await styleOf(page, target, 'backgroundColor')).not.toBe(await styleOf(page, 'body', 'backgroundColor'));
      expect(await page.locator(`${target} mark`).count()).toBeGreaterThan(0);
      await close();
    });

    it('in a session that was folded, and again after scrolling away', async () => {
      const { page, close } = await open('haproxy-crowd.pcap');
      await page.locator('.overview a[href="#s7"]').click();
      expect(await page.locator('#s7[open]').count()).toBe(1);
      const link = page.locator('#s7 .waterfall a.packet').first();
      const target = (await link.getAttribute('href')) ?? '';
      for (let again = 0; again < 2; again++) {
        await link.click();
        expect(await isInside(page, target)).toBe(true);
        await page.evaluate('scrollTo(0, 0)');
      }
      await close();
    });

    it('by keyboard alone', async () => {
      const { page, close } = await open('nginx-idle-60s.pcap');
      const focused = (what: string) => page.evaluate(`document.activeElement.${what}`);
      await tabTo(page, '.answer a.packet');
      const target = await focused('hash');
      await page.keyboard.press('Enter');
      await expect.poll(() => focused('id')).toBe(String(target).slice(1));
      await page.keyboard.press('Tab');
      expect(await focused('dataset.frame')).toBe('20');
      await page.goto(page.url().replace(/#.*/, ''));
      await tabTo(page, '.ladder button');
      expect(await focused('dataset.frame')).toBe('1');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      expect(await focused('dataset.frame')).toBe('3');
      await page.keyboard.press('Enter');
      await expect.poll(() => page.locator('#said').textContent()).toContain('frame.number == 3');
      expect(await focused('dataset.frame')).toBe('3');
      await close();
    });
  });

  it.each([
    ['as browsers do today', true],
    ['where the clipboard is closed to pages from disk', false],
  ])('copies filters that can be pasted, %s', async (_, isOpen) => {
    const { page, heard, close } = await open('nginx-idle-60s.pcap');
    if (!isOpen) await page.evaluate(`Object.defineProperty(navigator, 'clipboard', { value: undefined })`);
    const copied = async (selector: string) => {
      await page.locator('#said').evaluate('(said) => { said.textContent = ""; }');
      await page.locator(selector).first().click();
      await expect.poll(() => page.locator('#said').textContent()).toContain('Copied: ');
      await page.locator('#find').fill('');
      await page.locator('#find').press('Control+V');
      return page.locator('#find').inputValue();
    };
    await page.locator('#s1 .filters > summary').click();
    expect(await copied('#s1 .copy')).toBe('frame.number in {20, 24}');
    await page.locator('#find').fill('');
    expect(await copied('#s1-p24 button')).toBe('frame.number == 24');
    expect(heard).toEqual([]);
    await close();
  });

  it('finds sessions, and says how many', async () => {
    const { page, close } = await open('haproxy-crowd.pcap');
    const shown = page.locator('#shown');
    await page.keyboard.press('/');
    await page.keyboard.type('10.77.1.1:40366');
    await expect.poll(() => shown.textContent()).toBe('1 of 20 shown');
    expect(await page.locator('.overview tbody tr:visible').count()).toBe(1);
    expect(await page.locator('details.session:visible').count()).toBe(1);
    await page.locator('#find').fill('nothing has this in it');
    await expect.poll(() => shown.textContent()).toBe('0 of 20 shown');
    expect(await page.locator('.overview tbody tr:visible').count()).toBe(0);
    await page.locator('#find').fill('');
    await expect.poll(() => shown.textContent()).toBe('20 of 20 shown');
    expect(await page.locator('.overview tbody tr:visible').count()).toBe(20);
    await close();
  });

  it('finds messages, and unfolds those whose beginning does not have the word', async () => {
    const report = await reportOf('graphql-healthy.pcap');
    const long = report.sessions[0]?.messages?.at(2);
    long!.text = JSON.stringify({ type: 'next', filler: 'x'.repeat(300), far: ['needle'] });
    const { page, heard, close } = await pages.open(pageOf(report));
    const all = await page.locator('.sent tbody tr').count();
    await page.locator('.messages > summary').click();
    const [field, count] = [page.locator('.search input'), page.locator('.search output')];
    const row = page.locator('.sent tbody tr').filter({ visible: true });
    await field.fill('SERVER "three"');
    await expect.poll(() => count.textContent()).toBe(`1 of ${all} shown`);
    expect(await row.locator('pre').isVisible()).toBe(false);
    await field.fill('needle next');
    await expect.poll(() => row.locator('pre').isVisible()).toBe(true);
    expect(await row.count()).toBe(1);
    expect(await row.locator('pre').textContent()).toContain('\n  "far": [\n    "needle"\n');
    await field.fill('nothing has this in it');
    await expect.poll(() => count.textContent()).toBe(`0 of ${all} shown`);
    await field.fill('');
    await expect.poll(() => row.count()).toBe(all);
    expect(heard).toEqual([]);
    await close();
  });

  it('sorts sessions up and down, and says by what', async () => {
    const { page, close } = await open('haproxy-crowd.pcap');
    const lasted = async () => (await cells(page, 'lasted')).map(Number);
    const head = page.locator('th[data-sort=lasted]');
    await head.getByRole('button').click();
    const up = await lasted();
    expect(up).toEqual([...up].sort((a, b) => a - b));
    expect(await head.getAttribute('aria-sort')).toBe('ascending');
    await head.getByRole('button').click();
    expect(await lasted()).toEqual([...up].reverse());
    expect(await head.getAttribute('aria-sort')).toBe('descending');
    await page.locator('th[data-sort=id] button').press('Enter');
    expect((await cells(page, 'id')).map(Number)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(await page.locator('th[aria-sort]').count()).toBe(1);
    await close();
  });

  it.each([['light'], ['dark']] as const)(
    'switches from a %s system to the other theme, and stays there',
    async (colorScheme) => {
      const { page, heard, close } = await open('ws-healthy.pcap', { colorScheme });
      const look = () => Promise.all([styleOf(page, 'body', 'backgroundColor'), styleOf(page, 'body', 'color')]);
      const before = await look();
      const button = page.locator('#theme');
      const name = await button.textContent();
      await button.click();
      const after = await look();
      expect(after).toEqual([expect.not.stringContaining(before[0]), expect.not.stringContaining(before[1])]);
      expect(await button.textContent()).not.toBe(name);
      await page.reload();
      expect(await look()).toEqual(after);
      expect(heard).toEqual([]);
      await button.click();
      expect(await look()).toEqual(before);
      await close();
    },
  );

  it.each([['nginx-idle-60s.pcap'], ['stomp-login.pcap']])('of %s says all of it without JavaScript', async (name) => {
    const report = await reportOf(name);
    const { page, heard, close } = await pages.open(pageOf(report), { javaScriptEnabled: false });
    const text = flat((await page.locator('body').textContent()) ?? '');
    const told = report.sessions.flatMap(({ verdict, stages, findings, messages = [] }) => [
      verdict,
      ...stages.flatMap(({ stage, detail }) => [stage, detail ?? '']),
      ...findings.flatMap(({ title, remedy }) => [title, ...remedy]),
      ...messages.flatMap((message) => visible(message.text ?? '')),
    ]);
    expect(told.length).toBeGreaterThan(8);
    expect(told.filter((each) => !text.includes(flat(each)))).toEqual([]);
    expect(await page.locator('#theme, #controls, .copy').filter({ visible: true }).count()).toBe(0);
    const link = page.locator('.answer a.packet').first();
    await link.click();
    expect(await isInside(page, (await link.getAttribute('href')) ?? '')).toBe(true);
    expect(heard).toEqual([]);
    await close();
  });

  it('prints what is folded, dark letters on white, and no controls', async () => {
    const { page, close } = await open('nginx-idle-60s.pcap', { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    expect(await styleOf(page, 'body', 'backgroundColor')).toBe('rgb(255, 255, 255)');
    expect(await page.locator('#controls, #theme, .copy').filter({ visible: true }).count()).toBe(0);
    await page.evaluate('dispatchEvent(new Event("beforeprint"))');
    expect(await page.locator('.sent td').first().isVisible()).toBe(true);
    await page.evaluate('dispatchEvent(new Event("afterprint"))');
    expect(await page.locator('details.messages[open]').count()).toBe(0);
    await close();
  });
});

type Page = Opened['page'];

/** Without regard to how lines were broken. */
const flat = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** Presses Tab until something that fits has the focus. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 100; presses++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
  }
  throw new Error(`no ${selector} among the first stops of the Tab key`);
}

const isInside = (page: Page, target: string): Promise<boolean> =>
  page.evaluate(`(() => {
    const { top, bottom } = document.querySelector(${JSON.stringify(target)}).getBoundingClientRect();
    return bottom > top && top >= 0 && bottom <= innerHeight;
  })()`);

const cells = (page: Page, key: string): Promise<string[]> =>
  page.evaluate(
    `[...document.querySelectorAll('.overview tbody tr')].map((row) => row.dataset[${JSON.stringify(key)}])`,
  );
