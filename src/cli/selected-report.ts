/**
 * What every command that reads captures does first: analyze them, tell on standard error what is wrong with them, and
 * narrow the report to what was asked for. Undefined when nothing is left to tell; the reason has been printed.
 */
import { type AnalyzeOptions, analyze } from '../analyze.js';
import { filterReport } from '../report/filter-report.js';
import type { Report } from '../report/report.js';
import type { Selection } from './command-line.js';
import { complain } from './complain.js';
import { readKeyLog } from './key-log-file.js';
import { Progress } from './progress.js';
import { STANDARD_INPUT, sourceOf, typedName } from './sources.js';

export interface SelectedReport {
  report: Report;
  /** One of several captures could not be used. */
  incomplete: boolean;
}

export const selectedReport = async (
  selection: Selection,
  options: Partial<AnalyzeOptions> = {},
): Promise<SelectedReport | undefined> => {
  const { captures, filter, showSecrets } = selection;
  if (captures.filter((path) => path === STANDARD_INPUT).length > 1) {
    complain('standard input can be read only once: give - once');
    return undefined;
  }
  const keyLog = selection.keyLog === undefined ? undefined : readKeyLog(selection.keyLog);
  if (keyLog?.problem !== undefined) {
    complain(`${selection.keyLog}: ${keyLog.problem}`);
    return undefined;
  }
  const progress = new Progress(process.stderr);
  const sources = captures.map(sourceOf);
  const { report, errors } = await analyze(sources, {
    onProgress: progress.update,
    showSecrets,
    ...(keyLog && { keyLog: keyLog.text }),
    ...(filter.ids && { completeTimelines: filter.ids }),
    ...options,
  }).finally(() => progress.end());
  const complainOf = (file: string, what: string) => complain(`${typedName(file, sources, captures)}: ${what}`);
  for (const { file, message } of errors) complainOf(file, message);
  if (errors.length === captures.length) return undefined;
  for (const { file, warnings } of report.captures) {
    for (const warning of warnings) complainOf(file, warning);
  }
  const unknown = unknownSession(report, filter.ids);
  if (unknown !== undefined) {
    complain(unknown);
    return undefined;
  }
  return { report: filterReport(report, filter), incomplete: errors.length > 0 };
};

const unknownSession = ({ sessions }: Report, ids: ReadonlySet<number> = new Set()): string | undefined => {
  const unknown = [...ids].filter((id) => !sessions.some((session) => session.id === id));
  if (unknown.length === 0) return undefined;
  const known =
    sessions.length === 0
      ? 'there are none here'
      : sessions.length === 1
        ? 'there is only session 1'
        : `they are numbered 1 to ${sessions.length}`;
  return `there is no session ${unknown.join(', ')}: ${known}`;
};
