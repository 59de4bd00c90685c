/**
 * The public API: captures in, a Report out, and the renderers that the command uses. Everything else in src/ may change
 * between versions; what is exported here, and the shape of Report (docs/report.schema.json), may not.
 */
export { type Analysis, type AnalyzeOptions, analyze } from './analyze.js';
export { CaptureError } from './capture/capture-error.js';
export { type CaptureSource, memorySource } from './capture/capture-source.js';
export { fileSource, openCapture, standardInput } from './capture/read-blocks.js';
export { CAUSES, type CauseId } from './diagnosis/causes.js';
export { loadCatalogue } from './load-catalogue.js';
export { filterReport, type SessionFilter } from './report/filter-report.js';
export { type HarOptions, renderHar } from './report/har/render-har.js';
export { type HtmlOptions, renderHtml } from './report/html/render-html.js';
export { renderJson } from './report/json.js';
export { type Catalogue, LANGUAGES, type Language } from './report/language/catalogue.js';
export { type MarkdownOptions, renderMarkdown } from './report/markdown/render-markdown.js';
export { renderNdjson } from './report/ndjson.js';
export type * from './report/report.js';
export { REPORT_SCHEMA } from './report/report.js';
export { renderTerminal, type TerminalOptions } from './report/terminal/render-terminal.js';
