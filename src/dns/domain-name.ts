/**
 * Domain names of DNS messages (RFC 1035 3.1, 4.1.4) become text in lower case, without the final dot: names that mean
 * the same read the same (RFC 4343). Octets that no host name has are escaped as zone files do it (RFC 4343 2.1).
 */

/** RFC 1035 3.1: with all length octets. Longer names are a lie or an attack. */
const MAX_NAME_OCTETS = 255;

export interface NameRead {
  /** Empty for the root. */
  name: string;
  /** Offset behind the name where it was written; a pointer ends it. */
  next: number;
}

/**
 * The name at `start` of a message; undefined where it is cut, too long or points in circles. A pointer has to point
 * before everything that was read of the name so far, as every encoder writes it: so reading ends.
 */
export function readName(message: Uint8Array, start: number): NameRead | undefined {
  let text = '';
  let octets = 0;
  let at = start;
  let limit = start;
  let next = -1;
  for (;;) {
    const length = message[at];
    if (length === undefined) return undefined;
    if (length >= 0xc0) {
      const low = message[at + 1];
      if (low === undefined) return undefined;
      if (next < 0) next = at + 2;
      at = ((length & 0x3f) << 8) | low;
      if (at >= limit) return undefined;
      limit = at;
      continue;
    }
    if (length > 63) return undefined; // RFC 6891 5: extended labels are gone for good.
    octets += 1 + length;
    if (octets > MAX_NAME_OCTETS) return undefined;
    if (length === 0) return { name: text, next: next < 0 ? at + 1 : next };
    if (at + 1 + length > message.length) return undefined;
    if (text !== '') text += '.';
    for (let index = at + 1; index <= at + length; index++) text += characterOf(message[index]!);
    at += 1 + length;
  }
}

/** The labels of a name as `readName` writes it. */
export const labelsOf = (name: string): string[] => name.split(/(?<!\\)\./);

function characterOf(octet: number): string {
  if (octet >= 0x41 && octet <= 0x5a) return String.fromCharCode(octet + 0x20);
  if (octet === 0x2e || octet === 0x5c) return `\\${String.fromCharCode(octet)}`;
  if (octet > 0x20 && octet < 0x7f) return String.fromCharCode(octet);
  return `\\${String(octet).padStart(3, '0')}`;
}
