/**
 * The first bytes of a connection → a PROXY preamble, version 1 (a line of text) or 2 (binary), as HAProxy's
 * specification of the PROXY protocol has them. What is no preamble answers undefined; what follows is for others.
 */
import { Cursor } from '../bytes/cursor.js';
import { formatEndpoint } from '../ip/address.js';
import type { PreambleFacts } from './proxy-facts.js';

export type Preamble = Omit<PreambleFacts, 'span'>;

/** A preamble and how many bytes it takes. */
export interface ReadPreamble {
  preamble: Preamble;
  length: number;
}

/** PROXY protocol 2.1: the longest line, CRLF included. */
const LONGEST_LINE = 107;
const LINE_START = Buffer.from('PROXY ');
const SIGNATURE = Uint8Array.of(0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a);
const HEADER_LENGTH = 16;

/** `undecided` while it may become one. */
export function readPreamble(bytes: Uint8Array): ReadPreamble | 'undecided' | undefined {
  if (beginsLike(bytes, LINE_START)) return readLine(bytes);
  return beginsLike(bytes, SIGNATURE) ? readBinary(bytes) : undefined;
}

/** As far as there are bytes, at least one. */
const beginsLike = (bytes: Uint8Array, start: Uint8Array): boolean =>
  bytes.length > 0 && start.every((byte, index) => index >= bytes.length || bytes[index] === byte);

/** Version 1, 2.1: `PROXY TCP4 source destination source-port destination-port`, or `PROXY UNKNOWN …`. */
function readLine(bytes: Uint8Array): ReadPreamble | 'undecided' | undefined {
  const text = Buffer.from(bytes.subarray(0, LONGEST_LINE)).toString('latin1');
  const end = text.indexOf('\r\n');
  if (end < 0) return bytes.length >= LONGEST_LINE || /[^\x20-\x7e\r]/.test(text) ? undefined : 'undecided';
  const line = text.slice(0, end);
  const length = end + 2;
  const told = { version: 1 as const, authority: null, alpn: null };
  if (/^PROXY UNKNOWN(?: |$)/.test(line)) {
    return { preamble: { ...told, command: 'UNKNOWN', source: null, destination: null }, length };
  }
  const [, from, to, fromPort, toPort] = LINE.exec(line) ?? [];
  if (from === undefined || to === undefined) return undefined;
  const [source, destination] = [endpointText(from, Number(fromPort)), endpointText(to, Number(toPort))];
  return { preamble: { ...told, command: 'PROXY', source, destination }, length };
}

const LINE = /^PROXY TCP[46] ([\da-fA-F:.]{2,39}) ([\da-fA-F:.]{2,39}) (\d{1,5}) (\d{1,5})$/;

/** Version 2, 2.2: signature, version and command, family, length, addresses, then type-length-value fields. */
function readBinary(bytes: Uint8Array): ReadPreamble | 'undecided' | undefined {
  if (bytes.length < HEADER_LENGTH) return 'undecided';
  const cursor = new Cursor(bytes);
  cursor.skip(SIGNATURE.length);
  const versionAndCommand = cursor.u8();
  const family = cursor.u8();
  const length = cursor.u16();
  if (versionAndCommand >> 4 !== 2 || (versionAndCommand & 0x0f) > 1) return undefined;
  if (cursor.remaining < length) return 'undecided';
  const body = cursor.within(length);
  const isLocal = (versionAndCommand & 0x0f) === 0;
  const addresses = readAddresses(body, family >> 4);
  const known = !isLocal && addresses !== undefined;
  return {
    preamble: {
      version: 2,
      command: isLocal ? 'LOCAL' : known ? 'PROXY' : 'UNKNOWN',
      source: known ? addresses.source : null,
      destination: known ? addresses.destination : null,
      ...readFields(body),
    },
    length: HEADER_LENGTH + length,
  };
}

/** Of families other than IPv4 and IPv6 (UNIX sockets, none) there is nothing to tell. */
function readAddresses(body: Cursor, family: number): { source: string; destination: string } | undefined {
  const size = ADDRESS_LENGTH[family];
  if (size === undefined || body.remaining < 2 * size + 4) {
    body.skip(family === 3 ? 216 : 0);
    return undefined;
  }
  const [source, destination] = [body.bytes(size), body.bytes(size)];
  const version = size === 4 ? 4 : 6;
  return {
    source: formatEndpoint(source, 0, version, body.u16()),
    destination: formatEndpoint(destination, 0, version, body.u16()),
  };
}

const ADDRESS_LENGTH: Readonly<Record<number, number>> = { 1: 4, 2: 16 };

const endpointText = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

/** 2.2: type, length in two octets, value. Those of no interest, and of a broken list the rest, are passed over. */
function readFields(body: Cursor): { authority: string | null; alpn: string | null } {
  const found: { authority: string | null; alpn: string | null } = { authority: null, alpn: null };
  while (body.remaining >= 3) {
    const type = body.u8();
    const value = body.bytes(body.u16());
    if (!body.ok) break;
    if (type === 0x01) found.alpn = text(value);
    if (type === 0x02) found.authority = text(value);
  }
  return found;
}

const text = (value: Uint8Array): string => Buffer.from(value.subarray(0, 255)).toString('latin1');
