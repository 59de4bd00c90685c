/** `wscope report <capture...> -o <file>`: the page, written to a file or to standard output. */

import { loadCatalogue } from '../load-catalogue.js';
import { renderHtml } from '../report/html/render-html.js';
import type { ReportRequest } from './command-line.js';
import { type ExitStatus, FINE, UNUSABLE } from './exit-status.js';
import { writeAll } from './output.js';
import { writeOutputFile } from './output-file.js';
import { provenance } from './provenance.js';
import { selectedReport } from './selected-report.js';

export const runReport = async (request: ReportRequest): Promise<ExitStatus> => {
  const { language = 'en' } = request;
  const selected = await selectedReport(request, { keepMessages: true, keepSeries: true, language });
  if (selected === undefined) return UNUSABLE;
  const { captures, showSecrets, output } = request;
  const page = renderHtml(selected.report, {
    ...provenance(process.argv.slice(2), captures),
    showSecrets,
    catalogue: await loadCatalogue(language),
  });
  if (output === '-') await writeAll(page, process.stdout);
  else if (!writeOutputFile(output, page, captures)) return UNUSABLE;
  return selected.incomplete ? UNUSABLE : FINE;
};
