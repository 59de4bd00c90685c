import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prettyJson } from '../../../src/report/html/pretty-json.js';

describe('JSON with a line for each value', () => {
  it('is what JSON.stringify writes, of whatever it can hold', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        const expected = JSON.stringify(value, null, 2);
        if (!/^[[{]./.test(text) || !expected.includes('\n')) return;
        expect(prettyJson(text)).toBe(expected);
        expect(prettyJson(expected)).toBe(expected);
      }),
    );
  });

  it.each([
    [
      'numbers with all their digits',
      '{"id":12345678901234567890,"n":1.0}',
      '{\n  "id": 12345678901234567890,\n  "n": 1.0\n}',
    ],
    ['names that stand there twice', '{"a":1,"a":2}', '{\n  "a": 1,\n  "a": 2\n}'],
    ['brackets inside strings', '["a]{,:\\"b"]', '[\n  "a]{,:\\"b"\n]'],
    ['empty ones inside', '{"a":[],"b":{}}', '{\n  "a": [],\n  "b": {}\n}'],
    ['what Socket.IO puts before it', '42["tick",{"n":1}]', '42[\n  "tick",\n  {\n    "n": 1\n  }\n]'],
    ['headers and NUL of STOMP', 'MESSAGE\nid:1\n\n{"a":1}\0', 'MESSAGE\nid:1\n\n{\n  "a": 1\n}'],
  ])('keeps %s', (_, text, pretty) => {
    expect(prettyJson(text)).toBe(pretty);
  });

  it.each([
    ['no JSON', 'hello [world'],
    ['a text with brackets', 'see [1] and [2]'],
    ['JSON that was cut', '{"a":'],
    ['nothing to part', '{}'],
    ['no brackets', '17'],
    ['brackets too deep to be read', `${'['.repeat(60)}1${']'.repeat(60)}`],
    ['brackets deep enough to hurt', '['.repeat(100_000)],
  ])('is not made of %s', (_, text) => {
    expect(prettyJson(text)).toBeUndefined();
  });
});
