/**
 * Text of the same length and shape: words and long numbers get other names, punctuation, known words and escapes stay,
 * characters beyond ASCII become others of as many octets, and octets that are no UTF-8 stay what they are.
 */
import type { Pseudonyms } from './pseudonyms.js';
import { HOST_NAME, isKept } from './vocabulary.js';

/** In place of characters of two, three and four octets. */
const OTHERS: readonly Uint8Array[] = ['\u00e9', '\u4e2d', '\u{1f600}'].map((character) => Buffer.from(character));

/** Numbers that a protocol means, with the name before them. */
const MEANT =
  /(?:heart-beat|content-length|version|accept-version):[\d.,]+|"(?:code|status|version|type|pinginterval|pingtimeout|interval|ping|expires|ttl|maxpayload|retryafter|minversion|maxversion)"\s*:\s*(?:"[\d.]+"|\d[\d.]*)/gi;
const ADDRESS = /\b\d{1,3}(?:\.\d{1,3}){3}\b/g;
const SPECIAL = new RegExp(`${MEANT.source}|${ADDRESS.source}|(?<![a-z0-9_.-])(${HOST_NAME})`, 'gi');

/** Printable ASCII with line ends, as greetings and error pages are. */
export const isText = (octets: Uint8Array): boolean =>
  octets.every((octet) => (octet >= 0x20 && octet < 0x7f) || octet === 0x0d || octet === 0x0a || octet === 0x09);

/** A new array. */
export const redactText = (octets: Uint8Array, names: Pseudonyms): Uint8Array => {
  const text = Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('latin1');
  const other = Buffer.from(otherText(text, names), 'latin1');
  for (let at = 0; at < other.length; ) {
    const length = sequenceAt(octets, at);
    if (length > 1) other.set(OTHERS[length - 2]!, at);
    at += length;
  }
  return other;
};

/** One octet a character. */
export const otherText = (text: string, names: Pseudonyms): string => {
  let other = '';
  let end = 0;
  for (const match of text.matchAll(SPECIAL)) {
    other += words(text.slice(end, match.index), names);
    const isAddress = /^\d+\.\d+\.\d+\.\d+$/.test(match[0]) && match[0].split('.').every((part) => Number(part) <= 255);
    other += isAddress ? names.v4Text(match[0]) : match[1] === undefined ? match[0] : names.host(match[1]);
    end = match.index + match[0].length;
  }
  return other + words(text.slice(end), names);
};

const EXPONENT = /^\d+e\d*$/i;

const words = (text: string, names: Pseudonyms): string =>
  text.replace(/\\(?:u[0-9a-f]{4}|.)|[A-Za-z0-9]+/gis, (word) => {
    if (word.startsWith('\\')) return word;
    if (isKept(word)) return word;
    // The exponent of a number in JSON.
    return EXPONENT.test(word) ? word.replace(/\d+/g, (digits) => names.word(digits)) : names.word(word);
  });

/** Octets of the character that begins here: 1 for ASCII and for what is no UTF-8 (RFC 3629 4). */
const sequenceAt = (octets: Uint8Array, at: number): number => {
  const lead = octets[at]!;
  const length =
    lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 1;
  for (let next = 1; next < length; next++) if (((octets[at + next] ?? 0) & 0xc0) !== 0x80) return 1;
  const second = octets[at + 1] ?? 0;
  const isWrong =
    (lead === 0xe0 && second < 0xa0) ||
    (lead === 0xed && second > 0x9f) ||
    (lead === 0xf0 && second < 0x90) ||
    (lead === 0xf4 && second > 0x8f);
  return isWrong ? 1 : length;
};
