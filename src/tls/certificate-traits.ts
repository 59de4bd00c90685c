/**
 * What decides, beside names and dates, whether a client takes a certificate: its key, its signature, what it may be used
 * for (RFC 5280 4.1.2.3, 4.2.1). node:crypto gives all but the signature's algorithm, for which a few DER headers (X.690
 * 8.1) are walked. Whether that is good enough is not decided here.
 */
import type { X509Certificate } from 'node:crypto';
import { Cursor } from '../bytes/cursor.js';
import { readElement } from './der.js';
import type { CertificateTraits } from './tls-facts.js';

/** `der`: the octets that `x509` was read from. */
export function traitsOf(x509: X509Certificate, der: Uint8Array): CertificateTraits {
  const { type, bits } = keyOf(x509);
  const issuerUrl = /^CA Issuers - URI:(.+)$/m.exec(x509.infoAccess ?? '')?.[1];
  return {
    namesFromCommonName: !/(?:^|, )(?:DNS|IP Address):/.test(x509.subjectAltName ?? ''),
    isAuthority: x509.ca,
    keyType: type,
    keyBits: bits,
    signature: signatureOf(der),
    // node:crypto names the extended key usages `keyUsage`; none at all means any (RFC 5280 4.2.1.12).
    purposes: x509.keyUsage,
    issuerUrl,
  };
}

function keyOf(x509: X509Certificate): { type: string; bits: number } {
  try {
    const { asymmetricKeyType: type = 'unknown', asymmetricKeyDetails: details } = x509.publicKey;
    const bits = details?.modulusLength ?? CURVE_BITS.get(details?.namedCurve ?? type) ?? 0;
    return { type, bits };
  } catch {
    // A key of a kind that this OpenSSL does not know.
    return { type: 'unknown', bits: 0 };
  }
}

/** Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm SEQUENCE { OBJECT IDENTIFIER, … }, … } (RFC 5280 4.1). */
function signatureOf(der: Uint8Array): string {
  const outer = new Cursor(der);
  const certificate = content(outer);
  content(certificate);
  const algorithm = content(certificate);
  const oid = content(algorithm);
  const text = identifier(oid);
  return outer.ok && certificate.ok && algorithm.ok ? (SIGNATURES.get(text) ?? text) : 'unknown';
}

const content = (cursor: Cursor): Cursor => readElement(cursor).content;

/** X.690 8.19: the first number holds two arcs, every octet but the last of a number has its highest bit set. */
function identifier(oid: Cursor): string {
  const arcs: number[] = [];
  let arc = 0;
  while (oid.remaining > 0) {
    const octet = oid.u8();
    arc = arc * 0x80 + (octet & 0x7f);
    if (octet >= 0x80) continue;
    if (arcs.length === 0) {
      const first = Math.min(2, Math.floor(arc / 40));
      arcs.push(first, arc - first * 40);
    } else arcs.push(arc);
    arc = 0;
  }
  return arcs.join('.');
}

/** Bits of the curves that X.509 certificates use, as node:crypto names them. */
const CURVE_BITS: ReadonlyMap<string, number> = new Map([
  ['prime192v1', 192],
  ['secp192k1', 192],
  ['secp224r1', 224],
  ['prime256v1', 256],
  ['secp256k1', 256],
  ['secp384r1', 384],
  ['secp521r1', 521],
  ['ed25519', 256],
  ['ed448', 448],
]);

/** RFC 8017 A.2, RFC 5758, RFC 8410; the names are OpenSSL's. Others are shown by their numbers. */
const SIGNATURES: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.1.1.2', 'md2WithRSAEncryption'],
  ['1.2.840.113549.1.1.4', 'md5WithRSAEncryption'],
  ['1.2.840.113549.1.1.5', 'sha1WithRSAEncryption'],
  ['1.2.840.113549.1.1.10', 'rsassaPss'],
  ['1.2.840.113549.1.1.11', 'sha256WithRSAEncryption'],
  ['1.2.840.113549.1.1.12', 'sha384WithRSAEncryption'],
  ['1.2.840.113549.1.1.13', 'sha512WithRSAEncryption'],
  ['1.2.840.10040.4.3', 'dsa-with-SHA1'],
  ['1.2.840.10045.4.1', 'ecdsa-with-SHA1'],
  ['1.2.840.10045.4.3.2', 'ecdsa-with-SHA256'],
  ['1.2.840.10045.4.3.3', 'ecdsa-with-SHA384'],
  ['1.2.840.10045.4.3.4', 'ecdsa-with-SHA512'],
  ['1.3.101.112', 'Ed25519'],
  ['1.3.101.113', 'Ed448'],
]);
