/**
 * Header fields of HTTP/2 → a request or a response in the form of HTTP/1's (RFC 9113 8.3, RFC 8441 4). Pseudo-header
 * fields stay among the headers, so that the report shows what was sent.
 */
import type { Span } from '../stream/arrival.js';
import { BodyRecorder } from './body-recorder.js';
import { headerValue } from './header-fields.js';
import type { HeaderBlock } from './hpack-decoder.js';
import type { HttpRequest, HttpResponse } from './http-facts.js';

/** A head with the recorder of the body that follows it. */
export interface RecordedResponse extends HttpResponse {
  body: BodyRecorder;
}

/** RFC 8441 4: an extended CONNECT for WebSocket. Its other pseudo-header fields are required and may be missing. */
export const asksForWebSocketStream = ({ fields }: HeaderBlock): boolean =>
  headerValue(fields, ':protocol')?.toLowerCase() === 'websocket' &&
  (headerValue(fields, ':method') ?? 'CONNECT') === 'CONNECT';

export function requestOf(block: HeaderBlock, span: Span): HttpRequest {
  const { fields, cut } = block;
  return {
    method: headerValue(fields, ':method') ?? '',
    target: headerValue(fields, ':path') ?? '',
    httpVersion: '2',
    headers: fields,
    problems: problemsOf(block, cut ? [] : REQUIRED),
    cut,
    span,
    body: new BodyRecorder(fields),
  };
}

/** Undefined for trailers, or where the status cannot be read. */
export function responseOf(block: HeaderBlock, span: Span): RecordedResponse | undefined {
  const { fields, cut } = block;
  const status = headerValue(fields, ':status');
  if (status === undefined || !/^\d{3}$/.test(status)) return undefined;
  return {
    status: Number(status),
    // RFC 9113 8.3.2: there is no reason phrase.
    reason: '',
    httpVersion: '2',
    headers: fields,
    problems: problemsOf(block, []),
    cut,
    span,
    body: new BodyRecorder(fields),
  };
}

/** RFC 8441 4: on requests that carry :protocol, these are required. */
const REQUIRED = [':method', ':scheme', ':path', ':authority'];
/** RFC 9113 8.2.2: they belong to a connection of HTTP/1. */
const FORBIDDEN = ['connection', 'upgrade', 'keep-alive', 'proxy-connection', 'transfer-encoding'];

function problemsOf({ fields, error }: HeaderBlock, required: readonly string[]): string[] {
  const problems: string[] = [];
  for (const name of required) if (headerValue(fields, name) === undefined) problems.push(`no ${name}`);
  for (const name of FORBIDDEN) if (headerValue(fields, name) !== undefined) problems.push(`${name} in HTTP/2`);
  if (error !== undefined) problems.push(`header block: ${error}`);
  return problems;
}
