/**
 * HTML that is escaped by construction: whatever is put into a template is text unless it came out of a template itself.
 * There is no other way to make an Html, so no renderer can forget to escape. Characters that could hide or reverse what
 * is read are shown as escapes (UAX 9), as in the terminal.
 */
import { visible } from '../terminal/visible.js';

const MADE = Symbol('made by the html tag');

export interface Html {
  readonly [MADE]: string;
}

export type Part = Html | string | number | null | undefined | false | readonly Part[];

/** Attributes in templates are always quoted: text is escaped for both places alike. */
export const html = (pieces: TemplateStringsArray, ...parts: Part[]): Html => {
  let text = pieces[0] ?? '';
  for (let index = 0; index < parts.length; index++) text += toText(parts[index]) + (pieces[index + 1] ?? '');
  return { [MADE]: text };
};

/** A template of a catalogue, whose `{name}` becomes the part of that name: the same gate for both. */
export const fillHtml = (template: string, parts: Readonly<Record<string, Part>>): Html =>
  html`${template.split(/\{(\w+)\}/).map((piece, index) => (index % 2 === 0 ? piece : parts[piece]))}`;

export const textOf = (made: Html): string => made[MADE];

/** Style and script of ours alone: they are not escaped in HTML, and must not hold what would end them. */
export const raw = (source: string): Html => {
  if (/<\/|<!--/.test(source)) throw new Error('a style or script would end inside');
  return { [MADE]: source };
};

const toText = (part: Part): string => {
  if (part === null || part === undefined || part === false) return '';
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string') return escapeHtml(part);
  if (Array.isArray(part)) return part.map(toText).join('');
  return (part as Html)[MADE];
};

const escapeHtml = (text: string): string => {
  // Most texts; the long way costs twenty times as much.
  if (HARMLESS.test(text)) return text;
  const shown = visible(text);
  return SPECIAL.test(shown) ? shown.replace(EVERY_SPECIAL, (character) => ENTITIES[character] ?? '') : shown;
};

/** Printable ASCII that HTML gives no meaning to. */
const HARMLESS = /^[ !#$%(-;=?-_a-~]*$/;
const SPECIAL = /[&<>"'`]/;
const EVERY_SPECIAL = /[&<>"'`]/g;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};
