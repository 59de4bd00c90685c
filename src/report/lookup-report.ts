/**
 * The report of a name that led nowhere: an entry like a session's, whose server is the resolver and whose only stage is
 * the lookup. There was no connection, so whatever a connection would tell is null.
 */
import type { Diagnosis } from '../diagnosis/rule.js';
import type { LookupSession } from '../session/lookup-session.js';
import { settledBy } from '../session/resolution.js';
import { findingReport } from './finding-report.js';
import type { Catalogue } from './language/catalogue.js';
import type { Clock } from './place.js';
import { revealing } from './redact.js';
import type { SessionReport } from './report.js';
import { stageEntry } from './stage-report.js';
import { timelineReport } from './timeline-report.js';
import { firstSentence } from './verdict-text.js';
import { fillOptional, fillTemplate } from './wording.js';

/** One failed lookup with what it means. */
export interface DiagnosedLookup {
  lookup: LookupSession;
  diagnosis: Diagnosis;
}

export const lookupReport = (
  { lookup, diagnosis }: DiagnosedLookup,
  clock: Clock,
  catalogue: Catalogue,
): SessionReport => {
  const findings = diagnosis.findings.map(({ rule, finding }) =>
    findingReport(rule, finding, clock, revealing, catalogue),
  );
  const wasAnswered = settledBy(lookup.resolution).questions.some(
    ({ answers, errors }) => answers.length + errors.length > 0,
  );
  return {
    id: lookup.id,
    client: lookup.client.text,
    server: lookup.server.text,
    transport: 'unknown',
    carrier: null,
    host: lookup.host,
    url: null,
    outcome: diagnosis.outcome,
    stage: diagnosis.stage,
    cause: diagnosis.cause,
    confidence: diagnosis.confidence,
    recovered: false,
    verdict: firstSentence(
      findings[0]?.explanation ?? fillTemplate(catalogue.verdicts.unresolved, { host: lookup.host }),
    ),
    related: [],
    sight: wasAnswered ? ['both-sides', 'ending', 'no-gaps'] : ['no-gaps'],
    vantage: null,
    startMs: clock.atMs(lookup.first.at),
    endMs: clock.atMs(lookup.last.at),
    packets: lookup.packets,
    stages: lookup.stages.map((stage) => stageEntry(stage, detailOf(lookup, catalogue), clock)),
    tcp: null,
    tls: null,
    proxy: null,
    h2: null,
    upgrade: null,
    websocket: null,
    subprotocol: null,
    findings,
    timelineOmitted: lookup.timeline.omitted,
    timeline: timelineReport(lookup.timeline.events(), clock, revealing, catalogue),
  };
};

/** The names that were tried, and how often. */
const detailOf = ({ resolution, attempts }: LookupSession, { details, terms }: Catalogue): string => {
  const names = [...new Set(resolution.lookups.map(({ name }) => name))];
  return fillOptional(details.lookup, { names, ...(attempts > 1 ? { attempts: String(attempts) } : {}) }, terms);
};
