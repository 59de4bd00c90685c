/**
 * The pages about causes that are part of the package, docs/causes/<cause>.md and docs/causes/zh-CN/<cause>.md: which
 * there are, what each says, and what a mistyped name may have meant.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { CAUSES, type CauseId } from '../diagnosis/causes.js';
import type { Language } from '../report/language/catalogue.js';

/** dist/cli and src/cli lie equally deep. */
const FOLDER = new URL('../../docs/causes/', import.meta.url);
/** Letters that differ in a name that was meant. */
const MOST_TYPOS = 3;
const MOST_GUESSES = 5;

/** In the order of the stages. */
export const explainedCauses = (): CauseId[] => {
  const pages = new Set(readdirSync(FOLDER));
  return (Object.keys(CAUSES) as CauseId[]).filter((cause) => pages.has(`${cause}.md`));
};

/** In English where the language has no page of it. */
export const causePage = (cause: CauseId, language: Language = 'en'): string => {
  const translated = new URL(`${language}/${cause}.md`, FOLDER);
  return readFileSync(existsSync(translated) ? translated : new URL(`${cause}.md`, FOLDER), 'utf8');
};

/** What a page says in its first sentence, up to its colon where what follows is detail. */
export const causeInShort = (cause: CauseId, language: Language = 'en'): string => {
  const [, first = ''] = /^# .*\n+(.*)/.exec(causePage(cause, language)) ?? [];
  return (/^.*?(?=[.:](?: |$)|[。：])/.exec(first)?.[0] ?? first).replaceAll('`', '');
};

/** Names like this one, the nearest first: mistyped, or a part of it. */
export const causesLike = (name: string, causes: readonly CauseId[]): CauseId[] => {
  const typed = name.toLowerCase().trim();
  if (typed === '') return [];
  const words = typed.split(/[^a-z0-9]+/).filter((word) => word.length > 2);
  return causes
    .map((cause) => ({ cause, distance: distanceOf(typed, words, cause) }))
    .filter(({ distance }) => distance < Number.POSITIVE_INFINITY)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MOST_GUESSES)
    .map(({ cause }) => cause);
};

const distanceOf = (typed: string, words: readonly string[], cause: CauseId): number => {
  const typos = editDistance(typed, cause);
  if (typos <= MOST_TYPOS) return typos;
  if (typed.length > 2 && cause.includes(typed)) return MOST_TYPOS + 1;
  const shared = words.filter((word) => cause.includes(word)).length;
  return shared === 0 ? Number.POSITIVE_INFINITY : MOST_TYPOS + 2 + words.length - shared;
};

/** Letters to insert, delete or replace (Levenshtein). Names that are much longer are nothing like it. */
const editDistance = (a: string, b: string): number => {
  if (Math.abs(a.length - b.length) > MOST_TYPOS) return Number.POSITIVE_INFINITY;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
};
