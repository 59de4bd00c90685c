/**
 * Huffman coding of header strings (RFC 7541 5.2 and appendix B): octets in, octets out. The code is canonical, so the
 * lengths of its codes are all there is to know: codes of one length are given out in the order of their symbols.
 */

/** Of symbols 0 to 255 and EOS (256), in bits, as digits to the base of 36. */
const CODE_LENGTHS =
  'dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6ca' +
  'd67777777777777777777777878djde6f56565666577666567655677777fbeds' +
  'kmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmn' +
  'qqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrq' +
  'u';

const EOS = 256;
const LONGEST = 30;

/** Symbols by length of their codes, then by value. */
const SYMBOLS: number[] = [];
/** Of each length: its first code, how many there are, and where their symbols begin. */
const FIRST = new Int32Array(LONGEST + 1);
const COUNT = new Int32Array(LONGEST + 1);
const START = new Int32Array(LONGEST + 1);

for (let length = 1, code = 0; length <= LONGEST; length++) {
  code <<= 1;
  FIRST[length] = code;
  START[length] = SYMBOLS.length;
  for (let symbol = 0; symbol <= EOS; symbol++) {
    if (Number.parseInt(CODE_LENGTHS[symbol] ?? '', 36) !== length) continue;
    SYMBOLS.push(symbol);
    code++;
  }
  COUNT[length] = SYMBOLS.length - START[length]!;
}

/** Shortest code, in bits. */
const SHORTEST = 5;

/** Undefined where it is no valid coding: EOS inside, or padding that is longer than 7 bits or not the start of EOS. */
export function decodeHuffman(octets: Uint8Array): Uint8Array | undefined {
  const decoded = new Uint8Array(Math.floor((octets.length * 8) / SHORTEST));
  let size = 0;
  let code = 0;
  let length = 0;
  for (const octet of octets) {
    for (let bit = 7; bit >= 0; bit--) {
      code = (code << 1) | ((octet >> bit) & 1);
      length++;
      const index = code - FIRST[length]!;
      if (index < COUNT[length]! && index >= 0) {
        const symbol = SYMBOLS[START[length]! + index]!;
        if (symbol === EOS) return undefined;
        decoded[size++] = symbol;
        code = 0;
        length = 0;
      } else if (length === LONGEST) return undefined;
    }
  }
  // RFC 7541 5.2: padded with the most significant bits of EOS, which are ones.
  const isPadding = length <= 7 && code === (1 << length) - 1;
  return isPadding ? decoded.subarray(0, size) : undefined;
}
