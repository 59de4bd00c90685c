/**
 * Chrome's DevTools without anything to inspect: the front end that is part of every Chromium, opened as a page of its
 * own. Archives go in by its importer alone, or by the file chooser of its Network panel as a person's would. What runs
 * inside the page is text, lest its imports be resolved here.
 */
import { spawnSync } from 'node:child_process';
import { type Browser, chromium, type Page } from 'playwright-core';

const EXECUTABLE = '/usr/bin/chromium';
export const hasChromium = spawnSync(EXECUTABLE, ['--version']).status === 0;

/** A request as DevTools keeps it. */
export interface ImportedRequest {
  url: string;
  method: string;
  status: number;
  statusText: string;
  protocol: string;
  remoteAddress: string;
  connectionId: string;
  type: string;
  requestHeaders: { name: string; value: string }[];
  responseHeaders: { name: string; value: string }[];
  requestCookies: [name: string, value: string][];
  /** Seconds since 1970. */
  startTime: number;
  endTime: number;
  /** Milliseconds since the request's start; -1 for what did not happen. */
  timing: Record<string, number>;
  frames: { type: string; time: number; opCode: number; text: string; mask: boolean }[];
}

export class DevTools {
  /** Errors in the page. */
  readonly complaints: string[] = [];

  private constructor(
    private readonly browser: Browser,
    private readonly page: Page,
  ) {
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
  }

  static async open(): Promise<DevTools> {
    const browser = await chromium.launch({ executablePath: EXECUTABLE, args: ['--no-sandbox', '--disable-gpu'] });
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    const devtools = new DevTools(browser, page);
    await page.goto('devtools://devtools/bundled/devtools_app.html?panel=network');
    await page.locator('input[type=file]').waitFor({ state: 'attached' });
    return devtools;
  }

  async close(): Promise<void> {
    await this.browser.close();
  }

  /** By the function that the Network panel calls; throws what it throws. */
  async imported(har: string): Promise<ImportedRequest[]> {
    return await this.page.evaluate(`(${IMPORT})(${JSON.stringify(har)})`);
  }

  /** By the Network panel's file chooser. */
  async choose(har: string): Promise<void> {
    const file = { name: 'incident.har', mimeType: 'application/json', buffer: Buffer.from(har) };
    await this.page.locator('input[type=file]').setInputFiles(file);
  }

  /** The panel's rows: name over host, status over its text, type. */
  async rows(): Promise<string[]> {
    const columns = await Promise.all(
      ['name', 'status', 'type'].map((name) => this.page.locator(`td.${name}-column:visible`).allTextContents()),
    );
    return (columns[0] ?? []).map((_, row) => columns.map((column) => column[row]).join(' '));
  }

  async openRow(row: number): Promise<void> {
    await this.page.locator('td.name-column').nth(row).click();
  }

  async openTab(label: 'Headers' | 'Messages' | 'Timing'): Promise<void> {
    await this.page.locator(`[role=tab][aria-label=${label}]:visible`).click();
  }

  /** Rows of the tab Headers, name and value. */
  async headerRows(): Promise<string[]> {
    return (await this.page.locator('.row:visible').allInnerTexts()).map((text) => text.replace('\n', ': '));
  }

  /** Rows of the tab Messages: what was sent, or received, and the data or its kind. */
  async messageRows(way: 'send' | 'receive'): Promise<string[]> {
    return await this.page.locator(`tr.resource-chunk-view-row-${way}:visible td.data-column`).allInnerTexts();
  }
}

/** Inside the page: the text of an archive into requests, as NetworkLogView does it. */
const IMPORT = `async (text) => {
  const { HARFormat, Importer } = await import('devtools://devtools/bundled/models/har/har.js');
  const root = new HARFormat.HARRoot(JSON.parse(text));
  return Importer.Importer.requestsFromHARLog(root.log).map((request) => ({
    url: request.url(),
    method: request.requestMethod,
    status: request.statusCode,
    statusText: request.statusText,
    protocol: request.protocol,
    remoteAddress: request.remoteAddress(),
    connectionId: request.connectionId,
    type: request.resourceType().name(),
    requestHeaders: request.requestHeaders().map(({ name, value }) => ({ name, value })),
    responseHeaders: request.responseHeaders.map(({ name, value }) => ({ name, value })),
    requestCookies: request.includedRequestCookies().map(({ cookie }) => [cookie.name(), cookie.value()]),
    startTime: request.startTime,
    endTime: request.endTime,
    timing: request.timing,
    frames: request.frames().map(({ type, time, opCode, text, mask }) => ({ type, time, opCode, text, mask })),
  }));
}`;
