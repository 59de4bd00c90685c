/**
 * Narrows a report to the sessions that were asked for: sessions, summary and findings alike, so that everything after
 * it (renderers, exit status) sees a smaller report and nothing else. What concerns the files stays.
 */
import { summarize } from './build-report.js';
import type { Report, SessionReport } from './report.js';

/** All that are given must hold; of several patterns of one kind, one. Patterns may hold `*`; case does not matter. */
export interface SessionFilter {
  ids?: ReadonlySet<number>;
  /** Host name (of Host, SNI or lookup) or address of the server. */
  hosts?: readonly string[];
  /** Of either side. */
  ports?: readonly number[];
  snis?: readonly string[];
  /** Of the request, without its query. */
  paths?: readonly string[];
  stages?: readonly string[];
  causes?: readonly string[];
  outcomes?: readonly string[];
}

export const filterReport = (report: Report, filter: SessionFilter): Report => {
  const sessions = report.sessions.filter((session) => matches(session, filter));
  if (sessions.length === report.sessions.length) return report;
  const shown = new Set(sessions.map(({ id }) => id));
  return {
    ...report,
    summary: summarize(sessions, report.summary.notListed),
    findings: report.findings.filter((finding) => finding.sessions?.some((id) => shown.has(id)) ?? true),
    sessions,
  };
};

const matches = (session: SessionReport, filter: SessionFilter): boolean =>
  (filter.ids?.has(session.id) ?? true) &&
  fits(filter.hosts, [session.host && withoutPort(session.host), withoutPort(session.server)]) &&
  fits(filter.snis, [session.tls?.sni]) &&
  fits(filter.paths, [pathOf(session)]) &&
  fits(filter.causes, [session.cause]) &&
  (filter.ports?.some((port) => [session.client, session.server].some((end) => portOf(end) === port)) ?? true) &&
  (filter.stages?.includes(session.stage) ?? true) &&
  (filter.outcomes?.includes(session.outcome) ?? true);

const fits = (patterns: readonly string[] | undefined, values: (string | null | undefined)[]): boolean =>
  patterns?.some((pattern) => values.some((value) => value != null && matchesPattern(pattern, value))) ?? true;

/** Piece by piece from left to right: no regular expression is made of what a user or a capture says. */
const matchesPattern = (pattern: string, value: string): boolean => {
  const text = value.toLowerCase();
  const pieces = pattern.toLowerCase().split('*');
  const first = pieces[0] ?? '';
  if (pieces.length === 1) return text === first;
  const last = pieces[pieces.length - 1] ?? '';
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return text.length - at >= last.length && text.endsWith(last);
};

/** `[::1]:80` and `host:80` without their port and brackets. */
const withoutPort = (hostAndPort: string): string =>
  hostAndPort.replace(/^([^:]*|\[.*\]):\d+$/, '$1').replace(/^\[(.*)\]$/, '$1');

const portOf = (endpoint: string): number => Number(endpoint.slice(endpoint.lastIndexOf(':') + 1));

const pathOf = ({ upgrade }: SessionReport): string | undefined => upgrade?.request?.target.split(/[?#]/, 1)[0];
