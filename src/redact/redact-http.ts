/**
 * HTTP/1 messages of one direction (RFC 9112): start lines, header fields and bodies become others of the same length;
 * what upgrades and their checks rest on stays as it is. Tells where the messages end and something else begins.
 */
import { CUT, type StreamOctets } from './flow-octets.js';
import type { Pseudonyms } from './pseudonyms.js';
import { otherText, redactText } from './text-redaction.js';
import { isKept } from './vocabulary.js';

/** Fields whose values are no secrets, and what checks are made of. */
const KEPT_FIELDS: ReadonlySet<string> = new Set(
  (
    'upgrade connection sec-websocket-key sec-websocket-accept sec-websocket-version sec-websocket-extensions content-length ' +
    'transfer-encoding content-encoding content-type date server keep-alive proxy-connection accept-encoding accept-ranges ' +
    'cache-control pragma expires allow retry-after vary upgrade-insecure-requests http2-settings'
  ).split(' '),
);

/** What a message was, for whoever pairs requests and responses. */
export interface HttpMessage {
  /** Of a response. */
  status: number | undefined;
  /** Of a request. */
  method: string | undefined;
  upgrade: boolean;
  /** Where it ends. */
  end: number;
}

/**
 * `methods`: of the requests, in their order, since responses to HEAD and CONNECT have no body. `endsAfter` is asked of
 * every request and every final response, with its number from 0.
 */
export const redactHttp = (
  stream: StreamOctets,
  side: 'client' | 'server',
  names: Pseudonyms,
  methods: readonly string[],
  endsAfter: (message: HttpMessage, index: number) => boolean,
): HttpMessage[] => {
  const messages: HttpMessage[] = [];
  let at = 0;
  let answered = 0;
  while (at < stream.length) {
    const head = headAt(stream, at);
    if (head === undefined) {
      stream.mark(at, stream.length, CUT);
      return messages;
    }
    redactHead(stream, at, head, names);
    const { status, method, fields } = readHead(head.lines, side);
    const upgrade = fields.get('upgrade')?.toLowerCase().includes('websocket') === true;
    const message: HttpMessage = { status, method, upgrade, end: head.end };
    const asked = method ?? methods[answered];
    const isFinal = status === undefined || status >= 200 || status === 101;
    if (hasBody(message, asked)) message.end = redactBody(stream, head.end, fields, side, names);
    at = message.end;
    if (isFinal) answered++;
    messages.push(message);
    if (isFinal && endsAfter(message, answered - 1)) return messages;
  }
  return messages;
};

interface Head {
  lines: string[];
  /** Behind the empty line, or where the stream ends inside the head. */
  end: number;
}

const headAt = (stream: StreamOctets, start: number): Head | undefined => {
  const found = stream.text(start, stream.length).indexOf('\r\n\r\n');
  const end = found < 0 ? stream.length : start + found + 4;
  if (!stream.has(start, end)) return undefined;
  const text = stream.text(start, end);
  if (!/^(?:HTTP\/1\.\d \d{3}|[A-Z]{2,20} \S)/.test(text)) return undefined;
  return { lines: text.split('\r\n'), end };
};

const readHead = ([first = '', ...rest]: readonly string[], side: 'client' | 'server') => {
  const fields = new Map<string, string>();
  for (const line of rest) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  const status = side === 'server' ? Number(first.split(' ')[1]) : undefined;
  return { status, method: side === 'client' ? first.split(' ')[0] : undefined, fields };
};

const hasBody = ({ status, method }: HttpMessage, asked: string | undefined): boolean => {
  if (status === undefined) return method !== 'CONNECT';
  return (
    status >= 200 && status !== 204 && status !== 304 && asked !== 'HEAD' && !(asked === 'CONNECT' && status < 300)
  );
};

const redactHead = (stream: StreamOctets, start: number, { lines }: Head, names: Pseudonyms): void => {
  const others = lines.map((line, index) => (index === 0 ? otherStartLine(line, names) : otherField(line, names)));
  stream.write(start, Buffer.from(others.join('\r\n'), 'latin1'));
};

const otherStartLine = (line: string, names: Pseudonyms): string => {
  const [first = '', second = '', ...rest] = line.split(' ');
  if (first.startsWith('HTTP/'))
    return [first, second, otherText(rest.join(' '), names)].join(' ').slice(0, line.length);
  return [first, otherTarget(second, names, first === 'CONNECT'), ...rest].join(' ');
};

/** A path, a whole URL, or the target of a CONNECT. */
export const otherTarget = (target: string, names: Pseudonyms, isAuthority = false): string => {
  if (isAuthority) return otherAuthority(target, names);
  const url = /^([a-z]+:\/\/)([^/?#]*)(.*)$/is.exec(target);
  if (url !== null) return `${url[1]}${otherAuthority(url[2]!, names)}${otherTarget(url[3]!, names)}`;
  return otherText(target, names);
};

const otherAuthority = (authority: string, names: Pseudonyms): string => {
  const [, user = '', host = '', port = ''] = /^(.*@)?(.*?)(:\d+)?$/s.exec(authority) ?? [];
  return `${otherText(user, names)}${names.host(host)}${port}`;
};

const otherField = (line: string, names: Pseudonyms): string => {
  const colon = line.indexOf(':');
  if (colon <= 0) return otherText(line, names);
  const name = line.slice(0, colon).trim().toLowerCase();
  const value = line.slice(colon + 1);
  return line.slice(0, colon + 1) + otherValue(name, value, names);
};

const otherValue = (name: string, value: string, names: Pseudonyms): string => {
  if (KEPT_FIELDS.has(name)) return value;
  if (name === 'host' || name === 'x-forwarded-host')
    return value.replace(/\S+/, (host) => otherAuthority(host, names));
  if (name === 'origin' || name === 'referer' || name === 'location')
    return value.replace(/\S+/g, (url) => otherTarget(url, names));
  if (name === 'sec-websocket-protocol')
    return value.replace(/[A-Za-z0-9]{5,}/g, (word) => (isKept(word) ? word : names.word(word)));
  if (name === 'via')
    return value.replace(/[A-Za-z0-9]+/g, (word) => (/^\d/.test(word) || isKept(word) ? word : names.word(word)));
  return otherText(value, names);
};

/** Where the body ends. */
const redactBody = (
  stream: StreamOctets,
  start: number,
  fields: ReadonlyMap<string, string>,
  side: 'client' | 'server',
  names: Pseudonyms,
): number => {
  const coded = !/^(?:identity)?$/i.test(fields.get('content-encoding') ?? '');
  const replace = (from: number, to: number): void => {
    const end = Math.min(to, stream.length);
    if (coded) stream.mark(from, end, CUT);
    else stream.write(from, redactText(stream.octets.slice(from, end), names));
  };
  if (/chunked/i.test(fields.get('transfer-encoding') ?? '')) return redactChunks(stream, start, replace);
  const length = fields.get('content-length');
  if (length === undefined && side === 'client') return start;
  const end = length === undefined ? stream.length : start + Number(length);
  if (!Number.isSafeInteger(end)) return stream.length;
  replace(start, end);
  return Math.min(end, stream.length);
};

const redactChunks = (stream: StreamOctets, start: number, replace: (from: number, to: number) => void): number => {
  let at = start;
  while (at < stream.length) {
    const line = /^([0-9a-f]{1,8})[^\r\n]{0,200}\r\n/i.exec(stream.text(at, at + 220));
    if (line === null) break;
    const size = Number.parseInt(line[1]!, 16);
    const data = at + line[0].length;
    if (size === 0) return Math.min(data + 2, stream.length);
    replace(data, data + size);
    at = data + size + 2;
  }
  stream.mark(Math.min(at, stream.length), stream.length, CUT);
  return stream.length;
};
