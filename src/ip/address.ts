/** Addresses as text: dotted IPv4, and IPv6 in the one form of RFC 5952; with a port as reports show them. */

/** The address at `offset` of `block`: 4 octets of version 4 or 16 of version 6, which the caller knows to be there. */
export function formatAddress(block: Uint8Array, offset: number, version: number): string {
  if (version === 4) return dotted(block, offset);
  const groups: number[] = [];
  for (let at = offset; at < offset + 16; at += 2) groups.push((block[at]! << 8) | block[at + 1]!);
  // RFC 5952 5: of the prefixes that mark an embedded IPv4 address only the mapped one is certain.
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `::ffff:${dotted(block, offset + 12)}`;
  }
  const { first, length } = longestRunOfZeros(groups);
  const text = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  return length < 2 ? text(0, 8) : `${text(0, first)}::${text(first + length, 8)}`;
}

/** `10.0.0.5:53122` or `[2001:db8::1]:443`. */
export function formatEndpoint(block: Uint8Array, offset: number, version: number, port: number): string {
  const address = formatAddress(block, offset, version);
  return version === 4 ? `${address}:${port}` : `[${address}]:${port}`;
}

const dotted = (block: Uint8Array, at: number): string =>
  `${block[at]}.${block[at + 1]}.${block[at + 2]}.${block[at + 3]}`;

/** RFC 5952 4.2: `::` stands for the longest run of two or more, of equal ones for the first. */
function longestRunOfZeros(groups: readonly number[]): { first: number; length: number } {
  let best = { first: 0, length: 0 };
  for (let at = 0; at < groups.length; at++) {
    let length = 0;
    while (groups[at + length] === 0) length++;
    if (length > best.length) best = { first: at, length };
  }
  return best;
}
