/**
 * Keys of one direction for a stretch of its records (RFC 8446 5.2 and 7, RFC 5246 6.1), and what follows them. Where
 * the ServerHello was not captured, or did not come yet, the suite is one of a few: the record that opens tells which.
 */
import type { CipherParameters } from './cipher-parameters.js';
import { nextTrafficSecret, type TrafficKeys, trafficKeys } from './key-schedule.js';
import { CbcProtection, type RecordProtection, Tls12AeadProtection, Tls13Protection } from './record-protection.js';

export interface Epoch {
  /** The ways in which its records may be protected: one, or a few until the first record opened. */
  readonly protections: readonly RecordProtection[];
  /** The epoch that follows by itself; `protection`: the one that turned out right. Undefined where none is known. */
  next(protection: RecordProtection | undefined): Epoch | undefined;
}

/** Early data or the handshake of TLS 1.3; `next` is asked for when it is over. */
export function handshakeEpoch(
  secret: Uint8Array,
  suites: readonly CipherParameters[],
  next: () => Epoch | undefined,
): Epoch {
  return { protections: suites.map((suite) => new Tls13Protection(suite, trafficKeys(secret, suite))), next };
}

/** Application data of TLS 1.3; the epochs behind a KeyUpdate follow from its secret (RFC 8446 7.2). */
export function applicationEpoch(secret: Uint8Array, suites: readonly CipherParameters[]): Epoch {
  const protections = suites.map((suite) => new Tls13Protection(suite, trafficKeys(secret, suite)));
  return {
    protections,
    next: (protection) => {
      const known = suites.filter((_, index) => protection === undefined || protections[index] === protection);
      const [suite] = known;
      return suite === undefined ? undefined : applicationEpoch(nextTrafficSecret(secret, suite), known);
    },
  };
}

/** TLS <= 1.2, from a ChangeCipherSpec to the next. */
export function sessionEpoch(keys: TrafficKeys, parameters: CipherParameters, encryptThenMac: boolean): Epoch {
  const protection =
    parameters.mode === 'cbc'
      ? new CbcProtection(parameters, keys, encryptThenMac)
      : new Tls12AeadProtection(parameters, keys);
  return { protections: [protection], next: () => undefined };
}
