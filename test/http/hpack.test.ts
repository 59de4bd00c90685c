import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src/bytes/hex.js';
import { HpackDecoder, MAX_TABLE_BYTES } from '../../src/http/hpack-decoder.js';
import { STATIC_TABLE } from '../../src/http/hpack-static-table.js';
import { decodeHuffman } from '../../src/http/huffman.js';

const hex = (text: string) => fromHex(text)!;
const fieldsOf = (text: string) => text.split('\n').map((line) => line.trim().split(/(?<=.): /));

/** RFC 7541 appendix C: blocks of one connection, and the fields each stands for. */
const EXAMPLES: readonly { name: string; blocks: readonly (readonly [wire: string, fields: string])[] }[] = [
  {
    name: 'C.2.1, a literal with indexing',
    blocks: [
      ['400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572', 'custom-key: custom-header'],
      ['be', 'custom-key: custom-header'],
    ],
  },
  {
    name: 'C.2.2, a literal without indexing',
    blocks: [['040c 2f73 616d 706c 652f 7061 7468', ':path: /sample/path']],
  },
  {
    name: 'C.2.3, a literal never indexed',
    blocks: [['1008 7061 7373 776f 7264 0673 6563 7265 74', 'password: secret']],
  },
  { name: 'C.2.4, an indexed field', blocks: [['82', ':method: GET']] },
  {
    name: 'C.3, requests without Huffman coding',
    blocks: [
      [
        '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
        ':method: GET\n:scheme: http\n:path: /\n:authority: www.example.com',
      ],
      [
        '8286 84be 5808 6e6f 2d63 6163 6865',
        ':method: GET\n:scheme: http\n:path: /\n:authority: www.example.com\ncache-control: no-cache',
      ],
      [
        '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
        ':method: GET\n:scheme: https\n:path: /index.html\n:authority: www.example.com\ncustom-key: custom-value',
      ],
    ],
  },
  {
    name: 'C.4, requests with Huffman coding',
    blocks: [
      [
        '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
        ':method: GET\n:scheme: http\n:path: /\n:authority: www.example.com',
      ],
      [
        '8286 84be 5886 a8eb 1064 9cbf',
        ':method: GET\n:scheme: http\n:path: /\n:authority: www.example.com\ncache-control: no-cache',
      ],
      [
        '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
        ':method: GET\n:scheme: https\n:path: /index.html\n:authority: www.example.com\ncustom-key: custom-value',
      ],
    ],
  },
  {
    name: 'C.5, responses without Huffman coding, with evictions',
    blocks: [
      [
        '3fe1 01 4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
        ':status: 302\ncache-control: private\ndate: Mon, 21 Oct 2013 20:13:21 GMT\nlocation: https://www.example.com',
      ],
      [
        '4803 3330 37c1 c0bf',
        ':status: 307\ncache-control: private\ndate: Mon, 21 Oct 2013 20:13:21 GMT\nlocation: https://www.example.com',
      ],
      [
        '88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31',
        ':status: 200\ncache-control: private\ndate: Mon, 21 Oct 2013 20:13:22 GMT\nlocation: https://www.example.com\ncontent-encoding: gzip\nset-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1',
      ],
    ],
  },
  {
    name: 'C.6, responses with Huffman coding, with evictions',
    blocks: [
      [
        '3fe1 01 4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3',
        ':status: 302\ncache-control: private\ndate: Mon, 21 Oct 2013 20:13:21 GMT\nlocation: https://www.example.com',
      ],
      [
        '4883 640e ffc1 c0bf',
        ':status: 307\ncache-control: private\ndate: Mon, 21 Oct 2013 20:13:21 GMT\nlocation: https://www.example.com',
      ],
      [
        '88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07',
        ':status: 200\ncache-control: private\ndate: Mon, 21 Oct 2013 20:13:22 GMT\nlocation: https://www.example.com\ncontent-encoding: gzip\nset-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1',
      ],
    ],
  },
];

describe('HpackDecoder', () => {
  // The responses of the RFC use a table of 256 bytes, which an encoder announces as `3f e1 01` (RFC 7541 6.3).
  it.each(EXAMPLES)('decodes RFC 7541 $name', ({ blocks }) => {
    const decoder = new HpackDecoder();
    for (const [wire, fields] of blocks) {
      expect(decoder.decode(hex(wire))).toEqual({ fields: fieldsOf(fields), cut: false, error: undefined });
    }
  });

  it('has the 61 entries of the static table', () => {
    expect(STATIC_TABLE).toHaveLength(61);
    expect(STATIC_TABLE[60]).toEqual(['www-authenticate', '']);
  });

  it.each([
    ['index 0', '80'],
    ['an index that nobody gave out', 'bf'],
    ['an integer that never ends', 'ff ff ff ff'],
    ['an integer that is too large', 'ff ff ff ff ff ff ff ff 01'],
    ['a string that is longer than the block', '40 0a 63'],
    ['a string that is no Huffman code', '40 84 ff ff ff ff 00'],
    ['a table larger than any', '3f ff ff ff 07'],
  ])('says of %s that it is no HPACK, and knows the table no more', (_, wire) => {
    const decoder = new HpackDecoder();
    decoder.decode(hex('40 01 61 01 62'));
    expect(decoder.decode(hex(wire))).toMatchObject({ cut: true, error: expect.any(String) });
    expect(decoder.decode(hex('be'))).toEqual({ fields: [], cut: true, error: undefined });
  });

  it('leaves out what refers to a past that was not captured, and reads the rest', () => {
    const decoder = new HpackDecoder(false);
    expect(decoder.decode(hex('82 c5 40 01 61 01 62'))).toEqual({
      fields: [
        [':method', 'GET'],
        ['a', 'b'],
      ],
      cut: true,
      error: undefined,
    });
    // What was added since then is known: the newest entry stands first.
    expect(decoder.decode(hex('be'))).toEqual({ fields: [['a', 'b']], cut: false, error: undefined });
  });

  it('gives places in the table to fields whose names are not known', () => {
    const decoder = new HpackDecoder(false);
    decoder.decode(hex('40 01 61 01 62  7f 10 01 63'));
    expect(decoder.decode(hex('bf')).fields).toEqual([['a', 'b']]);
    expect(decoder.decode(hex('be')).cut).toBe(true);
  });

  it('stays small before a block that says one large field ten thousand times', () => {
    const value = 'x'.repeat(4000);
    const decoder = new HpackDecoder();
    const bomb = Buffer.concat([hex('40 01 61 7f a1 1e'), Buffer.from(value), new Uint8Array(10_000).fill(0xbe)]);
    const { fields, cut, error } = decoder.decode(bomb);
    expect([cut, error]).toEqual([true, undefined]);
    expect(fields.reduce((sum, [, text]) => sum + text.length, 0)).toBeLessThanOrEqual(256 * 1024);
    expect(MAX_TABLE_BYTES).toBe(65_536);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 5 }), (blocks) => {
        const decoder = new HpackDecoder();
        for (const block of blocks) decoder.decode(block);
      }),
      { numRuns: 500 },
    );
  });
});

describe('decodeHuffman', () => {
  it('reads what Node’s HTTP/2 library writes, every octet of it', () => {
    // nghttp2 codes a value by Huffman where that is shorter; a child process prints the header block it sent.
    const script = `
      const http2 = require('node:http2'); const { PassThrough, Duplex } = require('node:stream');
      const out = []; const wire = new Duplex({ read() {}, write(c, e, d) { out.push(c); d(); } });
      const session = http2.connect('http://a', { createConnection: () => wire });
      session.on('error', () => {});
      session.request({ 'x-text': process.argv[1] }).on('error', () => {});
      setTimeout(() => { process.stdout.write(Buffer.concat(out).toString('hex')); process.exit(); }, 100);`;
    const texts = [
      'abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789',
      '!"#$%&()*+,-./:;<=>?@[]^_`{|}~ eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee',
    ];
    for (const text of texts) {
      const wire = hex(execFileSync(process.execPath, ['-e', script, text], { encoding: 'utf8' }));
      expect(headerOf(wire, 'x-text')).toBe(text);
    }
  });

  it.each([
    ['padding that is not of ones', '1e'],
    ['more than seven bits of padding', 'ff ff'],
    ['EOS', 'ff ff ff fc'],
  ])('refuses %s', (_, wire) => expect(decodeHuffman(hex(wire))).toBeUndefined());

  it('reads nothing out of nothing', () => expect(decodeHuffman(new Uint8Array(0))).toHaveLength(0));
});

/** The value of a field in the first HEADERS frame behind the preface. */
function headerOf(wire: Uint8Array, name: string): string | undefined {
  for (let at = 24; at + 9 <= wire.length; ) {
    const length = (wire[at]! << 16) | (wire[at + 1]! << 8) | wire[at + 2]!;
    if (wire[at + 3] === 1) {
      const { fields } = new HpackDecoder().decode(wire.subarray(at + 9, at + 9 + length));
      return fields.find(([key]) => key === name)?.[1];
    }
    at += 9 + length;
  }
  return undefined;
}
