/**
 * What a cipher suite means for opening its records: algorithm, lengths of keys and tags, hash of the key schedule. Read
 * from the registered name, which says it all (RFC 5246 A.5, RFC 8446 B.4); undefined for ciphers that node:crypto lacks.
 */
import { getCiphers } from 'node:crypto';
import { cipherSuiteName } from './cipher-suites.js';

export interface CipherParameters {
  /** Name in node:crypto, e.g. aes-128-gcm. */
  algorithm: string;
  mode: 'gcm' | 'ccm' | 'chacha' | 'cbc';
  /** Octets. */
  keyLength: number;
  /** Octets that the key schedule of TLS <= 1.2 gives: the implicit part of the nonce, or a block of CBC in TLS 1.0. */
  fixedIvLength: number;
  /** Octets of the AEAD tag; 0 with CBC. */
  tagLength: number;
  /** CBC: hash of the MAC, and its octets. */
  mac: { hash: string; length: number } | undefined;
  /** Hash of the key schedule; in TLS 1.0 and 1.1 the PRF has its own. */
  hash: 'sha256' | 'sha384';
}

/** Undefined where records of this suite cannot be opened here. */
export function cipherParameters(suite: number): CipherParameters | undefined {
  if (!KNOWN.has(suite)) KNOWN.set(suite, parse(cipherSuiteName(suite)));
  return KNOWN.get(suite);
}

/** There are 65,536 suites at most, and few are met. */
const KNOWN = new Map<number, CipherParameters | undefined>();

/** e.g. `TLS_RSA_WITH_3DES_EDE_CBC_SHA`, `TLS_AES_128_CCM_8_SHA256`: cipher, bits, mode, short tag, hash. */
const NAME = /^TLS_(?:.*_WITH_)?(AES|ARIA|CAMELLIA)_(128|256)_(GCM|CCM|CBC)(_8)?(?:_(SHA|SHA256|SHA384))?$/;

function parse(name: string): CipherParameters | undefined {
  const hash = name.endsWith('_SHA384') ? 'sha384' : 'sha256';
  if (name.endsWith('CHACHA20_POLY1305_SHA256')) {
    return available({
      algorithm: 'chacha20-poly1305',
      mode: 'chacha',
      keyLength: 32,
      fixedIvLength: 12,
      tagLength: 16,
      mac: undefined,
      hash,
    });
  }
  if (/^TLS_(?!.*EXPORT).*_WITH_3DES_EDE_CBC_SHA$/.test(name)) {
    return available({ ...CBC, algorithm: 'des-ede3-cbc', keyLength: 24, fixedIvLength: 8, mac: MACS.SHA, hash });
  }
  const match = NAME.exec(name);
  if (match === null) return undefined;
  const [, cipher = '', bits = '', mode, short, last] = match;
  const algorithm = `${cipher}-${bits}-${mode}`.toLowerCase();
  const keyLength = Number(bits) / 8;
  if (mode === 'CBC') {
    const mac = last === 'SHA' || last === 'SHA256' || last === 'SHA384' ? MACS[last] : undefined;
    return mac === undefined ? undefined : available({ ...CBC, algorithm, keyLength, fixedIvLength: 16, mac, hash });
  }
  return available({
    algorithm,
    mode: mode === 'GCM' ? 'gcm' : 'ccm',
    keyLength,
    fixedIvLength: 4,
    tagLength: short === undefined ? 16 : 8,
    mac: undefined,
    hash,
  });
}

const CBC = { mode: 'cbc', tagLength: 0 } as const;

const MACS = {
  SHA: { hash: 'sha1', length: 20 },
  SHA256: { hash: 'sha256', length: 32 },
  SHA384: { hash: 'sha384', length: 48 },
} as const;

const AVAILABLE: ReadonlySet<string> = new Set(getCiphers());

const available = (parameters: CipherParameters): CipherParameters | undefined =>
  AVAILABLE.has(parameters.algorithm) ? parameters : undefined;
