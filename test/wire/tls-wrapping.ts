/**
 * Puts what two peers said in clear under TLS 1.3, TLS_AES_128_GCM_SHA256, with secrets of its own: records for each
 * direction (RFC 8446 5.2) and the lines of a key log. Written apart from src/, on node:crypto alone.
 */
import { createCipheriv, createHmac } from 'node:crypto';
import type { Party } from './conversation.js';
import {
  alpn,
  chooseVersion,
  clientHello,
  extension,
  offerVersions,
  record,
  serverHello,
  u16,
  vector,
} from './tls-streams.js';

const SUITE = 0x1301;
const RANDOM = '07'.repeat(32);
const LABELS = {
  client: ['CLIENT_HANDSHAKE_TRAFFIC_SECRET', 'CLIENT_TRAFFIC_SECRET_0'],
  server: ['SERVER_HANDSHAKE_TRAFFIC_SECRET', 'SERVER_TRAFFIC_SECRET_0'],
} as const;
const SECRETS = {
  client: [Buffer.alloc(32, 1), Buffer.alloc(32, 2)],
  server: [Buffer.alloc(32, 3), Buffer.alloc(32, 4)],
};

export const KEY_LOG: string = (['client', 'server'] as const)
  .flatMap((party) =>
    LABELS[party].map((label, epoch) => `${label} ${RANDOM} ${SECRETS[party][epoch]!.toString('hex')}\n`),
  )
  .join('');

/** HKDF-Expand-Label with an empty context (RFC 8446 7.1), for at most 32 octets. */
function expand(secret: Buffer, label: string, length: number): Buffer {
  const info = [...u16(length), ...vector(1, [...Buffer.from(`tls13 ${label}`)]), 0, 1];
  return createHmac('sha256', secret).update(Uint8Array.from(info)).digest().subarray(0, length);
}

/** The records of one direction: handshake first, application data after its Finished. */
export class Wrapping {
  private epoch = 0;
  private sequence = 0;

  constructor(private readonly party: Party) {}

  /** A record of the given type around at most 16,384 octets. */
  seal(type: number, content: Uint8Array): Uint8Array {
    const secret = SECRETS[this.party][this.epoch]!;
    const nonce = expand(secret, 'iv', 12);
    nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ this.sequence++) >>> 0, 8);
    const header = Uint8Array.from([23, 3, 3, ...u16(content.length + 17)]);
    const cipher = createCipheriv('aes-128-gcm', expand(secret, 'key', 16), nonce).setAAD(header);
    const sealed = [cipher.update(content), cipher.update(Uint8Array.of(type)), cipher.final()];
    return new Uint8Array(Buffer.concat([header, ...sealed, cipher.getAuthTag()]));
  }

  data(content: Uint8Array): Uint8Array {
    const parts: Uint8Array[] = [];
    for (let at = 0; at < content.length; at += 16_384) parts.push(this.seal(23, content.subarray(at, at + 16_384)));
    return new Uint8Array(Buffer.concat(parts));
  }

  /** What follows the hellos; behind it the keys change. */
  finished(...before: readonly (readonly number[])[]): Uint8Array {
    const flight = this.seal(22, Uint8Array.from([...before.flat(), 20, ...vector(3, new Array<number>(32).fill(5))]));
    this.epoch = 1;
    this.sequence = 0;
    return flight;
  }

  closeNotify(): Uint8Array {
    return this.seal(21, Uint8Array.of(1, 0));
  }
}

export const CLIENT_HELLO: Uint8Array = record(
  22,
  clientHello({ suites: [SUITE], extensions: [offerVersions(0x0304), alpn('http/1.1'), extension(51, vector(2))] }),
);
export const SERVER_HELLO: Uint8Array = record(22, serverHello({ suite: SUITE, extensions: [chooseVersion(0x0304)] }));
/** EncryptedExtensions with the protocol that the server chose. */
export const ENCRYPTED_EXTENSIONS: readonly number[] = [8, ...vector(3, vector(2, alpn('http/1.1')))];
