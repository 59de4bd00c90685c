/**
 * A stapled OCSP response (RFC 6066 8, RFC 8446 4.4.2.1) becomes what it says of the server's certificate and for how long
 * (RFC 6960 4.2.1). Its signature is not verified; whether a client minded is for the rules.
 */
import { Cursor } from '../bytes/cursor.js';
import type { Span } from '../stream/arrival.js';
import { generalizedTime, readElement } from './der.js';
import type { CertificateStatusFacts } from './tls-facts.js';

const OCSP = 1;
/** Tags of X.690 8.1.2 as they stand in RFC 6960 4.2.1. */
const SEQUENCE = 0x30;
const ENUMERATED = 0x0a;
const EXPLICIT_0 = 0xa0;
const GOOD = 0x80;
const REVOKED = 0xa1;
const UNKNOWN = 0x82;

/** The body of a CertificateStatus message, or of the extension status_request in an entry of TLS 1.3. */
export function readCertificateStatus(body: Uint8Array, span: Span): CertificateStatusFacts {
  const cursor = new Cursor(body);
  const facts: CertificateStatusFacts = { ...UNREAD, span };
  const type = cursor.u8();
  if (type !== OCSP) return facts;
  const response = readElement(cursor.within(cursor.u24()));
  const status = readElement(response.content);
  if (response.tag !== SEQUENCE || status.tag !== ENUMERATED) return facts;
  const code = status.content.u8();
  if (!status.content.ok) return facts;
  facts.response = RESPONSE_STATUS.get(code) ?? `unknown (${code})`;
  const basic = readElement(readElement(response.content).content);
  if (basic.tag !== SEQUENCE) return facts;
  readElement(basic.content); // responseType
  const octets = readElement(basic.content).content;
  return { ...facts, ...readResponseData(readElement(readElement(octets).content).content) };
}

/** ResponseData: an optional version, who answers, when, and the answers, of which a server staples the one about itself. */
function readResponseData(data: Cursor): Partial<CertificateStatusFacts> {
  const first = readElement(data);
  if (first.tag === EXPLICIT_0) readElement(data); // responderID
  readElement(data); // producedAt
  const single = readElement(readElement(data).content).content;
  readElement(single); // certID
  const status = readElement(single);
  const thisUpdate = generalizedTime(readElement(single));
  const next = single.remaining > 0 ? readElement(single) : undefined;
  const nextUpdate = next?.tag === EXPLICIT_0 ? generalizedTime(readElement(next.content)) : Number.NaN;
  if (Number.isNaN(thisUpdate) || !single.ok) return {};
  const certificate = CERTIFICATE_STATUS.get(status.tag) ?? null;
  const revokedAt = status.tag === REVOKED ? generalizedTime(readElement(status.content)) : Number.NaN;
  return { certificate, thisUpdate, nextUpdate, revokedAt };
}

const UNREAD: Omit<CertificateStatusFacts, 'span'> = {
  response: null,
  certificate: null,
  thisUpdate: Number.NaN,
  nextUpdate: Number.NaN,
  revokedAt: Number.NaN,
};

/** RFC 6960 4.2.1, OCSPResponseStatus. */
const RESPONSE_STATUS: ReadonlyMap<number, string> = new Map([
  [0, 'successful'],
  [1, 'malformedRequest'],
  [2, 'internalError'],
  [3, 'tryLater'],
  [5, 'sigRequired'],
  [6, 'unauthorized'],
]);

const CERTIFICATE_STATUS: ReadonlyMap<number, CertificateStatusFacts['certificate']> = new Map([
  [GOOD, 'good'],
  [REVOKED, 'revoked'],
  [UNKNOWN, 'unknown'],
] as const);
