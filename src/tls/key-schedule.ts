/**
 * From secrets to keys: HKDF-Expand-Label of TLS 1.3 (RFC 8446 7.1-7.3), the PRF of TLS 1.2 (RFC 5246 5) and that of
 * TLS 1.0 and 1.1 (RFC 4346 5). Secrets come out of a key log, so the handshake's own key exchange never shows here.
 */
import { createHmac } from 'node:crypto';
import type { CipherParameters } from './cipher-parameters.js';
import { TLS_1_2 } from './versions.js';

/** What one direction needs to open its records. */
export interface TrafficKeys {
  key: Uint8Array;
  iv: Uint8Array;
  /** CBC only. */
  macKey: Uint8Array;
}

const EMPTY = new Uint8Array(0);
/** RFC 5246 8.1. */
const MASTER_LENGTH = 48;
/** RFC 8446 5.3: octets. */
const NONCE_LENGTH = 12;

/** RFC 8446 7.3. */
export const trafficKeys = (secret: Uint8Array, { hash, keyLength }: CipherParameters): TrafficKeys => ({
  key: expandLabel(hash, secret, 'key', keyLength),
  iv: expandLabel(hash, secret, 'iv', NONCE_LENGTH),
  macKey: EMPTY,
});

/** The secret after a KeyUpdate (RFC 8446 7.2). */
export const nextTrafficSecret = (secret: Uint8Array, { hash }: CipherParameters): Uint8Array =>
  expandLabel(hash, secret, 'traffic upd', secret.length);

/** RFC 8446 7.1, with an empty context. */
export function expandLabel(hash: string, secret: Uint8Array, label: string, length: number): Uint8Array {
  const name = Buffer.from(`tls13 ${label}`, 'latin1');
  const info = Buffer.from([length >> 8, length & 0xff, name.length, ...name, 0]);
  const blocks: Buffer[] = [];
  let block = Buffer.alloc(0);
  for (let octets = 0, index = 1; octets < length; octets += block.length, index++) {
    block = createHmac(hash, secret).update(block).update(info).update(Uint8Array.of(index)).digest();
    blocks.push(block);
  }
  return new Uint8Array(Buffer.concat(blocks, length));
}

export interface Randoms {
  client: Uint8Array;
  server: Uint8Array;
}

/** RFC 5246 8.1. The extended master secret (RFC 7627) has a seed of its own: the hash of the handshake so far. */
export const masterSecret = (premaster: Uint8Array, randoms: Randoms, version: number, hash: string): Uint8Array =>
  prf(version, hash, premaster, 'master secret', [randoms.client, randoms.server], MASTER_LENGTH);

/** Keys of both directions in TLS <= 1.2 (RFC 5246 6.3). */
export function keyBlock(
  master: Uint8Array,
  randoms: Randoms,
  version: number,
  parameters: CipherParameters,
): { client: TrafficKeys; server: TrafficKeys } {
  const { keyLength, fixedIvLength, mac, mode, hash } = parameters;
  const macLength = mac?.length ?? 0;
  // CBC takes a block from here only before TLS 1.1; later it stands in front of each record.
  const ivLength = mode === 'cbc' && version > 0x0301 ? 0 : fixedIvLength;
  const length = 2 * (macLength + keyLength + ivLength);
  const block = prf(version, hash, master, 'key expansion', [randoms.server, randoms.client], length);
  let at = 0;
  const take = (octets: number) => {
    at += octets;
    return block.subarray(at - octets, at);
  };
  const [clientMac, serverMac] = [take(macLength), take(macLength)];
  const [clientKey, serverKey] = [take(keyLength), take(keyLength)];
  const [clientIv, serverIv] = [take(ivLength), take(ivLength)];
  return {
    client: { key: clientKey, iv: clientIv, macKey: clientMac },
    server: { key: serverKey, iv: serverIv, macKey: serverMac },
  };
}

export function prf(
  version: number,
  hash: string,
  secret: Uint8Array,
  label: string,
  seeds: readonly Uint8Array[],
  length: number,
): Uint8Array {
  const seed = Buffer.concat([Buffer.from(label, 'latin1'), ...seeds]);
  if (version >= TLS_1_2) return expand(hash, secret, seed, length);
  // RFC 4346 5: each half of the secret, which overlap in an octet where its length is odd, under a hash of its own.
  const half = Math.ceil(secret.length / 2);
  const md5 = expand('md5', secret.subarray(0, half), seed, length);
  const sha1 = expand('sha1', secret.subarray(secret.length - half), seed, length);
  return md5.map((octet, index) => octet ^ sha1[index]!);
}

/** P_hash (RFC 5246 5). */
function expand(hash: string, secret: Uint8Array, seed: Uint8Array, length: number): Uint8Array {
  const blocks: Buffer[] = [];
  let a = seed;
  for (let octets = 0; octets < length; ) {
    a = createHmac(hash, secret).update(a).digest();
    const block = createHmac(hash, secret).update(a).update(seed).digest();
    blocks.push(block);
    octets += block.length;
  }
  return new Uint8Array(Buffer.concat(blocks, length));
}
