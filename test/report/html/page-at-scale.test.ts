/** Pages as large as they get: ten thousand sessions in the table, a hundred thousand rows of timelines. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analyze.js';
import { memorySource } from '../../../src/capture/capture-source.js';
import { pcapOf } from '../../wire/conversation.js';
import { lived, rejected } from '../../wire/many-sessions.js';
import { hasChromium, type Opened, Pages, PHONE, pageOf, unlessAbsent, widthOf } from './browser.js';
import { crowd } from './crowd.js';

/** In milliseconds, on a busy machine with one slow core. */
const PATIENCE = 600_000;
/** From a key or a click to the page that shows it, in milliseconds; a reader's machine at rest needs a tenth. */
const WAIT = 15_000;
const SESSIONS = 10_000;

/** Every tenth is refused with 503; every fifth of the others ends after 60 s of silence. */
const packets = () =>
  Array.from({ length: SESSIONS }, (_, n) => {
    const life = {
      startMs: n * 10,
      client: `10.1.${n >> 8}.${n & 0xff}`,
      server: `10.0.9.${n % 4}`,
      port: 20_000 + (n % 40_000),
    };
    if (n % 10 === 0) return rejected(life);
    return n % 5 === 1
      ? lived({ ...life, end: 'fin', talkMs: [20, 60_000] })
      : lived({ ...life, talkMs: [20, 500 + n] });
  });

describe.skipIf(!hasChromium)(`a large page in Chromium${unlessAbsent}`, { timeout: PATIENCE }, () => {
  let pages: Pages;
  let opened: Opened;
  beforeAll(async () => {
    pages = await Pages.start();
    const capture = memorySource('many.pcap', pcapOf(packets().flat(), []));
    const { report } = await analyze([capture], { keepMessages: true, keepSeries: true });
    opened = await pages.open(pageOf(report));
  }, PATIENCE);
  afterAll(() => pages.close());

  const visibleRows = (): Promise<number> =>
    opened.page.evaluate(`document.querySelectorAll('.overview tbody tr:not([hidden])').length`);
  const shown = () => opened.page.locator('#shown').textContent();

  it('of ten thousand sessions tells how many failed and of what, and says what it leaves out', async () => {
    const { page } = opened;
    expect(await visibleRows()).toBe(SESSIONS);
    expect(await page.locator('header').textContent()).toContain('of 10,000 sessions failed');
    expect(await page.locator('.causes a').count()).toBeGreaterThan(1);
    expect(await page.locator('main > .limit').textContent()).toContain('9,500 sessions are not told in full');
    expect(await page.locator('details.session').count()).toBe(500);
  });

  it('finds one of them by what is typed, and all of a cause by a click', async () => {
    const { page } = opened;
    await page.locator('#find').fill('10.1.3.7:');
    await expect.poll(shown, { timeout: WAIT }).toBe('1 of 10,000 shown');
    expect(await visibleRows()).toBe(1);
    await page.locator('.causes a', { hasText: 'upgrade-unavailable' }).click();
    await expect.poll(shown, { timeout: WAIT }).toBe('1,000 of 10,000 shown');
    expect(await visibleRows()).toBe(1000);
    await page.locator('#find').fill('');
    await page.locator('#controls input[value=failed]').uncheck();
    await expect.poll(shown, { timeout: WAIT }).toMatch(/^[4-8],\d{3} of 10,000 shown$/);
    expect(await page.locator('.overview tr[data-outcome=failed]:visible').count()).toBe(0);
    await page.locator('#controls input[value=failed]').check();
    await expect.poll(shown, { timeout: WAIT }).toBe('10,000 of 10,000 shown');
  });

  it('sorts them, and leads to a story far below', async () => {
    const { page } = opened;
    const before = Date.now();
    await page.locator('th[data-sort=lasted] button').click();
    const lasted: number[] = await page.evaluate(
      `[...document.querySelectorAll('.overview tbody tr')].map((row) => Number(row.dataset.lasted))`,
    );
    expect(Date.now() - before).toBeLessThan(WAIT);
    expect(lasted).toEqual([...lasted].sort((a, b) => a - b));
    const last = page.locator('details.session').last();
    const id = await last.getAttribute('id');
    await page.evaluate(`location.hash = ${JSON.stringify(id)}`);
    await expect.poll(() => last.locator('.verdict').isVisible(), { timeout: WAIT }).toBe(true);
    await expect.poll(() => page.evaluate('document.activeElement.parentElement.id')).toBe(id);
  });

  it('stays within a phone, and says nothing to anybody', async () => {
    const { page, heard } = opened;
    await page.setViewportSize(PHONE);
    expect(await widthOf(page)).toBe(PHONE.width);
    expect(heard).toEqual([]);
  });

  it('of a hundred thousand rows opens, and leads to the last of them', async () => {
    const report = crowd(50, 2000);
    const { page, heard, close } = await pages.open(pageOf(report));
    expect(await page.locator('.ladder .c-at').count()).toBe(100_000);
    await page.evaluate(`location.hash = 's50-p2000'`);
    await expect.poll(() => page.evaluate('document.activeElement.id'), { timeout: WAIT }).toBe('s50-p2000');
    expect(await page.locator('#s50-p2000').isVisible()).toBe(true);
    expect(heard).toEqual([]);
    await close();
  });
});
