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
  // Words would be quicker, but asking a view for its buffer costs as much as the 60 octets of a usual message.
  const key1 = key >> 8;
  const key2 = key >> 16;
  const key3 = key >> 24;
  let lane0 = 0;
  let lane1 = 0;
  let lane2 = 0;
  let lane3 = 0;
  let at = start;
  for (const last = end - 7; at < last; at += 8) {
    lane0 |= (chunk[at]! ^ key) | (chunk[at + 4]! ^ key);
    lane1 |= (chunk[at + 1]! ^ key1) | (chunk[at + 5]! ^ key1);
    lane2 |= (chunk[at + 2]! ^ key2) | (chunk[at + 6]! ^ key2);
    lane3 |= (chunk[at + 3]! ^ key3) | (chunk[at + 7]! ^ key3);
  }
  for (let turned = key; at < end; at++) {
    lane0 |= chunk[at]! ^ turned;
    turned = (turned >>> 8) | (turned << 24);
  }
  return ((lane0 | lane1 | lane2 | lane3) & 0x80) === 0;
}
