import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutText, padRight, textWidth, wrapText } from '../../../src/report/terminal/text-width.js';
import { visible, visibleAscii } from '../../../src/report/terminal/visible.js';

describe('widths', () => {
  it.each([
    ['plain', 5],
    ['漢字', 4],
    ['ｱｲ', 2],
    ['한글', 4],
    ['e\u0301', 1],
    ['✓ ✗ …', 5],
    ['🎉', 2],
    ['─▶█▏', 4],
  ])('%s takes %d cells', (text, width) => {
    expect(textWidth(text)).toBe(width);
  });

  it('cuts between characters and never beyond the width', () => {
    expect(cutText('漢字漢字', 5)).toBe('漢字…');
    expect(cutText('漢字漢字', 4)).toBe('漢…');
    expect(cutText('short', 5)).toBe('short');
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.nat(30),
        (text, width) => textWidth(cutText(text, width)) <= width,
      ),
    );
  });

  it('wraps without losing a character and never beyond the width', () => {
    expect(wrapText('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrapText('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 30 }), (text, width) => {
        const lines = wrapText(text, width);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
        expect(lines.every((line) => textWidth(line) <= width)).toBe(true);
      }),
    );
  });

  it('fills by cells, not by characters', () => {
    expect(padRight('漢', 4)).toBe('漢  ');
  });
});

describe('visible', () => {
  it.each([
    ['\x1b[31m', '\\x1b[31m'],
    ['a\r\nb\tc', 'a\\r\\nb\\tc'],
    ['\x9b2J', '\\x9b2J'],
    ['user\u202egpj.exe', 'user\\u202egpj.exe'],
    ['\ud800', '\\ud800'],
    ['\u{e0041}', '\\u{e0041}'],
    ['grüße 漢字', 'grüße 漢字'],
  ])('%j becomes %s', (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  it('knows ASCII for our own signs and the code point of others', () => {
    expect(visibleAscii('5 µs – 漢…')).toBe('5 us - \\u6f22...');
  });
});
