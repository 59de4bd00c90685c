import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { causePage } from '../../src/cli/cause-pages.js';
import { readCommandLine } from '../../src/cli/command-line.js';
import { environmentLanguage, terminalLanguage } from '../../src/cli/language.js';
import { CAUSES, type CauseId } from '../../src/diagnosis/causes.js';

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const SAMPLE = at('samples/mqtt-healthy.pcap');
const HAN = /\p{Script=Han}/u;

const wscope = (args: string[], env: Record<string, string> = {}) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [at('bin/wscope.js'), ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', ...env },
  });
  return { status, stdout, stderr };
};

const ENGLISH_OF: Readonly<Record<string, string>> = {
  抓包中的表现: 'On the wire',
  'wscope 如何判断': 'How wscope knows',
  其他可能: 'What else it could be',
  如何处理: 'What to do',
  示例: 'Sample',
  延伸阅读: 'Read more',
};

/** What a page has in every language; comments in code may be translated. */
const skeletonOf = (page: string) => {
  const code = [...page.matchAll(/```\w*\n.*?```/gs)].map(([block]) => block.replace(/(?:#|\/\/|\/\*).*$/gm, ''));
  const prose = page.replace(/```.*?```/gs, '');
  return {
    title: /^# (.*)$/m.exec(page)?.[1],
    sections: [...prose.matchAll(/^## (.*)$/gm)].map(([, heading = '']) => heading),
    code,
    names: [...new Set([...prose.matchAll(/`([^`\n]+)`/g)].map(([, name]) => name))].sort(),
    links: [...prose.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link.replace(/^\.\.\/(?=\.\.)/, '')).sort(),
    items: [...prose.matchAll(/^(?:[-*]|\d+\.) /gm)].length,
  };
};

describe('the pages about causes in Chinese', () => {
  const folder = at('docs/causes/zh-CN/');
  const pages = existsSync(folder) ? readdirSync(folder) : [];

  it('are about causes that exist, and begin as the English ones do', () => {
    expect(pages.filter((page) => !existsSync(at(`docs/causes/${page}`)))).toEqual([]);
    for (const page of pages) expect(readFileSync(folder + page, 'utf8')).toMatch(/^# .*\n\n.*\p{Script=Han}/u);
  });

  const causes = Object.keys(CAUSES) as CauseId[];
  it('are all there', () => {
    expect([...pages].sort()).toEqual(causes.map((cause) => `${cause}.md`).sort());
    for (const cause of causes) expect(causePage(cause, 'zh-CN')).not.toBe(causePage(cause));
  });

  it.each(causes)('have the sections, commands, names and links of %s', (cause) => {
    const [english, chinese] = [skeletonOf(causePage(cause)), skeletonOf(causePage(cause, 'zh-CN'))];
    expect({ ...chinese, sections: chinese.sections.map((heading) => ENGLISH_OF[heading] ?? heading) }).toEqual(
      english,
    );
  });
});

describe('the language of the environment', () => {
  it.each([
    [{}, 'en'],
    [{ LANG: 'zh_CN.UTF-8' }, 'zh-CN'],
    [{ LANG: 'zh' }, 'zh-CN'],
    [{ LANG: 'zh_TW.UTF-8' }, 'zh-CN'],
    [{ LANG: 'zha_CN.UTF-8' }, 'en'],
    [{ LANG: 'de_DE.UTF-8' }, 'en'],
    [{ LANG: 'zh_CN.UTF-8', LC_MESSAGES: 'en_GB.UTF-8' }, 'en'],
    [{ LANG: 'en_US.UTF-8', LC_MESSAGES: 'zh_CN.UTF-8' }, 'zh-CN'],
    [{ LANG: 'zh_CN.UTF-8', LC_MESSAGES: 'zh_CN.UTF-8', LC_ALL: 'C' }, 'en'],
    [{ LANG: 'zh_CN.UTF-8', LC_ALL: '' }, 'zh-CN'],
  ])('of %j is %s', (environment, language) => {
    expect(environmentLanguage(environment)).toBe(language);
  });

  it('gives way to what was asked for, and to ASCII', () => {
    expect(terminalLanguage('en', false, { LANG: 'zh_CN.UTF-8' })).toBe('en');
    expect(terminalLanguage('zh-CN', false, { LANG: 'C' })).toBe('zh-CN');
    expect(terminalLanguage(undefined, true, { LANG: 'zh_CN.UTF-8' })).toBe('en');
  });
});

describe('--lang', () => {
  it.each([['zh-CN'], ['zh-cn'], ['zh_CN']])('takes %s', (value) => {
    expect(readCommandLine(['--lang', value, 'x.pcap'])).toMatchObject({ request: { language: 'zh-CN' } });
    expect(readCommandLine(['explain', '--lang', value])).toMatchObject({ request: { language: 'zh-CN' } });
    expect(readCommandLine(['report', '--lang', value, 'x.pcap', '-o', '-'])).toMatchObject({
      request: { language: 'zh-CN' },
    });
  });

  it('refuses other languages, and Chinese in ASCII, with exit status 2', () => {
    expect(wscope(['--lang', 'fr', SAMPLE])).toMatchObject({ status: 2, stdout: '' });
    const { status, stderr } = wscope(['--lang', 'zh-CN', '--ascii', SAMPLE]);
    expect(status).toBe(2);
    expect(stderr).toContain('--ascii cannot be used with --lang zh-CN');
  });

  it('words the report for a terminal, as the environment does', () => {
    const { stdout, status } = wscope(['--lang', 'zh-CN', SAMPLE]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/1 个会话/);
    expect(wscope([SAMPLE], { LANG: 'zh_CN.UTF-8' }).stdout).toBe(stdout);
    expect(wscope([SAMPLE], { LANG: 'zh_CN.UTF-8', LC_ALL: 'C' }).stdout).toBe(wscope([SAMPLE]).stdout);
  });

  it('words Markdown and the page, which do not follow the environment', () => {
    expect(wscope(['--lang', 'zh-CN', '--markdown', SAMPLE]).stdout).toContain('会话 1');
    expect(wscope(['report', '--lang', 'zh-CN', SAMPLE, '-o', '-']).stdout).toContain('<html lang="zh-CN">');
    expect(wscope(['--markdown', SAMPLE], { LANG: 'zh_CN.UTF-8' }).stdout).not.toMatch(HAN);
    expect(wscope(['report', SAMPLE, '-o', '-'], { LANG: 'zh_CN.UTF-8' }).stdout).toContain('<html lang="en">');
  });

  it.each([['--json'], ['--ndjson'], ['--har']])('leaves %s as it is', (format) => {
    expect(wscope(['--lang', 'zh-CN', format, SAMPLE]).stdout).toBe(wscope([format, SAMPLE]).stdout);
  });

  it('explains causes in Chinese', () => {
    expect(wscope(['explain', '--lang', 'zh-CN']).stdout).toContain('按通常出现的阶段排列');
    expect(wscope(['explain', 'ws-idle-timeout', '--lang', 'zh-CN']).status).toBe(0);
  });
});
