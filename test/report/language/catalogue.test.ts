import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PHRASES } from '../../../src/diagnosis/measures/phrases.js';
import { REGISTERED } from '../../../src/diagnosis/rules/closing/close-code.js';
import { KNOWN_REASONS } from '../../../src/diagnosis/rules/closing/known-reasons.js';
import { SERVICES } from '../../../src/diagnosis/rules/closing/known-services.js';
import { CAPTURE_RULES, LOOKUP_RULES, RULES } from '../../../src/diagnosis/rules/index.js';
import { KNOWN_TIMERS } from '../../../src/diagnosis/rules/keepalive/known-timers.js';
import { extendedErrorName } from '../../../src/dns/dns-codes.js';
import { icmpErrorName } from '../../../src/ip/icmp-error.js';
import { loadCatalogue } from '../../../src/load-catalogue.js';
import { SOCKS4_REPLIES, SOCKS5_REPLIES } from '../../../src/proxy/socks-messages.js';
import { LANGUAGES, type RuleTexts } from '../../../src/report/language/catalogue.js';
import { ENGLISH } from '../../../src/report/language/english/english.js';
import { CHINESE } from '../../../src/report/language/zh-cn/chinese.js';
import { closeMeaning } from '../../../src/subprotocol/recognise.js';

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

const { rules: _, glossary: ___, terms, ...english } = ENGLISH;
const { rules: chineseRules, glossary, terms: chineseTerms, ...chinese } = CHINESE;
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

/** A comma of a command or of code is a comma of it; what follows a colon in half width is a command. */
const withoutCode = (text: string): string =>
  text.replace(/[({<][^(){}<>]*[)}>]/g, '').replace(/[;,:]\s?[\w$-].*$/s, '');

const wordsOf = ({ title, messages, notes, remedies }: RuleTexts): RuleTexts => ({ title, messages, notes, remedies });

/** Everything that rules hand over as a gloss. */
const GLOSSED: readonly string[] = [
  ...KNOWN_TIMERS.map(({ name }) => name),
  ...KNOWN_REASONS.map(({ hint }) => hint),
  ...REGISTERED.values(),
  ...SERVICES.flatMap(({ name, codes }) => [name, ...codes.values()]),
  ...['graphql-transport-ws', 'centrifugo', 'pusher'].flatMap((name) =>
    Array.from({ length: 2000 }, (_, code) => closeMeaning(name, 3000 + code)?.text ?? ''),
  ),
  ...Object.values(SOCKS5_REPLIES),
  ...Object.values(SOCKS4_REPLIES),
  ...Array.from({ length: 256 }, (_, type) => type).flatMap((type) =>
    ([4, 6] as const).flatMap((family) =>
      Array.from({ length: 20 }, (_, code) => icmpErrorName(family, type, code) ?? ''),
    ),
  ),
  ...Array.from({ length: 30 }, (_, code) => extendedErrorName(code)),
]
  .map((text) => text.replace(/ \(code \d+\)$/, ''))
  .filter((text) => text !== '');

describe('the glossary', () => {
  it('has all words of tables, where they are more than names of products and settings', () => {
    const names =
      /^(?:[A-Z][\w.-]*|[a-z]+[A-Z_]\w*|kube-proxy|nginx|python|uvicorn|websockets|[\d.]+)(?: (?:[A-Z]\w*|[a-z]+[A-Z_]\w*|websockets|flexible|[\d.]+))*$/;
    expect(GLOSSED.length).toBeGreaterThan(150);
    expect([...new Set(GLOSSED)].filter((text) => glossary[text] === undefined && !names.test(text))).toEqual([]);
  });

  it('has no words that no table has', () => {
    const known = new Set([...GLOSSED, 'no acceptable method', 'login refused', 'text message', 'close reason']);
    expect(Object.keys(glossary).filter((text) => !known.has(text))).toEqual([]);
  });
});

describe('the rules in Chinese', () => {
  const metas = [...RULES, ...LOOKUP_RULES, ...CAPTURE_RULES].map(({ meta }) => meta);

  it('are all there', () => {
    expect(Object.keys(chineseRules).sort()).toEqual(metas.map(({ id }) => id).sort());
  });

  it.each(metas.map((meta) => [meta.id, meta] as const))('say of %s what the English says', (id, meta) => {
    const english = new Map(textsOf(wordsOf(meta)));
    const chinese = new Map(textsOf(wordsOf(chineseRules[id]!)));
    expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [path, text] of english) expect(placeholdersOf(chinese.get(path)!), path).toEqual(placeholdersOf(text));
    const said = [...chinese].filter(([path]) => path === 'title' || path.startsWith('messages'));
    for (const [path, text] of said) expect(text, path).toMatch(HAN);
    for (const [path, text] of chinese) expect(withoutCode(text), path).not.toMatch(HALF_WIDTH);
  });

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
