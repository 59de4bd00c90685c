/** Reports made of sessions that are made by hand, with rules of their own: no layer and no real rule is needed. */
import type { CauseId } from '../../src/diagnosis/causes.js';
import type { Diagnosis, Evidence, Finding, RuleMeta, Value } from '../../src/diagnosis/rule.js';
import { buildReport, type ReportInput } from '../../src/report/build-report.js';
import type { ReportedCapture } from '../../src/report/capture-report.js';
import type { Report } from '../../src/report/report.js';
import type { DiagnosedSession } from '../../src/report/session-report.js';
import type { Session, StageName } from '../../src/session/session.js';
import type { Arrival } from '../../src/stream/arrival.js';

/** 2026-11-20 10:02:11.123456 UTC, in nanoseconds. */
export const EPOCH = 1795168931123456000n;

export const aCapture = (facts: Partial<ReportedCapture> = {}): ReportedCapture => ({
  file: 'incident.pcapng',
  format: 'pcapng',
  linkTypes: ['ETHERNET'],
  packets: 18204,
  bytes: 12_400_000,
  start: EPOCH,
  end: EPOCH + 252_000_000_000n,
  truncatedPackets: 0,
  droppedPackets: null,
  warnings: [],
  ...facts,
});

export const aReport = (sessions: DiagnosedSession[], input: Partial<ReportInput> = {}): Report =>
  buildReport({
    captures: [aCapture()],
    epoch: EPOCH,
    start: 0,
    sessions,
    notListed: { http: 2, tls: 5, spare: 1, other: 0 },
    ...input,
  });

export const well = (session: Session, outcome: 'ok' | 'open' | 'partial' = 'ok'): DiagnosedSession => ({
  session,
  diagnosis: {
    outcome,
    stage: session.stages.at(-1)?.stage ?? 'tcp',
    cause: null,
    confidence: 'proven',
    decisive: undefined,
    findings: [],
    crashed: [],
  },
});

export interface Failure {
  cause: CauseId;
  stage: StageName;
  message: string;
  data?: Record<string, Value>;
  evidence?: Arrival[];
  title?: string;
}

export const failing = (session: Session, failure: Failure): DiagnosedSession => {
  const rule: RuleMeta = {
    id: 'test/failure',
    title: failure.title ?? 'Something broke',
    severity: 'error',
    causes: [failure.cause],
    needs: [],
    reference: ['RFC 6455 7.1.5'],
    messages: { broke: failure.message },
    notes: { last: 'last data before the silence', end: 'FIN' },
    remedies: { mend: 'Send a ping every 25 s, or raise the timer.' },
  };
  const evidence: Evidence[] = (failure.evidence ?? [session.tcp.last]).map((arrival, index, { length }) => ({
    arrival,
    note: index === length - 1 ? 'end' : 'last',
  }));
  const finding: Finding = {
    message: 'broke',
    cause: failure.cause,
    ...(failure.data === undefined ? {} : { data: failure.data }),
    evidence,
    confidence: 'proven',
    remedies: ['mend'],
  };
  const diagnosis: Diagnosis = {
    outcome: 'failed',
    stage: failure.stage,
    cause: failure.cause,
    confidence: 'proven',
    decisive: { rule, finding },
    findings: [{ rule, finding }],
    crashed: [],
  };
  const stage = session.stages.find((each) => each.stage === failure.stage);
  if (stage !== undefined) stage.status = 'failed';
  return { session, diagnosis };
};
