/**
 * Do these bytes begin HTTP/2, or go on with it? The server's preface is its SETTINGS (RFC 9113 3.4), which may come
 * before the client's; inside a connection a chunk that begins with a frame is told by the chain of its headers.
 */
import { FLAG, FRAME, FRAME_HEADER_BYTES, isPlausible, readFrameHeader } from './h2-frame.js';

/** RFC 9113 6.5.2 and later registrations: identifiers stay small. */
const LARGEST_SETTING_ID = 0x10;

export function looksLikeServerPreface(bytes: Uint8Array): boolean | 'undecided' {
  // A length below 65,536, and SETTINGS without ACK on stream 0.
  const fixed: readonly (number | undefined)[] = [0, undefined, undefined, FRAME.settings, 0, 0, 0, 0, 0];
  for (let index = 0; index < Math.min(bytes.length, fixed.length); index++) {
    if (fixed[index] !== undefined && bytes[index] !== fixed[index]) return false;
  }
  if (bytes.length < FRAME_HEADER_BYTES) return bytes.length > 0 ? 'undecided' : false;
  const header = readFrameHeader(bytes, 0);
  if (!isPlausible(header)) return false;
  const id = (bytes[FRAME_HEADER_BYTES] ?? 0) * 256 + (bytes[FRAME_HEADER_BYTES + 1] ?? 1);
  // Google's implementations also send reserved identifiers of the form 0x?a?a, never first.
  return header.length === 0 || (id > 0 && id <= LARGEST_SETTING_ID);
}

/** A chunk that begins with a frame: one of a fixed form, or a chain of frames that ends with the chunk. */
export function beginsWithFrame(chunk: Uint8Array): boolean {
  let at = 0;
  for (let frames = 0; ; frames++) {
    if (at === chunk.length) return frames > 0;
    if (at + FRAME_HEADER_BYTES > chunk.length) return frames > 1;
    const header = readFrameHeader(chunk, at);
    if (!isPlausible(header) || header.type > FRAME.continuation || !hasPlausibleFlags(header)) return false;
    if (hasFixedForm(header.type) && at + FRAME_HEADER_BYTES + header.length <= chunk.length) return true;
    at += FRAME_HEADER_BYTES + header.length;
    // |== header, payload …  the chunk ends inside ==|
    if (at > chunk.length) return frames > 0;
  }
}

/** RFC 9113 6: flags that are not defined are unset. */
const hasPlausibleFlags = ({ type, flags }: { type: number; flags: number }): boolean =>
  (flags & ~(DEFINED_FLAGS[type] ?? 0xff)) === 0;

const HEADER_FLAGS = FLAG.endStream | FLAG.endHeaders | FLAG.padded | FLAG.priority;
const DEFINED_FLAGS: Readonly<Record<number, number>> = {
  [FRAME.data]: FLAG.endStream | FLAG.padded,
  [FRAME.headers]: HEADER_FLAGS,
  [FRAME.priority]: 0,
  [FRAME.rstStream]: 0,
  [FRAME.settings]: FLAG.ack,
  [FRAME.pushPromise]: FLAG.endHeaders | FLAG.padded,
  [FRAME.ping]: FLAG.ack,
  [FRAME.goaway]: 0,
  [FRAME.windowUpdate]: 0,
  [FRAME.continuation]: FLAG.endHeaders,
};

const hasFixedForm = (type: number): boolean =>
  type === FRAME.ping || type === FRAME.rstStream || type === FRAME.windowUpdate;
