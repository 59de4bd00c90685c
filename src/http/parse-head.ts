/**
 * The text of a head → start line, header fields in order, and the deviations that were tolerated (RFC 9112 2 to 5).
 * Lenient as the peers are: whatever has a start line is a head. Bytes are read as ISO 8859-1, one character each, so
 * that nothing is lost. What the fields mean is for others.
 */
import { isBlank, trimBlank } from './header-fields.js';
import type { Header } from './http-facts.js';

export interface RequestLine {
  method: string;
  target: string;
  httpVersion: string;
}

export interface StatusLine {
  status: number;
  reason: string;
  httpVersion: string;
}

export interface ParsedHead<StartLine> {
  startLine: StartLine;
  headers: Header[];
  problems: string[];
}

export const parseRequestHead = (text: string): ParsedHead<RequestLine> | undefined => parseHead(text, readRequestLine);
export const parseResponseHead = (text: string): ParsedHead<StatusLine> | undefined => parseHead(text, readStatusLine);

/** Undefined when the first line is no start line. `text` ends before or after the empty line, or where it was cut. */
function parseHead<T>(text: string, readStartLine: ReadStartLine<T>): ParsedHead<T> | undefined {
  const problems = new Set<string>();
  const firstEnd = text.indexOf('\n');
  const startLine = readStartLine(lineOf(text, 0, firstEnd < 0 ? text.length : firstEnd, problems), problems);
  if (startLine === undefined) return undefined;
  const headers = firstEnd < 0 ? [] : readFields(text, firstEnd + 1, problems);
  return { startLine, headers, problems: [...problems] };
}

type ReadStartLine<T> = (line: string, problems: Set<string>) => T | undefined;

/** By hand rather than by one expression: a hostile line of blanks must not cost more than its length. */
function readRequestLine(line: string, problems: Set<string>): RequestLine | undefined {
  const trimmed = isBlank(line.charCodeAt(0)) ? '' : trimBlank(line);
  const methodEnd = trimmed.search(/[ \t]/);
  const versionStart = Math.max(trimmed.lastIndexOf(' '), trimmed.lastIndexOf('\t')) + 1;
  const version = HTTP_VERSION.exec(trimmed.slice(versionStart));
  if (methodEnd < 0 || versionStart <= methodEnd || version?.[1] === undefined) return undefined;
  const method = trimmed.slice(0, methodEnd);
  if (!TOKEN.test(method)) return undefined;
  const between = trimmed.slice(methodEnd, versionStart);
  const target = trimBlank(between);
  if (between.length !== target.length + 2 || trimmed.length !== line.length)
    problems.add('spaces in the request line');
  if (/[ \t]/.test(target)) problems.add('space inside the request target');
  if (target === '') problems.add('no request target');
  return { method, target, httpVersion: version[1] };
}

function readStatusLine(line: string, problems: Set<string>): StatusLine | undefined {
  const match = STATUS_LINE.exec(line);
  if (match === null) return undefined;
  const [, httpVersion = '', before = '', status = '', after = '', reason = ''] = match;
  if (before !== ' ') problems.add('spaces in the status line');
  // RFC 9112 4: the space after the status code is required even where no reason follows; many servers leave it out.
  if (after === '') problems.add('no space after the status code');
  return { status: Number(status), reason: trimBlank(reason), httpVersion };
}

function readFields(text: string, from: number, problems: Set<string>): Header[] {
  const headers: Header[] = [];
  for (let start = from; start < text.length; ) {
    const lineFeed = text.indexOf('\n', start);
    const end = lineFeed < 0 ? text.length : lineFeed;
    const line = lineOf(text, start, end, problems);
    start = end + 1;
    if (line === '') continue;
    if (headers.length === MAX_HEADERS) {
      problems.add(`more than ${MAX_HEADERS} header fields: the others were left out`);
      break;
    }
    readField(line, headers, problems);
  }
  return headers;
}

function readField(line: string, headers: Header[], problems: Set<string>): void {
  const previous = headers.at(-1);
  if (line.startsWith(' ') || line.startsWith('\t')) {
    // RFC 9112 2.2 and 5.2: whitespace after the start line is dropped, a folded line belongs to the field before it.
    problems.add(previous === undefined ? 'whitespace before the first header field' : 'obsolete line folding');
    if (previous !== undefined) {
      headers[headers.length - 1] = [previous[0], trimBlank(`${previous[1]} ${trimBlank(line)}`)];
    }
    return;
  }
  const colon = line.indexOf(':');
  if (colon <= 0) {
    problems.add('header line without a name and a colon');
    return;
  }
  const written = line.slice(0, colon);
  const name = trimBlank(written);
  const value = trimBlank(line.slice(colon + 1));
  // RFC 9112 5.1: a server refuses such a request, a proxy removes the space.
  if (name.length < written.length) problems.add('space between header name and colon');
  if (!TOKEN.test(name)) problems.add('invalid character in a header name');
  if (CONTROL.test(value)) problems.add('control character in a header value');
  headers.push([name, value]);
}

/** The line without its line end. RFC 9112 2.2: a recipient may take a bare LF for a line end. */
function lineOf(text: string, start: number, end: number, problems: Set<string>): string {
  let last = end;
  if (last > start && text.charCodeAt(last - 1) === 0x0d) last--;
  else if (end < text.length) problems.add('line ends with a bare LF');
  return text.slice(start, last);
}

/** More than any server accepts (Apache 100, Tomcat 100, Node 2,000 by default); each costs an object. */
export const MAX_HEADERS = 2000;

/** RFC 9113 3.4: version 2.0 stands only in the preface of HTTP/2, which is no request. */
const HTTP_VERSION = /^HTTP\/([01]\.\d)$/;
const STATUS_LINE = /^HTTP\/(\d(?:\.\d)?)([ \t]+)(\d{3})(?:$|([ \t])(.*)$)/s;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;
