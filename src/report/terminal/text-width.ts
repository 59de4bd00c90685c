/**
 * How many terminal cells a text takes, and texts cut, filled and wrapped to cells. East Asian wide characters and
 * emoji take two, combining marks none (UAX 11, UAX 44). For texts without escapes: colour is put on afterwards.
 */

export const textWidth = (text: string): number => {
  // Most texts; the long way costs thirty times as much.
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
};

/** At most `width` cells, with an ellipsis where something was cut. */
export const cutText = (text: string, width: number, ellipsis = '…'): string => {
  if (textWidth(text) <= width) return text;
  const room = width - textWidth(ellipsis);
  if (room < 0) return '';
  let kept = '';
  let used = 0;
  for (const character of text) {
    used += characterWidth(character);
    if (used > room) break;
    kept += character;
  }
  return kept.trimEnd() + ellipsis;
};

export const padRight = (text: string, width: number, filler = ' '): string =>
  text + filler.repeat(Math.max(0, width - textWidth(text)));

export const padLeft = (text: string, width: number): string => ' '.repeat(Math.max(0, width - textWidth(text))) + text;

/**
 * Lines of at most `width` cells, broken at spaces and between Chinese, Japanese or Korean characters; a word that is
 * longer than a line is broken inside.
 */
export const wrapText = (text: string, width: number): string[] => {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const { text: word, isSpaced } of wordsOf(text)) {
    for (const [index, piece] of piecesOf(word, width).entries()) {
      const needed = textWidth(piece);
      const space = index === 0 && !isSpaced ? '' : ' ';
      if (line !== '' && used + space.length + needed > width) {
        lines.push(line);
        line = '';
        used = 0;
      }
      line += line === '' ? piece : space + piece;
      used = textWidth(line);
    }
  }
  lines.push(line);
  return lines;
};

/** What stays together on a line, and whether a space stood before it. */
export interface WrapWord {
  text: string;
  isSpaced: boolean;
}

export const wordsOf = (text: string): WrapWord[] =>
  text.split(' ').flatMap((word) => unitsOf(word).map((unit, index) => ({ text: unit, isSpaced: index === 0 })));

/**
 * Parts of a word between which a line may end (UAX 14): beside an ideograph, but not before punctuation that closes or
 * after punctuation that opens.
 */
const unitsOf = (word: string): string[] => {
  if (!IDEOGRAPH.test(word)) return [word];
  const units: string[] = [];
  let before = '';
  for (const character of word) {
    const canBreak =
      before !== '' &&
      (IDEOGRAPH.test(before) || IDEOGRAPH.test(character)) &&
      !OPENS.test(before) &&
      !CLOSES.test(character);
    if (canBreak || units.length === 0) units.push(character);
    else units[units.length - 1] += character;
    before = character;
  }
  return units;
};

/** Also the full-width punctuation that goes with ideographs. */
export const IDEOGRAPH =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uff60]/u;
const OPENS = /[（“‘《〈「『【([{]/;
const CLOSES = /[，。：；、！？）”’》〉」』】…)\]},.:;!?%]/;

const piecesOf = (word: string, width: number): string[] => {
  if (textWidth(word) <= width) return [word];
  const pieces: string[] = [];
  let piece = '';
  let used = 0;
  for (const character of word) {
    const needed = characterWidth(character);
    if (piece !== '' && used + needed > width) {
      pieces.push(piece);
      piece = '';
      used = 0;
    }
    piece += character;
    used += needed;
  }
  return piece === '' ? pieces : [...pieces, piece];
};

const characterWidth = (character: string): number => {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300 || (code >= BOXES[0] && code <= BOXES[1])) return 1;
  if (MARK.test(character)) return 0;
  return isWide(code) || EMOJI.test(character) ? 2 : 1;
};

const ASCII = /^[\x20-\x7e]*$/;
const MARK = /^\p{M}$/u;
const EMOJI = /^\p{Emoji_Presentation}$/u;
/** Lines, bars and arrows of our own. */
const BOXES = [0x2500, 0x25c0] as const;

const isWide = (code: number): boolean => {
  if (code < 0x1100) return false;
  return WIDE.some(([first, last]) => code >= first && code <= last);
};

/** Blocks of East Asian Width W and F. */
const WIDE: readonly (readonly [first: number, last: number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18cff],
  [0x1b000, 0x1b2ff],
  [0x1f200, 0x1f2ff],
  [0x20000, 0x3fffd],
];
