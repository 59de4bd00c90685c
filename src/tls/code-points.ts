/**
 * Numbers of TLS registries and how they are written when no name is known. GREASE values (RFC 8701) are drawn at
 * random by clients to keep servers tolerant: they say nothing and are left out of every list.
 */

/** RFC 8701 2: the sixteen values 0x0a0a, 0x1a1a, …, 0xfafa. */
export const isGrease = (value: number): boolean =>
  (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff) && value <= 0xffff;

/** Four hexadecimal digits or more: `0x0303`. */
export const codePointHex = (value: number): string => `0x${value.toString(16).padStart(4, '0')}`;

/** The name of `value`, else `reserved (GREASE 0x0a0a)` or `unknown (0x1234)`. */
export function codePointName(names: ReadonlyMap<number, string>, value: number): string {
  const name = names.get(value);
  if (name !== undefined) return name;
  return isGrease(value) ? `reserved (GREASE ${codePointHex(value)})` : `unknown (${codePointHex(value)})`;
}
