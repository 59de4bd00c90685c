import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type HtmlOptions, renderHtml } from '../../../src/report/html/render-html.js';
import type { LegReport, Report, SessionReport } from '../../../src/report/report.js';
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

  it('copies the filter of a packet that has no row, such as a bare ACK', () => {
    const report = incident();
    const [finding] = report.sessions[0]!.findings;
    finding!.evidence = [{ ...finding!.evidence[0]!, packet: 987_654, note: '' }];
    expect(render(report)).toContain(
      '<dt>Proof</dt><dd><button type="button" class="link" data-frame="987654">packet 987654</button></dd>',
    );
  });

  it('lets answers of a resolver go to the client', () => {
    const report = incident();
    const [event] = report.sessions[0]!.timeline;
    report.sessions[0]!.timeline = [
      { ...event!, layer: 'dns', event: 'answer', from: 'network', data: { name: 'a.test', addresses: [] } },
      { ...event!, layer: 'tcp', event: 'icmp-error', from: 'network' },
    ];
    const arrows = [...render(report).matchAll(/class="arrow from-(\w+)"><span class="hidden">network: /g)];
    expect(arrows.map(([, side]) => side)).toEqual(['server', 'network']);
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
    expect(many.match(/<details class="session" id="s\d+" open>/g)).toHaveLength(1);
    const long = render(crowd(7, 30_000));
    expect(long.match(/class="c-at"/g)).toHaveLength(100_000);
    expect(long).toContain('10,000 rows are left out here, to keep this page usable');
  });

  it('opens the first failure of each cause, and no leg behind a proxy', () => {
    const report = incident();
    const [, like] = report.sessions;
    const failed = { ...like!, outcome: 'failed' as const, cause: 'ws-idle-timeout' as const };
    const legs = [{ client: 1, backend: 3, proxy: null, request: null, response: null }] as LegReport[];
    report.sessions = [
      { ...failed, id: 1, legs },
      { ...failed, id: 2 },
      { ...failed, id: 3, cause: 'ws-reset', legs },
      { ...failed, id: 4, cause: 'ws-mass-disconnect' },
    ];
    const open = [...render(report).matchAll(/<details class="session" id="(s\d)" open>/g)].map(([, id]) => id);
    expect(open).toEqual(['s1', 's4']);
  });

  it('tells a single session without a table of one row', () => {
    const report = incident();
    report.sessions = report.sessions.slice(0, 1);
    const page = render(report);
    expect(page).not.toContain('id="sessions"');
    expect(page).toContain('<a class="skip" href="#s1">');
    expect(bodyOf(page).split('The certificate expired 3 days before.')).toHaveLength(2);
  });

  it('where nothing failed names what will hurt, and in which sessions', () => {
    const report = incident();
    const like = report.sessions.find(({ outcome }) => outcome !== 'failed')!;
    const warning = { ...report.sessions[0]!.findings[0]!, severity: 'warning' as const, title: 'A slow <path>' };
    const calm = (id: number, findings: (typeof warning)[]): SessionReport => ({
      ...like,
      id,
      outcome: 'ok',
      cause: null,
      findings,
    });
    report.sessions = [calm(1, [warning, warning]), calm(2, []), calm(3, [warning])];
    report.summary = { ...report.summary, sessions: 3, ok: 3, failed: 0, open: 0, partial: 0, byCause: {} };
    expect(render(report)).toContain(
      '<li>A slow &lt;path&gt; (<a href="#s1">Session 1</a>, <a href="#s3">Session 3</a>)</li>',
    );
    report.sessions = [calm(1, [warning])];
    expect(render(report)).toContain('<h1>The session did not fail, but something in it is worth a look.</h1>');
    report.sessions = [calm(1, [])];
    expect(render(report)).toContain('<h1>The session shows nothing wrong.</h1>');
  });

  it('puts findings of one kind about the capture into one card', () => {
    const report = incident();
    const like = { ...report.sessions[0]!.findings[0]!, title: 'One timer', sessions: [1] };
    report.findings = [1, 2, 3].map((n) => ({ ...like, explanation: `Of server ${n}.` }));
    const page = render(report);
    expect(page.match(/<h2>One timer<\/h2>/g)).toHaveLength(1);
    expect(page).toMatch(/<summary>2 more of this kind<\/summary><p>Of server 2\.<\/p>.*<p>Of server 3\.<\/p>/);
  });

  it('says of a packet once all that it is evidence of, and numbers several files', () => {
    const report = incident();
    report.captures = [report.captures[0]!, { ...report.captures[0]!, file: 'other.pcap' }];
    const [finding] = report.sessions[0]!.findings;
    const place = finding!.evidence[0]!;
    finding!.evidence = [
      { ...place, note: 'one thing' },
      { ...place, note: 'another' },
    ];
    const page = render(report);
    expect(page).toMatch(new RegExp(`<dd><a[^>]*>packet 1:${place.packet}</a> \\(one thing; another\\)</dd>`));
    expect(page).toContain(`1: ${report.captures[0]!.file}, 2: other.pcap (packet 2:17 is packet 17 of file 2)`);
  });

  it('says so when there are no sessions', () => {
    expect(render(aReport([]))).toContain('<h1>No WebSocket sessions in this capture.</h1>');
  });
});
