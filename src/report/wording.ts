/**
 * Fills templates: texts with {placeholders}, and data that goes into them. Whatever reports say stands in tables of such
 * templates (language/), so that a second language is a second table. No sentence is put together in code.
 */
import { formatBytes, formatCount, formatDuration } from './format-value.js';
import type { Catalogue, Counted } from './language/catalogue.js';
import { ENGLISH } from './language/english/english.js';
import type { EventValue } from './report.js';

/** What the formats of templates need of a language. */
type Terms = Catalogue['terms'];

/** `{name}` becomes the text of that name; one that is missing is a mistake of the rule and shows as such. */
export const fillTemplate = (template: string, texts: Readonly<Record<string, string>>): string =>
  template.replace(/( ?)\{(\w+)\}( ?)/g, (whole: string, before: string, name: string, after: string, at: number) => {
    const text = Object.hasOwn(texts, name) ? texts[name]! : `(no ${name})`;
    // Templates set Latin words apart by spaces; what is filled in may be Chinese as well.
    const opening = isHan(template[at - 1]) && isHan(text[0]) ? '' : before;
    const closing = isHan(template[at + whole.length]) && isHan(text.at(-1)) ? '' : after;
    return `${opening}${text}${closing}`;
  });

const isHan = (character: string | undefined): boolean => character !== undefined && /\p{Script=Han}/u.test(character);

/** A text that depends on a number, which becomes `{count}`. */
export const fillCounted = (forms: Counted, n: number, texts: Readonly<Record<string, string>> = {}): string =>
  fillTemplate(n === 1 ? forms.one : forms.many, { count: formatCount(n), ...texts });

/** One after the other: with the space of the language, and with one behind English among others. */
export const joinSentences = (sentences: readonly string[], { space }: Pick<Terms, 'space'>): string =>
  sentences.reduce((text, each) => (text === '' ? each : `${text}${/[.!?]$/.test(text) ? ' ' : space}${each}`), '');

/**
 * The same with formats, `{size|bytes}`, words for flags, `{late?arrived late}`, and parts in `[…]` that are left out when a placeholder inside has no data:
 * a layer tells what it saw, and what it did not see must not leave a hole in the text. One pass: what is filled in
 * comes from a capture and is never read as a template.
 */
export const fillOptional = (
  template: string,
  data: Readonly<Record<string, EventValue>>,
  terms: Terms = ENGLISH.terms,
): string => {
  let text = '';
  for (const part of partsOf(template)) text += typeof part === 'string' ? part : (fillPart(part, data, terms) ?? '');
  return text.trim();
};

/** A placeholder as it stands in a template. */
interface Placeholder {
  name: string;
  format: string | undefined;
  flag: string | undefined;
}

/** A text, or what is left out as a whole when a placeholder in it has no data. */
type Part = string | readonly (string | Placeholder)[];

/** Undefined when a placeholder of the part has no data. */
const fillPart = (
  part: Exclude<Part, string>,
  data: Readonly<Record<string, EventValue>>,
  terms: Terms,
): string | undefined => {
  let text = '';
  for (const piece of part) {
    if (typeof piece === 'string') {
      text += piece;
      continue;
    }
    const { name, format, flag } = piece;
    const value = Object.hasOwn(data, name) ? data[name] : undefined;
    if (isNothing(value) || (value === 0 && format === 'bytes')) return undefined;
    text += flag ?? formatData(value!, format, terms);
  }
  return text;
};

/** Templates are few and filled often: each is taken apart once. */
const partsOf = (template: string): readonly Part[] => {
  let parts = PARTS.get(template);
  if (parts === undefined) {
    parts = takeApart(template);
    if (PARTS.size < TEMPLATES_KEPT) PARTS.set(template, parts);
  }
  return parts;
};

const PARTS = new Map<string, readonly Part[]>();

/** More than all tables have; some templates are made of names that a subprotocol gives its events. */
const TEMPLATES_KEPT = 2048;

const takeApart = (template: string): Part[] => {
  const parts: Part[] = [];
  let end = 0;
  for (const match of template.matchAll(/\[([^[\]]*)\]|\{\w+(?:[|?][^{}]*)?\}/g)) {
    parts.push(template.slice(end, match.index), piecesOf(match[1] ?? match[0]));
    end = match.index + match[0].length;
  }
  parts.push(template.slice(end));
  return parts;
};

const piecesOf = (part: string): (string | Placeholder)[] => {
  const pieces: (string | Placeholder)[] = [];
  let end = 0;
  for (const match of part.matchAll(/\{(\w+)(?:\|(\w+)|\?([^{}]*))?\}/g)) {
    pieces.push(part.slice(end, match.index), { name: match[1]!, format: match[2], flag: match[3] });
    end = match.index + match[0].length;
  }
  pieces.push(part.slice(end));
  return pieces;
};

const isNothing = (value: EventValue | undefined): boolean =>
  value === undefined || value === '' || value === false || (Array.isArray(value) && value.length === 0);

const formatData = (value: EventValue, format: string | undefined, terms: Terms): string => {
  if (typeof value === 'string') {
    if (format === 'gap') return wordOf(terms.gaps, value);
    if (format === 'word') return wordOf(terms.words, value);
    return format === 'date' ? value.slice(0, 'yyyy-mm-dd'.length) : value;
  }
  if (typeof value !== 'number') {
    if (!Array.isArray(value)) return String(value);
    return format === 'first' ? (value[0] ?? '') : value.join(terms.and);
  }
  switch (format) {
    case 'bytes':
      return formatBytes(value, terms.units);
    case 'ms':
      return formatDuration(value * 1e6, terms.units);
    case 'ns':
      return formatDuration(value, terms.units);
    case 'messages':
      return fillCounted(terms.messages, value);
    case 'plain':
      return String(value);
    default:
      return formatCount(value);
  }
};

/** What stands in no table stands for itself; a name from a capture must not find what every object has. */
export const wordOf = (words: Readonly<Record<string, string>>, name: string): string =>
  Object.hasOwn(words, name) ? words[name]! : name;
