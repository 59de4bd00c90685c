/**
 * Many sessions in few lines: which share of them failed per server, path and TLS server name, each with its causes, and
 * how long the stages took. For the summary, of all sessions or of those that a filter left.
 */
import { STAGES, type StageName } from '../session/session.js';
import type { SessionReport, ShareReport, StageDurations, Summary } from './report.js';

/** Rows of each table: a scan of fifty thousand endpoints is told by its worst ones and a count. */
const SHARES_TOLD = 20;
/** Causes named for each row. */
const CAUSES_TOLD = 5;

export const sharesOf = (sessions: readonly SessionReport[]): Summary['shares'] => ({
  server: shares(sessions, ({ server }) => server),
  path: shares(sessions, ({ upgrade }) => upgrade?.request?.target.split(/[?#]/, 1)[0]),
  sni: shares(sessions, ({ tls }) => tls?.sni),
});

/** The worst first: by failed sessions, then by all, then by name, so that equal captures give equal bytes. */
const shares = (
  sessions: readonly SessionReport[],
  keyOf: (session: SessionReport) => string | null | undefined,
): Summary['shares']['server'] => {
  const rows = new Map<string, { sessions: number; failed: number; causes: Map<string, number> }>();
  for (const session of sessions) {
    const key = keyOf(session);
    if (key == null) continue;
    let row = rows.get(key);
    if (row === undefined) {
      row = { sessions: 0, failed: 0, causes: new Map() };
      rows.set(key, row);
    }
    row.sessions++;
    if (session.outcome !== 'failed') continue;
    row.failed++;
    if (session.cause !== null) row.causes.set(session.cause, (row.causes.get(session.cause) ?? 0) + 1);
  }
  const sorted = [...rows].sort(
    ([nameA, a], [nameB, b]) => b.failed - a.failed || b.sessions - a.sessions || (nameA < nameB ? -1 : 1),
  );
  const told = sorted.slice(0, SHARES_TOLD).map(([name, row]): ShareReport => {
    const causes = [...row.causes].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, CAUSES_TOLD);
    return { name, sessions: row.sessions, failed: row.failed, causes: Object.fromEntries(causes) };
  });
  return { rows: told, omitted: sorted.length - told.length };
};

/** Of stages that came to a good end: how long a failed one took says how patient somebody was. */
export const stageDurationsOf = (sessions: readonly SessionReport[]): Summary['stageDurations'] => {
  const samples = new Map<StageName, number[]>();
  for (const { stages } of sessions) {
    for (const { stage, status, durationMs } of stages) {
      if (status !== 'ok' || durationMs === null) continue;
      const known = samples.get(stage);
      if (known === undefined) samples.set(stage, [durationMs]);
      else known.push(durationMs);
    }
  }
  const durations: Summary['stageDurations'] = {};
  for (const stage of STAGES) {
    const known = samples.get(stage);
    if (known !== undefined) durations[stage] = percentiles(known);
  }
  return durations;
};

/** Nearest rank: every figure is one that was measured. */
const percentiles = (values: number[]): StageDurations => {
  values.sort((a, b) => a - b);
  const at = (share: number): number => values[Math.max(0, Math.ceil(values.length * share) - 1)] ?? 0;
  return { samples: values.length, p50Ms: at(0.5), p90Ms: at(0.9), p99Ms: at(0.99), maxMs: at(1) };
};
