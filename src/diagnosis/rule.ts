/**
 * What a rule is: data about itself, and a pure check that yields findings with their evidence. Wording stands in
 * `messages` and `remedies`, keyed, with {placeholders} filled from typed data by the report.
 */
import type { Nanos } from '../capture/packet.js';
import type { LookupSession } from '../session/lookup-session.js';
import type { CaptureView, Session, Sight, StageName } from '../session/session.js';
import type { Arrival } from '../stream/arrival.js';
import type { CauseId } from './causes.js';
import type { PhraseKey } from './measures/phrases.js';

export type Severity = 'error' | 'warning' | 'note';
export type Confidence = 'proven' | 'likely' | 'possible';

/** A typed value of a finding; the report chooses how it looks. */
export type Value =
  | { type: 'duration'; ns: Nanos }
  | { type: 'time' /** Milliseconds since 1970. */; ms: number }
  | { type: 'bytes'; bytes: number }
  | { type: 'count'; n: number }
  | { type: 'text' /** From the capture, hence hostile. */; text: string }
  | { type: 'list'; texts: readonly string[] }
  /** A list of more than texts. */
  | { type: 'values'; values: readonly Value[] }
  /** English of a table of ours, such as what a close code means: another language has it in its glossary. */
  | { type: 'gloss'; text: string }
  | { type: 'side'; side: 'client' | 'server' }
  /** Worded by the report, from PHRASES or their translation. */
  | { type: 'phrase'; phrase: PhraseKey; data: Readonly<Record<string, Value>> };

export interface Evidence {
  arrival: Arrival;
  /** Key into the rule's `notes`: what this packet shows. */
  note: string;
}

export interface Finding {
  /** Key into `messages`. */
  message: string;
  /** Null for notes that explain no failure. */
  cause: CauseId | null;
  data?: Readonly<Record<string, Value>>;
  evidence: readonly Evidence[];
  /** Where it struck, when that is not the cause's usual stage. */
  stage?: StageName;
  severity?: Severity;
  confidence: Confidence;
  /** When it went wrong, for choosing the earliest; the first evidence packet's time when absent. */
  struckAt?: Nanos;
  /** Keys into `remedies`, best first. */
  remedies: readonly string[];
}

/**
 * Which of two fatal findings of one moment explains the other: the lower, the stronger.
 */
export const PRECEDENCE = {
  'subprotocol-error': 0,
  violation: 1,
  'stalled-peer': 2,
  'mass-end': 3,
  lifetime: 4,
  idle: 5,
  'close-code': 6,
  'tcp-end': 7,
} as const;
export type Precedence = keyof typeof PRECEDENCE;

export interface RuleMeta {
  /** family/noun: a noun phrase for what is wrong; keeps its meaning for good. */
  id: string;
  title: string;
  severity: Severity;
  /** The causes this rule can give. */
  causes: readonly CauseId[];
  /** What must be visible for the rule to speak. */
  needs: readonly Sight[];
  /** Rank among explanations of the same moment; `tcp-end` when absent. */
  precedence?: Precedence;
  /** The specification or document it rests on. */
  reference: readonly string[];
  messages: Readonly<Record<string, string>>;
  notes: Readonly<Record<string, string>>;
  remedies: Readonly<Record<string, string>>;
}

export interface Rule {
  meta: RuleMeta;
  check(session: Session, capture: CaptureView): Iterable<Finding>;
}

/** A rule over names that never became an address: there is no connection to look at. */
export interface LookupRule {
  meta: RuleMeta;
  check(lookup: LookupSession): Iterable<Finding>;
}

/** All sessions, and what was found on each. */
export interface JudgedCapture extends CaptureView {
  /** Undefined for a session that is not one of the capture's. */
  diagnosis(session: Session): Diagnosis | undefined;
}

/** A rule over all sessions of a capture: mass ends, reconnect loops, shared timers. Runs after those over one. */
export interface CaptureRule {
  meta: RuleMeta;
  check(capture: JudgedCapture): Iterable<Finding & { sessions: readonly Session[] }>;
}

export const defineRule = (rule: Rule): Rule => rule;
export const defineLookupRule = (rule: LookupRule): LookupRule => rule;
export const defineCaptureRule = (rule: CaptureRule): CaptureRule => rule;

/** What became of one rule on one session. */
export interface RuleResult {
  rule: RuleMeta;
  outcome: 'passed' | 'found' | 'not-applicable' | 'crashed';
  findings: readonly Finding[];
  /** The missing sight, or the error's message. */
  because?: string;
}

/** The verdict on one session. */
export interface Diagnosis {
  outcome: 'ok' | 'failed' | 'open' | 'partial';
  stage: StageName;
  cause: CauseId | null;
  confidence: Confidence;
  /** Present when failed: the finding that gives the cause, and its rule. */
  decisive: { rule: RuleMeta; finding: Finding } | undefined;
  /** All findings, the decisive first, then errors, warnings, notes. */
  findings: readonly { rule: RuleMeta; finding: Finding }[];
  crashed: readonly RuleResult[];
}
