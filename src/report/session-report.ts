/**
 * The report of one session: facts, stages, findings and timeline put together, with one redactor that knows the
 * credentials of the session and finds them wherever they are repeated.
 */
import type { Diagnosis, Finding, RuleMeta } from '../diagnosis/rule.js';
import type { Header, HttpExchange } from '../http/http-facts.js';
import type { Leg } from '../session/legs.js';
import { type Session, type Sight, startOf } from '../session/session.js';
import { findingReport } from './finding-report.js';
import { h2Report } from './h2-report.js';
import type { Catalogue } from './language/catalogue.js';
import { legsReport } from './legs-report.js';
import { messagesReport } from './message-report.js';
import type { Clock } from './place.js';
import { proxyReport } from './proxy-report.js';
import { type Redactor, redactorFor, revealing } from './redact.js';
import type { FindingReport, SessionReport } from './report.js';
import { seriesReport } from './series-report.js';
import { stageReport } from './stage-report.js';
import { subprotocolReport } from './subprotocol-report.js';
import { tcpReport } from './tcp-report.js';
import { timelineReport } from './timeline-report.js';
import { tlsReport } from './tls-report.js';
import { upgradeReport } from './upgrade-report.js';
import { verdictText } from './verdict-text.js';
import { websocketReport } from './websocket-report.js';

/** One session with what it means, and how it belongs to others. */
export interface DiagnosedSession {
  session: Session;
  diagnosis: Diagnosis;
  /** Another attempt for the same purpose succeeded. */
  recovered?: boolean;
  related?: SessionReport['related'];
  /** Proxies that were seen on both sides, this session being one of them. */
  legs?: readonly Leg[];
}

export const sessionReport = (
  diagnosed: DiagnosedSession,
  clock: Clock,
  showSecrets: boolean,
  catalogue: Catalogue,
): SessionReport => {
  const { session, diagnosis, recovered = false, related = [], legs = [] } = diagnosed;
  const { tcp, tls } = session;
  // What a proxy adds for its backend is quoted at its client's leg too.
  const around = new Set([session, ...legs.flatMap(({ front, back }) => [front, back])]);
  const of = <T>(read: (each: Session) => Iterable<T>): T[] => [...around].flatMap((each) => [...read(each)]);
  const redactor = showSecrets ? revealing : redactorFor(of(headersOf), of(urlsOf));
  const findings = findingReports(diagnosis, clock, redactor, catalogue);
  return {
    id: session.id,
    client: session.client.text,
    server: session.server.text,
    ...(session.rolesGuessed ? { roles: 'guessed' as const } : {}),
    transport: session.transport,
    carrier: session.stream === undefined ? carrierOf(session.upgrade) : 'h2',
    host: session.host === null ? null : redactor.text(session.host),
    url: session.url === null ? null : redactor.text(session.url),
    outcome: diagnosis.outcome,
    stage: diagnosis.stage,
    cause: diagnosis.cause,
    confidence: diagnosis.confidence,
    recovered,
    verdict: verdictText(session, diagnosis, findings, catalogue),
    related,
    ...(legs.length === 0 ? {} : { legs: legsReport(legs, clock, redactor) }),
    sight: SIGHTS.filter((sight) => session.sight.has(sight)),
    vantage: tcp.vantage ?? null,
    startMs: clock.atMs(startOf(session).at),
    endMs: clock.atMs(tcp.last.at),
    packets: tcp.packets,
    stages: session.stages.map((stage) => stageReport(session, stage, clock, redactor, catalogue)),
    tcp: tcpReport(session.stream?.tcp ?? tcp),
    tls: tls === undefined ? null : tlsReport(tls, clock),
    proxy: proxyReport(session, clock, redactor),
    h2: h2Report(session, clock, redactor),
    upgrade: upgradeReport(session, clock, redactor),
    websocket: websocketReport(session, clock, redactor),
    subprotocol: subprotocolReport(session.subprotocol, redactor),
    findings,
    timelineOmitted: session.timeline.omitted,
    timeline: timelineReport(session.timeline.events(), clock, redactor, catalogue),
    ...(session.recorded === undefined ? {} : messagesReport(session.recorded, clock, redactor)),
    ...(session.series === undefined ? {} : { series: seriesReport(session, session.series, clock) }),
  };
};

const findingReports = (
  diagnosis: Diagnosis,
  clock: Clock,
  redactor: Redactor,
  catalogue: Catalogue,
): FindingReport[] =>
  diagnosis.findings.map(({ rule, finding }: { rule: RuleMeta; finding: Finding }) =>
    findingReport(rule, finding, clock, redactor, catalogue),
  );

const carrierOf = (upgrade: HttpExchange | undefined): SessionReport['carrier'] => {
  switch (upgrade?.request?.httpVersion ?? upgrade?.response?.httpVersion) {
    case '1.0':
      return 'http/1.0';
    case '1.1':
      return 'http/1.1';
    case '2':
      return 'h2';
    default:
      return null;
  }
};

const headersOf = function* (session: Session): Iterable<Header> {
  for (const exchange of exchangesOf(session)) {
    yield* exchange.request?.headers ?? [];
    yield* exchange.response?.headers ?? [];
  }
};

const urlsOf = function* (session: Session): Iterable<string> {
  for (const exchange of exchangesOf(session)) if (exchange.request !== undefined) yield exchange.request.target;
  if (session.url !== null) yield session.url;
};

/** The upgrade first: what it carries matters most where only so many secrets are remembered. */
const exchangesOf = (session: Session): HttpExchange[] => {
  const connects = (session.proxy?.tunnels ?? []).flatMap(({ exchanges }) => exchanges);
  const others = [...connects, ...(session.http?.exchanges ?? [])].filter((exchange) => exchange !== session.upgrade);
  return session.upgrade === undefined ? others : [session.upgrade, ...others];
};

const SIGHTS: readonly Sight[] = ['tcp-handshake', 'both-sides', 'upgrade', 'frames', 'payloads', 'ending', 'no-gaps'];
