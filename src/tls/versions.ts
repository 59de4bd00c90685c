/** Protocol versions of SSL and TLS as they stand on the wire (RFC 8446 4.2.1), and their names. */
import { codePointName } from './code-points.js';

export const SSL_2_0 = 0x0002;
export const SSL_3_0 = 0x0300;
export const TLS_1_0 = 0x0301;
export const TLS_1_2 = 0x0303;
export const TLS_1_3 = 0x0304;

/** `TLS 1.3`, `SSL 3.0`, `TLS 1.3 (draft 28)`, else `unknown (0x1234)`. */
export function versionName(version: number): string {
  // RFC 8446 had drafts in the field as 0x7f00 and the draft's number.
  if (version >> 8 === 0x7f) return `TLS 1.3 (draft ${version & 0xff})`;
  return codePointName(NAMES, version);
}

/** TLS 1.3 or one of its drafts: the handshake after ServerHello is encrypted. */
export const isTls13 = (version: number): boolean => version === TLS_1_3 || version >> 8 === 0x7f;

/** Sorts versions highest first; drafts of TLS 1.3 stand just below it. */
export const byHighestVersion = (a: number, b: number): number => rank(b) - rank(a);

const rank = (version: number): number => (version >> 8 === 0x7f ? TLS_1_2 + (version & 0xff) / 0x100 : version);

const NAMES = new Map([
  [SSL_2_0, 'SSL 2.0'],
  [SSL_3_0, 'SSL 3.0'],
  [TLS_1_0, 'TLS 1.0'],
  [0x0302, 'TLS 1.1'],
  [TLS_1_2, 'TLS 1.2'],
  [TLS_1_3, 'TLS 1.3'],
  [0x0101, 'TLCP 1.1'],
]);
