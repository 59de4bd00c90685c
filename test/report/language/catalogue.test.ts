import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PHRASES } from '../../../src/diagnosis/measures/phrases.js';
import { CAPTURE_RULES, LOOKUP_RULES, RULES } from '../../../src/diagnosis/rules/index.js';
import { loadCatalogue } from '../../../src/load-catalogue.js';
import { LANGUAGES } from '../../../src/report/language/catalogue.js';
import { ENGLISH } from '../../../src/report/language/english/english.js';
import { CHINESE } from '../../../src/report/language/zh-cn/chinese.js';

/** Every text of a catalogue by its path, `texts.finding.why`. */
const textsOf = (value: unknown, path = ''): [path: string, text: string][] => {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) throw new Error(`${path} is no text`);
  return Object.entries(value).flatMap(([key, each]) => textsOf(each, path === '' ? key : `${path}.${key}`));
};

/** A format is part of it, the words of a flag are not; English counts `{count}`, which `one` may say without. */
const placeholdersOf = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+(?:\|\w+)?)(?:\?[^{}]*)?\}/g)].map(([, name = '']) => name))].sort();

const HALF_WIDTH = /\p{Script=Han}[,;:!?]|[,;:!?]\p{Script=Han}/u;
const HAN = /\p{Script=Han}/u;
/** Sentences that were forgotten; names of frames, settings and fields are Latin in every language. */
const ENGLISH_WORDS = /\b(?:the|is|was|were|not|and|from|with|more|of)\b/;

/** What belongs to all languages: names of a protocol, signs, and templates of nothing but placeholders. */
const LATIN =
  /^(?:[\p{P}\p{S}\s\d]|\{[^}]*\}|\[|\]|[A-Z]+|[A-Z]\w*|alert|[a-z]+_[a-z]+|p\d\d|text|binary|continuation|ping|pong|connect|s)*$/u;

const { rules: _, terms, ...english } = ENGLISH;
const { rules: chineseRules, terms: chineseTerms, ...chinese } = CHINESE;
// Words for the format `word` are English in the data already.
const { words: __, ...englishTerms } = terms;
const { words, ...ownTerms } = chineseTerms;
const theirs = new Map(textsOf({ ...english, terms: englishTerms }));
const ours = new Map(textsOf({ ...chinese, terms: ownTerms }));

describe('the catalogues', () => {
  it('are there for every language, each under its own name', async () => {
    for (const language of LANGUAGES) expect((await loadCatalogue(language)).language).toBe(language);
    expect((await loadCatalogue()).language).toBe('en');
  });

  it('have the same keys', () => {
    expect([...ours.keys()].sort()).toEqual([...theirs.keys()].sort());
    expect(theirs.size).toBeGreaterThan(400);
  });

  it.each([...theirs])('have the same placeholders in %s', (path, text) => {
    expect(placeholdersOf(ours.get(path) ?? '')).toEqual(placeholdersOf(text));
  });

  it('say in Chinese what is not a name or a sign', () => {
    const untranslated = [...ours].filter(
      ([path, text]) => path !== 'language' && !HAN.test(text) && !LATIN.test(text),
    );
    expect(untranslated).toEqual([]);
    expect([...ours].filter(([, text]) => ENGLISH_WORDS.test(text.replace(/\{[^}]*\}/g, '')))).toEqual([]);
  });

  it('keep full-width punctuation between Chinese words', () => {
    expect([...ours].filter(([, text]) => HALF_WIDTH.test(text.replace(/\{\w+[?]/g, '')))).toEqual([]);
  });

  it('have a phrase for every key', () => {
    expect(Object.keys(CHINESE.phrases).sort()).toEqual(Object.keys(PHRASES).sort());
    expect(Object.values(words).every((word) => HAN.test(word))).toBe(true);
  });
});

describe('the rules in Chinese', () => {
  const metas = [...RULES, ...LOOKUP_RULES, ...CAPTURE_RULES].map(({ meta }) => meta);

  it('are rules that exist', () => {
    expect(Object.keys(chineseRules).filter((id) => !metas.some((meta) => meta.id === id))).toEqual([]);
  });

  it('are taken from every file of their folder', async () => {
    const folder = new URL('../../../src/report/language/zh-cn/rules/', import.meta.url);
    const files = existsSync(folder) ? readdirSync(folder) : [];
    for (const file of files) {
      const tables = (await import(new URL(file, folder).href)) as Record<string, Record<string, unknown>>;
      for (const [name, table] of Object.entries(tables)) {
        for (const [id, texts] of Object.entries(table)) expect(chineseRules[id], `${file} ${name}`).toBe(texts);
      }
    }
  });
});
