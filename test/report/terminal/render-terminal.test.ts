import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../../src/report/report.js';
import { renderTerminal, type TerminalOptions } from '../../../src/report/terminal/render-terminal.js';
import { textWidth } from '../../../src/report/terminal/text-width.js';
import { aSession } from '../../wire/session-builder.js';
import { aCapture, aReport, failing, well } from '../sample-report.js';
import { incident } from './stories.js';

const render = (report: Report, options: Partial<TerminalOptions> = {}): string =>
  [...renderTerminal(report, { width: 100, ascii: false, colour: false, all: false, chosen: false, ...options })].join(
    '',
  );

const refused = (id: number) =>
  failing(aSession(id).refused().build(), {
    cause: 'tcp-refused',
    stage: 'tcp',
    message: 'Refused.',
    title: 'Connection refused',
  });

describe('the terminal report', () => {
  it.each([80, 100, 160])('looks as it should at %d columns', async (width) => {
    await expect(render(incident(), { width })).toMatchFileSnapshot(`golden/incident-${width}.txt`);
  });

  it('says the same in ASCII', async () => {
    const text = render(incident(), { ascii: true, all: true });
    expect(text).toMatch(/^[\x20-\x7e\n]*$/);
    await expect(text).toMatchFileSnapshot('golden/incident-ascii.txt');
  });

  it.each([60, 80, 100, 160])('keeps within %d columns', (width) => {
    for (const ascii of [false, true]) {
      const lines = render(incident(), { width, ascii, all: true }).split('\n');
      expect(lines.filter((line) => textWidth(line) > width)).toEqual([]);
    }
  });

  it('says the same with colours, apart from the colours', () => {
    const coloured = render(incident(), { colour: true });
    expect(coloured).toContain('\x1b[31m');
    expect(coloured.replace(/\x1b\[\d+m/g, '')).toBe(render(incident()));
  });

  it('says that a capture holds no packets, and no sessions', () => {
    const report = aReport([], {
      captures: [aCapture({ packets: 0, start: null, end: null })],
      notListed: { http: 0, tls: 0, spare: 0, other: 0 },
    });
    expect(render(report)).toBe(
      'incident.pcapng  pcapng, a valid capture without packets, 12.4 MB\nNo WebSocket sessions.\n',
    );
  });

  it('shows 50 sessions, failures first, and says what it left out', () => {
    const healthy = (id: number) => well(aSession(id).handshake().request().response().build(), 'open');
    const sessions = Array.from({ length: 70 }, (_, n) => (n % 10 === 9 ? refused(n + 1) : healthy(n + 1)));
    const text = render(aReport(sessions));
    expect(text).toContain('20 more sessions are not shown (20 open)');
    expect(text.indexOf('\n70 ')).toBeLessThan(text.indexOf('\n 1 '));
    expect(text).toContain('2 more failed sessions have the causes told above');
    expect(text.match(/^Session \d+ failed/gm)).toHaveLength(5);
    const all = render(aReport(sessions), { all: true });
    expect(all).not.toContain('not shown');
    expect(all.match(/^Session \d+ /gm)).toHaveLength(70);
  });

  it('gives a summary by cause before a long list', () => {
    const text = render(aReport(Array.from({ length: 60 }, (_, n) => refused(n + 1))));
    expect(text).toMatch(/Failed, by cause:\n +60 {2}tcp-refused {2}tcp +first: session 1\n/);
  });

  it('tells advice once and points to it afterwards', () => {
    const text = render(aReport([refused(1), refused(2)]));
    expect(text.match(/Send a ping every 25 s/g)).toHaveLength(1);
    expect(text).toContain('Fix   As told of session 1.');
  });

  it('folds long series of one event, and tells all of them when asked', () => {
    let session = aSession().handshake().request().response();
    for (let n = 0; n < 40; n++) session = session.wait(1000).ping('server').pong('client');
    const report = aReport([
      failing(session.rst('server').build(), { cause: 'ws-reset', stage: 'open', message: 'Reset.' }),
    ]);
    expect(render(report)).toContain('… 76 more events\n');
    expect(render(report).match(/ping/g)!.length).toBeLessThan(10);
    expect(render(report, { chosen: true }).match(/ping/g)!.length).toBeGreaterThanOrEqual(40);
  });

  it('writes packets of the second file with its number', () => {
    const report = aReport([refused(1)], { captures: [aCapture(), aCapture({ file: 'b.pcap' })] });
    report.sessions[0]!.findings[0]!.evidence[0]!.capture = 1;
    expect(render(report)).toContain('See   packet 2:2 (FIN)');
  });
});

/** Every text of the report becomes what `replace` makes of it: also those that an enumeration gives. */
const withTexts = (value: unknown, replace: (text: string, key: string) => string, key = ''): unknown => {
  if (typeof value === 'string') return KEYS_OF_OURS.has(key) ? value : replace(value, key);
  if (Array.isArray(value)) return value.map((item) => withTexts(item, replace, key));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withTexts(item, replace, name)]));
};

/** Our own words; everything else may come from a capture or from a rule that quotes one. */
const KEYS_OF_OURS = new Set([
  'outcome',
  'status',
  'stage',
  'severity',
  'confidence',
  'from',
  'end',
  'endedBy',
  'vantage',
  'relation',
  'sight',
  'start',
]);

describe('hostile texts', () => {
  const HOSTILE = [
    '\x1b[2J',
    '\x1b]0;x\x07',
    '\r',
    '\n',
    '\t',
    '\b',
    '\x9b31m',
    '\u202e',
    '\u2066',
    '\u200f',
    '\u2028',
    '\ufeff',
    '\ud800',
    '\u{e0041}',
    '\x7f',
    '\u00ad',
  ];
  const RAW = /[^\P{C}\n]|[\u2028\u2029\ufeff\u00ad]/u;

  it('never reach the terminal raw, in whatever field they stand', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary' })), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        (parts, colour) => {
          let at = 0;
          const report = withTexts(incident(), (text) => text + parts[at++ % parts.length]) as Report;
          const text = render(report, { all: true, colour }).replace(/\x1b\[(?:[12]|22|3[1-6]|39)m/g, '');
          expect(RAW.exec(text)).toBeNull();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('do not break a line or the width', () => {
    const report = withTexts(incident(), (text) => `${text}\nSession 99 is ok\x1b[1A 漢字漢字漢字`) as Report;
    for (const width of [80, 120]) {
      const lines = render(report, { all: true, width }).split('\n');
      expect(lines.filter((line) => /^Session 99/.test(line))).toEqual([]);
      expect(lines.filter((line) => textWidth(line) > width)).toEqual([]);
    }
  });
});
