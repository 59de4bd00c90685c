import { describe, expect, it } from 'vitest';
import { quote } from '../../../src/diagnosis/measures/headers.js';

describe('a quoted line', () => {
  it.each([
    {
      text: '<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body>',
      line: '404 Not Found',
    },
    { text: '  two\r\n lines\t ', line: 'two lines' },
    { text: 'a < b', line: 'a < b' },
    { text: '<p></p>', line: null },
    { text: 'x'.repeat(200), line: `${'x'.repeat(119)}…` },
  ])('of $text', ({ text, line }) => {
    expect(quote(text)).toBe(line);
  });

  it('takes no time over markup that never ends', () => {
    expect(quote('<head'.repeat(20_000))).toHaveLength(120);
  }, 2000);
});
