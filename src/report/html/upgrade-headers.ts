/** The opening handshake as it was sent: both heads, with what breaks RFC 6455 4 marked and named. */
import type { ExchangeReport, Report, SessionReport } from '../report.js';
import { packetNumber } from '../terminal/finding-lines.js';
import { type Html, html } from './html.js';

/** Rows of one head: servers send less, attackers more. */
const MOST_HEADERS = 200;

export const upgradeHeaders = ({ upgrade }: SessionReport, report: Report): Html | null => {
  if (upgrade === null) return null;
  const { problems, acceptValid, earlier } = upgrade;
  const wrong = new Set(problems.flatMap((problem) => FAULTS[codeOf(problem)]?.header ?? []));
  return html`<h3>Opening handshake</h3>
${problems.length === 0 ? null : html`<ul class="problems">${problems.map((problem) => html`<li>${wordedProblem(problem)}</li>`)}</ul>`}
${earlier.map((exchange) => exchangeOf(exchange, NONE, report))}
${exchangeOf(upgrade, wrong, report)}
${acceptValid === null ? null : html`<p class="small">Sec-WebSocket-Accept ${acceptValid ? 'fits the key (RFC 6455 4.2.2)' : 'does not fit the key (RFC 6455 4.1)'}.</p>`}`;
};

const exchangeOf = ({ request, response }: ExchangeReport, wrong: ReadonlySet<string>, report: Report): Html => {
  const head = (title: string, packet: string, headers: readonly (readonly [string, string])[], side: string): Html => {
    const shown = headers.slice(0, MOST_HEADERS);
    const absent = [...wrong]
      .filter(
        (each) => each.startsWith(`${side}:`) && !headers.some(([name]) => `${side}:${name.toLowerCase()}` === each),
      )
      .map((each) => each.slice(side.length + 1));
    return html`<div class="head"><h4><code>${title}</code> <small>packet ${packet}</small></h4>
<table>${shown.map(([name, value]) => html`<tr class="${wrong.has(`${side}:${name.toLowerCase()}`) ? 'wrong' : ''}"><th scope="row">${name}</th><td>${value}</td></tr>`)}${absent.map((name) => html`<tr class="wrong absent"><th scope="row">${name}</th><td>not there</td></tr>`)}</table>
${headers.length > shown.length ? html`<p class="limit">${headers.length - shown.length} more headers are left out.</p>` : null}</div>`;
  };
  return html`<div class="heads">
${request === null ? html`<p class="limit">The request is not in the capture.</p>` : head(`${request.method} ${request.target} HTTP/${request.httpVersion}`, packetNumber(request, report), request.headers, 'request')}
${response === null ? html`<p class="limit">No answer was seen.</p>` : head(`${response.status} ${response.reason}`, packetNumber(response, report), response.headers, 'response')}
</div>
${response?.body === undefined || response.body.text === '' ? null : html`<details class="body"><summary>Body of the answer, ${response.body.bytes} bytes</summary><pre>${response.body.text.split('\n').map((line) => html`${line.replace(/\r$/, '')}\n`)}</pre></details>`}`;
};

const NONE: ReadonlySet<string> = new Set();

const codeOf = (problem: string): string => problem.split(':', 1)[0] ?? '';

/** `accept-mismatch: AAA=` as a sentence; codes without one stay as they are. */
const wordedProblem = (problem: string): string => {
  const fault = FAULTS[codeOf(problem)];
  if (fault === undefined) return problem;
  const detail = problem.slice(codeOf(problem).length + 2);
  return detail === '' ? fault.text : `${fault.text}: ${detail}`;
};

interface Fault {
  text: string;
  /** The header that it is about. */
  header?: string;
}

const FAULTS: Readonly<Record<string, Fault>> = {
  'http-version-old': { text: 'WebSocket needs HTTP/1.1 (RFC 6455 4.1); this is' },
  'connection-upgrade-missing': {
    text: 'Connection does not name Upgrade (RFC 6455 4.1)',
    header: 'request:connection',
  },
  'upgrade-missing': { text: 'Upgrade: websocket is missing (RFC 6455 4.1)', header: 'request:upgrade' },
  'key-missing': { text: 'Sec-WebSocket-Key is missing (RFC 6455 4.1)', header: 'request:sec-websocket-key' },
  'key-invalid': {
    text: 'Sec-WebSocket-Key is not 16 octets in base64 (RFC 6455 4.1)',
    header: 'request:sec-websocket-key',
  },
  'key-repeated': { text: 'Sec-WebSocket-Key stands there more than once', header: 'request:sec-websocket-key' },
  'version-unsupported': {
    text: 'Sec-WebSocket-Version is not 13 (RFC 6455 4.1)',
    header: 'request:sec-websocket-version',
  },
  'response-upgrade-missing': {
    text: 'The answer lacks Upgrade: websocket (RFC 6455 4.2.2)',
    header: 'response:upgrade',
  },
  'response-connection-missing': {
    text: 'The answer lacks Connection: Upgrade (RFC 6455 4.2.2)',
    header: 'response:connection',
  },
  'accept-mismatch': {
    text: 'Sec-WebSocket-Accept does not fit the key (RFC 6455 4.1)',
    header: 'response:sec-websocket-accept',
  },
  'accept-missing': { text: 'Sec-WebSocket-Accept is missing (RFC 6455 4.1)', header: 'response:sec-websocket-accept' },
  'subprotocol-missing': {
    text: 'The server chose none of the subprotocols that were asked for',
    header: 'request:sec-websocket-protocol',
  },
  'subprotocol-not-offered': {
    text: 'The server chose a subprotocol nobody asked for (RFC 6455 4.1)',
    header: 'response:sec-websocket-protocol',
  },
  'extension-not-offered': {
    text: 'The server chose an extension nobody asked for (RFC 6455 4.1)',
    header: 'response:sec-websocket-extensions',
  },
};
