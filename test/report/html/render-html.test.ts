import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type HtmlOptions, renderHtml } from '../../../src/report/html/render-html.js';
import type { Report } from '../../../src/report/report.js';
import { hostileReport } from '../hostile-texts.js';
import { aReport } from '../sample-report.js';
import { incident } from '../terminal/stories.js';
import { crowd } from './crowd.js';
import { bodyOf, idsOf, tagsOf, targetsOf, unbalanced } from './page.js';

const render = (report: Report, options: Partial<HtmlOptions> = {}): string =>
  [
    ...renderHtml(report, {
      madeWith: 'wscope 1.2.3, Node.js 20.1.0',
      command: 'wscope report incident.pcapng -o report.html',
      showSecrets: false,
      ...options,
    }),
  ].join('');

describe('the page', () => {
  it('begins with the verdict, its packets and what to do', () => {
    const text = bodyOf(render(incident()));
    expect(text).toMatch(
      /<h1><a href="#s1">Session 1<\/a> failed in stage tls: The certificate expired 3 days before\.<\/h1>/,
    );
    expect(text.indexOf('<dt>Proof</dt>')).toBeLessThan(text.indexOf('id="sessions"'));
    expect(text).toContain('<dt>Fix</dt>');
  });

  it('has well-formed tags, ids that are there once, and links that lead to them', () => {
    for (const report of [incident(), hostileReport(), aReport([])]) {
      const page = render(report);
      expect(unbalanced(page)).toEqual([]);
      const ids = idsOf(page);
      expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
      const lost = targetsOf(page).filter((target) => !target.startsWith('#') || !ids.includes(target.slice(1)));
      expect(lost).toEqual([]);
    }
  });

  it('shows evidence where it is, and leads there', () => {
    const page = render(incident());
    const [, packet] = /<dt>Proof<\/dt><dd><a class="packet" href="#s1-p(\d+)">/.exec(page) ?? [];
    expect(page).toMatch(new RegExp(`<tr id="s1-p${packet}" class="[^"]*proof">`));
  });

  it('allows its own style and script and nothing else', () => {
    const page = render(incident());
    const hash = (tag: string) => {
      const [, source = ''] = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(page) ?? [];
      return `'sha256-${createHash('sha256').update(source).digest('base64')}'`;
    };
    expect(page).toContain(
      `content="default-src &#39;none&#39;; style-src ${hash('style').replaceAll("'", '&#39;')}; script-src ${hash('script').replaceAll("'", '&#39;')}; base-uri &#39;none&#39;; form-action &#39;none&#39;"`,
    );
    expect(page.indexOf('Content-Security-Policy')).toBeLessThan(page.indexOf('<style>'));
  });

  it('names nothing that a browser would fetch, and no code in attributes', () => {
    for (const tag of tagsOf(render(hostileReport()))) {
      expect(tag).not.toMatch(/\s(?:src|srcset|action|background|poster|style|on\w+)=/i);
      expect(tag).not.toMatch(/^<(?:img|iframe|object|embed|link|base|video|audio)\b/i);
    }
  });

  it('lets nothing that a stranger wrote become a tag', () => {
    const known = new Set(tagsOf(render(incident())).map((tag) => /^<!?[a-z0-9]+/i.exec(tag)![0]));
    const others = tagsOf(render(hostileReport())).filter((tag) => !known.has(/^<!?[a-z0-9]+/i.exec(tag)![0]));
    expect(others.filter((tag) => !/^<(?:ul|li|pre|mark|strong|section)\b/.test(tag))).toEqual([]);
    expect(render(hostileReport())).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(render(hostileReport())).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f\u202e\u2028]/);
  });

  it('marks retransmissions, silences and bad ends in the ladder', () => {
    const page = render(incident());
    expect(page).toMatch(/class="e-again[^"]*">.*sent again/);
    expect(page).toMatch(/<tr class="pause">.* s of silence/);
    expect(page).toMatch(/class="e-bad[^"]*">.*alert/);
  });

  it('says whether credentials are in it', () => {
    expect(render(incident())).toContain('Credentials are taken out');
    expect(render(incident(), { showSecrets: true })).toContain('Credentials were left in');
  });

  it('stays usable with very many sessions and rows, and says what it leaves out', () => {
    const many = render(crowd(10_050, 2));
    expect(many.match(/<tr role="row"[^>]* data-id=/g)).toHaveLength(10_000);
    expect(many).toContain('50 more sessions are not in this table, which ends at 10,000.');
    expect(many).toContain('9,550 sessions are not told in full');
    expect(many.match(/<details class="session" id="s\d+" open>/g)).toHaveLength(5);
    const long = render(crowd(7, 30_000));
    expect(long.match(/class="c-at"/g)).toHaveLength(100_000);
    expect(long).toContain('10,000 rows are left out here, to keep this page usable');
  });

  it('says so when there are no sessions', () => {
    expect(render(aReport([]))).toContain('<h1>No WebSocket sessions in this capture.</h1>');
  });
});
