/** The archive of every sample: against HAR 1.2, against the report, and by the importer of Chrome's DevTools. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report, SessionReport } from '../../../src/report/report.js';
import { sampleFiles } from '../../wire/sample-table.js';
import { DevTools, hasChromium } from './devtools.js';
import { type Entry, type Har, harText, reportWithMessages } from './har-of.js';
import { harErrors } from './har-schema.js';

const SECOND = 1000;
/** By name; a few megabytes in all. */
const samples = new Map<string, { text: string; har: Har; sessions: SessionReport[] }>();

beforeAll(async () => {
  for (const name of sampleFiles) {
    const report: Report = await reportWithMessages(name).catch((error: unknown) => {
      throw new Error(name, { cause: error });
    });
    const text = harText(report);
    samples.set(name, { text, har: JSON.parse(text), sessions: report.sessions });
  }
}, 300 * SECOND);

const askedOf = (sessions: SessionReport[]): SessionReport[] => sessions.filter(({ upgrade }) => upgrade?.request);

/** Why an entry is not what its session was; nothing when it is. */
const faultsOf = (entry: Entry, session: SessionReport): string[] => {
  const { timings, time, _webSocketMessages: said, _wscope } = entry;
  const { startMs, endMs, websocket, messages = [] } = session;
  const controls = websocket === null ? 0 : [websocket.frames.client, websocket.frames.server].reduce(countControls, 0);
  const listed = messages.length + controls - Number(_wscope.messagesUnreadable) - Number(_wscope.controlFramesOmitted);
  const faults: [boolean, string][] = [
    [Math.abs(time - (endMs - startMs)) > 0.01, `lasts ${time} instead of ${endMs - startMs}`],
    [timings.ssl > timings.connect, 'TLS lasts longer than the connecting it is part of'],
    [said.length !== listed, `${said.length} messages instead of ${listed}`],
    [said.some(({ time }, index) => index > 0 && time < said[index - 1]!.time), 'messages out of order'],
    [said.some(({ time }) => time * SECOND < Date.parse(entry.startedDateTime)), 'a message before the beginning'],
  ];
  return faults.filter(([isFault]) => isFault).map(([, fault]) => fault);
};

const countControls = (sum: number, { close, ping, pong }: { close: number; ping: number; pong: number }): number =>
  sum + close + ping + pong;

describe('the archive of every sample', () => {
  it('is HAR 1.2', () => {
    expect(samples.size).toBeGreaterThan(300);
    for (const [name, { har }] of samples) expect({ name, errors: harErrors(har) }).toEqual({ name, errors: [] });
  });

  it('has an entry for each request, as long as its session, with all that was said in order', () => {
    for (const [name, { har, sessions }] of samples) {
      const asked = askedOf(sessions);
      const faults = har.log.entries.map((entry, index) => faultsOf(entry, asked[index]!));
      expect({ name, faults }).toEqual({ name, faults: asked.map(() => []) });
    }
  });
});

const where = hasChromium
  ? 'the importer of DevTools'
  : 'the importer of DevTools (skipped: Chromium is not installed)';
describe.skipIf(!hasChromium)(where, () => {
  let devtools: DevTools;
  beforeAll(async () => {
    devtools = await DevTools.open();
  }, 60 * SECOND);
  afterAll(async () => devtools.close());

  it('reads every sample, each request with its messages', { timeout: 120 * SECOND }, async () => {
    for (const [name, { text, har }] of samples) {
      const requests = await devtools.imported(text);
      const read = requests.map(({ url, status, type, frames }) => ({ url, status, type, frames: frames.length }));
      const written = har.log.entries
        .toSorted((a, b) => Date.parse(a.startedDateTime) - Date.parse(b.startedDateTime))
        .map(({ request: { url }, response: { status }, _webSocketMessages: { length } }) => ({
          ...{ url, status, type: 'websocket', frames: length },
        }));
      expect({ name, read }).toEqual({ name, read: written });
    }
    expect(devtools.complaints).toEqual([]);
  });
});
