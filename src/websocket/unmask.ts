/**
 * Masked octets to plain ones (RFC 6455 5.3), and the question whether they are ASCII without writing them anywhere.
 * A piece is turned by 32-bit words on its way into a scratch. What comes out is a view of the scratch: right until the
 * next call.
 */

/** Octets unmasked at a time: more than any segment, and small enough to stay in the processor's cache. */
export const UNMASK_OCTETS = 65536;

const scratch = new Uint8Array(UNMASK_OCTETS);
const words = new DataView(scratch.buffer);

/** The key as it applies from `position` of the payload on. */
export function rotateKey(key: number, position: number): number {
  const shift = (position & 3) << 3;
  return shift === 0 ? key : (key >>> shift) | (key << (32 - shift));
}

/**
 * The octets of `view` from `start` up to `end`, at most UNMASK_OCTETS of them, unmasked; `key` is rotated to `start`
 * already.
 */
export function unmask(view: DataView, start: number, end: number, key: number): Uint8Array {
  const length = end - start;
  const whole = length & ~3;
  for (let at = 0; at < whole; at += 4) words.setInt32(at, view.getInt32(start + at, true) ^ key, true);
  for (let at = whole; at < length; at++) scratch[at] = view.getUint8(start + at) ^ (key >>> ((at & 3) << 3));
  return scratch.subarray(0, length);
}

/** True when no octet, unmasked, has its highest bit set. `key` is rotated to `start` already; 0 for unmasked frames. */
export function isAscii(view: DataView, start: number, end: number, key: number): boolean {
  let odd = 0;
  let even = 0;
  let at = start;
  for (const last = end - 7; at < last; at += 8) {
    odd |= view.getInt32(at, true) ^ key;
    even |= view.getInt32(at + 4, true) ^ key;
  }
  let seen = (odd | even) & 0x80808080;
  for (let turned = key; at < end; at++) {
    seen |= (view.getUint8(at) ^ turned) & 0x80;
    turned = (turned >>> 8) | (turned << 24);
  }
  return seen === 0;
}
