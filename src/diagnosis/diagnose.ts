/**
 * Diagnoses one session: rules over its facts, the cause among their findings, the outcome. Marks the stage that failed
 * in the session's own list; the other stages stay as the packets showed them.
 */
import type { LookupSession } from '../session/lookup-session.js';
import { type CaptureView, type Session, STAGES, type StageFacts, type StageName } from '../session/session.js';
import { CAUSES } from './causes.js';
import { chooseCause, type Judged, orderFindings } from './choose-cause.js';
import { judgeOutcome } from './outcome.js';
import type { CaptureRule, Diagnosis, Finding, JudgedCapture, LookupRule, Rule, RuleMeta, RuleResult } from './rule.js';
import { CAPTURE_RULES, LOOKUP_RULES, RULES } from './rules/index.js';
import { runLookupRule, runRules } from './run-rules.js';

export const diagnose = (session: Session, capture: CaptureView, rules: readonly Rule[] = RULES): Diagnosis => {
  const results = runRules(rules, session, capture);
  const found: Judged[] = results.flatMap(({ rule, findings }) => findings.map((finding) => ({ rule, finding })));
  const decisive = chooseCause(found);
  const { outcome, confidence } = judgeOutcome(session, decisive);
  const stage = decisive === undefined ? lastStage(session) : stageOf(decisive.finding);
  if (decisive !== undefined) markFailed(session, stage, decisive.finding);
  return {
    outcome,
    stage,
    cause: decisive?.finding.cause ?? null,
    confidence,
    decisive,
    findings: orderFindings(found, decisive),
    crashed: results.filter((result) => result.outcome === 'crashed'),
  };
};

/** A name that led nowhere: failed, whatever the rules can say of it. */
export const diagnoseLookup = (lookup: LookupSession, rules: readonly LookupRule[] = LOOKUP_RULES): Diagnosis => {
  const results = rules.map((rule) => runLookupRule(rule, lookup));
  const found: Judged[] = results.flatMap(({ rule, findings }) => findings.map((finding) => ({ rule, finding })));
  const decisive = chooseCause(found);
  if (decisive !== undefined) for (const stage of lookup.stages) stage.status = 'failed';
  return {
    outcome: decisive === undefined ? 'partial' : 'failed',
    stage: 'dns',
    cause: decisive?.finding.cause ?? null,
    confidence: decisive?.finding.confidence ?? 'possible',
    decisive,
    findings: orderFindings(found, decisive),
    crashed: results.filter((result) => result.outcome === 'crashed'),
  };
};

/** What the rules over the whole capture found, and which sessions each finding is about. */
export interface CaptureDiagnosis {
  findings: readonly { rule: RuleMeta; finding: Finding; sessions: readonly Session[] }[];
  crashed: readonly RuleResult[];
}

export const diagnoseCapture = (
  capture: JudgedCapture,
  rules: readonly CaptureRule[] = CAPTURE_RULES,
): CaptureDiagnosis => {
  const findings: { rule: RuleMeta; finding: Finding; sessions: readonly Session[] }[] = [];
  const crashed: RuleResult[] = [];
  for (const { meta, check } of rules) {
    try {
      for (const finding of check(capture)) findings.push({ rule: meta, finding, sessions: finding.sessions });
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error);
      crashed.push({ rule: meta, outcome: 'crashed', findings: [], because });
    }
  }
  return { findings, crashed };
};

/** Where a finding struck: what it says itself, else the usual stage of its cause. */
export const stageOf = (finding: Finding): StageName =>
  finding.stage ?? (finding.cause === null ? 'open' : CAUSES[finding.cause]);

const lastStage = ({ stages }: Session): StageName => stages.at(-1)?.stage ?? 'tcp';

const markFailed = (session: Session, stage: StageName, finding: Finding): void => {
  const entry = session.stages.find((candidate) => candidate.stage === stage);
  if (entry !== undefined) {
    entry.status = 'failed';
    return;
  }
  const start = finding.evidence[0]?.arrival;
  const added: StageFacts = { stage, status: 'failed', start, end: finding.evidence.at(-1)?.arrival, steps: [] };
  session.stages = [...session.stages, added].sort((a, b) => STAGES.indexOf(a.stage) - STAGES.indexOf(b.stage));
};
