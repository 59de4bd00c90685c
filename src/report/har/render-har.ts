/**
 * The report as an HTTP Archive (HAR 1.2): an entry a session that asked for an upgrade, with what it said beside it
 * (`_webSocketMessages`), in the form that Chrome's DevTools export and import. What HAR has no place for stands under
 * `_wscope`. Piece by piece, an entry a line.
 */
import { toJson } from '../json.js';
import type { BodyReport, Report, RequestReport, ResponseReport, SessionReport } from '../report.js';
import { sentCookies, setCookies } from './har-cookies.js';
import { harMessages, harOmissions } from './har-messages.js';
import { harTimings, totalOf } from './har-timings.js';
import { harQuery, harUrl } from './har-url.js';

export interface HarOptions {
  version: string;
}

export function* renderHar(report: Report, { version }: HarOptions): Iterable<string> {
  const epoch = epochOf(report);
  const creator = { name: 'wscope', version };
  yield `{"log":{"version":"1.2","creator":${toJson(creator)},"comment":${toJson(commentOf(report))},"pages":[],"entries":[`;
  let comma = '';
  for (const session of report.sessions) {
    const entry = entryOf(session, epoch);
    if (entry === undefined) continue;
    yield `${comma}\n${toJson(entry)}`;
    comma = ',';
  }
  yield '\n]}}\n';
}

const commentOf = ({ captures, sessions }: Report): string => {
  const left = sessions.filter(({ upgrade }) => !upgrade?.request).length;
  const files = captures.map(({ file }) => file).join(', ');
  return left === 0 ? `From ${files}` : `From ${files}; ${left} sessions without a request are not in it`;
};

/** Milliseconds since 1970, with their fraction, of the earliest packet. */
const epochOf = ({ captures }: Report): number => {
  const starts = captures.flatMap(({ start }) => (start === null ? [] : [millisOf(start)]));
  const first = Math.min(...starts);
  return Number.isFinite(first) ? first : 0;
};

/** Date keeps no more than milliseconds. */
const millisOf = (iso: string): number => {
  const [, whole = iso, fraction = ''] = /^(.*?)(\.\d+)?Z$/.exec(iso) ?? [];
  return Date.parse(`${whole}Z`) + (fraction === '' ? 0 : Number(fraction) * 1000);
};

/** Undefined without a request: HAR has nothing to say of it. */
const entryOf = (session: SessionReport, epoch: number): object | undefined => {
  const { upgrade, id, outcome, stage, cause, verdict, client, server } = session;
  const request = upgrade?.request;
  if (upgrade == null || request == null) return undefined;
  const timings = harTimings(session);
  const { address, port } = partsOf(server);
  return {
    startedDateTime: dateOf(epoch + session.startMs),
    time: totalOf(timings),
    request: requestOf(session, request),
    response: responseOf(upgrade.response, versionOf(request.httpVersion)),
    cache: {},
    timings,
    serverIPAddress: address,
    // Browsers write, and show, the server's port here; HAR 1.2 leaves it open.
    connection: port,
    _connectionId: client,
    _resourceType: 'websocket',
    _webSocketMessages: harMessages(session, epoch),
    _wscope: { session: id, outcome, stage, cause, verdict, packet: request.packet, ...harOmissions(session) },
  };
};

const requestOf = (session: SessionReport, { method, target, httpVersion, headers }: RequestReport): object => {
  const url = harUrl(session, target);
  return {
    method,
    url,
    httpVersion: versionOf(httpVersion),
    cookies: sentCookies(headers),
    headers: pairs(headers),
    queryString: harQuery(url),
    headersSize: -1,
    bodySize: 0,
  };
};

/** An answer that is not in the capture has status 0, as in browsers. */
const responseOf = (response: ResponseReport | null, httpVersion: string): object => {
  const { status = 0, reason = '', headers = [], body } = response ?? {};
  return {
    status,
    statusText: reason,
    httpVersion: response === null ? '' : httpVersion,
    cookies: setCookies(headers),
    headers: pairs(headers),
    content: {
      size: body?.bytes ?? 0,
      mimeType: headerOf(headers, 'content-type'),
      ...(body === undefined ? {} : contentOf(body)),
    },
    redirectURL: headerOf(headers, 'location'),
    headersSize: -1,
    bodySize: body?.complete ? body.bytes : -1,
    ...(response === null ? { _error: 'no response in the capture' } : {}),
  };
};

const contentOf = ({ text, bytes }: BodyReport): { text: string; comment?: string } =>
  Buffer.byteLength(text) < bytes ? { text, comment: 'The text is the beginning of the body' } : { text };

/** "2" is "HTTP/2.0" in the archives of Chrome, and nothing else is HTTP/2 to its importer. */
const versionOf = (httpVersion: string): string => `HTTP/${httpVersion === '2' ? '2.0' : httpVersion}`;

/** Of `ip:port` or `[ip]:port`, an address without brackets. */
const partsOf = (endpoint: string): { address: string; port: string } => {
  const colon = endpoint.lastIndexOf(':');
  return { address: endpoint.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port: endpoint.slice(colon + 1) };
};

/** ISO 8601 with a year of four digits; a clock beyond that tells no time. */
const dateOf = (ms: number): string => new Date(ms >= 0 && ms <= LAST_MS ? ms : 0).toISOString();
const LAST_MS = Date.UTC(9999, 11, 31);

const pairs = (headers: readonly (readonly [string, string])[]): { name: string; value: string }[] =>
  headers.map(([name, value]) => ({ name, value }));

const headerOf = (headers: readonly (readonly [string, string])[], wanted: string): string =>
  headers.find(([name]) => name.toLowerCase() === wanted)?.[1] ?? '';
