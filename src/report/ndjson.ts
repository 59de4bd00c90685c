/**
 * The report as one JSON object a line: every capture, then each session followed by its events, then the summary
 * with the findings about the whole capture. `type` says what a line is.
 */
import { toJson } from './json.js';
import type { Report } from './report.js';

export function* renderNdjson(report: Report): Iterable<string> {
  for (const capture of report.captures) yield line({ type: 'capture', ...capture });
  for (const session of report.sessions) {
    const { timeline, ...rest } = session;
    yield line({ type: 'session', ...rest });
    for (const event of timeline) yield line({ type: 'event', session: session.id, ...event });
  }
  yield line({ type: 'summary', schema: report.schema, ...report.summary, findings: report.findings });
}

const line = (value: object): string => `${toJson(value)}\n`;
