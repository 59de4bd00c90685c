/**
 * ServerHello (RFC 8446 4.1.3, RFC 5246 7.4.1.3): what the server chose. A HelloRetryRequest is a ServerHello with a
 * random of its own and comes out as such. Undefined where the message ends before its fields do.
 */
import { Cursor } from '../bytes/cursor.js';
import { toHex } from '../bytes/hex.js';
import type { Span } from '../stream/arrival.js';
import {
  ALPN,
  applicationSettings,
  KEY_SHARE,
  latin1,
  PRE_SHARED_KEY,
  readAlpn,
  readExtensions,
  SUPPORTED_VERSIONS,
} from './client-hello.js';
import { ja3s } from './fingerprint.js';
import type { ServerHelloFacts } from './tls-facts.js';
import { isTls13 } from './versions.js';

export interface ServerHello {
  helloRetryRequest: boolean;
  facts: ServerHelloFacts;
}

/** `sessionIdOffered`: of the ClientHello, undefined where that was not seen. */
export function readServerHello(
  body: Uint8Array,
  span: Span,
  sessionIdOffered: Uint8Array | undefined,
): ServerHello | undefined {
  const cursor = new Cursor(body);
  const legacyVersion = cursor.u16();
  const random = toHex(cursor.bytes(32));
  const sessionId = cursor.bytes(cursor.u8());
  const cipherSuite = cursor.u16();
  cursor.skip(1); // compression method
  if (!cursor.ok || legacyVersion >> 8 !== 3) return undefined;
  const extensions = readExtensions(cursor);
  const version = number16(extensions.get(SUPPORTED_VERSIONS)) ?? legacyVersion;
  const [alpn] = readAlpn(extensions.get(ALPN));
  const echoed =
    sessionId.length > 0 && sessionIdOffered !== undefined && Buffer.compare(sessionId, sessionIdOffered) === 0;
  return {
    helloRetryRequest: random === HELLO_RETRY_RANDOM,
    facts: {
      span,
      version,
      cipherSuite,
      alpn: alpn === undefined ? null : latin1(alpn),
      group: number16(extensions.get(KEY_SHARE)) ?? null,
      // RFC 8446 4.1.3: TLS 1.3 echoes the session id always, and resumes by pre_shared_key.
      resumed: isTls13(version) ? extensions.has(PRE_SHARED_KEY) : echoed,
      downgradeSentinel: DOWNGRADE_SENTINELS.has(random.slice(-16)),
      ja3s: ja3s(legacyVersion, cipherSuite, [...extensions.keys()]),
    },
  };
}

export interface EncryptedExtensions {
  /** The protocol that ALPN chose; null without one. */
  alpn: string | null;
  /** Octets of the sender's application settings (ALPS); undefined without them. */
  settings: number | undefined;
}

/** EncryptedExtensions (RFC 8446 4.3.1); with ALPS the client sends such a message too. */
export function readEncryptedExtensions(body: Uint8Array): EncryptedExtensions {
  const extensions = readExtensions(new Cursor(body));
  const [name] = readAlpn(extensions.get(ALPN));
  return { alpn: name === undefined ? null : latin1(name), settings: applicationSettings(extensions)?.length };
}

const number16 = (body: Uint8Array | undefined): number | undefined =>
  body === undefined || body.length < 2 ? undefined : body[0]! * 0x100 + body[1]!;

/** RFC 8446 4.1.3: SHA-256 of "HelloRetryRequest". */
export const HELLO_RETRY_RANDOM = 'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c';

/** RFC 8446 4.1.3: "DOWNGRD" and 1 (TLS 1.2 was negotiated) or 0 (an older one). */
const DOWNGRADE_SENTINELS = new Set(['444f574e47524401', '444f574e47524400']);
