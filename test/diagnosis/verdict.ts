/**
 * What tests of rules share: a view of a capture made by hand, a run of one rule that holds its findings to its own
 * tables of texts, and verdicts in one line.
 */

import { expect } from 'vitest';
import { diagnose } from '../../src/diagnosis/diagnose.js';
import type { CaptureRule, Finding, JudgedCapture, LookupRule, Rule } from '../../src/diagnosis/rule.js';
import { runLookupRule, runRule } from '../../src/diagnosis/run-rules.js';
import { formatValue } from '../../src/report/format-value.js';
import { ENGLISH } from '../../src/report/language/english/english.js';
import type { HealthChecks } from '../../src/session/health-checks.js';
import { waysOf } from '../../src/session/legs.js';
import type { LookupSession } from '../../src/session/lookup-session.js';
import type { Answer, CaptureView, ServerHistory, Session } from '../../src/session/session.js';
import type { PolledSession } from '../../src/subprotocol/engine-polling.js';

/** 2026-06-01: between the dates of the certificates that the builder makes. */
const EPOCH = BigInt(Date.UTC(2026, 5, 1)) * 1_000_000n;

export interface KnownServer {
  worked?: number;
  tlsWorked?: number;
  spokeTls?: number;
  spokeHttp?: number;
  spokeWebSocket?: number;
  workedWithPreamble?: number;
  workedWithoutPreamble?: number;
  sniAccepted?: (string | null)[];
  answers?: Answer[];
  lastHeard?: number;
  checks?: readonly HealthChecks[];
  /** By session id. */
  polled?: Readonly<Record<string, PolledSession>>;
}

/** A capture of these sessions; all servers have the same history. */
export const viewOf = (sessions: readonly Session[], known: KnownServer = {}): CaptureView => {
  const history: ServerHistory = {
    connections: sessions.length,
    worked: () => known.worked ?? 0,
    tlsWorked: () => known.tlsWorked ?? 0,
    spokeTls: known.spokeTls ?? 0,
    spokeHttp: known.spokeHttp ?? 0,
    spokeWebSocket: known.spokeWebSocket ?? 0,
    workedWithPreamble: known.workedWithPreamble ?? 0,
    workedWithoutPreamble: known.workedWithoutPreamble ?? 0,
    sniAccepted: new Set(known.sniAccepted ?? []),
    answerNear: (_at, client) => known.answers?.find((answer) => client === undefined || answer.client === client),
    lastHeard: known.lastHeard ?? Number.NEGATIVE_INFINITY,
    polled: (sid) => known.polled?.[sid],
  };
  return { sessions, legs: waysOf(sessions).legs, checks: known.checks ?? [], server: () => history, epoch: EPOCH };
};

/** What the rule finds, after its keys, placeholders and evidence were held to its own tables. */
export const findingsOf = (rule: Rule, session: Session, view: CaptureView = viewOf([session])): Finding[] => {
  const result = runRule(rule, session, view);
  expect(result.outcome, result.because).not.toBe('crashed');
  for (const finding of result.findings) expectWellFormed(rule, finding);
  return [...result.findings];
};

/** The only finding, or undefined. */
export const findingOf = (rule: Rule, session: Session, view?: CaptureView): Finding | undefined => {
  const findings = findingsOf(rule, session, view);
  expect(findings.length).toBeLessThanOrEqual(1);
  return findings[0];
};

/** The same for a lookup that led nowhere. */
export const lookupFindingOf = (rule: LookupRule, lookup: LookupSession): Finding | undefined => {
  const result = runLookupRule(rule, lookup);
  expect(result.outcome, result.because).not.toBe('crashed');
  for (const finding of result.findings) expectWellFormed(rule, finding);
  expect(result.findings.length).toBeLessThanOrEqual(1);
  return result.findings[0];
};

/** Cause, severity and message of the only finding: "ws-reset error endpoint", or "nothing". */
export const found = (rule: Rule, session: Session, view?: CaptureView): string => {
  const finding = findingOf(rule, session, view);
  if (finding === undefined) return 'nothing';
  return `${finding.cause} ${finding.severity ?? rule.meta.severity} ${finding.message}`;
};

/** The same capture, with every session diagnosed by the real rules. */
export const judgedView = (sessions: readonly Session[], known: KnownServer = {}): JudgedCapture => {
  const view = viewOf(sessions, known);
  const diagnoses = new Map(sessions.map((session) => [session, diagnose(session, view)]));
  return { ...view, diagnosis: (session) => diagnoses.get(session) };
};

/** What a rule over the whole capture finds, held to its own tables. */
export const captureFindingsOf = (rule: CaptureRule, capture: JudgedCapture) => {
  const findings = [...rule.check(capture)];
  for (const finding of findings) expectWellFormed(rule, finding);
  return findings;
};

/** Outcome, stage and cause of a session: "failed open ws-reset", "ok close", "partial tcp". */
export const verdictOn = (session: Session, view: CaptureView = viewOf([session])): string => {
  const { outcome, stage, cause, crashed } = diagnose(session, view);
  expect(crashed).toEqual([]);
  return [outcome, stage, ...(cause === null ? [] : [cause])].join(' ');
};

const expectWellFormed = (
  { meta }: Pick<Rule, 'meta'>,
  { message, cause, evidence, remedies, data = {} }: Finding,
): void => {
  if (cause !== null) expect(meta.causes).toContain(cause);
  expect(evidence.length).toBeGreaterThan(0);
  const at = evidence.map(({ arrival }) => arrival.at);
  expect(at).toEqual([...at].sort((a, b) => a - b));
  for (const { note } of evidence) expect(Object.keys(meta.notes)).toContain(note);
  expect(Object.keys(meta.messages)).toContain(message);
  expect(Object.keys(meta.remedies)).toEqual(expect.arrayContaining([...remedies]));
  for (const text of [meta.messages[message], ...remedies.map((key) => meta.remedies[key])]) {
    for (const [, name] of (text ?? '').matchAll(/\{(\w+)\}/g)) expect(Object.keys(data)).toContain(name);
  }
};

/** What a finding fills a placeholder with, in English. */
export const filled = (finding: Finding | undefined, name: string): string | undefined => {
  const value = finding?.data?.[name];
  return value && formatValue(value, ENGLISH);
};
