/**
 * Text of strangers made safe for a terminal: whatever could move the cursor, change colours, reverse the direction of
 * reading or hide is shown as an escape. Every text that a renderer prints goes through here, once.
 */

export const visible = (text: string): string => text.replace(HARMFUL, escapeCharacter);

/** The same in ASCII: known signs have stand-ins, everything else its code point. */
export const visibleAscii = (text: string): string =>
  visible(text).replace(/[^\x20-\x7e]/gu, (character) => STAND_INS[character] ?? escapeCharacter(character));

/** \x1b below U+0100, \u202e below U+10000, \u{e0041} above. */
const escapeCharacter = (character: string): string => {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
};

/**
 * Controls (C0, DEL, C1), formats (marks, embeddings, overrides and isolates of direction, UAX 9; joiners, tags), lone
 * surrogates, private and unassigned ones, line and paragraph separators, and everything else that is drawn as nothing (UAX 44, DI).
 */
const HARMFUL = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

const STAND_INS: Readonly<Record<string, string>> = {
  µ: 'u',
  '…': '...',
  '–': '-',
  '—': '-',
  '→': '->',
  '←': '<-',
  '“': '"',
  '”': '"',
  '’': "'",
  ' ': ' ',
};
