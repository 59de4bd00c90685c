/**
 * File blocks as they come, read as one run of octets. Records are looked at where they lie; one that straddles blocks
 * is copied, and only that one, into a block of its own:
 *
 *     |== block ==| rec |   + |ord |== block ==|   →   | record |, then the second block from its second record on
 *
 * Nothing that was handed out is written again, so views into blocks stay right.
 */
const EMPTY = new Uint8Array(0);

export class BlockWindow {
  /** The block under way: its octets from `position` up to `limit` are not read yet. */
  block: Uint8Array = EMPTY;
  /** A view of the whole of `block`. */
  view: DataView = new DataView(EMPTY.buffer);
  position = 0;
  limit = 0;
  /** Offset in the file of `block[0]`. */
  private origin = 0;
  /** Offset in the file of what waits first in `waiting`. */
  private waitingOrigin = 0;
  private readonly waiting: Uint8Array[] = [];

  push(block: Uint8Array): void {
    if (block.length > 0) this.waiting.push(block);
  }

  /** Offset in the file of the next octet. */
  get offset(): number {
    return this.origin + this.position;
  }

  /** Octets of the file that were pushed and not read. */
  get unread(): number {
    return this.waiting.reduce((sum, block) => sum + block.length, this.limit - this.position);
  }

  /**
   * Makes the next `length` octets stand in `block` from `position` on; false while they are not all there. The caller
   * bounds `length`: it is allocated before it is filled. May change `block`, `view`, `position` and `limit`.
   */
  require(length: number): boolean {
    while (this.limit - this.position < length) {
      const next = this.waiting[0];
      if (next === undefined) return false;
      if (this.position === this.limit) this.enter(next);
      else this.bridge(next, length);
    }
    return true;
  }

  /** Passes over `length` octets or as many as there are, and answers how many that was. Copies nothing. */
  skip(length: number): number {
    let left = length;
    for (;;) {
      const step = Math.min(left, this.limit - this.position);
      this.position += step;
      left -= step;
      const next = this.waiting[0];
      if (left === 0 || next === undefined) return length - left;
      this.enter(next);
    }
  }

  private enter(next: Uint8Array): void {
    this.waiting.shift();
    this.origin = this.waitingOrigin;
    this.waitingOrigin += next.length;
    this.stand(next, next.length);
  }

  /** Moves the straddling record on: what is there of it, and what `next` has of it, into a block of `length` octets. */
  private bridge(next: Uint8Array, length: number): void {
    const { position, limit } = this;
    if (position + length > this.block.length) {
      const record = Buffer.allocUnsafeSlow(length);
      record.set(this.block.subarray(position, limit));
      this.origin += position;
      this.stand(record, limit - position);
    }
    const taken = Math.min(length - (this.limit - this.position), next.length);
    this.block.set(taken === next.length ? next : next.subarray(0, taken), this.limit);
    this.limit += taken;
    this.waitingOrigin += taken;
    if (taken === next.length) this.waiting.shift();
    else this.waiting[0] = next.subarray(taken);
  }

  private stand(block: Uint8Array, limit: number): void {
    this.block = block;
    this.view = new DataView(block.buffer, block.byteOffset, block.byteLength);
    this.position = 0;
    this.limit = limit;
  }
}
