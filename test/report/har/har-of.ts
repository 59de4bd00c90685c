/** Reports with messages, of samples and made by hand, and their archives, for the tests here. */
import { analyze } from '../../../src/analyze.js';
import { fileSource } from '../../../src/capture/read-blocks.js';
import type { HarMessage } from '../../../src/report/har/har-messages.js';
import type { HarTimings } from '../../../src/report/har/har-timings.js';
import { renderHar } from '../../../src/report/har/render-har.js';
import type { Report } from '../../../src/report/report.js';
import { keyLogOf } from '../../wire/analyze-sample.js';
import { SAMPLES } from '../../wire/sample-table.js';

/** As much of an entry as the tests look at. */
export interface Entry {
  startedDateTime: string;
  time: number;
  request: { method: string; url: string; httpVersion: string; cookies: unknown[]; headers: Pair[] };
  response: { status: number; statusText: string; httpVersion: string; cookies: unknown[]; headers: Pair[] };
  timings: HarTimings;
  serverIPAddress: string;
  connection: string;
  _connectionId: string;
  _resourceType: string;
  _webSocketMessages: HarMessage[];
  _wscope: { session: number } & Record<string, unknown>;
}

interface Pair {
  name: string;
  value: string;
}

export interface Har {
  log: { version: string; creator: unknown; comment: string; entries: Entry[] };
}

export const reportWithMessages = async (name: string, options = {}): Promise<Report> => {
  const keyLog = keyLogOf(name);
  const secrets = keyLog === undefined ? {} : { keyLog };
  const source = fileSource(SAMPLES + name);
  const { report, errors } = await analyze([source], { keepMessages: true, ...secrets, ...options });
  if (errors.length > 0) throw new Error(`${name}: ${errors[0]!.message}`);
  return report;
};

export const harText = (report: Report): string => [...renderHar(report, { version: '1.2.3' })].join('');
export const harOf = (report: Report): Har => JSON.parse(harText(report));
