import { describe, expect, it } from 'vitest';
import { type MarkdownOptions, renderMarkdown } from '../../../src/report/markdown/render-markdown.js';
import { sequenceDiagram } from '../../../src/report/markdown/sequence-diagram.js';
import type { Report } from '../../../src/report/report.js';
import { aSession } from '../../wire/session-builder.js';
import { hostileReport } from '../hostile-texts.js';
import { aReport, failing } from '../sample-report.js';
import { incident } from '../terminal/stories.js';
import { withoutCode } from './without-code.js';

const render = (report: Report, options: Partial<MarkdownOptions> = {}) =>
  renderMarkdown(report, {
    madeWith: 'wscope 1.2.3, Node.js 20.1.0',
    command: 'wscope --markdown incident.pcapng',
    showSecrets: false,
    all: false,
    ...options,
  });

const chatty = (id: number) =>
  failing(
    Array.from({ length: 150 })
      .reduce<ReturnType<typeof aSession>>(
        (session, _, index) =>
          session
            .wait(index * 10)
            .message(index % 2 ? 'client' : 'server', 100 + index)
            .ping('client'),
        aSession(id).handshake().request('/live').response(),
      )
      .fin('server')
      .build(),
    { cause: 'ws-abnormal-closure', stage: 'open', message: 'It ended.', title: `Ended ${id}` },
  );

describe('the report for an issue', () => {
  it('answers in its first three lines: what, which packets, what to do', () => {
    const [what, proof, fix, blank] = render(incident()).split('\n');
    expect(what).toMatch(/^\*\*Session 1 failed in stage tls .*:\*\* The certificate expired 3 days before /);
    expect(proof).toMatch(/^\*\*Proof:\*\* packet \d+ .*`incident.pcapng`/);
    expect(fix).toMatch(/^\*\*Fix:\*\* /);
    expect(blank).toBe('');
  });

  it('looks as it should', async () => {
    await expect(render(incident())).toMatchFileSnapshot('golden/incident.md');
  });

  it('says which program and command made it, and whether secrets are in it', () => {
    expect(render(incident())).toContain('- wscope 1.2.3, Node.js 20.1.0: `wscope --markdown incident.pcapng`');
    expect(render(incident())).toContain('Credentials are taken out');
    expect(render(incident(), { showSecrets: true })).toContain('Credentials were left in');
  });

  it('folds stories away, and balances what it folds', () => {
    const text = withoutCode(render(incident(), { all: true }));
    expect(text.match(/<details>/g)).toHaveLength(incident().sessions.length);
    expect(text.match(/<\/details>/g)).toHaveLength(incident().sessions.length);
  });

  it('lets nothing that a stranger wrote mean anything', () => {
    const left = withoutCode(render(hostileReport(), { all: true }));
    expect(left.match(/<(?!\/?(?:details|summary)>)/g)).toBeNull();
    expect(left).not.toMatch(/[@~[\]]|www\.|:\/\/|javascript|everyone|evil|alert|reboot|c0ffee/);
    // Every row of a table has the cells of its head.
    for (const table of left.match(/(?:^\|.*\n)+/gm) ?? []) {
      const cells = table
        .trim()
        .split('\n')
        .map((row) => row.split('|').length);
      expect(new Set(cells).size, table).toBe(1);
    }
  });

  it('stays below the limit of trackers and says what it cut', () => {
    const text = render(aReport(Array.from({ length: 40 }, (_, index) => chatty(index + 1))), { all: true });
    expect(text.length).toBeLessThanOrEqual(65_000);
    expect(text.length).toBeGreaterThan(50_000);
    expect(text).toMatch(/\*Cut here: \d+ more sessions do not fit/);
    expect(text).toContain('10 more sessions are not in this table.');
    expect(text).toMatch(/wscope --markdown incident\.pcapng`\n/);
  });

  it('says so when there are no sessions', () => {
    expect(render(aReport([]))).toMatch(/^\*\*No WebSocket sessions\*\* in `incident.pcapng`\./);
  });
});

describe('the diagram', () => {
  it('shows the beginning, what the evidence names, and the silence', () => {
    const diagram = sequenceDiagram(incident().sessions[1]!, incident());
    expect(diagram).toMatch(/^```mermaid\nsequenceDiagram\n/);
    expect(diagram).toContain('  C->>S: SYN (packet 41)\n');
    expect(diagram).toMatch(/ s of silence\n {2}S->>C: FIN \(packet \d+\)\n/);
  });

  it('is small enough to be drawn unasked', () => {
    const report = aReport([chatty(1)]);
    report.sessions[0]!.findings[0]!.evidence = report.sessions[0]!.timeline.map(({ packet, atMs }) => ({
      packet,
      atMs,
      note: '',
    }));
    expect(sequenceDiagram(report.sessions[0]!, report)!.length).toBeLessThan(2020);
  });

  it('holds labels of strangers to characters without a meaning', () => {
    for (const session of hostileReport().sessions) {
      for (const line of sequenceDiagram(session, hostileReport())!.split('\n').slice(4, -1)) {
        expect(line).toMatch(
          /^ {2}(?:Note over C,S|[CS](?:->>|--x)[CS]): (?:[\p{L}\p{N} .,/_…-]|#\d+;)+ \((?:from )?packet \d+\)$|^ {2}Note over C,S: [\d.,]+ (?:more events?|s of silence)$/u,
        );
        expect(line).not.toMatch(/\bend\b/);
      }
    }
  });
});
