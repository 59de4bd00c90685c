/**
 * The headers of DER (X.690 8.1 and 10.1): an octet string becomes elements, a tag and its content each. Meant for walks
 * through the few structures that node:crypto does not read; what the elements mean is for who walks.
 */
import type { Cursor } from '../bytes/cursor.js';

export interface DerElement {
  /** The identifier octet, e.g. 0x30 for SEQUENCE; 0 where nothing is left. */
  tag: number;
  content: Cursor;
}

/** The next element. Where its header cannot be read, or lies about its length, the content is empty and `cursor.ok` false. */
export function readElement(cursor: Cursor): DerElement {
  const tag = cursor.u8();
  const short = cursor.u8();
  if (short < 0x80) return { tag, content: cursor.within(short) };
  // X.690 8.1.3.5: so many octets of length. Nothing in a handshake needs more than three.
  if (short === 0x81) return { tag, content: cursor.within(cursor.u8()) };
  if (short === 0x82) return { tag, content: cursor.within(cursor.u16()) };
  return { tag, content: cursor.within(short === 0x83 ? cursor.u24() : cursor.remaining + 1) };
}

/** GeneralizedTime as DER writes it, `20260131235959Z` (RFC 5280 4.1.2.5.2), in milliseconds since 1970; NaN where it is not that. */
export function generalizedTime({ tag, content }: DerElement): number {
  const text = Buffer.from(content.rest()).toString('latin1');
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (tag !== GENERALIZED_TIME || parts === null) return Number.NaN;
  const [, year, month, day, hour, minute, second] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

const GENERALIZED_TIME = 0x18;
