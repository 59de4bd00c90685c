/**
 * A bounded reader: octets in network byte order become numbers and views, for headers and handshake messages.
 * It never throws. A read past the end answers 0 (or an empty view), clears `ok` and uses up what was left, so a parser
 * reads a whole structure and asks `ok` once, and a loop over `remaining` always ends.
 */
const EMPTY = new Uint8Array(0);

export class Cursor {
  /** False once a read went past the end; it stays false. */
  ok = true;
  /** Offset of the next octet, counted from the start of `octets`. */
  position: number;
  private readonly end: number;

  /** Reads `octets[start]` up to `octets[end - 1]`; bounds outside of the array are brought inside. */
  constructor(
    private readonly octets: Uint8Array,
    start = 0,
    end = octets.length,
  ) {
    this.end = Math.min(Math.max(end, 0), octets.length);
    this.position = Math.min(Math.max(start, 0), this.end);
  }

  /** Octets not read yet. */
  get remaining(): number {
    return this.end - this.position;
  }

  u8(): number {
    const at = this.advance(1);
    return at < 0 ? 0 : this.octets[at]!;
  }

  u16(): number {
    const at = this.advance(2);
    return at < 0 ? 0 : (this.octets[at]! << 8) | this.octets[at + 1]!;
  }

  u24(): number {
    const at = this.advance(3);
    return at < 0 ? 0 : (this.octets[at]! << 16) | (this.octets[at + 1]! << 8) | this.octets[at + 2]!;
  }

  u32(): number {
    const at = this.advance(4);
    if (at < 0) return 0;
    const { octets } = this;
    return ((octets[at]! << 24) | (octets[at + 1]! << 16) | (octets[at + 2]! << 8) | octets[at + 3]!) >>> 0;
  }

  /** A number up to 2^64; not exact above 2^53. */
  u64(): number {
    const at = this.advance(8);
    if (at < 0) return 0;
    this.position = at;
    return this.u32() * 2 ** 32 + this.u32();
  }

  /** A view of the next `length` octets. */
  bytes(length: number): Uint8Array {
    const at = this.advance(length);
    return at < 0 ? EMPTY : this.octets.subarray(at, at + length);
  }

  /** A cursor over the next `length` octets; this one goes on behind them. */
  within(length: number): Cursor {
    const at = this.advance(length);
    return at < 0 ? new Cursor(EMPTY) : new Cursor(this.octets, at, at + length);
  }

  /** A view of everything that is left. */
  rest(): Uint8Array {
    return this.bytes(this.remaining);
  }

  skip(length: number): void {
    this.advance(length);
  }

  /** The offset that was passed over, or -1 when fewer than `length` octets are left. */
  private advance(length: number): number {
    const at = this.position;
    if (length < 0 || length > this.end - at) {
      this.ok = false;
      this.position = this.end;
      return -1;
    }
    this.position = at + length;
    return at;
  }
}
