/**
 * Reading header fields by name: single values, and lists of elements over all lines of that name (RFC 9110 5.3, 5.6.1).
 * Names are compared without case; what the values mean is for others.
 */
import type { Header } from './http-facts.js';

/** The value of the first field of that name, as written. */
export function headerValue(headers: readonly Header[], name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (const [written, value] of headers) {
    if (written.length === wanted.length && written.toLowerCase() === wanted) return value;
  }
  return undefined;
}

/** The values of all fields of that name, in order. */
export function headerValues(headers: readonly Header[], name: string): string[] {
  const wanted = name.toLowerCase();
  const values: string[] = [];
  for (const [written, value] of headers) {
    if (written.length === wanted.length && written.toLowerCase() === wanted) values.push(value);
  }
  return values;
}

/** The elements of a list over all fields of that name, lower-cased: for lists of tokens without case. */
export function headerTokens(headers: readonly Header[], name: string): string[] {
  const elements = headerElements(headers, name);
  return elements.length === 0 ? elements : elements.map((element) => element.toLowerCase());
}

/** The elements of a list over all fields of that name, as written. */
export function headerElements(headers: readonly Header[], name: string): string[] {
  const values = headerValues(headers, name);
  const elements: string[] = [];
  for (const value of values) {
    for (const part of splitOutsideQuotes(value, ',')) if (part !== '') elements.push(part);
  }
  return elements;
}

/** Parts between separators that stand outside quoted strings (RFC 9110 5.6.4), trimmed; empty parts are kept. */
export function splitOutsideQuotes(value: string, separator: ',' | ';'): string[] {
  if (!value.includes('"')) {
    return value.includes(separator) ? value.split(separator).map(trimBlank) : [trimBlank(value)];
  }
  const parts: string[] = [];
  let quoted = false;
  let start = 0;
  for (let i = 0; i < value.length; i++) {
    const char = value[i];
    if (quoted && char === '\\') i++;
    else if (char === '"') quoted = !quoted;
    else if (char === separator && !quoted) {
      parts.push(trimBlank(value.slice(start, i)));
      start = i + 1;
    }
  }
  parts.push(trimBlank(value.slice(start)));
  return parts;
}

/** Without optional whitespace at both ends: SP and HTAB, nothing else (RFC 9110 5.6.3). */
export function trimBlank(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** SP or HTAB. */
export const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;
