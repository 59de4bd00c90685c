/** The wording of all rules in Chinese, put together from its families. */
import type { RuleTexts } from '../catalogue.js';

export const CHINESE_RULES: Readonly<Record<string, RuleTexts>> = {};
