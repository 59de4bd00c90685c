/**
 * Does a stream begin with HTTP? Answers from the first bytes of one direction: a request, a response, or the preface
 * of HTTP/2 (RFC 9112 3 and 4, RFC 9113 3.4). A guess for choosing a decoder; judging the head is for parse-head.ts.
 */
export type HttpBeginning = 'request' | 'response' | 'h2-preface';

export function looksLikeHttp(bytes: Uint8Array): HttpBeginning | undefined {
  const first = bytes[0];
  if (first === undefined || !isTokenByte(first)) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, LOOKED_AT_BYTES)).toString('latin1');
  if (text.startsWith('HTTP/1.')) return 'response';
  if (text.startsWith('PRI * HTTP/2.0')) return 'h2-preface';
  const lineEnd = text.indexOf('\n');
  if (lineEnd >= 0) return WHOLE_REQUEST_LINE.test(text.slice(0, lineEnd)) ? 'request' : undefined;
  return BEGUN_REQUEST_LINE.test(text) ? 'request' : undefined;
}

/** RFC 9110 5.6.2: the bytes of a token. */
export const isTokenByte = (byte: number): boolean => TOKEN_BYTES[byte] === 1;

/** Enough to tell; a request line that is longer is judged by its beginning. */
const LOOKED_AT_BYTES = 2048;

const WHOLE_REQUEST_LINE = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,32} .+ HTTP\/1\.\d[ \t]*\r?$/;

/**
 * SMTP, FTP, IRC and others also begin with a word and a space, so a line whose end is not there yet must go on as
 * the four forms of a request target do (RFC 9112 3.2).
 */
const BEGUN_REQUEST_LINE = /^(?:[A-Z][A-Z-]{2,31} (?:\/|\*|[hH][tT][tT][pP][sS]?:)|CONNECT [[\]:.\w-]+)/;

const TOKEN_BYTES = new Uint8Array(256);
for (const char of "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
  TOKEN_BYTES[char.charCodeAt(0)] = 1;
}
