/**
 * The report as an HTTP Archive (HAR 1.2): an entry a session that asked for an upgrade, its messages as Chrome exports
 * them (`_webSocketMessages`), so that DevTools and HAR viewers show a capture like a recording of their own. What HAR
 * has no place for stands under `_wscope`. Piece by piece, an entry a line.
 */
import { toJson } from '../json.js';
import type { MessageReport, Report, SessionReport } from '../report.js';

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
const epochOf = ({ captures }: Report): number =>
  captures.reduce(
    (first, { start }) => (start === null ? first : Math.min(first, millisOf(start))),
    Number.POSITIVE_INFINITY,
  );

/** Date keeps no more than milliseconds. */
const millisOf = (iso: string): number => {
  const [, whole = iso, fraction = ''] = /^(.*?)(\.\d+)?Z$/.exec(iso) ?? [];
  return Date.parse(`${whole}Z`) + (fraction === '' ? 0 : Number(fraction) * 1000);
};

/** Undefined without a request: HAR has nothing to say of it. */
const entryOf = (session: SessionReport, epoch: number): object | undefined => {
  const { upgrade, url, server, id, outcome, stage, cause, verdict, client, messages, messagesOmitted } = session;
  const request = upgrade?.request;
  if (upgrade == null || request == null) return undefined;
  const { response } = upgrade;
  const timings = timingsOf(session);
  return {
    startedDateTime: dateOf(epoch + session.startMs),
    time: sumOf(timings),
    request: {
      method: request.method,
      url: url ?? request.target,
      httpVersion: `HTTP/${request.httpVersion}`,
      cookies: [],
      headers: pairs(request.headers),
      queryString: queryOf(url ?? request.target),
      headersSize: -1,
      bodySize: 0,
    },
    response: {
      status: response?.status ?? 0,
      statusText: response?.reason ?? '',
      httpVersion: response === null ? '' : `HTTP/${request.httpVersion}`,
      cookies: [],
      headers: pairs(response?.headers ?? []),
      content: {
        size: response?.body?.bytes ?? 0,
        mimeType: headerOf(response?.headers ?? [], 'content-type'),
        ...(response?.body === undefined ? {} : { text: response.body.text }),
      },
      redirectURL: headerOf(response?.headers ?? [], 'location'),
      headersSize: -1,
      bodySize: -1,
      ...(response === null ? { _error: 'no response in the capture' } : {}),
    },
    cache: {},
    timings,
    serverIPAddress: server.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'),
    connection: client.slice(client.lastIndexOf(':') + 1),
    _resourceType: 'websocket',
    _webSocketMessages: (messages ?? []).flatMap((message) => messageOf(message, epoch)),
    _wscope: {
      session: id,
      outcome,
      stage,
      cause,
      verdict,
      packet: request.packet,
      messagesOmitted: messagesOmitted ?? 0,
    },
  };
};

/** As Chrome does: seconds since 1970, binary as base64. What was not captured or read is left out. */
const messageOf = (message: MessageReport, epoch: number): object[] => {
  const { from, atMs, opcode, text, base64, cut, missing, unreadable } = message;
  if (missing || unreadable) return [];
  return [
    {
      type: from === 'client' ? 'send' : 'receive',
      time: Number(((epoch + atMs) / 1000).toFixed(6)),
      opcode: opcode === 'text' ? 1 : 2,
      data: text ?? base64 ?? '',
      ...(cut ? { _wscope: { bytes: message.bytes, cut } } : {}),
    },
  ];
};

/** Of the phases HAR knows; what lies between them is `blocked`. They sum to the session's length. */
const timingsOf = (session: SessionReport) => {
  const { stages, upgrade, startMs, endMs } = session;
  const took = (name: string): number | undefined =>
    stages.find(({ stage }) => stage === name)?.durationMs ?? undefined;
  const dns = took('dns') ?? -1;
  const ssl = took('tls') ?? -1;
  const tcp = took('tcp');
  const connect = tcp === undefined ? -1 : rounded(tcp + Math.max(0, ssl));
  const answeredAt = upgrade?.response?.atMs ?? endMs;
  const askedAt = upgrade?.request?.atMs ?? answeredAt;
  const wait = rounded(Math.max(0, answeredAt - askedAt));
  const receive = rounded(Math.max(0, endMs - answeredAt));
  const known = Math.max(0, dns) + Math.max(0, connect) + wait + receive;
  const blocked = rounded(Math.max(0, endMs - startMs - known));
  return { blocked, dns, connect, ssl, send: 0, wait, receive };
};

/** `ssl` is part of `connect` (HAR 1.2, timings). */
const sumOf = ({ blocked, dns, connect, send, wait, receive }: ReturnType<typeof timingsOf>): number =>
  rounded([blocked, dns, connect, send, wait, receive].reduce((sum, part) => sum + Math.max(0, part), 0));

const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;

const dateOf = (ms: number): string => {
  const date = new Date(Number.isFinite(ms) ? ms : 0);
  return Number.isNaN(date.getTime()) ? new Date(0).toISOString() : date.toISOString();
};

const pairs = (headers: readonly (readonly [string, string])[]): { name: string; value: string }[] =>
  headers.map(([name, value]) => ({ name, value }));

const headerOf = (headers: readonly (readonly [string, string])[], wanted: string): string =>
  headers.find(([name]) => name.toLowerCase() === wanted)?.[1] ?? '';

/** As it stands in the URL, undecoded. */
const queryOf = (url: string): { name: string; value: string }[] => {
  const start = url.indexOf('?');
  if (start < 0) return [];
  return (url.slice(start + 1).split('#', 1)[0] ?? '')
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      return equals < 0 ? { name: part, value: '' } : { name: part.slice(0, equals), value: part.slice(equals + 1) };
    });
};
