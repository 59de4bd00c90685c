/**
 * One HTTP exchange → the opening handshake judged: what was offered and agreed, and every rule of RFC 6455 4 and
 * RFC 7692 7.1 that it breaks. Where a half is missing or was cut, nothing is claimed of it.
 */
import { createHash } from 'node:crypto';
import { headerElements, headerTokens, headerValues, splitOutsideQuotes } from '../http/header-fields.js';
import type { HttpExchange, HttpRequest, HttpResponse } from '../http/http-facts.js';
import { opensWebSocket } from '../http/upgrade-request.js';
import {
  deflateParameters,
  judgeDeflateAnswer,
  judgeDeflateParameters,
  PERMESSAGE_DEFLATE,
} from './deflate-negotiation.js';
import { type ExtensionList, parseExtensions } from './extension-list.js';
import type { HandshakeFacts, HandshakeProblem } from './websocket-facts.js';

type Code = HandshakeProblem['code'];
type Report = (code: Code, detail?: string) => void;

export function judgeHandshake({ request, response }: HttpExchange): HandshakeFacts {
  const problems: HandshakeProblem[] = [];
  const isHttp2 = (request ?? response)?.httpVersion === '2';
  const opened = response !== undefined && opensWebSocket(response) ? response : undefined;
  const offered = parseExtensions(request?.headers ?? []);
  const accepted = parseExtensions(opened?.headers ?? []);
  if (request !== undefined && !isHttp2) judgeRequest(request, reporter('client', problems));
  if (request !== undefined) judgeOffer(request, offered, reporter('client', problems));
  const key = request === undefined ? undefined : headerValues(request.headers, 'sec-websocket-key')[0];
  const acceptExpected = key === undefined ? undefined : acceptFor(key);
  if (opened !== undefined && !isHttp2) judgeResponse(opened, acceptExpected, reporter('server', problems));
  if (opened !== undefined) judgeAnswer(request, opened, { offered, accepted }, reporter('server', problems));
  const deflate = accepted.extensions.find(({ name }) => name === PERMESSAGE_DEFLATE);
  return {
    asked: request === undefined ? opened !== undefined && namesWebSocket(opened) : asks(request),
    key,
    subprotocolsOffered: request === undefined ? [] : headerElements(request.headers, 'sec-websocket-protocol'),
    subprotocol: opened === undefined ? null : (subprotocolsOf(opened)[0] ?? null),
    extensionsOffered: offered.extensions.map(({ text }) => text),
    extensions: accepted.extensions.map(({ text }) => text),
    deflate: deflate === undefined ? undefined : deflateParameters(deflate),
    acceptValid: opened === undefined || isHttp2 ? null : judgeAccept(opened, acceptExpected),
    acceptExpected,
    problems,
  };
}

/** The Sec-WebSocket-Accept that answers a Sec-WebSocket-Key, valid or not (RFC 6455 4.2.2, 5). */
export const acceptFor = (key: string): string =>
  createHash('sha1').update(`${key}${ACCEPT_GUID}`, 'latin1').digest('base64');

function judgeRequest(request: HttpRequest, report: Report): void {
  const { headers, method, target, httpVersion, cut } = request;
  // Of a head that was cut, what is not there may have stood behind the cut.
  const missing: Report = cut ? () => {} : report;
  // RFC 6455 4.1 and 4.2.1, in their order.
  if (method !== 'GET') report('method-not-get', method);
  else if (!/^(?:\/|https?:\/\/)[^#]*$/i.test(target)) report('target-invalid', target);
  if (httpVersion < '1.1') report('http-version-old', httpVersion);
  const hosts = headerValues(headers, 'host');
  if (hosts.length === 0) missing('host-missing');
  if (hosts.length > 1) report('host-repeated', hosts.join(', '));
  if (!namesWebSocket(request)) missing('upgrade-missing', headerValues(headers, 'upgrade').join(', '));
  if (!headerTokens(headers, 'connection').includes('upgrade')) {
    missing('connection-upgrade-missing', headerValues(headers, 'connection').join(', '));
  }
  const keys = headerValues(headers, 'sec-websocket-key');
  if (keys.length === 0) missing('key-missing');
  for (const key of keys) if (!KEY.test(key)) report('key-invalid', key);
  if (keys.length > 1) report('key-repeated', keys.join(', '));
}

/** What is said in the same fields whatever carries the handshake (RFC 8441 5). */
function judgeOffer({ headers, cut }: HttpRequest, offered: ExtensionList, report: Report): void {
  judgeVersion(headerValues(headers, 'sec-websocket-version'), report, cut ? () => {} : report);
  judgeOfferedSubprotocols(headerValues(headers, 'sec-websocket-protocol'), report);
  for (const text of offered.malformed) report('extension-malformed', text);
  for (const extension of offered.extensions) {
    if (extension.name !== PERMESSAGE_DEFLATE) continue;
    for (const { code, detail } of judgeDeflateParameters(extension, false)) report(code, detail);
  }
}

function judgeVersion(versions: readonly string[], report: Report, missing: Report): void {
  if (versions[0] === undefined) missing('version-missing');
  else if (versions[0] !== '13') report('version-unsupported', versions[0]);
  // RFC 6455 11.3.5: at most once in a request.
  if (versions.length > 1) report('version-repeated', versions.join(', '));
}

/** RFC 6455 4.1, 10: a list of different tokens. */
function judgeOfferedSubprotocols(values: readonly string[], report: Report): void {
  if (values.length === 0) return;
  const names = values.flatMap((value) => splitOutsideQuotes(value, ',')).filter((name) => name !== '');
  if (names.length === 0) report('subprotocol-invalid', '');
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name) || !TOKEN.test(name)) report('subprotocol-invalid', name);
    seen.add(name);
  }
}

/** What a 101 has to say by itself (RFC 6455 4.1 and 4.2.2). */
function judgeResponse(response: HttpResponse, acceptExpected: string | undefined, report: Report): void {
  const { headers, httpVersion, cut } = response;
  const missing: Report = cut ? () => {} : report;
  // RFC 9110 15.2: HTTP/1.0 has no 101.
  if (httpVersion < '1.1') report('response-http-version-old', httpVersion);
  if (!namesWebSocket(response)) missing('response-upgrade-missing', headerValues(headers, 'upgrade').join(', '));
  if (!headerTokens(headers, 'connection').includes('upgrade')) {
    missing('response-connection-missing', headerValues(headers, 'connection').join(', '));
  }
  const accepts = headerValues(headers, 'sec-websocket-accept');
  if (accepts[0] === undefined) missing('accept-missing');
  else if (acceptExpected !== undefined && accepts[0] !== acceptExpected) report('accept-mismatch', accepts[0]);
  // RFC 6455 11.3.3: at most once.
  if (accepts.length > 1) report('accept-repeated', accepts.join(', '));
}

function judgeAccept(response: HttpResponse, expected: string | undefined): boolean | null {
  const [accept] = headerValues(response.headers, 'sec-websocket-accept');
  if (expected === undefined || (accept === undefined && response.cut)) return null;
  return accept === expected;
}

/** Subprotocol and extensions of a 101, held against what was offered. */
function judgeAnswer(
  request: HttpRequest | undefined,
  response: HttpResponse,
  { offered, accepted }: { offered: ExtensionList; accepted: ExtensionList },
  report: Report,
): void {
  const chosen = subprotocolsOf(response);
  if (chosen.length > 1) report('subprotocol-several', chosen.join(', '));
  for (const text of accepted.malformed) report('extension-malformed', text);
  judgeAcceptedExtensions(request, offered, accepted, report);
  if (request === undefined || request.cut) return;
  const names = headerElements(request.headers, 'sec-websocket-protocol');
  // RFC 6455 4.1: compared as they are, case included.
  for (const name of chosen) if (!names.includes(name)) report('subprotocol-not-offered', name);
  if (chosen.length === 0 && names.length > 0 && !response.cut) report('subprotocol-missing', names.join(', '));
}

function judgeAcceptedExtensions(
  request: HttpRequest | undefined,
  offered: ExtensionList,
  accepted: ExtensionList,
  report: Report,
): void {
  const seen = new Set<string>();
  for (const extension of accepted.extensions) {
    // RFC 7692 5: two that use the same bit cannot both be agreed, the same one twice even less.
    if (seen.has(extension.name)) report('extension-repeated', extension.text);
    seen.add(extension.name);
    const deflate = extension.name === PERMESSAGE_DEFLATE;
    const invalid = deflate ? judgeDeflateParameters(extension, true) : [];
    for (const { code, detail } of invalid) report(code, detail);
    if (request === undefined || request.cut) continue;
    const offers = offered.extensions.filter(({ name }) => name === extension.name);
    if (offers.length === 0) report('extension-not-offered', extension.text);
    else if (deflate && invalid.length === 0) {
      for (const { code, detail } of judgeDeflateAnswer(extension, offers)) report(code, detail);
    }
  }
}

/** All values, an empty one included: it is neither a subprotocol nor the lack of one (RFC 6455 4.2.2, 5). */
const subprotocolsOf = ({ headers }: HttpResponse): string[] =>
  headerValues(headers, 'sec-websocket-protocol').flatMap((value) => splitOutsideQuotes(value, ','));

const asks = (request: HttpRequest): boolean =>
  namesWebSocket(request) ||
  // RFC 8441 4: an extended CONNECT.
  headerValues(request.headers, ':protocol')[0]?.toLowerCase() === 'websocket' ||
  headerValues(request.headers, 'sec-websocket-key').length > 0;

const namesWebSocket = ({ headers }: HttpRequest | HttpResponse): boolean =>
  headerTokens(headers, 'upgrade').includes('websocket');

const reporter =
  (side: HandshakeProblem['side'], problems: HandshakeProblem[]): Report =>
  (code, detail = '') => {
    if (problems.length < MAX_PROBLEMS) problems.push({ code, side, detail: detail.slice(0, MAX_DETAIL_CHARACTERS) });
  };

/** A handshake breaks a few rules, or it was made to break them by the thousand. */
const MAX_PROBLEMS = 64;
const MAX_DETAIL_CHARACTERS = 200;

/** RFC 6455 1.3. */
const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** 16 bytes in base64 (RFC 4648 4); the last character carries 2 bits, its other 4 are zero (RFC 4648 3.5). */
const KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/;

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
