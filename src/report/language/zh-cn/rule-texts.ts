/** The wording of all rules in Chinese, put together from its families. */
import type { RuleTexts } from '../catalogue.js';
import { CERTIFICATE_RULES } from './rules/certificates.js';
import { TLS_RULES } from './rules/tls.js';

export const CHINESE_RULES: Readonly<Record<string, RuleTexts>> = {
  ...TLS_RULES,
  ...CERTIFICATE_RULES,
};
