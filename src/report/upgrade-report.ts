/**
 * The part of the report about the opening handshake: the exchange that asked for WebSocket last, those before it on
 * the same connection, and what RFC 6455 4 has against them. Credentials are redacted here.
 */
import { upgradeTiming } from '../diagnosis/measures/upgrade-timing.js';
import type { Header, HttpBody, HttpExchange, HttpRequest, HttpResponse } from '../http/http-facts.js';
import type { Session } from '../session/session.js';
import { type Clock, toMs } from './place.js';
import type { Redactor } from './redact.js';
import type { BodyReport, ExchangeReport, RequestReport, ResponseReport, UpgradeReport } from './report.js';

/** Of a body: enough for an error page's message, not for a web page. In characters. */
const BODY_SHOWN = 1024;

export const upgradeReport = (session: Session, clock: Clock, redactor: Redactor): UpgradeReport | null => {
  const { upgrade, handshake, http } = session;
  if (upgrade === undefined) return null;
  const exchanges = http?.exchanges ?? [];
  const place = exchanges.indexOf(upgrade);
  return {
    ...exchangeReport(upgrade, clock, redactor),
    subprotocol: handshake?.subprotocol == null ? null : redactor.subprotocol(handshake.subprotocol),
    extensions: (handshake?.extensions ?? []).map((extension) => redactor.text(extension)),
    acceptValid: handshake?.acceptValid ?? null,
    problems: [
      ...(handshake?.problems ?? []).map(({ code, detail }) => (detail === '' ? code : `${code}: ${detail}`)),
      ...(upgrade.request?.problems ?? []).map((problem) => `request: ${problem}`),
      ...(upgrade.response?.problems ?? []).map((problem) => `response: ${problem}`),
    ].map((problem) => redactor.text(problem)),
    timing: timingReport(session),
    earlier: exchanges.slice(0, Math.max(place, 0)).map((earlier) => exchangeReport(earlier, clock, redactor)),
  };
};

const timingReport = (session: Session): UpgradeReport['timing'] => {
  const timing = upgradeTiming(session);
  if (timing === undefined) return null;
  const { request, waited, network, server, response } = timing;
  return {
    requestMs: toMs(request),
    waitedMs: toMs(waited),
    networkMs: network === undefined ? null : toMs(network),
    serverMs: server === undefined ? null : toMs(server),
    responseMs: toMs(response),
  };
};

const exchangeReport = (exchange: HttpExchange, clock: Clock, redactor: Redactor): ExchangeReport => ({
  request: exchange.request === undefined ? null : requestReport(exchange.request, clock, redactor),
  response: exchange.response === undefined ? null : responseReport(exchange.response, clock, redactor),
});

const requestReport = (request: HttpRequest, clock: Clock, redactor: Redactor): RequestReport => ({
  method: request.method,
  target: redactor.text(request.target),
  httpVersion: request.httpVersion,
  headers: headersReport(request.headers, redactor),
  ...clock.place(request.span.first),
});

const responseReport = (response: HttpResponse, clock: Clock, redactor: Redactor): ResponseReport => ({
  status: response.status,
  reason: redactor.text(response.reason),
  headers: headersReport(response.headers, redactor),
  ...clock.place(response.span.first),
  ...(response.body.preview.length === 0 ? {} : { body: bodyReport(response.body, redactor) }),
});

const headersReport = (headers: readonly Header[], redactor: Redactor): [string, string][] =>
  headers.map(([name, value]) => [name, redactor.header(name, value)]);

/** Bytes that are no UTF-8 come out as U+FFFD. Redacted before it is cut, lest half a token be left standing. */
const bodyReport = (body: HttpBody, redactor: Redactor): BodyReport => ({
  bytes: body.bytes,
  complete: body.complete,
  text: redactor
    .text(new TextDecoder().decode(body.preview))
    .slice(0, BODY_SHOWN)
    .replace(/[\ud800-\udbff]$/, ''),
});
