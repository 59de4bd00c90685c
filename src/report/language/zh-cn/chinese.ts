/** Everything that reports say in Chinese. */

import type { Catalogue } from '../catalogue.js';
import { CHINESE_CAUSES } from './causes.js';
import { CHINESE_DETAILS } from './details.js';
import { CHINESE_EVENTS } from './events.js';
import { CHINESE_GLOSSARY } from './glossary.js';
import { CHINESE_MARKDOWN } from './markdown.js';
import { CHINESE_PAGE } from './page.js';
import { PHRASES_ZH_CN } from './phrases.js';
import { CHINESE_RULES } from './rule-texts.js';
import { CHINESE_TERMS } from './terms.js';
import { CHINESE_TEXTS } from './texts.js';
import { CHINESE_VERDICTS } from './verdicts.js';
import { CHINESE_WARNINGS } from './warnings.js';

export const CHINESE: Catalogue = {
  language: 'zh-CN',
  rules: CHINESE_RULES,
  phrases: PHRASES_ZH_CN,
  glossary: CHINESE_GLOSSARY,
  warnings: CHINESE_WARNINGS,
  causes: CHINESE_CAUSES,
  events: CHINESE_EVENTS,
  terms: CHINESE_TERMS,
  verdicts: CHINESE_VERDICTS,
  details: CHINESE_DETAILS,
  texts: CHINESE_TEXTS,
  markdown: CHINESE_MARKDOWN,
  page: CHINESE_PAGE,
};
