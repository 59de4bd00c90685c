/**
 * Finds the secrets of one connection in the key log, by what its hellos say, and makes the epochs of both directions
 * out of them: traffic secrets in TLS 1.3 (RFC 8446 7.1), the master or premaster before (RFC 5246 8.1, RFC 7627),
 * also that of an earlier connection which this one resumes (RFC 5246 7.3, RFC 5077).
 */
import { createHash } from 'node:crypto';
import { Cursor } from '../bytes/cursor.js';
import { toHex } from '../bytes/hex.js';
import type { PerSide, Side } from '../stream/side.js';
import { type CipherParameters, cipherParameters } from './cipher-parameters.js';
import { cipherSuiteName } from './cipher-suites.js';
import { readExtensions, SESSION_TICKET, SUPPORTED_VERSIONS } from './client-hello.js';
import { applicationEpoch, type Epoch, handshakeEpoch, sessionEpoch } from './epoch.js';
import {
  CLIENT_HELLO,
  CLIENT_KEY_EXCHANGE,
  FINISHED,
  HELLO_REQUEST,
  NEW_SESSION_TICKET,
  SERVER_HELLO,
} from './handshake-decoder.js';
import type { KeyLog, SecretLabel } from './key-log.js';
import { keyBlock, masterSecret, prf, type Randoms } from './key-schedule.js';
import { HELLO_RETRY_RANDOM } from './server-hello.js';
import { isTls13, TLS_1_2 } from './versions.js';

const ENCRYPT_THEN_MAC = 22;
const EXTENDED_MASTER_SECRET = 23;
/** RFC 5246 8.1: octets. */
const MASTER_LENGTH = 48;
/** Of the handshake up to ClientKeyExchange, which a premaster needs with RFC 7627; a chain of certificates fits. */
const MAX_TRANSCRIPT = 256 * 1024;

/** RFC 8446 B.4: the suites of TLS 1.3, by the length of their secrets in octets. */
const SUITES_BY_SECRET: Readonly<Record<number, readonly number[]>> = {
  32: [0x1301, 0x1303, 0x1304, 0x1305],
  48: [0x1302],
};

interface ServerChoice {
  random: Uint8Array;
  sessionId: string;
  version: number;
  suite: number;
  compressed: boolean;
  encryptThenMac: boolean;
  extendedMaster: boolean;
}

export class SessionSecrets {
  /** The client random in hexadecimal, which key logs name connections by; undefined before a ClientHello. */
  clientRandom: string | undefined;
  /** A cipher or a way of compressing that cannot be undone here, in words. */
  unsupported: string | undefined;
  private sessionId = '';
  private ticket = '';
  private choice: ServerChoice | undefined;
  private encryptedPremaster: string | undefined;
  private transcript: Uint8Array[] = [];
  private transcriptLength = 0;
  private sessionHash: Uint8Array | undefined;
  /** The epochs behind the next ChangeCipherSpec of either side. */
  private pending: PerSide<Epoch> | undefined;
  /** Labels of secrets that were looked for in vain while there was a key log, in the order in which they were needed. */
  readonly missing: string[] = [];

  constructor(private readonly keyLog: KeyLog) {}

  /** Some secret of this connection is known, or may be by a session that it resumes. */
  get promising(): boolean {
    const { clientRandom, keyLog } = this;
    if (clientRandom !== undefined && keyLog.knows(clientRandom)) return true;
    return this.resumedMaster !== undefined || (this.choice !== undefined && this.master() !== undefined);
  }

  /** A handshake message as it was read, in clear or decrypted; without a body where octets are missing. */
  message(type: number, body: Uint8Array | undefined): void {
    if (type === HELLO_REQUEST) return;
    if (type === CLIENT_HELLO && body !== undefined) this.clientHello(body);
    this.note(type, body);
    if (body === undefined) return;
    if (type === SERVER_HELLO) this.serverHello(body);
    else if (type === CLIENT_KEY_EXCHANGE) this.clientKeyExchange(body);
    else if (type === NEW_SESSION_TICKET) this.newSessionTicket(body);
  }

  /** What protects the first records of a side, without a ChangeCipherSpec to begin with. */
  first(side: Side): Epoch | undefined {
    const { choice } = this;
    if (choice !== undefined && !isTls13(choice.version)) return this.afterChange(side);
    const early = side === 'client' && choice === undefined ? this.secret('CLIENT_EARLY_TRAFFIC_SECRET') : undefined;
    if (early !== undefined) return handshakeEpoch(early, this.suitesFor(early), () => this.handshake(side));
    return this.handshake(side);
  }

  /** TLS <= 1.2: what protects the records of a side behind its ChangeCipherSpec. */
  afterChange(side: Side): Epoch | undefined {
    const { choice, clientRandom } = this;
    if (choice === undefined || clientRandom === undefined || isTls13(choice.version)) return undefined;
    const parameters = this.parametersOf(choice.suite);
    if (parameters === undefined) return undefined;
    if (choice.compressed) {
      this.unsupported = 'compressed records';
      return undefined;
    }
    if (this.pending === undefined) {
      const master = this.master();
      if (master === undefined) {
        this.lack('CLIENT_RANDOM');
        return undefined;
      }
      this.keyLog.remember(choice.sessionId, master);
      const keys = keyBlock(master, this.randoms(choice, clientRandom), choice.version, parameters);
      this.pending = {
        client: sessionEpoch(keys.client, parameters, choice.encryptThenMac),
        server: sessionEpoch(keys.server, parameters, choice.encryptThenMac),
      };
    }
    return this.pending[side];
  }

  private handshake(side: Side): Epoch | undefined {
    const secret = this.need(side === 'client' ? 'CLIENT_HANDSHAKE_TRAFFIC_SECRET' : 'SERVER_HANDSHAKE_TRAFFIC_SECRET');
    if (secret === undefined) return this.application(side);
    return handshakeEpoch(secret, this.suitesFor(secret), () => this.application(side));
  }

  private application(side: Side): Epoch | undefined {
    const secret = this.need(side === 'client' ? 'CLIENT_TRAFFIC_SECRET_0' : 'SERVER_TRAFFIC_SECRET_0');
    return secret === undefined ? undefined : applicationEpoch(secret, this.suitesFor(secret));
  }

  private need(label: SecretLabel): Uint8Array | undefined {
    const secret = this.secret(label);
    if (secret === undefined) this.lack(label);
    return secret;
  }

  private lack(label: SecretLabel): void {
    if (this.keyLog.size > 0 && !this.missing.includes(label)) this.missing.push(label);
  }

  private secret(label: SecretLabel): Uint8Array | undefined {
    return this.clientRandom === undefined ? undefined : this.keyLog.find(label, this.clientRandom);
  }

  private suitesFor(secret: Uint8Array): readonly CipherParameters[] {
    const numbers = this.choice === undefined ? (SUITES_BY_SECRET[secret.length] ?? []) : [this.choice.suite];
    return numbers.map((suite) => this.parametersOf(suite)).filter((parameters) => parameters !== undefined);
  }

  private parametersOf(suite: number): CipherParameters | undefined {
    const parameters = cipherParameters(suite);
    if (parameters === undefined) this.unsupported = cipherSuiteName(suite);
    return parameters;
  }

  /** A ClientHello opens a handshake, also that of a renegotiation; the second one behind a HelloRetryRequest is equal. */
  private clientHello(body: Uint8Array): void {
    const cursor = new Cursor(body);
    cursor.skip(2);
    const random = toHex(cursor.bytes(32));
    const sessionId = toHex(cursor.bytes(cursor.u8()));
    cursor.skip(cursor.u16());
    cursor.skip(cursor.u8());
    if (!cursor.ok) return;
    this.clientRandom = random;
    this.sessionId = sessionId;
    this.ticket = toHex(readExtensions(cursor).get(SESSION_TICKET) ?? new Uint8Array(0));
    this.choice = undefined;
    this.encryptedPremaster = undefined;
    this.pending = undefined;
    this.transcript = [];
    this.transcriptLength = 0;
    this.sessionHash = undefined;
  }

  private serverHello(body: Uint8Array): void {
    const cursor = new Cursor(body);
    const legacyVersion = cursor.u16();
    const random = new Uint8Array(cursor.bytes(32));
    const sessionId = toHex(cursor.bytes(cursor.u8()));
    const suite = cursor.u16();
    const compression = cursor.u8();
    if (!cursor.ok || toHex(random) === HELLO_RETRY_RANDOM) return;
    const extensions = readExtensions(cursor);
    const chosen = extensions.get(SUPPORTED_VERSIONS);
    this.choice = {
      random,
      sessionId,
      version: chosen?.length === 2 ? chosen[0]! * 0x100 + chosen[1]! : legacyVersion,
      suite,
      compressed: compression !== 0,
      encryptThenMac: extensions.has(ENCRYPT_THEN_MAC),
      extendedMaster: extensions.has(EXTENDED_MASTER_SECRET),
    };
  }

  /** RSA: the premaster under the server's key, behind a length except in SSL 3.0 (RFC 5246 7.4.7.1). */
  private clientKeyExchange(body: Uint8Array): void {
    this.encryptedPremaster = toHex(body.subarray(2, 10));
    const hash = this.choice === undefined ? undefined : cipherParameters(this.choice.suite)?.hash;
    if (hash !== undefined && this.transcriptLength <= MAX_TRANSCRIPT) {
      this.sessionHash = hashOf(this.transcript, this.choice!.version, hash);
    }
    this.transcript = [];
  }

  /** RFC 5077 3.3: lifetime, ticket. Before the ChangeCipherSpec of its sender, so that the master is known by then. */
  private newSessionTicket(body: Uint8Array): void {
    if (this.choice === undefined || isTls13(this.choice.version)) return;
    const cursor = new Cursor(body);
    cursor.skip(4);
    const ticket = cursor.bytes(cursor.u16());
    const master = this.master();
    if (cursor.ok && master !== undefined) this.keyLog.remember(toHex(ticket), master);
  }

  private master(): Uint8Array | undefined {
    const { choice, clientRandom, keyLog } = this;
    if (choice === undefined || clientRandom === undefined || isTls13(choice.version)) return undefined;
    const known = keyLog.find('CLIENT_RANDOM', clientRandom);
    if (known?.length === MASTER_LENGTH) return known;
    const premaster =
      keyLog.find('PMS_CLIENT_RANDOM', clientRandom) ??
      (this.encryptedPremaster === undefined ? undefined : keyLog.premaster(this.encryptedPremaster));
    if (premaster === undefined) return this.resumedMaster;
    const hash = cipherParameters(choice.suite)?.hash ?? 'sha256';
    if (!choice.extendedMaster) {
      return masterSecret(premaster, this.randoms(choice, clientRandom), choice.version, hash);
    }
    if (this.sessionHash === undefined) return undefined;
    return prf(choice.version, hash, premaster, 'extended master secret', [this.sessionHash], MASTER_LENGTH);
  }

  private get resumedMaster(): Uint8Array | undefined {
    const { keyLog, sessionId, ticket } = this;
    const byId = this.choice === undefined || this.choice.sessionId === sessionId;
    return (ticket === '' ? undefined : keyLog.resume(ticket)) ?? (byId ? keyLog.resume(sessionId) : undefined);
  }

  private randoms(choice: ServerChoice, clientRandom: string): Randoms {
    return { client: new Uint8Array(Buffer.from(clientRandom, 'hex')), server: choice.random };
  }

  /** Keeps what the session hash covers. */
  private note(type: number, body: Uint8Array | undefined): void {
    if (!this.keyLog.hasPremasters || type === FINISHED || this.sessionHash !== undefined) return;
    this.transcriptLength += body === undefined ? Number.POSITIVE_INFINITY : body.length + 4;
    if (body === undefined || this.transcriptLength > MAX_TRANSCRIPT) return;
    this.transcript.push(Uint8Array.of(type, body.length >> 16, (body.length >> 8) & 0xff, body.length & 0xff), body);
  }
}

/** RFC 7627 3. */
function hashOf(parts: readonly Uint8Array[], version: number, hash: string): Uint8Array {
  const octets = Buffer.concat(parts);
  const digest = (name: string) => createHash(name).update(octets).digest();
  return version >= TLS_1_2 ? digest(hash) : Buffer.concat([digest('md5'), digest('sha1')]);
}
