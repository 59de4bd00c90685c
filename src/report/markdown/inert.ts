/**
 * Texts of strangers in Markdown that issue trackers render (CommonMark with the extensions of GitHub and GitLab): no
 * formatting, HTML, link, mention, reference to an issue or commit comes out of them. What is not plain words goes into a
 * code span, where none of that is looked for, and stays copyable.
 */
import { commandsIn } from '../commands-in-text.js';
import { IDEOGRAPH, type WrapWord } from '../terminal/text-width.js';
import { visible } from '../terminal/visible.js';

/** In a sentence or a table cell: plain words as they are, everything else as code. */
export const inertProse = (text: string): string => {
  const pieces: Piece[] = [];
  for (const { text: word, isSpaced } of runsOf(visible(text))) {
    const last = pieces.at(-1);
    const closes = last?.isCode === true && isOpen(last.text) && word.includes(')');
    const isCode = closes || !isPlain(word.replace(/^[("]+|[)",.;:?…]+$/g, ''));
    // Code that goes on is one span.
    if (isCode && last?.isCode) last.text += isSpaced ? ` ${word}` : word;
    else pieces.push({ text: word, isCode, isSpaced });
  }
  return withWholeSettings(pieces)
    .map(({ text: piece, isCode, isSpaced }, index) => {
      const space = index > 0 && isSpaced ? ' ' : '';
      return space + (isCode ? codeInProse(piece) : piece);
    })
    .join('');
};

/** Advice of ours, in a line or a list: its commands are code as a whole, pipes and all. */
export const inertAdvice = (text: string): string =>
  commandsIn(text)
    .map((piece) => {
      if (piece.isCommand) return codeSpan(visible(piece.text));
      const [, before = '', middle = '', after = ''] = /^( ?)(.*?)( ?)$/s.exec(piece.text) ?? [];
      return before + inertProse(middle) + after;
    })
    .reduce((line, piece) => (line.endsWith('`') && piece.startsWith('`') ? `${line} ${piece}` : line + piece), '');

interface Piece {
  text: string;
  isCode: boolean;
  isSpaced: boolean;
}

/** Lines of a configuration, `name value value;` one after the other, are code as a whole, plain words in them too. */
const withWholeSettings = (pieces: readonly Piece[]): Piece[] => {
  const whole: Piece[] = [];
  for (let at = 0; at < pieces.length; at++) {
    const piece = pieces[at]!;
    const end = piece.isCode ? endOfSetting(pieces, at) : at;
    const joined = pieces.slice(at + 1, end + 1).map(({ text, isSpaced }) => (isSpaced ? ` ${text}` : text));
    whole.push({ ...piece, text: piece.text + joined.join('') });
    at = end;
  }
  return whole;
};

/** Index of the last piece of the settings that begin at `start`; `start` itself where none ends in a semicolon. */
const endOfSetting = (pieces: readonly Piece[], start: number): number => {
  let end = start;
  for (let at = start + 1; at < pieces.length && at <= end + SETTING_WORDS; at++) {
    if (pieces[at - 1]!.text.match(/[,.:]$/)) break;
    if (/;(?: |$)/.test(pieces[at]!.text)) end = at;
  }
  return end;
};

/** Pieces between the name of a setting and its semicolon. */
const SETTING_WORDS = 3;

/** Words between spaces; where ideographs touch other letters without a space, both are words of their own. */
const runsOf = (text: string): WrapWord[] =>
  text.split(/ +/).flatMap((word) => {
    if (word === '') return [];
    if (!IDEOGRAPH.test(word)) return [{ text: word, isSpaced: true }];
    return (word.match(RUNS) ?? []).map((run, index) => ({ text: run, isSpaced: index === 0 }));
  });

/** A code span. In a table cell `|` would end the cell even there, so it is shown as an escape. */
export const inertCode = (text: string): string => codeSpan(visible(text).replaceAll('|', '\\x7c'));

const codeSpan = (shown: string): string => {
  if (shown.trim() === '') return '';
  const fence = '`'.repeat(longestRun(shown) + 1);
  // CommonMark 6.1: one space on both sides is taken away again, and is needed beside a backtick.
  const space = /^[` ]|[` ]$/.test(shown) ? ' ' : '';
  return `${fence}${space}${shown}${space}${fence}`;
};

/** A fenced block of lines that are made for a terminal. */
export const fencedBlock = (lines: readonly string[], language: string): string => {
  const fence = '`'.repeat(Math.max(3, longestRun(lines.join('\n')) + 1));
  return [`${fence}${language}`, ...lines.map((line) => line.trimEnd()), fence].join('\n');
};

/** Full stops behind code, and brackets around it, belong to the sentence. */
const codeInProse = (piece: string): string => {
  const [, open = '', bare = '', close = ''] = /^(\(?)(.*?)([),.:;]*)$/s.exec(piece) ?? [];
  const isWrapped = open !== '' && close.startsWith(')');
  const stops = isWrapped ? close : (/[,.:;]*$/.exec(close)?.[0] ?? '');
  const isSetting = stops.startsWith(';') && piece.includes('; ');
  const inner = piece.slice(isWrapped ? 1 : 0, piece.length - stops.length) + (isSetting ? ';' : '');
  return inner === '' || bare === ''
    ? inertCode(piece)
    : `${isWrapped ? open : ''}${inertCode(inner)}${isSetting ? stops.slice(1) : stops}`;
};

const isOpen = (text: string): boolean => text.split('(').length > text.split(')').length;

const isPlain = (word: string): boolean => word === '' || (PLAIN_WORD.test(word) && !RISKY_WORD.test(word));

/** Letters, digits and signs that no Markdown gives a meaning to in the middle of a line. */
const PLAIN_WORD = /^[\p{L}\p{N}'’.,/+=…–→µ%，。：；、（）“”！？-]+$/u;
const CHINESE = '[\\p{Script=Han}，。：；、（）“”！？]';
const RUNS = new RegExp(`${CHINESE}+|(?:(?!${CHINESE}).)+`, 'gsu');
/**
 * What trackers make links of without any sign around it: web addresses, commits (seven hex digits and more), keys of
 * other trackers (ABC-123); and what begins a list, a rule or a heading of its own where a line begins.
 */
const RISKY_WORD = /^www\.|^(?=.*\d)[0-9a-f]{7,}$|[A-Za-z]-\d|^[-+=]|%\d|^\d+[.)]$/i;

const longestRun = (text: string): number =>
  (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0);
