/**
 * ClientHello (RFC 8446 4.1.2, RFC 5246 7.4.1.2), also in the format of SSL 2.0 (RFC 5246 E.2): what the client offers.
 * Undefined where the message ends before its fields do; a broken extension leaves the others readable.
 */
import { Cursor } from '../bytes/cursor.js';
import type { Span } from '../stream/arrival.js';
import { isGrease } from './code-points.js';
import { type ClientOffer, ja3, ja4 } from './fingerprint.js';
import type { ClientHelloFacts } from './tls-facts.js';
import { byHighestVersion, isTls13 } from './versions.js';

export const SERVER_NAME = 0;
export const STATUS_REQUEST = 5;
export const SUPPORTED_GROUPS = 10;
export const EC_POINT_FORMATS = 11;
export const SIGNATURE_ALGORITHMS = 13;
export const ALPN = 16;
export const SESSION_TICKET = 35;
export const PRE_SHARED_KEY = 41;
export const EARLY_DATA = 42;
export const SUPPORTED_VERSIONS = 43;
export const KEY_SHARE = 51;
/** application_settings, ALPS, by its first number and by its second, of no RFC yet (draft-vvv-tls-alps). */
export const APPLICATION_SETTINGS = [17513, 17613] as const;
export const ENCRYPTED_CLIENT_HELLO = 0xfe0d;

/** Entries kept of any list: a real hello has fewer than 100, and facts live as long as their session. */
const MAX_LIST = 256;

export function readClientHello(body: Uint8Array, span: Span): ClientHelloFacts | undefined {
  const cursor = new Cursor(body);
  const legacyVersion = cursor.u16();
  cursor.skip(32); // random
  const sessionId = cursor.bytes(cursor.u8());
  const cipherSuites = numbers16(cursor.within(cursor.u16()));
  cursor.skip(cursor.u8()); // compression methods
  if (!cursor.ok || legacyVersion >> 8 !== 3) return undefined;
  const extensions = readExtensions(cursor);
  const offer = readOffer(legacyVersion, cipherSuites, extensions);
  const versions = real(offer.supportedVersions).sort(byHighestVersion);
  if (versions.length === 0) versions.push(legacyVersion);
  const ticket = extensions.get(SESSION_TICKET);
  // RFC 8446 D.4: a client that offers TLS 1.3 sends a session id of random octets for the sake of middleboxes.
  const resumesById = sessionId.length > 0 && !versions.some(isTls13);
  return {
    span,
    sni: readServerName(extensions.get(SERVER_NAME)),
    legacyVersion,
    versions,
    cipherSuites: real(cipherSuites),
    alpn: readAlpn(extensions.get(ALPN)).map(latin1),
    groups: real(offer.groups),
    keyShareGroups: readKeyShareGroups(extensions.get(KEY_SHARE)),
    signatureAlgorithms: real(offer.signatureAlgorithms),
    offersResumption: extensions.has(PRE_SHARED_KEY) || (ticket !== undefined && ticket.length > 0) || resumesById,
    earlyData: extensions.has(EARLY_DATA),
    ech: extensions.has(ENCRYPTED_CLIENT_HELLO),
    applicationSettings: readAlpn(applicationSettings(extensions)).map(latin1),
    asksForStatus: extensions.has(STATUS_REQUEST),
    sessionId: sessionId.slice(),
    ja3: ja3(offer),
    ja4: ja4(offer),
  };
}

/** `body`: from the message type on. Fingerprints are empty, since JA3 and JA4 do not speak of this format. */
export function readSslV2Hello(body: Uint8Array, span: Span): ClientHelloFacts | undefined {
  const cursor = new Cursor(body);
  cursor.skip(1); // message type
  const legacyVersion = cursor.u16();
  const suitesLength = cursor.u16();
  const sessionIdLength = cursor.u16();
  cursor.skip(2); // length of the challenge
  const suites = cursor.within(suitesLength);
  const sessionId = cursor.bytes(sessionIdLength);
  if (!cursor.ok || suitesLength % 3 !== 0) return undefined;
  const cipherSuites: number[] = [];
  while (suites.remaining > 0) cipherSuites.push(suites.u24());
  return {
    span,
    sni: null,
    legacyVersion,
    versions: [legacyVersion],
    cipherSuites: real(cipherSuites),
    alpn: [],
    groups: [],
    keyShareGroups: [],
    signatureAlgorithms: [],
    offersResumption: sessionId.length > 0,
    earlyData: false,
    ech: false,
    applicationSettings: [],
    asksForStatus: false,
    sessionId: sessionId.slice(),
    ja3: '',
    ja4: '',
  };
}

/** Extension bodies by type, in the order of the wire; where a type comes twice, its first body. */
export function readExtensions(cursor: Cursor): Map<number, Uint8Array> {
  const extensions = new Map<number, Uint8Array>();
  // RFC 5246 7.4.1.2: extensions may be absent, and so is then their length.
  const list = new Cursor(cursor.remaining === 0 ? new Uint8Array(0) : cursor.bytes(cursor.u16()));
  while (list.remaining > 0) {
    const type = list.u16();
    const body = list.bytes(list.u16());
    if (list.ok && !extensions.has(type)) extensions.set(type, body);
  }
  return extensions;
}

/** Names of an ALPN extension (RFC 7301 3.1) as octets. */
export function readAlpn(body: Uint8Array | undefined): Uint8Array[] {
  const names: Uint8Array[] = [];
  const cursor = new Cursor(body ?? new Uint8Array(0));
  const list = cursor.within(cursor.u16());
  while (list.remaining > 0 && names.length < MAX_LIST) {
    const name = list.bytes(list.u8());
    if (list.ok) names.push(name);
  }
  return names;
}

/** The body of application_settings: of the hello names as in ALPN, of an answer the settings themselves. */
export function applicationSettings(extensions: ReadonlyMap<number, Uint8Array>): Uint8Array | undefined {
  const [older, newer] = APPLICATION_SETTINGS;
  return extensions.get(newer) ?? extensions.get(older);
}

/** One character an octet, so that names with octets above 0x7f (RFC 8701 allows them) stay different from each other. */
export const latin1 = (octets: Uint8Array): string =>
  Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('latin1');

function readOffer(
  legacyVersion: number,
  cipherSuites: number[],
  extensions: ReadonlyMap<number, Uint8Array>,
): ClientOffer {
  return {
    legacyVersion,
    cipherSuites,
    extensions: [...extensions.keys()],
    supportedVersions: list8(extensions.get(SUPPORTED_VERSIONS)),
    groups: list16(extensions.get(SUPPORTED_GROUPS)),
    pointFormats: [...(extensions.get(EC_POINT_FORMATS)?.subarray(1) ?? [])],
    signatureAlgorithms: list16(extensions.get(SIGNATURE_ALGORITHMS)),
    firstAlpn: readAlpn(extensions.get(ALPN))[0],
  };
}

/** RFC 6066 3: a list of names of which only host_name (0) is defined. */
function readServerName(body: Uint8Array | undefined): string | null {
  const cursor = new Cursor(body ?? new Uint8Array(0));
  const list = cursor.within(cursor.u16());
  while (list.remaining > 0) {
    const type = list.u8();
    const name = list.bytes(list.u16());
    if (list.ok && type === 0) return latin1(name);
  }
  return null;
}

/** RFC 8446 4.2.8: groups of the shares without their keys. */
function readKeyShareGroups(body: Uint8Array | undefined): number[] {
  const groups: number[] = [];
  const cursor = new Cursor(body ?? new Uint8Array(0));
  const list = cursor.within(cursor.u16());
  while (list.remaining > 0) {
    const group = list.u16();
    list.skip(list.u16());
    if (list.ok) groups.push(group);
  }
  return real(groups);
}

const list8 = (body: Uint8Array | undefined): number[] => {
  const cursor = new Cursor(body ?? new Uint8Array(0));
  return numbers16(cursor.within(cursor.u8()));
};

const list16 = (body: Uint8Array | undefined): number[] => {
  const cursor = new Cursor(body ?? new Uint8Array(0));
  return numbers16(cursor.within(cursor.u16()));
};

function numbers16(cursor: Cursor): number[] {
  const values: number[] = [];
  while (cursor.remaining >= 2) values.push(cursor.u16());
  return values;
}

const real = (values: readonly number[]): number[] => values.filter((value) => !isGrease(value)).slice(0, MAX_LIST);
