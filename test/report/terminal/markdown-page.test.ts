import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Look } from '../../../src/report/terminal/look.js';
import { markdownLines } from '../../../src/report/terminal/markdown-page.js';
import { textWidth } from '../../../src/report/terminal/text-width.js';

const lines = (page: string, width = 40, colour = false) =>
  markdownLines(page, new Look({ width, ascii: false, colour }));

describe('a page in the terminal', () => {
  it('has its headings, paragraphs, items and code told apart', () => {
    const page = '# name\n\nOne\ntwo.\n\n## Part\n\n- a\n- b\n  goes on\n\n```sh\n  code --x\n```\nAfter.\n';
    expect(lines(page)).toEqual([
      'name',
      '',
      '  One two.',
      '',
      'Part:',
      '',
      '  - a',
      '  - b goes on',
      '',
      '      code --x',
      '',
      '  After.',
    ]);
  });

  it('names the address behind a link, and drops the stars of emphasis', () => {
    expect(lines('See [RFC](https://x.example/a) **now**.')).toEqual(['  See RFC <https://x.example/a> now.']);
  });

  it('wraps prose and leaves code as long as it is', () => {
    const long = 'word '.repeat(30).trim();
    const [code, ...prose] = lines(`\`\`\`\n${long}\n\`\`\`\n\n- ${long}\n`).filter((line) => line !== '');
    expect(code).toBe(`    ${long}`);
    expect(prose.length).toBeGreaterThan(3);
    expect(prose.every((line, index) => line.startsWith(index === 0 ? '  - word' : '    word'))).toBe(true);
    expect(Math.max(...prose.map(textWidth))).toBeLessThanOrEqual(40);
  });

  it('runs a fence that is never closed to the end', () => {
    expect(lines('a\n```\nb')).toEqual(['  a', '', '    b']);
  });

  it('says the same with colours', () => {
    const page = '# name\n\n[a](https://b.example) `c`\n\n```\nd\n```\n';
    const coloured = lines(page, 40, true).join('\n');
    expect(coloured).toContain('\x1b[1mname');
    expect(coloured.replace(/\x1b\[\d+m/g, '')).toBe(lines(page).join('\n'));
  });

  it('keeps every page about a cause within 80 columns, code apart', () => {
    const folder = new URL('../../../docs/causes/', import.meta.url);
    const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
    for (const name of pages) {
      const shown = lines(readFileSync(new URL(name, folder), 'utf8'), 80);
      expect(shown[0]).toBe(basename(name, '.md'));
      // An address cannot be broken and still be opened.
      const wide = shown.filter((line) => textWidth(line) > 80 && !line.startsWith('    ') && !line.includes('<http'));
      expect(wide, name).toEqual([]);
      expect(shown.join('\n'), name).not.toMatch(/```|\]\(/);
    }
  });
});
