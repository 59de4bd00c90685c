/**
 * What rules read from requests and responses: one header, the beginning of a body as text, and a line of it to quote
 * without its markup.
 */
import { headerValue } from '../../http/header-fields.js';
import type { HttpHead, HttpResponse } from '../../http/http-facts.js';

/** A rule looks for set phrases of known servers: they stand at the beginning of a body. */
const BODY_READ_BYTES = 2048;

export const header = (head: HttpHead | undefined, name: string): string | undefined =>
  head === undefined ? undefined : headerValue(head.headers, name);

/** The beginning of the body, for matching; bytes that are no text become U+FFFD. */
export const bodyText = (response: HttpResponse): string =>
  Buffer.from(response.body.preview.subarray(0, BODY_READ_BYTES)).toString('utf8');

/** One line of at most `length` characters to quote in a finding; null when there is nothing to quote. */
export const quote = (text: string, length = 120): string | null => {
  const line = text
    .replace(/<(head|style|script)\b[\s\S]{0,2000}?<\/\1>/gi, ' ')
    .replace(/<[^>]{0,200}>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  if (line === '') return null;
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
};
