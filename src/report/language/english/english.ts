/** Everything that reports say in English. Rules speak for themselves: their English stands beside what they check. */
import { WARNINGS } from '../../../capture/warning.js';
import { PHRASES } from '../../../diagnosis/measures/phrases.js';
import type { Catalogue } from '../catalogue.js';
import { ENGLISH_CAUSES } from './causes.js';
import { ENGLISH_DETAILS } from './details.js';
import { ENGLISH_EVENTS } from './events.js';
import { ENGLISH_MARKDOWN } from './markdown.js';
import { ENGLISH_PAGE } from './page.js';
import { ENGLISH_TERMS } from './terms.js';
import { ENGLISH_TEXTS } from './texts.js';
import { ENGLISH_VERDICTS } from './verdicts.js';

export const ENGLISH: Catalogue = {
  language: 'en',
  rules: {},
  phrases: PHRASES,
  glossary: {},
  warnings: WARNINGS,
  causes: ENGLISH_CAUSES,
  events: ENGLISH_EVENTS,
  terms: ENGLISH_TERMS,
  verdicts: ENGLISH_VERDICTS,
  details: ENGLISH_DETAILS,
  texts: ENGLISH_TEXTS,
  markdown: ENGLISH_MARKDOWN,
  page: ENGLISH_PAGE,
};
