/** Names of the numbers in DNS messages: record types, response codes, extended errors (IANA "DNS Parameters"). */

export const RECORD_TYPES = { A: 1, CNAME: 5, AAAA: 28, OPT: 41, SVCB: 64, HTTPS: 65 } as const;

const TYPE_NAMES = new Map<number, string>(Object.entries(RECORD_TYPES).map(([name, type]) => [type, name]));

export const recordTypeName = (type: number): string => TYPE_NAMES.get(type) ?? `TYPE${type}`;

export const NO_ERROR = 0;
export const SERVER_FAILURE = 2;
export const NAME_ERROR = 3;

/** RFC 1035 4.1.1, RFC 2136 2.2, RFC 6891 9. */
export const responseCodeName = (code: number): string => RESPONSE_CODES[code] ?? `response code ${code}`;

const RESPONSE_CODES: Readonly<Record<number, string>> = {
  0: 'NOERROR',
  1: 'FORMERR',
  2: 'SERVFAIL',
  3: 'NXDOMAIN',
  4: 'NOTIMP',
  5: 'REFUSED',
  6: 'YXDOMAIN',
  7: 'YXRRSET',
  8: 'NXRRSET',
  9: 'NOTAUTH',
  10: 'NOTZONE',
  16: 'BADVERS',
  23: 'BADCOOKIE',
};

/** RFC 8914 4 and its registry. */
export const extendedErrorName = (code: number): string => EXTENDED_ERRORS[code] ?? `extended error ${code}`;

const EXTENDED_ERRORS: Readonly<Record<number, string>> = {
  0: 'other error',
  1: 'unsupported DNSKEY algorithm',
  2: 'unsupported DS digest type',
  3: 'stale answer',
  4: 'forged answer',
  5: 'DNSSEC indeterminate',
  6: 'DNSSEC bogus',
  7: 'signature expired',
  8: 'signature not yet valid',
  9: 'DNSKEY missing',
  10: 'RRSIGs missing',
  11: 'no zone key bit set',
  12: 'NSEC missing',
  13: 'cached error',
  14: 'not ready',
  15: 'blocked',
  16: 'censored',
  17: 'filtered',
  18: 'prohibited',
  19: 'stale NXDOMAIN answer',
  20: 'not authoritative',
  21: 'not supported',
  22: 'no reachable authority',
  23: 'network error',
  24: 'invalid data',
  25: 'signature expired before valid',
  26: 'too early',
  27: 'unsupported NSEC3 iterations value',
  28: 'unable to conform to policy',
  29: 'synthesized',
};
