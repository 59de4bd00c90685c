/**
 * As much of MessagePack as it takes to read the first elements of an array. SignalR puts such arrays one after the other,
 * each with its length before it as a variable-length integer; in WAMP a message is one array.
 */
import { ValueReader } from './value-reader.js';

/** The records of one message of SignalR, at most `limit`; ends at the first that is not whole. */
export function* readRecords(bytes: Uint8Array, limit: number): Generator<readonly unknown[]> {
  let at = 0;
  for (let count = 0; count < limit && at < bytes.length; count++) {
    let length = 0;
    let shift = 0;
    for (;;) {
      const byte = bytes[at++];
      if (byte === undefined || shift > 28) return;
      length += (byte & 0x7f) * 2 ** shift;
      shift += 7;
      if (byte < 0x80) break;
    }
    if (length === 0 || at + length > bytes.length) return;
    const record = readPackedList(bytes.subarray(at, at + length));
    if (record !== undefined) yield record;
    at += length;
  }
}

/** The first elements of an array, those that are there as a whole; undefined for anything else. */
export const readPackedList = (bytes: Uint8Array): readonly unknown[] | undefined => new PackReader(bytes).list();

class PackReader extends ValueReader {
  protected arraySize(): number | undefined {
    const tag = this.byte();
    if (tag >= 0x90 && tag <= 0x9f) return tag & 0x0f;
    if (tag === 0xdc) return this.uint(2);
    return tag === 0xdd ? this.uint(4) : undefined;
  }

  protected value(depth: number): unknown {
    const tag = this.byte();
    if (tag <= 0x7f) return tag;
    if (tag >= 0xe0) return tag - 0x100;
    if (tag >= 0xa0 && tag <= 0xbf) return this.string(tag & 0x1f);
    if (tag >= 0x80 && tag <= 0x8f) return this.members(tag & 0x0f, depth);
    if (tag >= 0x90 && tag <= 0x9f) return this.skip(tag & 0x0f, depth);
    switch (tag) {
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xca:
      case 0xcb:
        return this.float(tag === 0xca ? 4 : 8);
      case 0xcc:
      case 0xcd:
      case 0xce:
      case 0xcf:
        return this.uint(2 ** (tag - 0xcc));
      case 0xd0:
      case 0xd1:
      case 0xd2:
      case 0xd3:
        return this.int(2 ** (tag - 0xd0));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.string(this.uint(2 ** (tag - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.skip(this.uint(tag === 0xdc ? 2 : 4), depth);
      case 0xde:
      case 0xdf:
        return this.members(this.uint(tag === 0xde ? 2 : 4), depth);
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.pass(this.uint(2 ** (tag - 0xc4)));
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return this.pass(this.uint(2 ** (tag - 0xc7)) + 1);
      default:
        return this.pass(EXTENSION_LENGTHS.get(tag) ?? 0);
    }
  }
}

/** Octets behind the tags of small extensions, the one for their type included. */
const EXTENSION_LENGTHS: ReadonlyMap<number, number> = new Map([
  [0xd4, 2],
  [0xd5, 3],
  [0xd6, 5],
  [0xd7, 9],
  [0xd8, 17],
]);
