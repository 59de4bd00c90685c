/** The opening handshake as it was sent: both heads, with what breaks RFC 6455 4 marked and named. */
import { formatBytes } from '../format-value.js';
import type { Catalogue } from '../language/catalogue.js';
import type { ExchangeReport, Report, SessionReport } from '../report.js';
import { packetNumber } from '../terminal/finding-lines.js';
import { fillTemplate } from '../wording.js';
import { type Html, html } from './html.js';
import { legChanges } from './leg-changes.js';
import type { ToldRows } from './told-rows.js';

/** Rows of one head: servers send less, attackers more. */
const MOST_HEADERS = 200;

export const upgradeHeaders = (
  session: SessionReport,
  report: Report,
  told: ToldRows,
  catalogue: Catalogue,
): Html | null => {
  const { upgrade } = session;
  if (upgrade === null) return null;
  const said = catalogue.page.upgrade;
  const { problems, acceptValid, earlier } = upgrade;
  const wrong = new Set(problems.flatMap((problem) => faultyHeader(codeOf(problem)) ?? []));
  return html`<h3>${said.title}</h3>
${problems.length === 0 ? null : html`<ul class="problems">${problems.map((problem) => html`<li>${wordedProblem(problem, said)}</li>`)}</ul>`}
${earlier.map((exchange) => exchangeOf(exchange, NONE, report, catalogue))}
${exchangeOf(upgrade, wrong, report, catalogue)}
${legChanges(session, told, catalogue)}
${acceptValid === null ? null : html`<p class="small">${acceptValid ? said.fits : said.misfits}</p>`}`;
};

const exchangeOf = (
  { request, response }: ExchangeReport,
  wrong: ReadonlySet<string>,
  report: Report,
  { page: { upgrade: said, limits }, terms: { units } }: Catalogue,
): Html => {
  const head = (title: string, packet: string, headers: readonly (readonly [string, string])[], side: string): Html => {
    const shown = headers.slice(0, MOST_HEADERS);
    const absent = [...wrong]
      .filter(
        (each) => each.startsWith(`${side}:`) && !headers.some(([name]) => `${side}:${name.toLowerCase()}` === each),
      )
      .map((each) => each.slice(side.length + 1));
    return html`<div class="head"><h4><code>${title}</code> <small>${fillTemplate(said.packet, { packet })}</small></h4>
${shown.length + absent.length === 0 ? null : html`<table>${shown.map(([name, value]) => html`<tr class="${wrong.has(`${side}:${name.toLowerCase()}`) ? 'wrong' : ''}"><th scope="row">${name}</th><td>${value}</td></tr>`)}${absent.map((name) => html`<tr class="wrong absent"><th scope="row">${name}</th><td>${said.absent}</td></tr>`)}</table>`}
${headers.length > shown.length ? html`<p class="limit">${fillTemplate(limits.headers, { count: String(headers.length - shown.length) })}</p>` : null}</div>`;
  };
  return html`<div class="heads">
${request === null ? html`<p class="limit">${said.noRequest}</p>` : head(`${request.method} ${request.target} HTTP/${request.httpVersion}`, packetNumber(request, report), request.headers, 'request')}
${response === null ? html`<p class="limit">${said.noAnswer}</p>` : head(`${response.status} ${response.reason}`, packetNumber(response, report), response.headers, 'response')}
</div>
${response?.body === undefined || response.body.text === '' ? null : html`<details class="body"><summary>${fillTemplate(said.body, { size: formatBytes(response.body.bytes, units) })}</summary><pre>${response.body.text.split('\n').map((line) => html`${line.replace(/\r$/, '')}\n`)}</pre></details>`}`;
};

const faultyHeader = (code: FaultCode | ''): string | undefined => (code === '' ? undefined : FAULTY[code]);

const NONE: ReadonlySet<string> = new Set();

const codeOf = (problem: string): FaultCode | '' => {
  const code = problem.split(':', 1)[0] ?? '';
  return Object.hasOwn(FAULTY, code) ? (code as FaultCode) : '';
};

/** `accept-mismatch: AAA=` as a sentence; codes without one stay as they are. */
const wordedProblem = (problem: string, said: Texts): string => {
  const code = codeOf(problem);
  if (code === '') return problem;
  const detail = problem.slice(code.length + 2);
  return detail === '' ? said.faults[code] : fillTemplate(said.detail, { fault: said.faults[code], detail });
};

type Texts = Catalogue['page']['upgrade'];
type FaultCode = keyof Texts['faults'];

/** The header that a fault is about. */
const FAULTY: Readonly<Record<FaultCode, string | undefined>> = {
  'http-version-old': undefined,
  'connection-upgrade-missing': 'request:connection',
  'upgrade-missing': 'request:upgrade',
  'key-missing': 'request:sec-websocket-key',
  'key-invalid': 'request:sec-websocket-key',
  'key-repeated': 'request:sec-websocket-key',
  'version-unsupported': 'request:sec-websocket-version',
  'response-upgrade-missing': 'response:upgrade',
  'response-connection-missing': 'response:connection',
  'accept-mismatch': 'response:sec-websocket-accept',
  'accept-missing': 'response:sec-websocket-accept',
  'subprotocol-missing': 'request:sec-websocket-protocol',
  'subprotocol-not-offered': 'response:sec-websocket-protocol',
  'extension-not-offered': 'response:sec-websocket-extensions',
};
