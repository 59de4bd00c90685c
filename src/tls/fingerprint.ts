/**
 * Fingerprints of hellos: JA3 and JA3S (MD5, as published by their authors) and JA4 (the client's only). They name the
 * program behind a hello by what it offers and in which order; GREASE values (RFC 8701) never count.
 */
import { createHash } from 'node:crypto';
import { codePointHex, isGrease } from './code-points.js';
import { byHighestVersion } from './versions.js';

/** What a ClientHello offers, in the order of the wire and with its GREASE values. */
export interface ClientOffer {
  legacyVersion: number;
  cipherSuites: readonly number[];
  /** Extension types. */
  extensions: readonly number[];
  /** supported_versions; empty without that extension. */
  supportedVersions: readonly number[];
  groups: readonly number[];
  pointFormats: readonly number[];
  signatureAlgorithms: readonly number[];
  /** The first protocol name of ALPN; undefined without one. */
  firstAlpn: Uint8Array | undefined;
}

const SERVER_NAME = 0x0000;
const ALPN = 0x0010;

const real = (values: readonly number[]): number[] => values.filter((value) => !isGrease(value));

/** `version,ciphers,extensions,groups,point formats`, in decimal and as offered. */
export function ja3Text(offer: ClientOffer): string {
  const lists = [offer.cipherSuites, offer.extensions, offer.groups, offer.pointFormats];
  return [offer.legacyVersion, ...lists.map((list) => real(list).join('-'))].join(',');
}

export const ja3 = (offer: ClientOffer): string => md5(ja3Text(offer));

/** `version,cipher,extensions` of a ServerHello. */
export const ja3s = (legacyVersion: number, cipherSuite: number, extensions: readonly number[]): string =>
  md5([legacyVersion, cipherSuite, extensions.join('-')].join(','));

/** JA4 over TCP: `t13d1516h2_8daaf6152771_e5627efa2ab1`. */
export function ja4(offer: ClientOffer): string {
  const ciphers = hexList(real(offer.cipherSuites)).sort();
  const extensions = real(offer.extensions);
  const sorted = hexList(extensions.filter((type) => type !== SERVER_NAME && type !== ALPN)).sort();
  const algorithms = hexList(real(offer.signatureAlgorithms));
  const head = [
    't',
    ja4Version(offer),
    extensions.includes(SERVER_NAME) ? 'd' : 'i',
    twoDigits(ciphers.length),
    twoDigits(extensions.length),
    ja4Alpn(offer.firstAlpn),
  ].join('');
  const tail = algorithms.length === 0 ? sorted.join(',') : `${sorted.join(',')}_${algorithms.join(',')}`;
  return `${head}_${shortHash(ciphers.join(','))}_${sorted.length === 0 ? NOTHING : shortHash(tail)}`;
}

function ja4Version(offer: ClientOffer): string {
  const [highest] = real(offer.supportedVersions).sort(byHighestVersion);
  return JA4_VERSIONS.get(highest ?? offer.legacyVersion) ?? '00';
}

/** First and last character of the protocol's name; of its hexadecimal form where one of them is no letter or digit. */
function ja4Alpn(name: Uint8Array | undefined): string {
  const first = name?.at(0);
  const last = name?.at(-1);
  if (first === undefined || last === undefined) return '00';
  if (isAlphanumeric(first) && isAlphanumeric(last)) return String.fromCharCode(first, last);
  return (first >> 4).toString(16) + (last & 0xf).toString(16);
}

const isAlphanumeric = (octet: number): boolean =>
  (octet >= 0x30 && octet <= 0x39) || (octet >= 0x41 && octet <= 0x5a) || (octet >= 0x61 && octet <= 0x7a);

const twoDigits = (count: number): string => String(Math.min(count, 99)).padStart(2, '0');
const hexList = (values: readonly number[]): string[] => values.map((value) => codePointHex(value).slice(2));
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const shortHash = (text: string): string =>
  text === '' ? NOTHING : createHash('sha256').update(text).digest('hex').slice(0, 12);

/** Stands for the hash of an empty list. */
const NOTHING = '000000000000';

const JA4_VERSIONS = new Map([
  [0x0304, '13'],
  [0x0303, '12'],
  [0x0302, '11'],
  [0x0301, '10'],
  [0x0300, 's3'],
  [0x0002, 's2'],
]);
