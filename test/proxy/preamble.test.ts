import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src/bytes/hex.js';
import { readPreamble } from '../../src/proxy/preamble.js';

const SIGNATURE = '0d 0a 0d 0a 00 0d 0a 51 55 49 54 0a';
const line = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
const hex = (text: string) => fromHex(text)!;

const GOOD = [
  {
    name: 'version 1 over IPv4',
    wire: line('PROXY TCP4 192.0.2.7 198.51.100.1 40000 443\r\nGET / HTTP/1.1\r\n'),
    length: 45,
    told: { version: 1, command: 'PROXY', source: '192.0.2.7:40000', destination: '198.51.100.1:443' },
  },
  {
    name: 'version 1 over IPv6',
    wire: line('PROXY TCP6 2001:db8::7 2001:db8::1 40000 443\r\n'),
    length: 46,
    told: { version: 1, source: '[2001:db8::7]:40000', destination: '[2001:db8::1]:443' },
  },
  {
    name: 'version 1 of an unknown client',
    wire: line('PROXY UNKNOWN\r\n'),
    length: 15,
    told: { version: 1, command: 'UNKNOWN', source: null },
  },
  {
    name: 'version 2 over IPv4, with the host name that was asked for',
    wire: hex(`${SIGNATURE} 21 11 00 14  c0 00 02 07  c6 33 64 01  9c 40 01 bb  02 00 05 61 2e 62 2e 63  47 45`),
    length: 36,
    told: {
      version: 2,
      command: 'PROXY',
      source: '192.0.2.7:40000',
      destination: '198.51.100.1:443',
      authority: 'a.b.c',
    },
  },
  {
    name: 'version 2 over IPv6',
    wire: hex(`${SIGNATURE} 21 21 00 24 ${'20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 07 '.repeat(2)} 9c 40 01 bb`),
    length: 52,
    told: { source: '[2001:db8::7]:40000', destination: '[2001:db8::7]:443' },
  },
  {
    name: 'version 2 of a health check',
    wire: hex(`${SIGNATURE} 20 00 00 00`),
    length: 16,
    told: { command: 'LOCAL', source: null },
  },
  {
    name: 'version 2 whose field lies about its length',
    wire: hex(`${SIGNATURE} 21 11 00 10  c0 00 02 07  c6 33 64 01  9c 40 01 bb  02 ff ff 61`),
    length: 32,
    told: { source: '192.0.2.7:40000', authority: null },
  },
];

describe('readPreamble', () => {
  it.each(GOOD)('reads $name', ({ wire, length, told }) => {
    expect(readPreamble(wire)).toMatchObject({ preamble: told, length });
  });

  it.each(GOOD)('is undecided about every beginning of $name', ({ wire, length }) => {
    for (let cut = 1; cut < length; cut++) expect(readPreamble(wire.subarray(0, cut))).toBe('undecided');
  });

  it.each([
    ['an HTTP request', 'PROPFIND / HTTP/1.1\r\n'],
    ['a line with a name for an address', 'PROXY TCP4 client server 1 2\r\n'],
    ['a line that never ends', `PROXY TCP4 ${'1'.repeat(200)}`],
    ['nothing', ''],
  ])('takes %s for none', (_, text) => expect(readPreamble(line(text))).toBeUndefined());

  it('never throws, and never claims more bytes than there are', () => {
    const anything = fc.tuple(fc.constantFrom(line('PROXY '), hex(SIGNATURE)), fc.uint8Array({ maxLength: 80 }));
    fc.assert(
      fc.property(anything, ([start, rest]) => {
        const wire = Buffer.concat([start, rest]);
        const read = readPreamble(wire);
        if (typeof read === 'object') expect(read.length).toBeLessThanOrEqual(wire.length);
      }),
      { numRuns: 300 },
    );
  });
});
