import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src/bytes/hex.js';
import { Utf8Validator } from '../../src/bytes/utf8.js';

/** The slow twin: the grammar of RFC 3629 4, one alternative a line; -1 when the text is valid, else the first bad octet. */
function firstBadOctet(octets: Uint8Array): { failedAt: number; whole: boolean } {
  const shapes = [
    [[0x00, 0x7f]],
    [
      [0xc2, 0xdf],
      [0x80, 0xbf],
    ],
    [
      [0xe0, 0xe0],
      [0xa0, 0xbf],
      [0x80, 0xbf],
    ],
    [
      [0xe1, 0xec],
      [0x80, 0xbf],
      [0x80, 0xbf],
    ],
    [
      [0xed, 0xed],
      [0x80, 0x9f],
      [0x80, 0xbf],
    ],
    [
      [0xee, 0xef],
      [0x80, 0xbf],
      [0x80, 0xbf],
    ],
    [
      [0xf0, 0xf0],
      [0x90, 0xbf],
      [0x80, 0xbf],
      [0x80, 0xbf],
    ],
    [
      [0xf1, 0xf3],
      [0x80, 0xbf],
      [0x80, 0xbf],
      [0x80, 0xbf],
    ],
    [
      [0xf4, 0xf4],
      [0x80, 0x8f],
      [0x80, 0xbf],
      [0x80, 0xbf],
    ],
  ];
  let at = 0;
  while (at < octets.length) {
    const shape = shapes.find(([range]) => octets[at]! >= range![0]! && octets[at]! <= range![1]!);
    if (shape === undefined) return { failedAt: at, whole: false };
    for (const [low, high] of shape) {
      if (at === octets.length) return { failedAt: -1, whole: false };
      if (octets[at]! < low! || octets[at]! > high!) return { failedAt: at, whole: false };
      at++;
    }
  }
  return { failedAt: -1, whole: true };
}

function inPieces(octets: Uint8Array, cuts: number[]): { failedAt: number; whole: boolean } {
  const validator = new Utf8Validator();
  let from = 0;
  for (const cut of [...new Set(cuts.map((cut) => cut % (octets.length + 1)))].sort((a, b) => a - b)) {
    validator.push(octets.subarray(from, cut));
    from = cut;
  }
  validator.push(octets.subarray(from));
  return { failedAt: validator.failedAt, whole: validator.end() };
}

describe('Utf8Validator', () => {
  it.each([
    { name: 'ASCII', wire: '48 65 6c', failedAt: -1, whole: true },
    { name: 'four octets', wire: 'f0 9f 98 80', failedAt: -1, whole: true },
    { name: 'a cut character', wire: '41 e2 82', failedAt: -1, whole: false },
    { name: 'a surrogate', wire: 'ed a0 80', failedAt: 1, whole: false },
    { name: 'an overlong slash', wire: 'c0 af', failedAt: 0, whole: false },
    { name: 'an overlong three octets', wire: 'e0 9f bf', failedAt: 1, whole: false },
    { name: 'beyond U+10FFFF', wire: 'f4 90 80 80', failedAt: 1, whole: false },
    { name: 'a lone continuation', wire: '41 80', failedAt: 1, whole: false },
  ])('judges $name alike whole and octet by octet', ({ wire, failedAt, whole }) => {
    const octets = fromHex(wire)!;
    expect(inPieces(octets, [])).toEqual({ failedAt, whole });
    expect(inPieces(octets, [...octets.keys()])).toEqual({ failedAt, whole });
  });

  it('agrees with the grammar on any octets cut anywhere', () => {
    const texts = fc.string({ unit: 'grapheme', maxLength: 80 }).map((text) => new Uint8Array(Buffer.from(text)));
    const spoiled = fc
      .tuple(texts, fc.nat(), fc.integer({ min: 0x80, max: 0xff }))
      .map(([octets, at, octet]) => octets.map((old, index) => (index === at % (octets.length + 1) ? octet : old)));
    fc.assert(
      fc.property(
        fc.oneof(texts, spoiled, fc.uint8Array({ maxLength: 60 })),
        fc.array(fc.nat(), { maxLength: 6 }),
        (octets, cuts) => {
          expect(inPieces(octets, cuts)).toEqual(firstBadOctet(octets));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('starts afresh after a reset', () => {
    const validator = new Utf8Validator();
    validator.push(fromHex('e2 82 ff')!);
    validator.reset();
    expect([validator.push(fromHex('e2 82 ac')!), validator.end(), validator.failedAt]).toEqual([true, true, -1]);
  });
});
