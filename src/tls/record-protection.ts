/**
 * Opens protected records of one direction under one set of keys: AEAD of TLS 1.3 (RFC 8446 5.2) and of TLS 1.2 (RFC
 * 5246 6.2.3.3), CBC with the MAC before or after encryption (RFC 5246 6.2.3.2, RFC 7366). Whatever does not
 * authenticate comes out as undefined, never as text. Which sequence number a record has is for record-opener.ts.
 */
import { type CipherGCMTypes, createDecipheriv, createHmac, type DecipherGCM, timingSafeEqual } from 'node:crypto';
import type { CipherParameters } from './cipher-parameters.js';
import type { TrafficKeys } from './key-schedule.js';
import { HEADER_LENGTH } from './record.js';

/** A record as it stands on the wire. */
export interface SealedRecord {
  type: number;
  /** legacy_record_version. */
  version: number;
  body: Uint8Array;
}

export interface OpenedRecord {
  /** The content type: in TLS 1.3 the inner one. */
  type: number;
  content: Uint8Array;
}

export interface RecordProtection {
  /** Undefined: these are not the keys or not the number of this record, or it was changed on its way. */
  open(record: SealedRecord, sequence: number): OpenedRecord | undefined;
  /** Octets that protection adds to a content; with CBC padding makes it an estimate. */
  readonly overhead: number;
  /** The record is over, whether it was opened or not: CBC before TLS 1.1 takes its next IV from it. */
  follow?(body: Uint8Array): void;
  /** Octets are missing before the next record. */
  interrupt?(): void;
}

/** RFC 5288 3: octets of a GCM or CCM nonce that stand in the record in TLS 1.2. */
const EXPLICIT_NONCE_LENGTH = 8;
/** RFC 5246 6.2.3.3: sequence number, type, version, length. */
const AAD_LENGTH = 13;

/** TLS 1.3. The nonce is the IV with the sequence number over its last octets (RFC 8446 5.3). */
export class Tls13Protection implements RecordProtection {
  readonly overhead: number;
  private readonly nonce: Uint8Array;
  private readonly header = new Uint8Array(HEADER_LENGTH);

  constructor(
    private readonly parameters: CipherParameters,
    private readonly keys: TrafficKeys,
  ) {
    this.nonce = new Uint8Array(keys.iv);
    this.overhead = parameters.tagLength + 1;
  }

  open({ type, version, body }: SealedRecord, sequence: number): OpenedRecord | undefined {
    if (body.length < this.overhead) return undefined;
    const { nonce, header } = this;
    mix(nonce, this.keys.iv, sequence);
    header.set([type, version >> 8, version & 0xff, body.length >> 8, body.length & 0xff]);
    const inner = openAead(this.parameters, this.keys.key, nonce, header, body);
    if (inner === undefined) return undefined;
    // RFC 8446 5.4: content, type, and any number of zeros.
    let end = inner.length - 1;
    while (end >= 0 && inner[end] === 0) end--;
    return end < 0 ? undefined : { type: inner[end]!, content: inner.subarray(0, end) };
  }
}

/** AEAD in TLS 1.2. */
export class Tls12AeadProtection implements RecordProtection {
  readonly overhead: number;
  private readonly explicit: number;
  private readonly nonce = new Uint8Array(12);
  private readonly aad = new Uint8Array(AAD_LENGTH);

  constructor(
    private readonly parameters: CipherParameters,
    private readonly keys: TrafficKeys,
  ) {
    this.explicit = parameters.mode === 'chacha' ? 0 : EXPLICIT_NONCE_LENGTH;
    this.overhead = this.explicit + parameters.tagLength;
  }

  open({ type, version, body }: SealedRecord, sequence: number): OpenedRecord | undefined {
    const { nonce, keys, explicit } = this;
    const length = body.length - this.overhead;
    if (length < 0) return undefined;
    if (explicit === 0) mix(nonce, keys.iv, sequence);
    else {
      nonce.set(keys.iv);
      nonce.set(body.subarray(0, explicit), keys.iv.length);
    }
    writeAad(this.aad, sequence, type, version, length);
    const sealed = explicit === 0 ? body : body.subarray(explicit);
    const content = openAead(this.parameters, keys.key, nonce, this.aad, sealed);
    return content === undefined ? undefined : { type, content };
  }
}

/** CBC in TLS 1.2 and older. Before TLS 1.1 a record's IV is the end of the record before it. */
export class CbcProtection implements RecordProtection {
  readonly overhead: number;
  private readonly aad = new Uint8Array(AAD_LENGTH);
  private readonly block: number;
  /** The next record's IV before TLS 1.1; undefined where it stands in the record, 'lost' behind missing octets. */
  private chained: Uint8Array | 'lost' | undefined;
  /** The record at hand has the right MAC over its ciphertext, and with it the next one's IV is right. */
  private verified = false;

  constructor(
    private readonly parameters: CipherParameters,
    private readonly keys: TrafficKeys,
    private readonly encryptThenMac: boolean,
  ) {
    this.block = parameters.algorithm.startsWith('des') ? 8 : 16;
    this.chained = keys.iv.length > 0 ? keys.iv : undefined;
    this.overhead = (this.chained === undefined ? this.block : 0) + parameters.mac!.length + this.block / 2;
  }

  open({ type, version, body }: SealedRecord, sequence: number): OpenedRecord | undefined {
    const { block, chained } = this;
    const macLength = this.parameters.mac!.length;
    const end = this.encryptThenMac ? body.length - macLength : body.length;
    const start = chained === undefined ? block : 0;
    const length = end - start;
    if (length < block || length % block !== 0) return undefined;
    const iv = chained ?? body.subarray(0, block);
    // RFC 7366 3: the MAC is over the IV and the ciphertext.
    if (this.encryptThenMac) {
      const authentic = this.authentic(type, version, sequence, body.subarray(0, end), body.subarray(end));
      this.verified ||= authentic;
      if (!authentic) return undefined;
    }
    if (iv === 'lost') return undefined;
    const plain = decipherCbc(this.parameters.algorithm, this.keys.key, iv, body.subarray(start, end));
    const padding = plain[plain.length - 1]! + 1;
    const rest = plain.length - padding - (this.encryptThenMac ? 0 : macLength);
    if (rest < 0 || !plain.subarray(plain.length - padding).every((octet) => octet === padding - 1)) return undefined;
    const content = plain.subarray(0, rest);
    if (!this.encryptThenMac) {
      if (!this.authentic(type, version, sequence, content, plain.subarray(rest, rest + macLength))) return undefined;
    }
    return { type, content };
  }

  follow(body: Uint8Array): void {
    if (this.chained === undefined) return;
    const end = body.length - (this.encryptThenMac ? this.parameters.mac!.length : 0);
    // A wrong IV shows in the MAC over the content, but not in one over the ciphertext: there it has to be certain.
    const isCertain = end >= this.block && (this.verified || !this.encryptThenMac);
    this.chained = isCertain ? new Uint8Array(body.subarray(end - this.block, end)) : 'lost';
    this.verified = false;
  }

  interrupt(): void {
    if (this.chained !== undefined) this.chained = 'lost';
  }

  private authentic(type: number, version: number, sequence: number, octets: Uint8Array, mac: Uint8Array): boolean {
    writeAad(this.aad, sequence, type, version, octets.length);
    const expected = createHmac(this.parameters.mac!.hash, this.keys.macKey).update(this.aad).update(octets).digest();
    return expected.length === mac.length && timingSafeEqual(expected, mac);
  }
}

/** `sealed`: ciphertext and tag. node:crypto answers a wrong tag by throwing. */
function openAead(
  { algorithm, mode, tagLength }: CipherParameters,
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | undefined {
  const length = sealed.length - tagLength;
  try {
    // The types know no name that takes all options; GCM needs none, and is faster without.
    const options = mode === 'gcm' ? undefined : { authTagLength: tagLength };
    const decipher: DecipherGCM = createDecipheriv(algorithm as CipherGCMTypes, key, nonce, options);
    decipher.setAuthTag(sealed.subarray(length));
    if (mode === 'ccm') decipher.setAAD(aad, { plaintextLength: length });
    else decipher.setAAD(aad);
    const plain = decipher.update(sealed.subarray(0, length));
    decipher.final();
    return plain;
  } catch {
    return undefined;
  }
}

function decipherCbc(algorithm: string, key: Uint8Array, iv: Uint8Array, sealed: Uint8Array): Uint8Array {
  const decipher = createDecipheriv(algorithm, key, iv).setAutoPadding(false);
  const plain = decipher.update(sealed);
  decipher.final();
  return plain;
}

/** `to` becomes `iv` with the number over its last 8 octets. */
function mix(to: Uint8Array, iv: Uint8Array, sequence: number): void {
  to.set(iv);
  let rest = sequence;
  for (let at = to.length - 1; rest > 0; at--) {
    to[at]! ^= rest & 0xff;
    rest = Math.floor(rest / 0x100);
  }
}

function writeAad(aad: Uint8Array, sequence: number, type: number, version: number, length: number): void {
  let rest = sequence;
  for (let at = 7; at >= 0; at--) {
    aad[at] = rest & 0xff;
    rest = Math.floor(rest / 0x100);
  }
  aad.set([type, version >> 8, version & 0xff, length >> 8, length & 0xff], 8);
}
