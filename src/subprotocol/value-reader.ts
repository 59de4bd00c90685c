/**
 * What the readers of binary values (message-pack.ts, cbor.ts) have in common: octets in, the first elements of an array
 * out, with scalars, and of maps among them the scalars one level down. Deeper values are skipped, not built. Each value
 * takes an octet at least, and the end of the octets ends everything, so that an announced length costs nothing.
 */

/** Elements read of an array; the rest are arguments of the application. */
const ELEMENTS_READ = 5;
/** Members kept of a map: what a protocol says in its options; applications add their own behind. */
const MEMBERS_READ = 32;
/** Nesting that is followed when a value is skipped, as the stack is not endless. */
const DEPTH_READ = 32;

/** The end of a list whose length was not announced (CBOR only). */
export const BREAK = Symbol('break');

export abstract class ValueReader {
  protected at = 0;
  /** A value ran beyond the octets, cannot be one, or nests deeper than is followed: nothing after it is known. */
  protected isLost = false;
  private readonly view: DataView;

  constructor(protected readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** The first elements of the array that stands here, those that are there as a whole; undefined for anything else. */
  list(): readonly unknown[] | undefined {
    const size = this.arraySize();
    if (size === undefined || this.isLost) return undefined;
    const elements: unknown[] = [];
    while (elements.length < Math.min(size, ELEMENTS_READ)) {
      const value = this.value(0);
      if (this.isLost || value === BREAK) break;
      elements.push(value);
    }
    return elements;
  }

  /** Reads the head of an array; undefined where none stands. Infinity: until a break. */
  protected abstract arraySize(): number | undefined;

  /** Numbers, strings, booleans and null; objects of these at depth 0; null also for what is only skipped. */
  protected abstract value(depth: number): unknown;

  /** A map of so many pairs. */
  protected members(size: number, depth: number): unknown {
    if (depth > 0) return this.skip(2 * size, depth);
    const members: [string, unknown][] = [];
    for (let index = 0; index < size && !this.isLost; index++) {
      const key = this.value(depth + 1);
      if (key === BREAK) break;
      const value = this.value(depth + 1);
      if (value === BREAK) this.isLost = true;
      if (typeof key === 'string' && members.length < MEMBERS_READ) members.push([key, value]);
    }
    return Object.fromEntries(members);
  }

  protected skip(count: number, depth: number): null {
    if (depth >= DEPTH_READ) this.isLost = true;
    for (let index = 0; index < count && !this.isLost; index++) {
      if (this.value(depth + 1) === BREAK) break;
    }
    return null;
  }

  protected pass(length: number): null {
    this.take(length);
    return null;
  }

  protected string(length: number): string {
    const from = this.take(length);
    return from < 0 ? '' : Buffer.from(this.bytes.subarray(from, this.at)).toString('utf8');
  }

  protected byte(): number {
    return this.uint(1);
  }

  /** Big-endian, of 1, 2, 4 or 8 octets; 0 beyond the end. Above 2^53 it is rounded, as in JSON. */
  protected uint(size: number): number {
    const from = this.take(size);
    if (from < 0) return 0;
    const { view } = this;
    if (size === 1) return view.getUint8(from);
    if (size === 2) return view.getUint16(from);
    return size === 4 ? view.getUint32(from) : Number(view.getBigUint64(from));
  }

  /** Two's complement, of 1, 2, 4 or 8 octets. */
  protected int(size: number): number {
    const from = this.take(size);
    if (from < 0) return 0;
    const { view } = this;
    if (size === 1) return view.getInt8(from);
    if (size === 2) return view.getInt16(from);
    return size === 4 ? view.getInt32(from) : Number(view.getBigInt64(from));
  }

  /** IEEE 754, of 4 or 8 octets. */
  protected float(size: number): number {
    const from = this.take(size);
    if (from < 0) return 0;
    return size === 4 ? this.view.getFloat32(from) : this.view.getFloat64(from);
  }

  /** Goes over so many octets and answers where they begin, -1 where they are not all there. */
  private take(length: number): number {
    const from = this.at;
    if (this.isLost || length > this.bytes.length - from) {
      this.isLost = true;
      return -1;
    }
    this.at += length;
    return from;
  }
}
