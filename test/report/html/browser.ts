/** A real browser that opens pages from disk, and writes down whatever a page says, asks for or breaks. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { renderHtml } from '../../../src/index.js';
import type { Report } from '../../../src/report/report.js';

/** Where Debian puts it. */
const CHROMIUM = '/usr/bin/chromium';
export const hasChromium = existsSync(CHROMIUM);
/** For titles of tests, so that a run says why it left something out. */
export const unlessAbsent = hasChromium ? '' : ` (left out: there is no ${CHROMIUM})`;

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** In milliseconds: a busy machine with one slow core opens 100,000 rows in a minute. */
const PATIENCE = 150_000;

export interface Opened {
  page: Page;
  /** Console messages, errors, dialogs, and requests other than for the page itself. */
  heard: string[];
  close: () => Promise<void>;
}

export class Pages {
  private constructor(
    private readonly browser: Browser,
    private readonly folder: string,
  ) {}

  static async start(): Promise<Pages> {
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    return new Pages(browser, mkdtempSync(join(tmpdir(), 'wscope-page-')));
  }

  async close(): Promise<void> {
    await this.browser.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** An empty tab; `show` puts pages into it. */
  async tab(options: BrowserContextOptions = {}): Promise<Opened> {
    const context = await this.browser.newContext({ viewport: DESKTOP, ...options });
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    const heard: string[] = [];
    page.on('console', (message) => heard.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => heard.push(`error: ${error.message}`));
    page.on('request', (request) => {
      if (!request.isNavigationRequest()) heard.push(`request: ${request.url()}`);
    });
    page.on('dialog', (dialog) => {
      heard.push(`dialog: ${dialog.message()}`);
      return dialog.dismiss();
    });
    return { page, heard, close: () => context.close() };
  }

  async show({ page }: Opened, html: string, name = 'page'): Promise<void> {
    const file = join(this.folder, `${name}.html`);
    writeFileSync(file, html);
    await page.goto(`file://${file}`);
  }

  async open(html: string, options: BrowserContextOptions = {}): Promise<Opened> {
    const opened = await this.tab(options);
    await this.show(opened, html);
    return opened;
  }
}

export const pageOf = (report: Report, options: Partial<Parameters<typeof renderHtml>[1]> = {}): string =>
  [...renderHtml(report, { madeWith: 'wscope', command: 'wscope report', showSecrets: false, ...options })].join('');

const AUDIT = readFileSync(new URL('page-audit.js', import.meta.url), 'utf8');

/** What is wrong with a page for people who read it in another way than its author. */
export const auditOf = (page: Page): Promise<string[]> => page.evaluate(AUDIT);

/** Of the first element that fits. */
export const styleOf = (page: Page, selector: string, property: string): Promise<string> =>
  page.evaluate(`getComputedStyle(document.querySelector(${JSON.stringify(selector)})).${property}`);

/** In pixels, with what sticks out on the right. */
export const widthOf = (page: Page): Promise<number> => page.evaluate('document.documentElement.scrollWidth');
