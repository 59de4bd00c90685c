/**
 * What a language has to give: one table for each place where wscope has something to say. English stands in english/,
 * every other language in a folder of its own with the same keys and {placeholders}; wording.ts fills them.
 */
import type { WarningKey } from '../../capture/warning.js';
import type { CauseId } from '../../diagnosis/causes.js';
import type { PhraseKey } from '../../diagnosis/measures/phrases.js';
import type { ENGLISH_DETAILS } from './english/details.js';
import type { ENGLISH_MARKDOWN } from './english/markdown.js';
import type { ENGLISH_PAGE } from './english/page.js';
import type { ENGLISH_TERMS } from './english/terms.js';
import type { ENGLISH_TEXTS } from './english/texts.js';
import type { ENGLISH_VERDICTS } from './english/verdicts.js';

/** BCP 47. */
export const LANGUAGES = ['en', 'zh-CN'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The wording of a rule, with the keys and {placeholders} of its `meta`. */
export interface RuleTexts {
  title: string;
  messages: Readonly<Record<string, string>>;
  notes: Readonly<Record<string, string>>;
  remedies: Readonly<Record<string, string>>;
}

/** A text that depends on a number, which is `{count}` in it. */
export interface Counted {
  one: string;
  many: string;
}

/** A short label, which fits on an arrow, and a note beside it. */
export type EventTemplates = readonly [label: string, note: string];

export interface EventTexts {
  /** By `layer:event`. */
  events: Readonly<Record<string, EventTemplates>>;
  /** Of events that have no row, which are those of subprotocols: they are labelled in their own words. */
  others: string;
  /** What events of a run are called, by layer, where they are of several kinds. */
  units: Readonly<Record<string, string>>;
  anyUnit: string;
  /** Kinds in a run that are called otherwise there. */
  kinds: Readonly<Record<string, string>>;
  /** What one side sent in a run. */
  run: string;
  /** The same with its sender in front. */
  sent: string;
  /** One line for those who have no arrows. */
  summary: string;
}

export interface Catalogue {
  language: Language;
  /** By rule id; a rule without an entry speaks in the words of its own `meta`. */
  rules: Readonly<Record<string, RuleTexts>>;
  phrases: Readonly<Record<PhraseKey, string>>;
  /** What words of our tables are called, by their English; empty in English. */
  glossary: Readonly<Record<string, string>>;
  warnings: Readonly<Record<WarningKey, string>>;
  /** Causes in a few words, for the rows of tables. */
  causes: Readonly<Record<CauseId, string>>;
  events: EventTexts;
  /** Names of states, sides and degrees, and the signs between words. */
  terms: typeof ENGLISH_TERMS;
  verdicts: typeof ENGLISH_VERDICTS;
  details: typeof ENGLISH_DETAILS;
  /** What the terminal says, and the other reports with it. */
  texts: typeof ENGLISH_TEXTS;
  markdown: typeof ENGLISH_MARKDOWN;
  page: typeof ENGLISH_PAGE;
}
