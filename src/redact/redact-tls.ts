/**
 * TLS records of one direction (RFC 8446 5.1, RFC 5246 6.2): record headers and hellos stay, but for the server name,
 * identifiers and tickets; names inside certificates become others; everything encrypted is sealed off.
 */
import { SEALED, type StreamOctets } from './flow-octets.js';
import type { Pseudonyms } from './pseudonyms.js';
import { otherText } from './text-redaction.js';

const HANDSHAKE = 22;
const CHANGE_CIPHER_SPEC = 20;
const HEADER = 5;

const CLIENT_HELLO = 1;
const SERVER_HELLO = 2;
const NEW_SESSION_TICKET = 4;
const CERTIFICATE = 11;
const CERTIFICATE_REQUEST = 13;
const CERTIFICATE_STATUS = 22;

const SERVER_NAME = 0;
const SESSION_TICKET = 35;
const PRE_SHARED_KEY = 41;

export const looksLikeTls = (stream: StreamOctets): boolean => {
  const { octets } = stream;
  return stream.has(0, 3) && octets[0]! >= 20 && octets[0]! <= 23 && octets[1] === 3 && octets[2]! <= 4;
};

export const redactTls = (stream: StreamOctets, names: Pseudonyms): void => {
  /** Places of the octets of handshake messages in clear, which may spread over records. */
  const places: number[] = [];
  let sealed = false;
  let at = 0;
  while (at < stream.length) {
    if (!stream.has(at, at + HEADER)) {
      stream.mark(at, stream.length, SEALED);
      break;
    }
    const { octets } = stream;
    const type = octets[at]!;
    const length = octets[at + 3]! * 256 + octets[at + 4]!;
    const body = at + HEADER;
    const end = body + length;
    if (type < 20 || type > 24 || octets[at + 1] !== 3) {
      stream.mark(at, stream.length, SEALED);
      break;
    }
    if (type === CHANGE_CIPHER_SPEC) sealed = true;
    else if (type === HANDSHAKE && !sealed && stream.has(body, Math.min(end, stream.length))) {
      for (let place = body; place < Math.min(end, stream.length); place++) places.push(place);
    } else if (sealed || type === 23 || type === HANDSHAKE) stream.mark(body, end, SEALED);
    at = end;
  }
  redactMessages(stream, places, names);
};

const redactMessages = (stream: StreamOctets, places: readonly number[], names: Pseudonyms): void => {
  const all = Buffer.from(places.map((place) => stream.octets[place]!));
  for (let at = 0; at + 4 <= all.length; ) {
    const end = Math.min(at + 4 + all.readUIntBE(at + 1, 3), all.length);
    const body = all.subarray(at + 4, end);
    const type = all[at]!;
    if (type === CLIENT_HELLO || type === SERVER_HELLO) redactHello(body, type === CLIENT_HELLO, names);
    else if (type === NEW_SESSION_TICKET) body.set(names.octets(body.subarray(6)), 6);
    else if (type === CERTIFICATE || type === CERTIFICATE_REQUEST || type === CERTIFICATE_STATUS)
      redactStrings(body, names);
    at = end;
  }
  for (const [index, place] of places.entries()) stream.octets[place] = all[index]!;
};

/** RFC 8446 4.1.2 and 4.1.3. */
const redactHello = (body: Buffer, isClient: boolean, names: Pseudonyms): void => {
  const idEnd = 35 + (body[34] ?? 0);
  if (idEnd > body.length) return;
  // The server's echo of the client's identifier becomes the same octets.
  body.set(names.octets(body.subarray(35, idEnd)), 35);
  let at = idEnd;
  if (isClient) {
    if (at + 2 > body.length) return;
    at += 2 + body.readUInt16BE(at);
    at += 1 + (body[at] ?? 0);
  } else at += 3;
  if (at + 2 > body.length) return;
  for (at += 2; at + 4 <= body.length; ) {
    const type = body.readUInt16BE(at);
    const end = Math.min(at + 4 + body.readUInt16BE(at + 2), body.length);
    const data = body.subarray(at + 4, end);
    if (type === SERVER_NAME && data.length > 5) {
      const name = data.subarray(5).toString('latin1');
      data.set(Buffer.from(names.host(name), 'latin1'), 5);
    } else if (type === SESSION_TICKET) data.set(names.octets(data));
    else if (type === PRE_SHARED_KEY && isClient) redactIdentities(data, names);
    at = end;
  }
};

/** RFC 8446 4.2.11: what resumes a session; the binders behind it are digests. */
const redactIdentities = (data: Buffer, names: Pseudonyms): void => {
  if (data.length < 2) return;
  const end = Math.min(2 + data.readUInt16BE(0), data.length);
  for (let at = 2; at + 2 <= end; ) {
    const next = Math.min(at + 2 + data.readUInt16BE(at), end);
    data.set(names.octets(data.subarray(at + 2, next)), at + 2);
    at = next + 4;
  }
};

/** Tags of strings in DER: UTF8String, PrintableString, T61String, IA5String, and the names of GeneralName (RFC 5280 4.2.1.6). */
const STRINGS: ReadonlySet<number> = new Set([0x0c, 0x13, 0x14, 0x16, 0x81, 0x82, 0x86]);
const IP_ADDRESS = 0x87;

/**
 * Strings and addresses in certificates, found by their tags: a name of letters, digits and what stands between them in
 * names. Everything else, and so every length, stays.
 */
const redactStrings = (body: Buffer, names: Pseudonyms): void => {
  for (let at = 0; at + 2 < body.length; at++) {
    const tag = body[at]!;
    const length = body[at + 1]!;
    if (length < 2 || length >= 0x80 || at + 2 + length > body.length) continue;
    const content = body.subarray(at + 2, at + 2 + length);
    if (STRINGS.has(tag) && content.every(isNameOctet)) {
      const text = content.toString('latin1');
      content.set(Buffer.from(/^[^ @/:]*\.[^ @/:]*$/.test(text) ? names.host(text) : otherText(text, names), 'latin1'));
      at += 1 + length;
    } else if (tag === IP_ADDRESS && (length === 4 || length === 16)) {
      content.set(length === 4 ? names.v4(content) : names.v6(content));
      at += 1 + length;
    }
  }
};

const isNameOctet = (octet: number): boolean =>
  (octet >= 0x30 && octet <= 0x39) ||
  (octet >= 0x41 && octet <= 0x5a) ||
  (octet >= 0x61 && octet <= 0x7a) ||
  NAME_SIGNS.has(octet);
const NAME_SIGNS: ReadonlySet<number> = new Set(Buffer.from(" .-_*@:/()',&+"));
