/**
 * Chooses the cause of a failed session among its findings: the one that explains the earliest thing that went wrong
 * and was fatal. At the same moment the stronger explanation wins, and a narrower cause beats its class.
 */
import type { Nanos } from '../capture/packet.js';
import type { CauseId } from './causes.js';
import { type Confidence, type Finding, PRECEDENCE, type RuleMeta, type Severity } from './rule.js';

export interface Judged {
  rule: RuleMeta;
  finding: Finding;
}

/** Findings closer together than this are of one moment: a Close and the FIN behind it leave in one go. */
const MOMENT: Nanos = 1e6;

/**
 * Causes that name a class or a bare end: whatever explains the same thing more narrowly stands before them.
 * 1 is a class that says something of its own (a status), 2 only says that it ended.
 */
const BREADTH: Partial<Record<CauseId, 1 | 2>> = {
  'tcp-reset-after-connect': 2,
  'tcp-closed-after-connect': 2,
  'tls-alert': 1,
  'tls-no-shared-cipher': 1,
  'tls-certificate-rejected': 1,
  'tls-hello-unanswered': 1,
  'tls-reset-after-client-hello': 2,
  'tls-closed-during-handshake': 2,
  'tls-closed-after-handshake': 2,
  'upgrade-bad-request': 1,
  'upgrade-unauthorized': 1,
  'upgrade-forbidden': 1,
  'upgrade-not-found': 1,
  'upgrade-method-not-allowed': 1,
  'upgrade-redirected': 1,
  'upgrade-not-switched': 1,
  'upgrade-server-error': 1,
  'upgrade-client-error': 1,
  'upgrade-response-malformed': 1,
  'upgrade-unanswered': 1,
  'upgrade-connection-closed': 2,
  'ws-application-close': 1,
  'ws-abnormal-closure': 2,
  'ws-reset': 2,
};

const CONFIDENCE_ORDER: Record<Confidence, number> = { proven: 0, likely: 1, possible: 2 };
const SEVERITY_ORDER: Record<Severity, number> = { error: 0, warning: 1, note: 2 };

export const severityOf = ({ rule, finding }: Judged): Severity => finding.severity ?? rule.severity;

/** When it went wrong; a finding without evidence sorts last. */
export const struckAt = ({ finding }: Judged): Nanos =>
  finding.struckAt ?? finding.evidence[0]?.arrival.at ?? Number.POSITIVE_INFINITY;

export const isFatal = (judged: Judged): boolean => judged.finding.cause !== null && severityOf(judged) === 'error';

const breadth = ({ finding }: Judged): number => (finding.cause === null ? 0 : (BREADTH[finding.cause] ?? 0));
const precedence = ({ rule }: Judged): number => PRECEDENCE[rule.precedence ?? 'tcp-end'];
const confidence = ({ finding }: Judged): number => CONFIDENCE_ORDER[finding.confidence];

/** Undefined when no finding is fatal: then the session has not failed. */
export const chooseCause = (found: readonly Judged[]): Judged | undefined => {
  const fatal = found.filter(isFatal);
  const earliest = Math.min(...fatal.map(struckAt));
  const ofThatMoment = fatal.filter((judged) => struckAt(judged) - earliest <= MOMENT || struckAt(judged) === earliest);
  return ofThatMoment.sort(
    (a, b) =>
      precedence(a) - precedence(b) ||
      breadth(a) - breadth(b) ||
      confidence(a) - confidence(b) ||
      struckAt(a) - struckAt(b),
  )[0];
};

/**
 * Findings as a reader wants them: the decisive first, then errors, warnings and notes by time. A bare end or a class
 * that the decisive finding already explains is left out: it would say the same thing twice.
 */
export const orderFindings = (found: readonly Judged[], decisive: Judged | undefined): Judged[] => {
  const rank = (judged: Judged): number => (judged === decisive ? -1 : SEVERITY_ORDER[severityOf(judged)]);
  const explained = (judged: Judged): boolean =>
    decisive !== undefined && judged !== decisive && isFatal(judged) && breadth(judged) > 0;
  return found.filter((judged) => !explained(judged)).sort((a, b) => rank(a) - rank(b) || struckAt(a) - struckAt(b));
};
