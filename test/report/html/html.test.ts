import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html, raw, textOf } from '../../../src/report/html/html.js';

const UNESCAPED = /[<>"'`]|&(?!(?:amp|lt|gt|quot|#39|#96);)/;
const readBack = (text: string) =>
  text.replace(
    /&(amp|lt|gt|quot|#39|#96);/g,
    (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#96': '`' })[name] ?? '',
  );

describe('the html tag', () => {
  it('escapes every text, for elements and quoted attributes alike', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", '`', 'a', ';', '\n', '\u202e') }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const made = textOf(html`${text}`);
        expect(made).not.toMatch(UNESCAPED);
        expect(made).not.toMatch(/[\p{C}\u2028\u2029]/u);
        // What can be seen is what was there.
        if (/^[\x20-\x7e]*$/.test(text)) expect(readBack(made)).toBe(text);
      }),
    );
  });

  it('takes templates inside templates as they are, and lists of both', () => {
    expect(textOf(html`<p>${html`<b>${'<i>'}</b>`}${['<', html`<br>`, 3]}${null}${undefined}${false}</p>`)).toBe(
      '<p><b>&lt;i&gt;</b>&lt;<br>3</p>',
    );
  });

  it('refuses a style or script that would end inside', () => {
    expect(() => raw('a</script>')).toThrow('would end');
    expect(() => raw('<!--')).toThrow('would end');
  });
});
