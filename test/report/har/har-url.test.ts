import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { harQuery, harUrl } from '../../../src/report/har/har-url.js';
import type { SessionReport } from '../../../src/report/report.js';
import { incident } from '../terminal/stories.js';

const [base] = incident().sessions;
const session = (facts: Partial<SessionReport>): SessionReport => ({
  ...{ ...base!, transport: 'ws', server: '203.0.113.9:80', url: null },
  ...facts,
});

describe('the URL of an entry', () => {
  it.each([
    { what: "the session's own", url: 'wss://chat.example.com/live?a=b', is: 'wss://chat.example.com/live?a=b' },
    { what: 'the absolute form to a proxy', url: 'http://chat.example.com/live', is: 'http://chat.example.com/live' },
    { what: 'a redacted one', url: 'ws://h/?token=[redacted]', is: 'ws://h/?token=[redacted]' },
    { what: 'one without a host', url: null, is: 'ws://203.0.113.9:80/live' },
    { what: 'one whose host is none', url: 'ws://<b>/live', is: 'ws://203.0.113.9:80/live' },
    { what: 'one of another kind', url: 'javascript://x/%0aalert(1)', is: 'ws://203.0.113.9:80/live' },
    { what: 'a space, a quote and a letter', url: 'ws://h/a b"ü', is: 'ws://h/a%20b%22%C3%BC' },
    { what: 'a number sign, which a target does not have', url: 'ws://h/a#b', is: 'ws://h/a%23b' },
    { what: 'a lone percent sign', url: 'ws://h/100%/%41', is: 'ws://h/100%25/%41' },
    { what: 'half a surrogate pair', url: 'ws://h/\ud800', is: 'ws://h/%EF%BF%BD' },
  ])('is absolute and encoded: $what', ({ url, is }) => {
    expect(harUrl(session({ url }), '/live')).toBe(is);
  });

  it('is that of the address for encrypted sessions, IPv6 and targets that are no path', () => {
    expect(harUrl(session({ transport: 'wss', server: '[2001:db8::7]:443' }), '*')).toBe('wss://[2001:db8::7]:443/*');
  });

  it('can be parsed and has no fragment, whatever a capture says', () => {
    fc.assert(
      fc.property(fc.option(fc.string({ unit: 'binary' })), fc.string({ unit: 'binary' }), (rest, target) => {
        const url = harUrl(session({ url: rest === null ? null : `ws://${rest}` }), target);
        expect(URL.canParse(url)).toBe(true);
        expect(url).toMatch(/^wss?:\/\/[\x21-\x7e]*$/);
        expect(new URL(url).hash).toBe('');
      }),
    );
  });

  it('gives up its parameters undecoded', () => {
    expect(harQuery('ws://h/p?a=1&b&&c=x=y%20z')).toEqual([
      { name: 'a', value: '1' },
      { name: 'b', value: '' },
      { name: 'c', value: 'x=y%20z' },
    ]);
    expect(harQuery('ws://h/p')).toEqual([]);
  });
});
