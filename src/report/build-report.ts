/**
 * Analysis in, report out: the one place where facts become the plain data that every renderer shows. The same capture
 * gives the same report: no clock, locale or path has a say here.
 */
import type { Nanos } from '../capture/packet.js';
import type { Finding, RuleMeta, RuleResult } from '../diagnosis/rule.js';
import { type Session, STAGES } from '../session/session.js';
import { captureReport, type ReportedCapture } from './capture-report.js';
import { findingReport } from './finding-report.js';
import type { Catalogue } from './language/catalogue.js';
import { ENGLISH } from './language/english/english.js';
import { type DiagnosedLookup, lookupReport } from './lookup-report.js';
import { sharesOf, stageDurationsOf } from './overview-report.js';
import { Clock } from './place.js';
import { redactorFor, revealing } from './redact.js';
import { type NotListed, REPORT_SCHEMA, type Report, type SessionReport, type Summary } from './report.js';
import { type DiagnosedSession, sessionReport } from './session-report.js';
import { fillCounted, fillTemplate } from './wording.js';

export interface ReportInput {
  captures: readonly ReportedCapture[];
  /** Nanoseconds since 1970 where pipeline time is 0. */
  epoch: bigint;
  /** Pipeline time of the earliest packet of all files: the report's 0. */
  start: Nanos;
  /** By id. */
  sessions: readonly DiagnosedSession[];
  /** Names that led nowhere; their ids stand between those of the sessions. */
  lookups?: readonly DiagnosedLookup[];
  captureFindings?: readonly { rule: RuleMeta; finding: Finding; sessions: readonly Session[] }[];
  /** Rules over the whole capture that threw. */
  captureCrashes?: readonly RuleResult[];
  notListed: NotListed;
  /** Credentials stay readable. */
  showSecrets?: boolean;
  /** English when absent. */
  catalogue?: Catalogue;
}

export const buildReport = (input: ReportInput): Report => {
  const { showSecrets = false, catalogue = ENGLISH } = input;
  const clock = new Clock(input.epoch, input.start);
  const sessions = [
    ...input.sessions.map((diagnosed) => sessionReport(diagnosed, clock, showSecrets, catalogue)),
    ...(input.lookups ?? []).map((diagnosed) => lookupReport(diagnosed, clock, catalogue)),
  ].sort((a, b) => a.id - b.id);
  const captures = input.captures.map((info) => captureReport(info, catalogue));
  captures[0]?.warnings.push(...crashWarnings(input.sessions, input.captureCrashes ?? [], catalogue.texts.capture));
  const redactor = showSecrets ? revealing : redactorFor([], []);
  return {
    schema: REPORT_SCHEMA,
    captures,
    summary: summarize(sessions, input.notListed),
    findings: (input.captureFindings ?? []).map(({ rule, finding, sessions: about }) => ({
      ...findingReport(rule, finding, clock, redactor, catalogue),
      sessions: about.map(({ id }) => id),
    })),
    sessions,
  };
};

/** Counts what is given: of all sessions, or of those that a filter left. */
export const summarize = (sessions: readonly SessionReport[], notListed: NotListed): Summary => {
  const summary: Summary = {
    sessions: sessions.length,
    ok: 0,
    failed: 0,
    open: 0,
    partial: 0,
    byCause: {},
    byStage: {},
    notListed: { ...notListed },
    shares: sharesOf(sessions),
    stageDurations: stageDurationsOf(sessions),
  };
  const causes = new Map<string, number>();
  const stages = new Map<string, number>();
  for (const { outcome, cause, stage } of sessions) {
    summary[outcome]++;
    if (outcome !== 'failed') continue;
    if (cause !== null) causes.set(cause, (causes.get(cause) ?? 0) + 1);
    stages.set(stage, (stages.get(stage) ?? 0) + 1);
  }
  // The commonest first, then by name: the order is part of the bytes.
  const byCount = [...causes].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  summary.byCause = Object.fromEntries(byCount);
  for (const stage of STAGES) {
    const count = stages.get(stage);
    if (count !== undefined) summary.byStage[stage] = count;
  }
  return summary;
};

/** One line for each rule that threw, with the first session it threw on. */
const crashWarnings = (
  sessions: readonly DiagnosedSession[],
  overall: readonly RuleResult[],
  texts: Catalogue['texts']['capture'],
): string[] => {
  const crashes = new Map<string, { count: number; first: number; because: string }>();
  for (const { session, diagnosis } of sessions) {
    for (const { rule, because } of diagnosis.crashed) {
      const known = crashes.get(rule.id);
      if (known === undefined)
        crashes.set(rule.id, { count: 1, first: session.id, because: because ?? texts.unknownError });
      else known.count++;
    }
  }
  const onSessions = [...crashes].map(([rule, { count, first, because }]) =>
    fillCounted(texts.rule, count, { rule, count: String(count), first: String(first), because }),
  );
  return [
    ...onSessions,
    ...overall.map(({ rule, because = texts.unknownError }) =>
      fillTemplate(texts.captureRule, { rule: rule.id, because }),
    ),
  ];
};
