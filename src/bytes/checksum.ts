/** The Internet checksum (RFC 1071), of IPv4 headers and of TCP, UDP and ICMP. Big endian words, an odd octet padded. */

/** Adds octets to a running sum; start with 0 and continue with the answer. Ranges but the last have even lengths. */
export function addToChecksum(sum: number, octets: Uint8Array, start: number, end: number): number {
  let total = sum;
  let at = start;
  for (; at + 1 < end; at += 2) total += (octets[at]! << 8) | octets[at + 1]!;
  if (at < end) total += octets[at]! << 8;
  return total;
}

/** What stands in the checksum field; 0 when the summed range already contains its right checksum. */
export function foldChecksum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded % 0x10000) + Math.floor(folded / 0x10000);
  return ~folded & 0xffff;
}
