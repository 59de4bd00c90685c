/**
 * The default command: captures in, a report on standard output, everything else on standard error, an exit status out.
 * What the statuses mean stands in exit-status.ts.
 */

import { loadCatalogue } from '../load-catalogue.js';
import { renderJson } from '../report/json.js';
import type { Catalogue, Language } from '../report/language/catalogue.js';
import { renderNdjson } from '../report/ndjson.js';
import type { Report } from '../report/report.js';
import { type AnalyzeRequest, version } from './command-line.js';
import { type ExitStatus, FAILED_SESSION, FINE, UNUSABLE } from './exit-status.js';
import { terminalLanguage } from './language.js';
import { writeAll } from './output.js';
import { provenance } from './provenance.js';
import { selectedReport } from './selected-report.js';
import { terminalLook } from './terminal-look.js';

export const runAnalyze = async (request: AnalyzeRequest): Promise<ExitStatus> => {
  const language = languageOf(request);
  const selected = await selectedReport(request, { keepMessages: request.format === 'har', language });
  if (selected === undefined) return UNUSABLE;
  const { report, incomplete } = selected;
  await writeAll(await render(report, request, await loadCatalogue(language)), process.stdout);
  if (incomplete) return UNUSABLE;
  const isUnhappy = report.sessions.some(({ outcome, recovered }) => outcome === 'failed' && !recovered);
  return request.exitCode && isUnhappy ? FAILED_SESSION : FINE;
};

/** What programs read is the same in every language. */
const languageOf = ({ format, language, ascii }: AnalyzeRequest): Language => {
  if (format === 'terminal') return terminalLanguage(language, ascii, process.env);
  return format === 'markdown' ? (language ?? 'en') : 'en';
};

const render = async (report: Report, request: AnalyzeRequest, catalogue: Catalogue): Promise<Iterable<string>> => {
  if (request.format === 'json') return renderJson(report);
  if (request.format === 'ndjson') return renderNdjson(report);
  if (request.format === 'har') {
    const { renderHar } = await import('../report/har/render-har.js');
    return renderHar(report, { version: version() });
  }
  if (request.format === 'markdown') {
    const { renderMarkdown } = await import('../report/markdown/render-markdown.js');
    const all = request.all || request.filter.ids !== undefined;
    const { showSecrets, captures } = request;
    return [renderMarkdown(report, { ...provenance(process.argv.slice(2), captures), showSecrets, all, catalogue })];
  }
  // Only the terminal report needs its tables: programs start faster without them.
  const { renderTerminal } = await import('../report/terminal/render-terminal.js');
  return renderTerminal(report, {
    ...terminalLook(process.stdout, process.env, request.ascii),
    all: request.all,
    chosen: request.filter.ids !== undefined,
    catalogue,
  });
};
