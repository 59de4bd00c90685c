/**
 * Where a body ends, from the head that announces it (RFC 9112 6.3, RFC 9110 6.4.1). Contradictions between the fields
 * are told as problems of the head, and what most recipients do is done.
 */
import { headerTokens, headerValues, splitOutsideQuotes } from './header-fields.js';
import type { Header, HttpRequest, HttpResponse } from './http-facts.js';

export type BodyFraming =
  | { kind: 'none' }
  /** `length` in bytes. */
  | { kind: 'length'; length: number }
  | { kind: 'chunked' }
  /** Until the sender closes. */
  | { kind: 'close' }
  /**
   * A request whose last transfer coding is not chunked has no end that could be found (RFC 9112 6.3, 4); of a response
   * whose request was not seen, nobody knows whether it has a body.
   */
  | { kind: 'unknown' };

export const NO_BODY: BodyFraming = { kind: 'none' };

export function requestFraming(request: HttpRequest): BodyFraming {
  const transfer = readTransferCodings(request);
  if (transfer !== undefined) return transfer.at(-1) === 'chunked' ? { kind: 'chunked' } : { kind: 'unknown' };
  const length = readContentLength(request);
  return typeof length === 'number' ? { kind: 'length', length } : NO_BODY;
}

/** `method` is that of the request, undefined where the request was not seen. */
export function responseFraming(response: HttpResponse, method: string | undefined): BodyFraming {
  const { status } = response;
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return NO_BODY;
  const transfer = readTransferCodings(response);
  if (transfer !== undefined) return transfer.at(-1) === 'chunked' ? { kind: 'chunked' } : { kind: 'close' };
  const length = readContentLength(response);
  if (typeof length === 'number') return { kind: 'length', length };
  // Without the request this may be the answer to a CONNECT (RFC 9110 9.3.6): other messages may follow.
  return method === undefined && status < 300 ? { kind: 'unknown' } : { kind: 'close' };
}

/** Codings in the order they were applied: of the content, then of the transfer, without chunked. */
export function bodyCodings(headers: readonly Header[]): string[] {
  const transfer = headerTokens(headers, 'transfer-encoding').filter((coding) => coding !== 'chunked');
  return [...headerTokens(headers, 'content-encoding'), ...transfer].filter((coding) => coding !== 'identity');
}

interface Head {
  httpVersion: string;
  headers: readonly Header[];
  problems: string[];
}

function readTransferCodings(head: Head): string[] | undefined {
  const codings = headerTokens(head.headers, 'transfer-encoding');
  if (codings.length === 0) return undefined;
  // RFC 9112 6.1: Transfer-Encoding wins over Content-Length, and both together are a way to smuggle requests.
  if (headerValues(head.headers, 'content-length').length > 0) {
    head.problems.push('both Transfer-Encoding and Content-Length');
  }
  if (head.httpVersion === '1.0') head.problems.push('Transfer-Encoding in HTTP/1.0');
  if (codings.at(-1) !== 'chunked') head.problems.push('the last transfer coding is not chunked');
  return codings;
}

function readContentLength(head: Head): number | 'invalid' | undefined {
  const values = headerValues(head.headers, 'content-length').flatMap((value) => splitOutsideQuotes(value, ','));
  const first = values[0];
  if (first === undefined) return undefined;
  // RFC 9112 6.3, 5: the same number repeated is that number.
  if (values.some((value) => value !== first)) {
    head.problems.push('several different Content-Length values');
    return 'invalid';
  }
  const length = Number(first);
  if (!/^\d+$/.test(first) || !Number.isSafeInteger(length)) {
    head.problems.push('Content-Length is not a number of bytes');
    return 'invalid';
  }
  return length;
}
