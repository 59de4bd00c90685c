/** The wire format of protocol buffers, as far as telling fields apart: number, and value or octets. Nothing is nested here. */

export interface ProtobufField {
  number: number;
  /** Of a varint field; 0 for others. */
  value: number;
  /** Of a length-delimited field; empty for others. */
  octets: Uint8Array;
}

const NO_OCTETS = new Uint8Array(0);

/** Ends at the first field that is not whole or makes no sense. */
export function* readFields(bytes: Uint8Array): Generator<ProtobufField> {
  let at = 0;
  while (at < bytes.length) {
    const tag = readVarint(bytes, at);
    if (tag === undefined || tag.value < 8) return;
    const number = Math.floor(tag.value / 8);
    at = tag.end;
    switch (tag.value % 8) {
      case 0: {
        const field = readVarint(bytes, at);
        if (field === undefined) return;
        at = field.end;
        yield { number, value: field.value, octets: NO_OCTETS };
        break;
      }
      case 1:
        at += 8;
        break;
      case 2: {
        const length = readVarint(bytes, at);
        if (length === undefined || length.end + length.value > bytes.length) return;
        at = length.end + length.value;
        yield { number, value: 0, octets: bytes.subarray(length.end, at) };
        break;
      }
      case 5:
        at += 4;
        break;
      default:
        return;
    }
  }
}

/** Seven bits an octet, the lowest first; ten octets at most. Undefined where it does not end. */
export const readVarint = (bytes: Uint8Array, at: number): { value: number; end: number } | undefined => {
  let value = 0;
  for (let index = 0; index < 10; index++) {
    const octet = bytes[at + index];
    if (octet === undefined) return undefined;
    value += (octet & 0x7f) * 2 ** (7 * index);
    if (octet < 0x80) return { value, end: at + index + 1 };
  }
  return undefined;
};
