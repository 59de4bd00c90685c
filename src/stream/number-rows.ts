/**
 * Rows of numbers for objects of which there are thousands: their counters and times stand side by side in one array,
 * so that touching an object that has left the processor's cache costs two or three lines of it instead of one for
 * every number (V8 keeps each fractional number of an object in a box of its own), and the garbage collector has
 * nothing to visit.
 */

const FIRST_ROWS = 256;

export class NumberRows {
  /** Replaced when it grows: read it anew at every use. */
  values: Float64Array;
  private free: number[] = [];
  private used = 0;

  /** `width`: numbers a row; a multiple of 8 keeps rows on lines of the cache. */
  constructor(private readonly width: number) {
    this.values = new Float64Array(FIRST_ROWS * width);
  }

  /** Offset in `values` of a row of zeros. */
  take(): number {
    const recycled = this.free.pop();
    if (recycled !== undefined) return recycled;
    const row = this.used;
    this.used += this.width;
    if (this.used > this.values.length) {
      const grown = new Float64Array(this.values.length * 2);
      grown.set(this.values);
      this.values = grown;
    }
    return row;
  }

  /** The row may be used by another object from now on. */
  give(row: number): void {
    this.values.fill(0, row, row + this.width);
    this.free.push(row);
  }
}
