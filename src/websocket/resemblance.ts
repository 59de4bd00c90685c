/**
 * Whether the first bytes of an unknown connection are WebSocket frames: for captures that start after the upgrade. Has to be
 * sure, as a wrong yes turns another protocol into a session; "undecided" asks for more bytes of the same direction.
 */

import { OPCODE } from './frame.js';
import { CERTAIN_BITS, EDGE_BITS, FrameChain } from './frame-chain.js';

/** Only one place is tried, where behind a hole thousands are. */
const START_BITS = 5;

/**
 * `bytes` begin a direction, or a segment of it, and end where a segment ends. `masked`: whether this direction should mask
 * (RFC 6455 5.1: the client's). The caller says how long it is willing to stay undecided.
 */
export function resemblesFrames(bytes: Uint8Array, masked: boolean): boolean | 'undecided' {
  if (bytes.length === 0) return 'undecided';
  if (!mayStart(bytes[0]!)) return false;
  const chain = new FrameChain(0, masked, true, START_BITS);
  const fits = chain.walk(bytes, 0, (offset) => (offset === bytes.length ? EDGE_BITS : 0));
  if (!fits || isMqttSubscribe(bytes)) return false;
  return chain.frames > 0 && chain.bits >= CERTAIN_BITS ? true : 'undecided';
}

/**
 * A direction that starts inside a message is rare; one that starts with 00, 41 or 42 is DNS over TCP, or letters, and not
 * rare. So: a whole frame that is no continuation, or the first text or binary fragment without RSV1.
 */
function mayStart(first: number): boolean {
  const opcode = first & 0xf;
  if (opcode === OPCODE.continuation) return false;
  return first >= 0x80 || (first & 0x70) === 0;
}

/**
 * MQTT's SUBSCRIBE begins with 82 and a length that reads like that of a binary frame. Its payload gives it away: a packet
 * identifier, then topics with their lengths and one octet of options (MQTT 3.1.1 3.8).
 */
function isMqttSubscribe(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x82 || bytes.length < 7 || bytes[1]! >= 0x80) return false;
  const end = Math.min(bytes.length, 2 + bytes[1]!);
  // MQTT 5 has properties behind the identifier; their usual length is one octet, 0.
  return [4, 5].some((start) => topicsFill(bytes, start, end));
}

function topicsFill(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at + 2 < end) at += 2 + ((bytes[at]! << 8) | bytes[at + 1]!) + 1;
  return at === end && at > start;
}
