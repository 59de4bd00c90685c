import { describe, expect, it } from 'vitest';
import type { MessageReport, Report } from '../../../src/report/report.js';
import { incident } from '../terminal/stories.js';
import { pageOf } from './browser.js';

const message = (text: string, packet = 1): MessageReport => ({
  atMs: 10,
  packet,
  from: 'client',
  opcode: 'text',
  bytes: text.length,
  text,
});

const pageWith = (...messages: MessageReport[]): string => {
  const report: Report = incident();
  report.sessions = report.sessions.slice(0, 1);
  report.sessions[0]!.messages = messages;
  const page = pageOf(report);
  return page.slice(page.indexOf('<details class="messages">'));
};

describe('the messages of a page', () => {
  it('are whole where they are short, and unfold where they are long or JSON', () => {
    expect(pageWith(message('hello'))).toContain('<td class="c-text"><code>hello</code></td>');
    const json = pageWith(message('{"type":"subscribe","payload":{"query":"a"}}'));
    expect(json).toContain('<summary><code>{&quot;type&quot;:&quot;subscribe&quot;');
    expect(json).toContain('<pre>{\n  &quot;type&quot;: &quot;subscribe&quot;,\n');
    const long = pageWith(message(`${'word '.repeat(100)}end`));
    expect(long).toMatch(/<summary><code>(?:word ){32}<\/code> …<\/summary><pre>(?:word ){100}end\n<\/pre>/);
  });

  it('cut by the report say so where they are cut', () => {
    expect(pageWith({ ...message('x'.repeat(300)), cut: true })).toMatch(/<pre>x{300}\n…<\/pre>/);
    expect(pageWith({ ...message('short'), cut: true })).toContain('<code>short</code> …</td>');
  });

  it('do not make a page large, and say how many were cut for it', () => {
    const page = pageWith(...Array.from({ length: 200 }, (_, index) => message('y'.repeat(4000), index + 1)));
    expect(page.length).toBeLessThan(600_000);
    expect(page.match(/<pre>/g)).toHaveLength(100);
    expect(page).toContain('100 long messages are cut here');
  });

  it('are not cut inside a character', () => {
    expect(pageWith(message('👋'.repeat(200)))).toContain(`<summary><code>${'👋'.repeat(160)}</code> …</summary>`);
  });

  it('let nothing that a peer wrote become a tag', () => {
    const page = pageWith(message(`{"a":"</pre><script>alert(1)</script>","b":"${'z'.repeat(100)}"}`));
    expect(page).not.toMatch(/<script>alert/);
    expect(page).toContain('&lt;/pre&gt;&lt;script&gt;');
  });
});
