/**
 * WebSocket frames of one direction (RFC 6455 5.2): headers and masks stay, the payloads of clear messages become other
 * text under the same mask, compressed ones are cut off. Behind a hole that hides a header everything is cut off.
 */
import { knownReason } from '../diagnosis/rules/closing/known-reasons.js';
import { CUT, type StreamOctets } from './flow-octets.js';
import type { Pseudonyms } from './pseudonyms.js';
import { redactText } from './text-redaction.js';

const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
/** Shorter runs of letters inside binary messages are as good as chance. */
const RUN = /[\x20-\x7e]{3,}/g;

export const redactFrames = (stream: StreamOctets, names: Pseudonyms): void => {
  let at = 0;
  let kind = TEXT;
  let compressed = false;
  while (at < stream.length) {
    // A second writer: an HTTP answer where a frame should begin.
    if (stream.text(at, at + 7) === 'HTTP/1.' && stream.has(at, at + 7)) {
      stream.write(at, redactText(stream.octets.subarray(at), names));
      return;
    }
    const header = headerAt(stream, at);
    if (header === undefined) {
      // Behind a hole frames go on where a packet begins, if they do so up to the end.
      const next = behindHole(stream, at);
      const goesOn = next < stream.length && areFrames(stream.from(next));
      stream.mark(at, goesOn ? next : stream.length, CUT);
      if (!goesOn) return;
      at = next;
      continue;
    }
    const { opcode, rsv1, mask, payload, length } = header;
    const end = payload + length;
    const isControl = opcode >= 8;
    if (!isControl && opcode !== 0) {
      kind = opcode;
      compressed = rsv1;
    }
    if (isControl ? rsv1 : compressed) stream.mark(payload, end, CUT);
    else redactPayload(stream, payload, Math.min(end, stream.length), mask, isControl ? opcode : kind, names);
    at = end;
  }
};

const behindHole = (stream: StreamOctets, at: number): number => {
  let next = at;
  while (next < stream.length && stream.known[next] === 1) next++;
  while (next < stream.length && stream.known[next] === 0) next++;
  return next;
};

interface FrameHeader {
  opcode: number;
  rsv1: boolean;
  mask: Uint8Array | undefined;
  payload: number;
  length: number;
}

const headerAt = (stream: StreamOctets, at: number): FrameHeader | undefined => {
  if (!stream.has(at, at + 2)) return undefined;
  const { octets } = stream;
  const [first, second] = [octets[at]!, octets[at + 1]!];
  const short = second & 0x7f;
  const wide = short === 126 ? 2 : short === 127 ? 8 : 0;
  const masked = second >= 0x80;
  const payload = at + 2 + wide + (masked ? 4 : 0);
  if (!stream.has(at, Math.min(payload, stream.length)) || payload > stream.length) return undefined;
  let length = short;
  if (wide > 0) length = octets.subarray(at + 2, at + 2 + wide).reduce((sum, octet) => sum * 256 + octet, 0);
  if (!Number.isSafeInteger(length)) return undefined;
  const mask = masked ? octets.slice(payload - 4, payload) : undefined;
  return { opcode: first & 0x0f, rsv1: (first & 0x40) !== 0, mask, payload, length };
};

const redactPayload = (
  stream: StreamOctets,
  start: number,
  end: number,
  mask: Uint8Array | undefined,
  kind: number,
  names: Pseudonyms,
): void => {
  const clear = stream.octets.slice(start, end);
  if (mask !== undefined) for (let i = 0; i < clear.length; i++) clear[i]! ^= mask[i & 3]!;
  const other =
    kind === CLOSE ? otherClose(clear, names) : kind === BINARY ? otherBinary(clear, names) : redactText(clear, names);
  const again = Uint8Array.from(other);
  if (mask !== undefined) for (let i = 0; i < again.length; i++) again[i]! ^= mask[i & 3]!;
  for (let i = 0; i < again.length; i++) if (stream.known[start + i] === 1) stream.octets[start + i] = again[i]!;
};

/** The code stays, and a reason whose wording is a program's and not a user's. */
const otherClose = (body: Uint8Array, names: Pseudonyms): Uint8Array => {
  if (body.length <= 2) return body;
  const code = body[0]! * 256 + body[1]!;
  const reason = body.subarray(2);
  if (knownReason(code, Buffer.from(reason).toString('utf8')) !== undefined) return body;
  return Buffer.concat([body.subarray(0, 2), redactText(reason, names)]);
};

const otherBinary = (body: Uint8Array, names: Pseudonyms): Uint8Array => {
  const other = Buffer.from(body);
  for (const match of other.toString('latin1').matchAll(RUN)) {
    other.set(redactText(Buffer.from(match[0], 'latin1'), names), match.index);
  }
  return other;
};

/** Whether the octets are frames from their beginning to their end, for connections without an opening handshake. */
export const areFrames = (stream: StreamOctets): boolean => {
  let at = 0;
  let frames = 0;
  while (at < stream.length) {
    const header = headerAt(stream, at);
    if (header === undefined) return false;
    const { opcode, payload, length } = header;
    if ((opcode > 2 && opcode < 8) || opcode > 10 || (opcode >= 8 && length > 125)) return false;
    at = payload + length;
    frames++;
  }
  return frames > 0 && at === stream.length;
};
