import { describe, expect, it } from 'vitest';
import { Cursor } from '../../src/bytes/cursor.js';
import { fromHex, toHex } from '../../src/bytes/hex.js';

const octets = (text: string): Uint8Array => fromHex(text)!;

describe('Cursor', () => {
  it('reads numbers of every width in network byte order', () => {
    const cursor = new Cursor(octets('01  02 03  04 05 06  ff fe fd fc  00 00 00 01 00 00 00 02  aa'));
    expect([cursor.u8(), cursor.u16(), cursor.u24(), cursor.u32(), cursor.u64()]).toEqual([
      1,
      0x0203,
      0x040506,
      0xfffefdfc,
      2 ** 32 + 2,
    ]);
    expect([cursor.ok, cursor.remaining, cursor.position]).toEqual([true, 1, 18]);
  });

  it('answers zero and uses up the rest when a number is cut', () => {
    const cursor = new Cursor(octets('01 02 03'));
    expect(cursor.u32()).toBe(0);
    expect([cursor.ok, cursor.remaining, cursor.u8()]).toEqual([false, 0, 0]);
  });

  it('keeps an inner structure from reading into what follows it', () => {
    const cursor = new Cursor(octets('02 aa bb cc'));
    const inner = cursor.within(cursor.u8());
    expect([inner.u24(), inner.ok, cursor.u8(), cursor.ok]).toEqual([0, false, 0xcc, true]);
  });

  it('brings bounds outside of the array inside', () => {
    const cursor = new Cursor(octets('aa bb'), -5, 99);
    expect([toHex(cursor.bytes(2)), cursor.ok]).toEqual(['aabb', true]);
    expect(new Cursor(octets('aa bb'), 7, 1).remaining).toBe(0);
  });

  it.each([-1, 5, 2 ** 40])('refuses a length of %d without moving past the end', (length) => {
    const cursor = new Cursor(octets('01 02 03 04'));
    expect([cursor.bytes(length).length, cursor.ok, cursor.remaining]).toEqual([0, false, 0]);
  });
});

describe('hex', () => {
  it('turns octets into digits and back', () => {
    expect(toHex(octets('00 7f FF'), ' ')).toBe('00 7f ff');
    expect(toHex(octets(' 0a\n0b '))).toBe('0a0b');
    expect(toHex(octets(''), ' ')).toBe('');
  });

  it.each(['0', '0g', 'abc', '0x00'])('refuses %j', (text) => {
    expect(fromHex(text)).toBeUndefined();
  });
});
