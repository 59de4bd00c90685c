import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fencedBlock, inertAdvice, inertCode, inertProse } from '../../../src/report/markdown/inert.js';
import { HOSTILE } from '../hostile-texts.js';
import { withoutCode } from './without-code.js';

/** Any text, and texts of what Markdown is made of. */
const texts = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({
    unit: fc.constantFrom('`', '|', '\\', '*', '_', '<', '@', '#', ' ', 'a', '\n', '[', ']', '(', ')', ':', '1'),
  }),
);
const LOUD = /[`*_<>[\]@#|\\~!&$^{}\n]|www\.|:\/\//;

describe('a text in a code span', () => {
  it('never leaves it', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const code = inertCode(text);
        if (code === '') {
          expect(text.trim()).toBe('');
          return;
        }
        expect(withoutCode(`a ${code} b`)).toBe('a  b');
        expect(code).not.toMatch(/[|\n]/);
      }),
    );
  });

  it('is what it was where it is plain', () => {
    expect(inertCode('a.example/b?c=1')).toBe('`a.example/b?c=1`');
    expect(inertCode('`x`')).toBe('`` `x` ``');
  });
});

describe('a text in a sentence', () => {
  it('means nothing to Markdown outside of code spans', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(withoutCode(inertProse(text))).not.toMatch(LOUD);
      }),
    );
  });

  it.each(HOSTILE)('%j means nothing', (text) => {
    expect(withoutCode(inertProse(text))).not.toMatch(LOUD);
    expect(withoutCode(inertProse(text))).not.toMatch(/everyone|evil|GH-8|ABC-9|c0ffee/);
  });

  it('reads as it was where it is plain', () => {
    const text = "Nothing was said for 60.0 s (likely), then the server's side ended it: 1,284 packets.";
    expect(inertProse(text)).toBe(text);
  });

  it('keeps commands of advice whole, and is as inert around them', () => {
    expect(inertAdvice('To see it: openssl s_client -connect a:443 </dev/null | head. Then @go.')).toBe(
      'To see it: `openssl s_client -connect a:443 </dev/null | head`. Then `@go`.',
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(withoutCode(` ${inertAdvice(`a: curl ${text}`)} `)).not.toMatch(LOUD);
      }),
    );
  });

  it('takes lines of a configuration as one', () => {
    expect(
      inertProse(
        'In nginx: proxy_http_version 1.1; proxy_set_header Upgrade $up; proxy_set_header Connection "up"; and go.',
      ),
    ).toBe(
      'In nginx: `proxy_http_version 1.1; proxy_set_header Upgrade $up; proxy_set_header Connection "up";` and go.',
    );
    expect(inertProse('Connection: close (HTTP/1.0)…')).toBe('Connection: close (HTTP/1.0)…');
    expect(inertProse('See proxy_read_timeout, or wait; it ends.')).toBe('See `proxy_read_timeout`, or wait; it ends.');
    expect(inertProse('Raise proxy_read_timeout; it ends.')).toBe('Raise `proxy_read_timeout`; it ends.');
  });

  it('keeps code together and its stops outside', () => {
    expect(inertProse('Call setInterval(() => socket.ping(), ms); then wait.')).toBe(
      'Call `setInterval(() => socket.ping(), ms)`; then wait.',
    );
    expect(inertProse('It went to (ws://a.example/b).')).toBe('It went to (`ws://a.example/b`).');
  });
});

describe('a fenced block', () => {
  it('holds lines that look like its fence', () => {
    expect(fencedBlock(['```', 'a  '], 'text')).toBe('````text\n```\na\n````');
  });
});
