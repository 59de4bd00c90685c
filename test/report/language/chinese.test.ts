import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  analyze,
  fileSource,
  loadCatalogue,
  type Report,
  renderHtml,
  renderJson,
  renderMarkdown,
} from '../../../src/index.js';
import { inertProse } from '../../../src/report/markdown/inert.js';
import { textWidth, wrapText } from '../../../src/report/terminal/text-width.js';
import { firstSentence } from '../../../src/report/verdict-text.js';
import { fillCounted, joinSentences } from '../../../src/report/wording.js';
import { SAMPLES } from '../../wire/sample-table.js';

const catalogue = await loadCatalogue('zh-CN');
const inChinese = async (sample: string): Promise<Report> =>
  (await analyze([fileSource(SAMPLES + sample)], { language: 'zh-CN' })).report;

describe('a report in Chinese', () => {
  it('differs from the English one in sentences only', async () => {
    const english = (await analyze([fileSource(`${SAMPLES}mqtt-healthy.pcap`)])).report;
    const chinese = await inChinese('mqtt-healthy.pcap');
    expect(chinese.sessions[0]!.verdict).toMatch(/^\p{Script=Han}|^[\d.]+ \w+ 后/u);
    expect(keysOf(JSON.parse([...renderJson(chinese)].join('')))).toEqual(
      keysOf(JSON.parse([...renderJson(english)].join(''))),
    );
    expect(chinese.sessions[0]!.outcome).toBe(english.sessions[0]!.outcome);
  });

  it('is a page that says its language and is told in it', async () => {
    const page = [...renderHtml(await inChinese('mqtt-healthy.pcap'), { ...MADE, catalogue })].join('');
    expect(page).toContain('<html lang="zh-CN">');
    expect(page).toContain('<h3>时间线</h3>');
    const said = page.replace(/<(script|style)>.*?<\/\1>/gs, '').replace(/<[^>]*>/g, ' ');
    expect(said).not.toMatch(
      /\b(?:Sessions|Timeline|Stages|Evidence|What to do|packet|lasted|client|server)\b(?! *keys)/,
    );
  });

  it('is Markdown without code spans around Chinese words', async () => {
    const text = renderMarkdown(await inChinese('nginx-idle-60s.pcap'), { ...MADE, all: false, catalogue });
    expect(text).toContain('### 会话 1 的各阶段');
    const spans = [...text.replace(/```.*?```/gs, '').matchAll(/`([^`\n]*)`/g)].map(([, code = '']) => code);
    expect(spans.length).toBeGreaterThan(10);
    expect(spans.filter((code) => /\p{Script=Han}/u.test(code))).toEqual([]);
  });
});

const MADE = { madeWith: 'wscope', command: 'wscope x.pcap', showSecrets: false };

/** Names of all fields, however deep. */
const keysOf = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(keysOf)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, keysOf(each)]))
      : typeof value;

describe('Chinese sentences', () => {
  it.each([
    ['60.0 s 无通信。随后关闭。', '60.0 s 无通信。'],
    ['nginx/1.22.1 结束了两段连接。', 'nginx/1.22.1 结束了两段连接。'],
    ['It ended. 然后。', 'It ended.'],
  ])('%s: the first ends at its full stop', (text, first) => {
    expect(firstSentence(text)).toBe(first);
  });

  it('follow each other without a space, English ones with one', () => {
    expect(joinSentences(['甲。', '乙。'], catalogue.terms)).toBe('甲。乙。');
    expect(joinSentences(['One.', '乙。'], catalogue.terms)).toBe('One. 乙。');
  });

  it('have one form for every number', () => {
    expect(fillCounted(catalogue.texts.left.findings, 1)).toBe(
      fillCounted(catalogue.texts.left.findings, 2).replace('2', '1'),
    );
  });
});

describe('Chinese lines', () => {
  it('take two cells a character and are broken between characters', () => {
    expect(wrapText('服务器没有应答。', 8)).toEqual(['服务器没', '有应答。']);
    expect(wrapText('服务器在 60.0 s 后关闭', 12)).toEqual(['服务器在', '60.0 s 后关', '闭']);
  });

  it('begin with no closing punctuation and end with no opening one', () => {
    const lines = wrapText('客户端（发起方）断开，“原因”未知；之后（再次）重连：成功、稳定。', 11);
    for (const line of lines) {
      expect(textWidth(line)).toBeLessThanOrEqual(11);
      expect(line).not.toMatch(/^[，。：；、）”]|[（“]$/);
    }
    expect(lines.join('')).toBe('客户端（发起方）断开，“原因”未知；之后（再次）重连：成功、稳定。');
  });
});

describe('Chinese in Markdown', () => {
  it.each([
    ['服务器关闭了连接，原因是 nginx。', '服务器关闭了连接，原因是 nginx。'],
    ['设置proxy_read_timeout，然后', '设置`proxy_read_timeout`，然后'],
    ['见（www.example.com）', '见（`www.example.com`）'],
    ['@alice，你好', '`@alice`，你好'],
    ['<b>粗</b>', '`<b>`粗`</b>`'],
  ])('%s becomes %s', (text, inert) => {
    expect(inertProse(text)).toBe(inert);
  });
});

it('the package has the pages about causes in both languages under docs', () => {
  const { files } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    files: string[];
  };
  expect(files).toContain('docs');
});
