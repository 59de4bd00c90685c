import { describe, expect, it } from 'vitest';
import { textOf } from '../../../src/report/html/html.js';
import { legChanges } from '../../../src/report/html/leg-changes.js';
import { ToldRows } from '../../../src/report/html/told-rows.js';
import { ENGLISH } from '../../../src/report/language/english/english.js';
import { LegLanes } from '../../../src/report/leg-lanes.js';
import type { HeadChangesReport, LegReport, SessionReport } from '../../../src/report/report.js';
import { incident } from '../terminal/stories.js';

const NOTHING: HeadChangesReport = {
  removed: [],
  added: [],
  altered: [],
  httpVersion: null,
  target: null,
  status: null,
};

const leg = (backend: number, request: Partial<HeadChangesReport>, response: Partial<HeadChangesReport> = {}) =>
  ({
    client: 1,
    backend,
    proxy: 'nginx/1.22.1',
    request: { ...NOTHING, ...request },
    response: { ...NOTHING, ...response },
  }) as LegReport;

const told = (...legs: LegReport[]): string => {
  const session: SessionReport = { ...incident().sessions[1]!, id: 1, legs };
  const rows = new ToldRows([session], new LegLanes([session]), new Map(), new Set([1, 2]));
  return textOf(legChanges(session, rows, ENGLISH));
};

const marked = (page: string): string[] =>
  [...page.matchAll(/<tr class="wrong"><th scope="row">([^<]+)/g)].map(([, name]) => name ?? '');

describe('what a proxy changed', () => {
  it('is marked where there can be no upgrade any more, and shown where it does no harm', () => {
    const page = told(
      leg(
        2,
        {
          removed: [['Upgrade', 'websocket']],
          added: [['X-Forwarded-For', '10.0.0.1']],
          altered: [
            { name: 'Connection', from: 'keep-alive, Upgrade', to: 'close' },
            { name: 'Host', from: 'a', to: 'b' },
          ],
          httpVersion: { from: '1.1', to: '1.0' },
        },
        { status: { from: 101, to: 502 }, removed: [['sec-websocket-accept', 'x=']] },
      ),
    );
    expect(marked(page)).toEqual(['HTTP version', 'Upgrade', 'Connection', 'status', 'sec-websocket-accept']);
    expect(page).toContain('<th scope="row">X-Forwarded-For</th><td><i>not there</i></td><td>10.0.0.1</td>');
    expect(page).toContain('<th scope="row">Host</th><td>a</td><td>b</td>');
    expect(page).toContain('Changed by nginx/1.22.1');
  });

  it('is not marked where only the writing changed', () => {
    const altered = [
      { name: 'Connection', from: 'Upgrade', to: 'upgrade' },
      { name: 'Upgrade', from: 'WebSocket', to: 'websocket' },
      { name: 'connection', from: 'close', to: 'keep-alive' },
    ];
    expect(marked(told(leg(2, { altered })))).toEqual([]);
  });

  it('is told once for legs that were treated alike, with links to those that are on the page', () => {
    const same = { httpVersion: { from: '1.1', to: '1.0' } };
    const page = told(leg(2, same), leg(3, same), leg(4, {}));
    expect(page.match(/<table>/g)).toHaveLength(1);
    expect(page).toContain('<a href="#s2">Session 2</a>, Session 3 and back');
  });

  it('is nothing where nothing changed, and bounded where everything did', () => {
    expect(told(leg(2, {}))).toBe('');
    const added = Array.from({ length: 500 }, (_, index): [string, string] => [`X-${index}`, '1']);
    const page = told(leg(2, { added }));
    expect(page.match(/scope="row"/g)).toHaveLength(100);
    expect(page).toContain('400 more');
  });
});
