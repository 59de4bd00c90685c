/** The wording of all rules in Chinese, put together from its families. */
import type { RuleTexts } from '../catalogue.js';
import { CAPTURE_TEXTS } from './rules/capture.js';
import { CERTIFICATE_RULES } from './rules/certificates.js';
import { CLOSING_RULES } from './rules/closing.js';
import { DNS_RULES } from './rules/dns.js';
import { FLOW_RULES } from './rules/flow.js';
import { FRAMING_RULES } from './rules/framing.js';
import { H2_RULES } from './rules/h2.js';
import { KEEPALIVE_RULES } from './rules/keepalive.js';
import { PROXY_RULES } from './rules/proxy.js';
import { SUBPROTOCOL_RULES } from './rules/subprotocol.js';
import { TCP_RULES } from './rules/tcp.js';
import { TLS_RULES } from './rules/tls.js';
import { UPGRADE_RULES } from './rules/upgrade.js';
import { UPGRADE_ANSWER_RULES } from './rules/upgrade-answers.js';

export const CHINESE_RULES: Readonly<Record<string, RuleTexts>> = {
  ...DNS_RULES,
  ...TCP_RULES,
  ...PROXY_RULES,
  ...TLS_RULES,
  ...CERTIFICATE_RULES,
  ...H2_RULES,
  ...UPGRADE_RULES,
  ...UPGRADE_ANSWER_RULES,
  ...SUBPROTOCOL_RULES,
  ...FRAMING_RULES,
  ...CLOSING_RULES,
  ...KEEPALIVE_RULES,
  ...FLOW_RULES,
  ...CAPTURE_TEXTS,
};
