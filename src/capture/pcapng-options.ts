/** Options of pcapng blocks (draft-ietf-opsawg-pcapng 3.5): code, length, value, padding, until the end of the block. */

/** Names and comments are shown in reports; longer ones are cut there. */
const MAX_TEXT_OCTETS = 1024;

const decoder = new TextDecoder();

export class PcapngOptions {
  code = 0;
  /** The value is `view` from `start` up to `end`. */
  start = 0;
  end = 0;
  private following: number;

  /** Reads the options between two offsets of `view`. */
  constructor(
    readonly view: DataView,
    first: number,
    private readonly limit: number,
    private readonly littleEndian: boolean,
  ) {
    this.following = first;
  }

  /** Moves to the next option; false after the last, and at one whose length leads out of the block. */
  next(): boolean {
    const at = this.following;
    if (at + 4 > this.limit) return false;
    this.code = this.view.getUint16(at, this.littleEndian);
    const length = this.view.getUint16(at + 2, this.littleEndian);
    this.start = at + 4;
    this.end = this.start + length;
    this.following = this.start + Math.ceil(length / 4) * 4;
    return this.code !== 0 && this.end <= this.limit;
  }

  get length(): number {
    return this.end - this.start;
  }

  text(): string {
    return decoder.decode(this.octets().subarray(0, MAX_TEXT_OCTETS)).replace(/\0+$/, '');
  }

  u8(): number {
    return this.view.getUint8(this.start);
  }

  u32(): number {
    return this.view.getUint32(this.start, this.littleEndian);
  }

  u64(): bigint {
    return this.view.getBigUint64(this.start, this.littleEndian);
  }

  i64(): bigint {
    return this.view.getBigInt64(this.start, this.littleEndian);
  }

  private octets(): Uint8Array {
    return new Uint8Array(this.view.buffer, this.view.byteOffset + this.start, this.length);
  }
}
