/**
 * Prefix codes of DEFLATE (RFC 1951 3.2.2): code lengths in, a table out that finds the symbol at the front of a bit
 * buffer. Short codes are found in one look, longer ones, which are rare, by counting up the canonical order.
 */

/** RFC 1951 3.2.7. */
const LONGEST_CODE = 15;

export class PrefixCode {
  /** Some bit patterns stand for nothing. Only allowed where there is at most one symbol, of length 1, as zlib has it. */
  incomplete = false;
  /** By the next `tableBits` bits: symbol << 4 | length, 0 where the code is longer or none. */
  private readonly table: Uint16Array;
  /** Codes of each length, and symbols in canonical order. */
  private readonly counts = new Uint16Array(LONGEST_CODE + 1);
  private readonly symbols = new Uint16Array(320);
  private readonly nextCode = new Uint16Array(LONGEST_CODE + 2);
  private readonly places = new Uint16Array(LONGEST_CODE + 2);

  constructor(private readonly tableBits: number) {
    this.table = new Uint16Array(1 << tableBits);
  }

  /** Lengths of the symbols 0, 1, …; false when they are no code. */
  build(lengths: Uint8Array, from: number, count: number): boolean {
    const { counts, symbols, nextCode, places, table, tableBits } = this;
    counts.fill(0);
    for (let symbol = 0; symbol < count; symbol++) counts[lengths[from + symbol]!]!++;
    const used = count - counts[0]!;
    counts[0] = 0;
    nextCode[1] = 0;
    places[1] = 0;
    let free = 1;
    for (let length = 1; length <= LONGEST_CODE; length++) {
      free = (free << 1) - counts[length]!;
      if (free < 0) return false;
      nextCode[length + 1] = (nextCode[length]! + counts[length]!) << 1;
      places[length + 1] = places[length]! + counts[length]!;
    }
    this.incomplete = free > 0;
    if (this.incomplete && used > counts[1]!) return false;
    table.fill(0);
    for (let symbol = 0; symbol < count; symbol++) {
      const length = lengths[from + symbol]!;
      if (length === 0) continue;
      symbols[places[length]!++] = symbol;
      const code = nextCode[length]!++;
      if (length > tableBits) continue;
      const entry = (symbol << 4) | length;
      for (let at = reversed(code, length); at < table.length; at += 1 << length) table[at] = entry;
    }
    return true;
  }

  /** symbol << 4 | length of the code at the low end of `hold`; 0 when there is none. */
  find(hold: number): number {
    const entry = this.table[hold & (this.table.length - 1)]!;
    return entry !== 0 ? entry : this.findLong(hold);
  }

  private findLong(hold: number): number {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= LONGEST_CODE; length++) {
      code |= (hold >>> (length - 1)) & 1;
      const count = this.counts[length]!;
      if (code - count < first) return (this.symbols[index + code - first]! << 4) | length;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    return 0;
  }
}

/** RFC 1951 3.1.1: codes are packed with their most significant bit first. */
function reversed(code: number, length: number): number {
  let result = 0;
  for (let bit = 0; bit < length; bit++) result |= ((code >> bit) & 1) << (length - 1 - bit);
  return result;
}

/** RFC 1951 3.2.5: the lengths that the symbols 257 to 285 start from, and how many bits are added. */
export const LENGTHS = ranges(
  3,
  [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0],
);
LENGTHS.base[28] = 258;

/** RFC 1951 3.2.5: the same for distances. */
export const DISTANCES = ranges(
  1,
  [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13],
);

/** RFC 1951 3.2.6. */
export const FIXED_CODES = fixedCodes();

function ranges(start: number, extra: number[]): { base: Uint16Array; extra: Uint8Array } {
  const base = new Uint16Array(extra.length);
  let next = start;
  for (let index = 0; index < extra.length; index++) {
    base[index] = next;
    next += 1 << extra[index]!;
  }
  return { base, extra: Uint8Array.from(extra) };
}

function fixedCodes(): { lengths: PrefixCode; distances: PrefixCode } {
  const lengths = new PrefixCode(9);
  lengths.build(new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280, 288), 0, 288);
  const distances = new PrefixCode(5);
  distances.build(new Uint8Array(32).fill(5), 0, 32);
  return { lengths, distances };
}
