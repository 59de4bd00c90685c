/**
 * Runs rules over one session: each has passed, found something, was not applicable (and says because of what), or
 * crashed. A rule that throws is our own mistake and never keeps the others from speaking. Judging is choose-cause.ts.
 */
import type { LookupSession } from '../session/lookup-session.js';
import type { CaptureView, Session } from '../session/session.js';
import type { Finding, LookupRule, Rule, RuleMeta, RuleResult } from './rule.js';

/** Findings of one rule on one session; a rule that yields more is talking about every frame, not about the session. */
const FINDINGS_KEPT = 16;

export const runRule = (rule: Rule, session: Session, capture: CaptureView): RuleResult => {
  const missing = rule.meta.needs.filter((sight) => !session.sight.has(sight));
  if (missing.length > 0) {
    return { rule: rule.meta, outcome: 'not-applicable', findings: [], because: missing.join(', ') };
  }
  return collect(rule.meta, () => rule.check(session, capture));
};

export const runLookupRule = (rule: LookupRule, lookup: LookupSession): RuleResult =>
  collect(rule.meta, () => rule.check(lookup));

const collect = (rule: RuleMeta, check: () => Iterable<Finding>): RuleResult => {
  const findings: Finding[] = [];
  try {
    for (const finding of check()) {
      findings.push(finding);
      if (findings.length === FINDINGS_KEPT) break;
    }
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    return { rule, outcome: 'crashed', findings: [], because };
  }
  return { rule, outcome: findings.length > 0 ? 'found' : 'passed', findings };
};

export const runRules = (rules: readonly Rule[], session: Session, capture: CaptureView): RuleResult[] =>
  rules.map((rule) => runRule(rule, session, capture));
