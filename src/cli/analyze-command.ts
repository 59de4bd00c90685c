/**
 * The default command: captures in, a report on standard output, everything else on standard error, an exit status out.
 * What the statuses mean stands in exit-status.ts.
 */
import { analyze } from '../analyze.js';
import { filterReport } from '../report/filter-report.js';
import { renderJson } from '../report/json.js';
import { renderNdjson } from '../report/ndjson.js';
import type { Report } from '../report/report.js';
import type { AnalyzeRequest } from './command-line.js';
import { complain } from './complain.js';
import { type ExitStatus, FAILED_SESSION, FINE, UNUSABLE } from './exit-status.js';
import { readKeyLog } from './key-log-file.js';
import { writeAll } from './output.js';
import { Progress } from './progress.js';
import { provenance } from './provenance.js';
import { STANDARD_INPUT, sourceOf, typedName } from './sources.js';
import { terminalLook } from './terminal-look.js';

export const runAnalyze = async (request: AnalyzeRequest): Promise<ExitStatus> => {
  const { ids } = request.filter;
  if (request.captures.filter((path) => path === STANDARD_INPUT).length > 1) {
    complain('standard input can be read only once: give - once');
    return UNUSABLE;
  }
  const keyLog = request.keyLog === undefined ? undefined : readKeyLog(request.keyLog);
  if (keyLog?.problem !== undefined) {
    complain(`${request.keyLog}: ${keyLog.problem}`);
    return UNUSABLE;
  }
  const progress = new Progress(process.stderr);
  const sources = request.captures.map(sourceOf);
  const { report, errors } = await analyze(sources, {
    onProgress: progress.update,
    showSecrets: request.showSecrets,
    ...(keyLog && { keyLog: keyLog.text }),
    ...(ids && { completeTimelines: ids }),
  }).finally(() => progress.end());
  const complainOf = (file: string, what: string) => complain(`${typedName(file, sources, request.captures)}: ${what}`);
  for (const { file, message } of errors) complainOf(file, message);
  const useless = errors.length === request.captures.length;
  if (!useless) {
    for (const { file, warnings } of report.captures) {
      for (const warning of warnings) complainOf(file, warning);
    }
    const unknown = unknownSession(report, ids);
    if (unknown !== undefined) {
      complain(unknown);
      return UNUSABLE;
    }
    const narrowed = filterReport(report, request.filter);
    const isUnhappy = narrowed.sessions.some(({ outcome, recovered }) => outcome === 'failed' && !recovered);
    await writeAll(await render(narrowed, request), process.stdout);
    if (errors.length === 0) return request.exitCode && isUnhappy ? FAILED_SESSION : FINE;
  }
  return UNUSABLE;
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

const render = async (report: Report, request: AnalyzeRequest): Promise<Iterable<string>> => {
  if (request.format === 'json') return renderJson(report);
  if (request.format === 'ndjson') return renderNdjson(report);
  if (request.format === 'markdown') {
    const { renderMarkdown } = await import('../report/markdown/render-markdown.js');
    const all = request.all || request.filter.ids !== undefined;
    const { showSecrets, captures } = request;
    return [renderMarkdown(report, { ...provenance(process.argv.slice(2), captures), showSecrets, all })];
  }
  // Only the terminal report needs its tables: programs start faster without them.
  const { renderTerminal } = await import('../report/terminal/render-terminal.js');
  return renderTerminal(report, {
    ...terminalLook(process.stdout, process.env, request.ascii),
    all: request.all,
    chosen: request.filter.ids !== undefined,
  });
};
