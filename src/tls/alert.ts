/** Alerts in clear (RFC 8446 6, RFC 5246 7.2 and the registry "TLS Alerts"): two octets into a level and a name. */
import { type Arrival, copyArrival } from '../stream/arrival.js';
import type { Side } from '../stream/side.js';
import type { AlertFacts } from './tls-facts.js';

/** An alert in clear is a level and a description; anything longer is encrypted. */
export const ALERT_LENGTH = 2;

export const CLOSE_NOTIFY = 0;

export function readAlert(from: Side, body: Uint8Array, arrival: Arrival): AlertFacts {
  const [level = 0, code = 0] = body;
  return { from, level: levelName(level), description: alertName(code), code, arrival: copyArrival(arrival) };
}

/** `certificate_expired`, else `unknown (201)`. */
export const alertName = (code: number): string => NAMES.get(code) ?? `unknown (${code})`;

const levelName = (level: number): AlertFacts['level'] =>
  level === 1 ? 'warning' : level === 2 ? 'fatal' : `unknown (${level})`;

const NAMES = new Map([
  [CLOSE_NOTIFY, 'close_notify'],
  [1, 'end_of_early_data'], // drafts of TLS 1.3
  [10, 'unexpected_message'],
  [20, 'bad_record_mac'],
  [21, 'decryption_failed'],
  [22, 'record_overflow'],
  [30, 'decompression_failure'],
  [40, 'handshake_failure'],
  [41, 'no_certificate'], // SSL 3.0
  [42, 'bad_certificate'],
  [43, 'unsupported_certificate'],
  [44, 'certificate_revoked'],
  [45, 'certificate_expired'],
  [46, 'certificate_unknown'],
  [47, 'illegal_parameter'],
  [48, 'unknown_ca'],
  [49, 'access_denied'],
  [50, 'decode_error'],
  [51, 'decrypt_error'],
  [52, 'too_many_cids_requested'],
  [60, 'export_restriction'],
  [70, 'protocol_version'],
  [71, 'insufficient_security'],
  [80, 'internal_error'],
  [86, 'inappropriate_fallback'],
  [90, 'user_canceled'],
  [100, 'no_renegotiation'],
  [109, 'missing_extension'],
  [110, 'unsupported_extension'],
  [111, 'certificate_unobtainable'],
  [112, 'unrecognized_name'],
  [113, 'bad_certificate_status_response'],
  [114, 'bad_certificate_hash_value'],
  [115, 'unknown_psk_identity'],
  [116, 'certificate_required'],
  [117, 'general_error'],
  [120, 'no_application_protocol'],
  [121, 'ech_required'],
]);
