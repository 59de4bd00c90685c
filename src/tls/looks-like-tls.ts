/**
 * What the first bytes of a stream say about whether it is TLS (RFC 8446 5.1), or the ClientHello of a client that could
 * still speak SSL 2.0. A guess for choosing a layer; the layer itself tells when it was wrong.
 */
import { ALERT, HANDSHAKE, HEADER_LENGTH, plausibleHeader, plausibleSslV2Hello } from './record.js';

/** Octets that `looksLikeTls` wants to see; it answers undefined to fewer. */
export const TLS_SNIFF_LENGTH = 6;

/** What the first bytes of a stream look like: at least TLS_SNIFF_LENGTH of them, else (and if it is not TLS) undefined. */
export function looksLikeTls(bytes: Uint8Array): 'client-hello' | 'server-hello' | 'alert' | 'record' | undefined {
  if (bytes.length < TLS_SNIFF_LENGTH) return undefined;
  if (plausibleSslV2Hello(bytes, 0, HEADER_LENGTH)) return 'client-hello';
  if (!plausibleHeader(bytes, 0, HEADER_LENGTH)) return undefined;
  const [type] = bytes;
  const message = bytes[HEADER_LENGTH];
  if (type === ALERT) return 'alert';
  if (type === HANDSHAKE && message === 1) return 'client-hello';
  if (type === HANDSHAKE && message === 2) return 'server-hello';
  return 'record';
}
