/**
 * Do bytes have the shape of WebSocket frames (RFC 6455 5.2)? Asked only where an upgrade was requested and its answer
 * is not in the capture. A guess from the headers of the first frames; decoding frames is for the WebSocket layer.
 */

/** A frame whose payload claims more than this is taken for chance: 16 MiB. */
const MAX_PLAUSIBLE_PAYLOAD_BYTES = 0x1000000;

/** `masked`: the sender is the client (RFC 6455 5.1). False also while too few bytes are there. */
export function looksLikeFrames(bytes: Uint8Array, masked: boolean): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let position = 0;
  for (let seen = 0; ; seen++) {
    if (position + 2 > bytes.length) return seen > 0;
    const first = view.getUint8(position);
    const second = view.getUint8(position + 1);
    const opcode = first & 0x0f;
    const control = opcode >= 0x8;
    const shortLength = second & 0x7f;
    // RSV2 and RSV3 belong to no extension that is in use; a first frame continues nothing.
    if ((first & 0x30) !== 0 || !OPCODES.has(opcode) || (opcode === 0 && seen === 0)) return false;
    if (second >= 0x80 !== masked) return false;
    // RFC 6455 5.5: control frames are whole and short.
    if (control && (first < 0x80 || shortLength > 125)) return false;
    const lengthBytes = shortLength === 127 ? 8 : shortLength === 126 ? 2 : 0;
    const headerBytes = 2 + lengthBytes + (masked ? 4 : 0);
    if (position + headerBytes > bytes.length) return seen > 0;
    const length = readLength(view, position + 2, shortLength);
    if (length < MINIMUM_LENGTHS[lengthBytes]! || length > MAX_PLAUSIBLE_PAYLOAD_BYTES) return false;
    position += headerBytes + length;
  }
}

function readLength(view: DataView, position: number, shortLength: number): number {
  if (shortLength === 126) return view.getUint16(position);
  if (shortLength === 127) return view.getUint32(position) * 2 ** 32 + view.getUint32(position + 4);
  return shortLength;
}

const OPCODES = new Set([0x0, 0x1, 0x2, 0x8, 0x9, 0xa]);

/** RFC 6455 5.2: the shortest form of a length is the only one; smallest length by number of extra length bytes. */
const MINIMUM_LENGTHS: Readonly<Record<number, number>> = { 0: 0, 2: 126, 8: 0x10000 };
