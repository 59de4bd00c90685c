/**
 * The messages of SOCKS 4, 4a and 5 (RFC 1928, RFC 1929) from the first bytes of one direction. Each reader answers with
 * the message and its length, with `more` while bytes are missing, or with undefined where it is no such message.
 */
import { formatEndpoint } from '../ip/address.js';

export type Read<Message> = (Message & { length: number }) | 'more' | undefined;

/** RFC 1928 3: version, number of methods, methods. */
export function readGreeting(bytes: Uint8Array): Read<{ methods: number[] }> {
  const [version, count] = bytes;
  if (version !== 0x05 || count === 0) return version === undefined ? 'more' : undefined;
  if (count === undefined) return 'more';
  const methods = [...bytes.subarray(2, 2 + count)];
  // 0x00 to 0x09 are assigned, 0x80 to 0xfe are private.
  if (methods.some((method) => (method > 0x09 && method < 0x80) || method === NO_METHOD)) return undefined;
  if (new Set(methods).size < methods.length) return undefined;
  return methods.length < count ? 'more' : { methods, length: 2 + count };
}

/** RFC 1928 3: the method that the proxy chose. */
export function readMethod(bytes: Uint8Array): Read<{ method: number }> {
  const [version, method] = bytes;
  if (version !== 0x05) return version === undefined ? 'more' : undefined;
  return method === undefined ? 'more' : { method, length: 2 };
}

/** RFC 1929 2: the user name; the password is passed over. */
export function readLogin(bytes: Uint8Array): Read<{ user: string }> {
  const [version, nameLength] = bytes;
  if (version !== 0x01) return version === undefined ? 'more' : undefined;
  if (nameLength === undefined) return 'more';
  const passwordLength = bytes[2 + nameLength];
  const length = 3 + nameLength + (passwordLength ?? 0);
  if (passwordLength === undefined || bytes.length < length) return 'more';
  return { user: latin1(bytes.subarray(2, 2 + nameLength)), length };
}

/** RFC 1929 2: 0 lets the client in. */
export function readLoginReply(bytes: Uint8Array): Read<{ status: number }> {
  const [version, status] = bytes;
  // Some proxies answer with the version of SOCKS.
  if (version !== 0x01 && version !== 0x05) return version === undefined ? 'more' : undefined;
  return status === undefined ? 'more' : { status, length: 2 };
}

/** RFC 1928 4 and 6: request and reply have one form; `code` is the command, or what the proxy replies. */
export function readSocks5(bytes: Uint8Array): Read<{ code: number; target: string }> {
  const [version, code, reserved, kind] = bytes;
  if (version !== 0x05) return version === undefined ? 'more' : undefined;
  if (code === undefined || reserved === undefined || kind === undefined) return 'more';
  const size = kind === 0x03 ? bytes[4] : ADDRESS_LENGTH[kind];
  if (size === undefined) return kind === 0x03 ? 'more' : undefined;
  const start = kind === 0x03 ? 5 : 4;
  const length = start + size + 2;
  if (bytes.length < length) return 'more';
  const port = (bytes[length - 2]! << 8) | bytes[length - 1]!;
  const target =
    kind === 0x03
      ? `${latin1(bytes.subarray(start, start + size))}:${port}`
      : formatEndpoint(bytes, start, kind === 0x01 ? 4 : 6, port);
  return { code, target, length };
}

const ADDRESS_LENGTH: Readonly<Record<number, number>> = { 1: 4, 4: 16 };

/** SOCKS 4: version, command, port, address, user id, zero; 4a: an address 0.0.0.x, then a host name and zero. */
export function readSocks4(bytes: Uint8Array): Read<{ target: string; user: string; named: boolean }> {
  const [version, command] = bytes;
  if (version !== 0x04 || (command !== undefined && command !== CONNECT))
    return version === undefined ? 'more' : undefined;
  if (bytes.length < SOCKS4_FIXED) return 'more';
  const port = (bytes[2]! << 8) | bytes[3]!;
  const user = readText(bytes, SOCKS4_FIXED);
  if (typeof user !== 'object') return user;
  const named = bytes[4] === 0 && bytes[5] === 0 && bytes[6] === 0 && bytes[7] !== 0;
  if (!named) return { target: formatEndpoint(bytes, 4, 4, port), user: user.text, named, length: user.end };
  const host = readText(bytes, user.end);
  if (typeof host !== 'object') return host;
  return { target: `${host.text}:${port}`, user: user.text, named, length: host.end };
}

/** SOCKS 4: a zero, the code, and an address without meaning. */
export function readSocks4Reply(bytes: Uint8Array): Read<{ code: number }> {
  const [zero, code] = bytes;
  if (zero !== 0x00 || (code !== undefined && (code < 0x5a || code > 0x5d)))
    return zero === undefined ? 'more' : undefined;
  return bytes.length < 8 ? 'more' : { code: code!, length: 8 };
}

/** Printable text up to its zero. */
function readText(bytes: Uint8Array, start: number): { text: string; end: number } | 'more' | undefined {
  for (let index = start; index < bytes.length; index++) {
    const byte = bytes[index]!;
    if (byte === 0) return { text: latin1(bytes.subarray(start, index)), end: index + 1 };
    if (byte < 0x20 || byte > 0x7e || index - start >= TEXT_BYTES) return undefined;
  }
  return 'more';
}

/** Longest user id or host name: a domain name has at most 253 characters. */
const TEXT_BYTES = 255;
const SOCKS4_FIXED = 8;

export const CONNECT = 0x01;
/** RFC 1928 3: none of the offered methods is acceptable. */
export const NO_METHOD = 0xff;

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** RFC 1928 6. */
export const SOCKS5_REPLIES: Readonly<Record<number, string>> = {
  0: 'succeeded',
  1: 'general SOCKS server failure',
  2: 'connection not allowed by ruleset',
  3: 'network unreachable',
  4: 'host unreachable',
  5: 'connection refused',
  6: 'TTL expired',
  7: 'command not supported',
  8: 'address type not supported',
};

/** SOCKS 4. */
export const SOCKS4_REPLIES: Readonly<Record<number, string>> = {
  90: 'request granted',
  91: 'request rejected or failed',
  92: 'rejected: no identd on the client',
  93: 'rejected: identd names another user',
};
