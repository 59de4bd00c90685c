/**
 * A page of ours in Markdown, as lines for a terminal: headings, paragraphs, lists, tables, fenced code, and inside a line
 * code, emphasis and links. It knows the Markdown that docs/causes/ is written in, not all of CommonMark; what it does not
 * know stays as it was typed. Code is never wrapped: it is there to be copied.
 */

import { fillTemplate } from '../wording.js';
import type { Colour, Look } from './look.js';
import { IDEOGRAPH, textWidth, type WrapWord, wordsOf } from './text-width.js';

const CODE_INDENT = '    ';

export const markdownLines = (page: string, look: Look): string[] => {
  const lines: string[] = [];
  for (const block of blocksOf(page)) {
    if (lines.length > 0 && !(block.kind === 'item' && block.follows)) lines.push('');
    lines.push(...blockLines(block, look));
  }
  return lines;
};

type Block =
  | { kind: 'title' | 'heading' | 'paragraph'; text: string }
  | { kind: 'item'; text: string; bullet: string; follows: boolean }
  | { kind: 'code'; lines: string[] };

const blocksOf = (page: string): Block[] => {
  const blocks: Block[] = [];
  let fenced: string[] | undefined;
  let isOpen = false;
  for (const line of page.split(/\r?\n/)) {
    if (/^```/.test(line)) {
      if (fenced !== undefined) blocks.push({ kind: 'code', lines: fenced });
      fenced = fenced === undefined ? [] : undefined;
      isOpen = false;
      continue;
    }
    if (fenced !== undefined) {
      fenced.push(line);
      continue;
    }
    const heading = /^(#{1,6}) +(.*)$/.exec(line);
    const item = /^([-*]|\d+\.) +(.*)$/.exec(line);
    const last = blocks.at(-1);
    if (line.trim() === '') isOpen = false;
    else if (heading !== null) {
      blocks.push({ kind: heading[1] === '#' ? 'title' : 'heading', text: heading[2] ?? '' });
      isOpen = false;
    } else if (item !== null) {
      const bullet = item[1] ?? '-';
      blocks.push({ kind: 'item', text: item[2] ?? '', bullet, follows: last?.kind === 'item' });
      isOpen = true;
    } else if (isOpen && last !== undefined && last.kind !== 'code') last.text = joined(last.text, line.trim());
    else {
      blocks.push({ kind: 'paragraph', text: line.trim() });
      isOpen = true;
    }
  }
  // A fence that is never closed runs to the end of the page (CommonMark 4.5).
  if (fenced !== undefined) blocks.push({ kind: 'code', lines: fenced });
  return blocks;
};

/** Lines of a paragraph are words apart, except between ideographs. */
const joined = (text: string, line: string): string =>
  IDEOGRAPH.test(text.slice(-1)) && IDEOGRAPH.test(line.slice(0, 1)) ? text + line : `${text} ${line}`;

const blockLines = (block: Block, look: Look): string[] => {
  switch (block.kind) {
    case 'title':
      return [look.paint('bold', look.say(block.text))];
    case 'heading':
      return [look.paint('bold', look.say(fillTemplate(look.catalogue.texts.explain.heading, { text: block.text })))];
    case 'code':
      return block.lines.map((line) => CODE_INDENT + look.paint('cyan', look.say(line)));
    case 'item':
      return proseLines(block.text, look, `  ${block.bullet} `);
    case 'paragraph':
      return proseLines(block.text, look, '  ');
  }
};

/** Wrapped, with what stands before the first line; the others are indented as far. */
const proseLines = (text: string, look: Look, before: string): string[] => {
  const room = look.width - before.length;
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const { text: word, width, colour, isSpaced } of paintedWords(text, look)) {
    const space = isSpaced ? ' ' : '';
    if (used > 0 && used + space.length + width > room) {
      lines.push(line);
      line = '';
      used = 0;
    }
    line += (used === 0 ? '' : space) + (colour === undefined ? word : look.paint(colour, word));
    used += (used === 0 ? 0 : space.length) + width;
  }
  lines.push(line);
  return lines.map((each, index) => (index === 0 ? before : ' '.repeat(before.length)) + each);
};

interface Word extends WrapWord {
  width: number;
  colour: Colour | undefined;
}

/** Code keeps its backticks, so that it can be told from prose without colours, and is never broken from what touches it. */
const paintedWords = (text: string, look: Look): Word[] => {
  const linked = text.replace(LINK, (_, name: string, url: string) => `${name} <${url.replace(ABOVE, 'docs/')}>`);
  const plain = linked.replace(STRONG, (_, inner: string) => inner);
  return wordsOf(plain).flatMap(({ text: piece, isSpaced }) => {
    if (piece === '') return [];
    const said = look.say(piece);
    return [{ text: said, isSpaced, width: textWidth(said), colour: isLink(piece) ? ('dim' as const) : undefined }];
  });
};

const isLink = (word: string): boolean => /^<https?:/.test(word);

/** Pages about causes lie in docs/causes/ and, in another language, one folder deeper. */
const ABOVE = /^(?:\.\.\/)+/;
const LINK = /\[([^\]]+)\]\(([^)\s]+)\)/g;
const STRONG = /\*\*([^*]+)\*\*/g;
