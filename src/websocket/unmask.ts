/**
 * Masked octets to plain ones (RFC 6455 5.3), and the question whether they are ASCII without writing them anywhere.
 * A piece is copied into an aligned scratch and turned there by 32-bit words. What comes out is a view of the scratch: right
 * until the next call.
 */

/** Octets unmasked at a time: more than any segment, and small enough to stay in the processor's cache. */
export const UNMASK_OCTETS = 65536;

const scratch = new Uint8Array(UNMASK_OCTETS);
const words = new Int32Array(scratch.buffer);

/** Pieces below this are turned octet by octet: quicker than a copy and its view. */
const SHORT_OCTETS = 48;

/** The key as it applies from `position` of the payload on. */
export function rotateKey(key: number, position: number): number {
  const shift = (position & 3) << 3;
  return shift === 0 ? key : (key >>> shift) | (key << (32 - shift));
}

/** `chunk[start]` up to `chunk[end - 1]`, at most UNMASK_OCTETS of them, unmasked; `key` is rotated to `start` already. */
export function unmask(chunk: Uint8Array, start: number, end: number, key: number): Uint8Array {
  const length = end - start;
  if (length < SHORT_OCTETS) {
    for (let at = 0; at < length; at++) scratch[at] = chunk[start + at]! ^ (key >>> ((at & 3) << 3));
  } else {
    scratch.set(chunk.subarray(start, end));
    const count = (length + 3) >> 2;
    for (let at = 0; at < count; at++) words[at] = words[at]! ^ key;
  }
  return scratch.subarray(0, length);
}

/** True when no octet, unmasked, has its highest bit set. `key` is rotated to `start` already; 0 for unmasked frames. */
export function isAscii(chunk: Uint8Array, start: number, end: number, key: number): boolean {
  const key1 = key >> 8;
  const key2 = key >> 16;
  const key3 = key >> 24;
  let seen = 0;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    seen |= (chunk[at]! ^ key) | (chunk[at + 1]! ^ key1) | (chunk[at + 2]! ^ key2) | (chunk[at + 3]! ^ key3);
  }
  for (let turn = key; at < end; at++, turn >>= 8) seen |= chunk[at]! ^ turn;
  return (seen & 0x80) === 0;
}
