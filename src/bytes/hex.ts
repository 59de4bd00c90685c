/** Octets to hexadecimal text and back. */

/** Lower-case digits, two an octet, with `separator` between octets. */
export function toHex(octets: Uint8Array, separator = ''): string {
  const digits = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('hex');
  return separator === '' ? digits : (digits.match(/../g) ?? []).join(separator);
}

/** Octets of text such as `81 05 48`, or undefined where it is not pairs of digits (white space between pairs is free). */
export function fromHex(text: string): Uint8Array | undefined {
  const pairs = text.trim().split(/\s+/).join('');
  if (pairs.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(pairs)) return undefined;
  return new Uint8Array(Buffer.from(pairs, 'hex'));
}
