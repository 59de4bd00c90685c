/**
 * As much of MessagePack as it takes to read the first elements of an array: SignalR puts such arrays one after the other, each
 * with its length before it as a variable-length integer. Values deeper inside are skipped, not built.
 */

/** Elements read of a record; the rest are arguments of the application. */
const ELEMENTS_READ = 5;
/** Nesting that is followed when a value is skipped. */
const DEPTH_READ = 32;
/** Steps for skipping one value: an array may announce more elements than it has octets. */
const STEPS_READ = 65536;

/** The records of one message, at most `limit`; ends at the first that is not whole. */
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
    const record = new PackReader(bytes.subarray(at, at + length)).list();
    if (record !== undefined) yield record;
    at += length;
  }
}

class PackReader {
  private at = 0;
  private steps = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** The first elements of the array that stands here; undefined for anything else. */
  list(): readonly unknown[] | undefined {
    const size = this.arraySize(this.byte());
    if (size === undefined) return undefined;
    const elements: unknown[] = [];
    for (let index = 0; index < Math.min(size, ELEMENTS_READ); index++) {
      if (this.at >= this.bytes.length) break;
      elements.push(this.value(0));
    }
    return elements;
  }

  private arraySize(tag: number): number | undefined {
    if (tag >= 0x90 && tag <= 0x9f) return tag & 0x0f;
    if (tag === 0xdc) return this.uint(2);
    return tag === 0xdd ? this.uint(4) : undefined;
  }

  /** Numbers, strings, booleans and null; null also for what is only skipped. */
  private value(depth: number): unknown {
    const tag = this.byte();
    if (tag <= 0x7f) return tag;
    if (tag >= 0xe0) return tag - 0x100;
    if (tag >= 0xa0 && tag <= 0xbf) return this.string(tag & 0x1f);
    if (tag >= 0x80 && tag <= 0x8f) return this.skip((tag & 0x0f) * 2, depth);
    if (tag >= 0x90 && tag <= 0x9f) return this.skip(tag & 0x0f, depth);
    switch (tag) {
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.uint(2 ** (tag - 0xcc));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.string(this.uint(2 ** (tag - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.skip(this.uint(tag === 0xdc ? 2 : 4), depth);
      case 0xde:
      case 0xdf:
        return this.skip(2 * this.uint(tag === 0xde ? 2 : 4), depth);
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.pass(this.uint(2 ** (tag - 0xc4)));
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return this.pass(this.uint(2 ** (tag - 0xc7)) + 1);
      default:
        return this.pass(FIXED_LENGTHS.get(tag) ?? 0);
    }
  }

  private skip(count: number, depth: number): null {
    if (depth >= DEPTH_READ) return this.pass(this.bytes.length);
    for (let index = 0; index < count && this.at < this.bytes.length && this.steps++ < STEPS_READ; index++) {
      this.value(depth + 1);
    }
    return null;
  }

  private pass(length: number): null {
    this.at += length;
    return null;
  }

  private string(length: number): string {
    const from = Math.min(this.at, this.bytes.length);
    this.at += length;
    return Buffer.from(this.bytes.subarray(from, Math.min(this.at, this.bytes.length))).toString('utf8');
  }

  /** 0 beyond the end. */
  private byte(): number {
    return this.bytes[this.at++] ?? 0;
  }

  private uint(size: number): number {
    const { at } = this;
    this.at += size;
    if (this.at > this.bytes.length) return 0;
    return size === 1 ? this.view.getUint8(at) : size === 2 ? this.view.getUint16(at) : this.view.getUint32(at);
  }
}

/** Octets behind tags of fixed length: floats, 64-bit and signed integers, small extensions (each with a type octet). */
const FIXED_LENGTHS: ReadonlyMap<number, number> = new Map([
  [0xca, 4],
  [0xcb, 8],
  [0xcf, 8],
  [0xd0, 1],
  [0xd1, 2],
  [0xd2, 4],
  [0xd3, 8],
  [0xd4, 2],
  [0xd5, 3],
  [0xd6, 5],
  [0xd7, 9],
  [0xd8, 17],
]);
