/**
 * The part of the report about judgements: a finding's message, notes and remedies in words, beside their keys and
 * typed data, so that a reader who wants other words or units can make them.
 */
import { CAUSES } from '../diagnosis/causes.js';
import type { Finding, RuleMeta, Value } from '../diagnosis/rule.js';
import { formatValue } from './format-value.js';
import type { Catalogue } from './language/catalogue.js';
import { ENGLISH } from './language/english/english.js';
import { type Clock, isoMillis, toMs } from './place.js';
import type { Redactor } from './redact.js';
import type { FindingReport, ValueReport } from './report.js';
import { fillTemplate } from './wording.js';

export const findingReport = (
  rule: RuleMeta,
  finding: Finding,
  clock: Clock,
  redactor: Redactor,
  catalogue: Catalogue,
): FindingReport => {
  // A rule that a language has no words for speaks English, phrases and all.
  const translation = catalogue.rules[rule.id];
  const wording = translation ?? rule;
  const words = translation === undefined ? ENGLISH : catalogue;
  const data = redactData(finding.data ?? {}, redactor);
  const texts = Object.fromEntries(Object.entries(data).map(([name, value]) => [name, formatValue(value, words)]));
  // A key without a text is shown as the key: the finding still stands.
  const word = (table: Readonly<Record<string, string>>, key: string) => fillTemplate(table[key] ?? key, texts);
  return {
    rule: rule.id,
    cause: finding.cause,
    stage: finding.stage ?? (finding.cause === null ? null : CAUSES[finding.cause]),
    severity: finding.severity ?? rule.severity,
    confidence: finding.confidence,
    title: wording.title,
    explanation: word(wording.messages, finding.message),
    message: finding.message,
    data: Object.fromEntries(Object.entries(data).map(([name, value]) => [name, valueReport(value, words)])),
    evidence: finding.evidence.map(({ arrival, note }) => ({
      ...clock.place(arrival),
      note: word(wording.notes, note),
    })),
    remedy: finding.remedies.map((key) => word(wording.remedies, key)),
    reference: [...rule.reference],
  };
};

const redactData = (data: Readonly<Record<string, Value>>, redactor: Redactor): Record<string, Value> =>
  Object.fromEntries(Object.entries(data).map(([name, value]) => [name, redactValue(value, redactor)]));

const redactValue = (value: Value, redactor: Redactor): Value => {
  if (value.type === 'text') return { type: 'text', text: redactor.text(value.text) };
  if (value.type === 'phrase') return { ...value, data: redactData(value.data, redactor) };
  if (value.type === 'values') return { ...value, values: value.values.map((each) => redactValue(each, redactor)) };
  if (value.type !== 'list') return value;
  return { type: 'list', texts: value.texts.map((text) => redactor.text(text)) };
};

const valueReport = (value: Value, catalogue: Catalogue): ValueReport => {
  switch (value.type) {
    case 'duration':
      return { type: 'duration', ms: toMs(value.ns) };
    case 'time':
      return { type: 'time', time: isoMillis(value.ms) };
    case 'list':
      return { type: 'list', texts: [...value.texts] };
    case 'values':
      return { type: 'list', texts: value.values.map((each) => formatValue(each, catalogue)) };
    case 'gloss':
    case 'phrase':
      return { type: 'text', text: formatValue(value, catalogue) };
    default:
      return value;
  }
};
