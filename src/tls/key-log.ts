/**
 * TLS secrets by the connection they belong to, out of a key log in the SSLKEYLOGFILE format (RFC 9850), the older
 * labels of NSS and Wireshark included. Comments, unknown labels and lines that make no sense are passed over. Deriving
 * keys is the work of key-schedule.ts.
 */
import { type Warning, warning } from '../capture/warning.js';

/** Labels whose secrets open records; all of them name the connection by its client random. */
export type SecretLabel =
  | 'CLIENT_RANDOM'
  | 'PMS_CLIENT_RANDOM'
  | 'CLIENT_EARLY_TRAFFIC_SECRET'
  | 'CLIENT_HANDSHAKE_TRAFFIC_SECRET'
  | 'SERVER_HANDSHAKE_TRAFFIC_SECRET'
  | 'CLIENT_TRAFFIC_SECRET_0'
  | 'SERVER_TRAFFIC_SECRET_0';

/** Five lines a connection in TLS 1.3: room for 200,000 connections, some 100 MB of text. More is not kept. */
const MAX_SECRETS = 1_000_000;
/** Masters of TLS 1.2 that a later connection may resume, by session id and ticket; the oldest are let go. */
const MAX_RESUMABLE = 10_000;
/** Client randoms remembered that were asked for in vain, to notice secrets that come too late. */
const MAX_MISSED = 100_000;
/** RFC 8446 4.1.2: octets. */
const RANDOM_LENGTH = 32;
/** SHA-512 has the longest secrets; a premaster of DHE may be as long as its group. */
const MAX_SECRET_LENGTH = 1024;

/** TLSK, the kind of pcapng's Decryption Secrets Blocks that hold a key log. */
export const TLS_KEY_LOG = 0x544c534b;

export class KeyLog {
  /** Secrets that are kept. */
  size = 0;
  /** Lines with a secret that had no room. */
  private omitted = 0;
  /** Client randoms that came with secrets after a connection had asked for them in vain. */
  late = 0;
  private readonly secrets = new Map<string, Map<SecretLabel, Uint8Array>>();
  /** RSA premasters by the first 8 octets of the encrypted ones, and masters by session id, as NSS once wrote them. */
  private readonly premasters = new Map<string, Uint8Array>();
  private readonly resumable = new Map<string, Uint8Array>();
  private hasClientPremasters = false;
  private readonly missed = new Set<string>();
  private used = false;

  /** Adds the lines of a key log. Where one says something else than a line before it, the later one holds. */
  add(text: string): void {
    for (const line of text.split(/\r\n|\r|\n/)) {
      const match = LINE.exec(line);
      if (match === null) continue;
      const [, label = '', name = '', secret = ''] = match;
      if (secret.length % 2 !== 0 || secret.length > 2 * MAX_SECRET_LENGTH) continue;
      this.put(label, name.toLowerCase(), new Uint8Array(Buffer.from(secret, 'hex')));
    }
  }

  /** Some premaster is known, which may want a hash of the handshake (RFC 7627). */
  get hasPremasters(): boolean {
    return this.premasters.size > 0 || this.hasClientPremasters;
  }

  /** A secret of the connection with this client random. */
  find(label: SecretLabel, clientRandom: string): Uint8Array | undefined {
    return this.secrets.get(clientRandom)?.get(label);
  }

  /** Whether any secret of this connection is known; if none is, one that comes later counts as `late`. */
  knows(clientRandom: string): boolean {
    if (this.secrets.has(clientRandom)) {
      this.used = true;
      return true;
    }
    if (this.missed.size < MAX_MISSED) this.missed.add(clientRandom);
    return false;
  }

  /** The premaster whose encrypted form (RFC 5246 7.4.7.1) begins with these octets. */
  premaster(encrypted: string): Uint8Array | undefined {
    return this.premasters.get(encrypted.slice(0, 2 * PREMASTER_NAME_LENGTH));
  }

  /** The master of an earlier connection by its session id or ticket, in hexadecimal. */
  resume(idOrTicket: string): Uint8Array | undefined {
    return this.resumable.get(idOrTicket);
  }

  /** Notes a master for connections that resume it (RFC 5246 7.3, RFC 5077). */
  remember(idOrTicket: string, master: Uint8Array): void {
    if (idOrTicket === '') return;
    if (this.resumable.size >= MAX_RESUMABLE) {
      const [oldest] = this.resumable.keys();
      if (oldest !== undefined) this.resumable.delete(oldest);
    }
    this.resumable.set(idOrTicket, master);
  }

  /** What a user should know of the key log as a whole. */
  warnings(): Warning[] {
    const warnings: Warning[] = [];
    if (this.size > 0 && !this.used && this.missed.size > 0)
      warnings.push(warning('key-log-fits-nothing', { secrets: this.size, connections: this.secrets.size }));
    if (this.omitted > 0) warnings.push(warning('key-log-over-limit', { limit: MAX_SECRETS, omitted: this.omitted }));
    return warnings;
  }

  private put(label: string, name: string, secret: Uint8Array): void {
    if (label === 'RSA Session-ID:') this.remember(name, secret);
    else if (label === 'RSA') this.keep(() => this.premasters.set(name.slice(0, 2 * PREMASTER_NAME_LENGTH), secret));
    else if (isLabel(label) && name.length === 2 * RANDOM_LENGTH) {
      this.hasClientPremasters ||= label === 'PMS_CLIENT_RANDOM';
      const known = this.secrets.get(name);
      if (known?.has(label)) known.set(label, secret);
      else if (known !== undefined) this.keep(() => known.set(label, secret));
      else this.keep(() => this.secrets.set(name, new Map([[label, secret]])));
      if (this.missed.delete(name)) this.late++;
    }
  }

  private keep(store: () => void): void {
    if (this.size >= MAX_SECRETS) {
      this.omitted++;
      return;
    }
    store();
    this.size++;
  }
}

const PREMASTER_NAME_LENGTH = 8;

/** Label, what names the connection, secret. */
const LINE = /^\s*([A-Z_0-9]+|RSA Session-ID:)\s*([0-9a-fA-F]+)\s+(?:Master-Key:\s*)?([0-9a-fA-F]+)\s*$/;

const LABELS: ReadonlySet<string> = new Set<SecretLabel>([
  'CLIENT_RANDOM',
  'PMS_CLIENT_RANDOM',
  'CLIENT_EARLY_TRAFFIC_SECRET',
  'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
  'SERVER_HANDSHAKE_TRAFFIC_SECRET',
  'CLIENT_TRAFFIC_SECRET_0',
  'SERVER_TRAFFIC_SECRET_0',
]);

const isLabel = (label: string): label is SecretLabel => LABELS.has(label);
