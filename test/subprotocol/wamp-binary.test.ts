import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCborList } from '../../src/subprotocol/cbor.js';
import { readPackedList } from '../../src/subprotocol/message-pack.js';
import { SubprotocolDriver } from '../wire/subprotocol-driver.js';
import { hex } from '../wire/websocket-frames.js';

/** Encoders of their own, in the plainest forms of both formats. */
type Encode = (value: unknown) => number[];

const utf8 = (text: string): number[] => [...new TextEncoder().encode(text)];
const big = (value: number, size: number): number[] => {
  const octets = new Uint8Array(8);
  new DataView(octets.buffer).setBigUint64(0, BigInt(value));
  return [...octets.subarray(8 - size)];
};
const double = (value: number): number[] => {
  const octets = new Uint8Array(8);
  new DataView(octets.buffer).setFloat64(0, value);
  return [...octets];
};

const pack: Encode = (value) => {
  if (value === null) return [0xc0];
  if (typeof value === 'boolean') return [value ? 0xc3 : 0xc2];
  if (typeof value === 'string') return [0xda, ...big(utf8(value).length, 2), ...utf8(value)];
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) return [0xcb, ...double(value)];
    return value < 0 ? [0xd3, ...negativeOf(value)] : [0xcf, ...big(value, 8)];
  }
  if (Array.isArray(value)) return [0xdc, ...big(value.length, 2), ...value.flatMap(pack)];
  const members = Object.entries(value as object);
  return [0xde, ...big(members.length, 2), ...members.flatMap(([key, member]) => [...pack(key), ...pack(member)])];
};

const negativeOf = (value: number): number[] => {
  const octets = new Uint8Array(8);
  new DataView(octets.buffer).setBigInt64(0, BigInt(value));
  return [...octets];
};

const cborHead = (major: number, argument: number): number[] => [(major << 5) | 27, ...big(argument, 8)];
const cbor: Encode = (value) => {
  if (value === null) return [0xf6];
  if (typeof value === 'boolean') return [value ? 0xf5 : 0xf4];
  if (typeof value === 'string') return [...cborHead(3, utf8(value).length), ...utf8(value)];
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) return [0xfb, ...double(value)];
    return value < 0 ? cborHead(1, -1 - value) : cborHead(0, value);
  }
  if (Array.isArray(value)) return [...cborHead(4, value.length), ...value.flatMap(cbor)];
  const members = Object.entries(value as object);
  return [...cborHead(5, members.length), ...members.flatMap(([key, member]) => [...cbor(key), ...cbor(member)])];
};

/** CBOR whose lists say no length: the other way to write the same. */
const cborIndefinite: Encode = (value) => {
  if (Array.isArray(value)) return [0x9f, ...value.flatMap(cborIndefinite), 0xff];
  if (typeof value === 'string') return [0x7f, ...cbor(value.slice(0, 1)), ...cbor(value.slice(1)), 0xff];
  if (typeof value !== 'object' || value === null) return cbor(value);
  return [
    0xbf,
    ...Object.entries(value).flatMap(([key, member]) => [...cborIndefinite(key), ...cborIndefinite(member)]),
    0xff,
  ];
};

/** What is kept of a value: scalars, and of maps their scalars. */
const shallow = (value: unknown): unknown => {
  if (Array.isArray(value)) return null;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, typeof member === 'object' ? null : member]),
  );
};

const FORMS: readonly [name: string, encode: Encode, read: (bytes: Uint8Array) => readonly unknown[] | undefined][] = [
  ['MessagePack', pack, readPackedList],
  ['CBOR', cbor, readCborList],
  ['CBOR without lengths', (value) => cborIndefinite(value), readCborList],
];

describe.each(FORMS)('the first elements of an array in %s', (name, encode, read) => {
  // Strings of one code unit each: the encoder above cuts them in two.
  const text = fc.string({ unit: 'grapheme-ascii', maxLength: 12 });
  const scalar = fc.oneof(text, fc.maxSafeInteger(), fc.double({ noNaN: true }), fc.boolean(), fc.constant(null));
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      scalar,
      fc.array(tie('tree'), { maxLength: 6 }),
      fc.dictionary(text, tie('tree'), { maxKeys: 6 }),
    ),
  }));

  it('are those that were written, without what is deeper', () => {
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 9 }), (list) => {
        expect(read(Uint8Array.from(encode(list)))).toEqual(list.slice(0, 5).map(shallow));
      }),
      { numRuns: 200 },
    );
  });

  it('are told as far as they are whole when the end is missing', () => {
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 6 }), fc.nat(), (list, cut) => {
        const whole = Uint8Array.from(encode(list));
        const known = read(whole.subarray(0, cut % whole.length)) ?? [];
        expect(known).toEqual(list.slice(0, known.length).map(shallow));
      }),
      { numRuns: 200 },
    );
  });

  it('are five at most, whatever the octets say', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const head = name === 'MessagePack' ? 0xdd : 0x9b;
        for (const octets of [bytes, Uint8Array.from([head, ...bytes])]) {
          expect((read(octets) ?? []).length).toBeLessThanOrEqual(5);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('octets of MessagePack', () => {
  it.each([
    { name: 'small numbers', wire: '93  01 ff 7f', list: [1, -1, 127] },
    {
      name: 'numbers of all widths',
      wire: '95  cc ff  cd 01 00  ce 00 01 00 00  d0 80  d1 ff 00',
      list: [255, 256, 65536, -128, -256],
    },
    { name: 'floats', wire: '92  ca 3f 80 00 00  cb 3f f8 00 00 00 00 00 00', list: [1, 1.5] },
    {
      name: 'a WELCOME',
      wire: '93 02  cf 00 00 00 02 20 29 62 f4  81 a5 72 6f 6c 65 73 80',
      list: [2, 9129517812, { roles: null }],
    },
    {
      name: 'binary and extensions passed over',
      wire: '94  c4 02 aa bb  d6 ff 00 00 00 01  c7 01 05 aa  07',
      list: [null, null, null, 7],
    },
    { name: 'a string longer than what is there', wire: '92  01  db ff ff ff ff 61', list: [1] },
    { name: 'more elements than octets', wire: 'dd ff ff ff ff  06', list: [6] },
    { name: 'a map of more members than octets', wire: '92 01  df ff ff ff ff a1 61 01', list: [1] },
    { name: 'no array', wire: '81 a1 61 01', list: undefined },
    { name: 'nothing', wire: '', list: undefined },
  ])('are read: $name', ({ wire, list }) => {
    expect(readPackedList(hex(wire))).toEqual(list);
  });

  it('end where nesting goes deeper than is followed', () => {
    expect(readPackedList(Uint8Array.from([0x93, 7, ...new Array<number>(100).fill(0x91), 0xc0, 8]))).toEqual([7]);
    expect(readPackedList(Uint8Array.from([0x93, 7, ...new Array<number>(20).fill(0x91), 0xc0, 8]))).toEqual([
      7,
      null,
      8,
    ]);
  });
});

describe('octets of CBOR (RFC 8949 A)', () => {
  it.each([
    {
      name: 'numbers of all widths',
      wire: '85  17  18 18  19 03 e8  1a 00 0f 42 40  1b 00 00 00 e8 d4 a5 10 00',
      list: [23, 24, 1000, 1000000, 1000000000000],
    },
    { name: 'negative numbers', wire: '83  20  38 63  39 03 e7', list: [-1, -100, -1000] },
    {
      name: 'floats of 16 bits',
      wire: '85  f9 3c 00  f9 7b ff  f9 00 01  f9 c4 00  f9 7c 00',
      list: [1, 65504, 2 ** -24, -4, Number.POSITIVE_INFINITY],
    },
    { name: 'floats of 32 and 64 bits', wire: '82  fa 47 c3 50 00  fb 3f f1 99 99 99 99 99 9a', list: [100000, 1.1] },
    { name: 'simple values', wire: '85  f4 f5 f6 f7 f8 ff', list: [false, true, null, null, null] },
    { name: 'a tagged message, a tagged number', wire: 'd9 d9 f7  82  01  c1 1a 51 4b 67 b0', list: [1, 1363896240] },
    {
      name: 'pieces',
      wire: '9f  7f 65 73 74 72 65 61 64 6d 69 6e 67 ff  5f 42 01 02 43 03 04 05 ff  09 ff',
      list: ['streaming', null, 9],
    },
    {
      name: 'a map without a length',
      wire: '82 01  bf 63 46 75 6e f5 63 41 6d 74 21 ff',
      list: [1, { Fun: true, Amt: -2 }],
    },
    { name: 'a string longer than what is there', wire: '82  01  7b ff ff ff ff ff ff ff ff 61', list: [1] },
    { name: 'more elements than octets', wire: '9b ff ff ff ff ff ff ff ff  06', list: [6] },
    { name: 'a map that ends after a key', wire: '83 01  bf 61 61 ff  02', list: [1] },
    { name: 'a length that is reserved', wire: '83 01  7c 61 02', list: [1] },
    { name: 'a number without a length', wire: '83 01  1f 02', list: [1] },
    { name: 'a piece of another type', wire: '83 01  7f 41 61 ff 02', list: [1] },
    { name: 'tags without end', wire: `82 01 ${'c1 '.repeat(60)}`, list: [1] },
    { name: 'no array', wire: 'a1 61 61 01', list: undefined },
    { name: 'nothing', wire: '', list: undefined },
  ])('are read: $name', ({ wire, list }) => {
    expect(readCborList(hex(wire))).toEqual(list);
  });
});

describe.each([
  ['wamp.2.msgpack', pack],
  ['wamp.2.cbor', cbor],
] as const)('WAMP in %s', (token, encode) => {
  const bytes = (message: unknown) => Uint8Array.from(encode(message));
  const hello = [1, 'realm1', { roles: { caller: {} } }];
  const welcome = [2, 9129137332, { roles: { dealer: {} } }];
  const open = () => new SubprotocolDriver({ token }).client(bytes(hello)).server(bytes(welcome));

  it('is told as in JSON, whatever is said', () => {
    const id = fc.integer({ min: 1, max: 2 ** 53 - 1 });
    const details = fc.dictionary(fc.constantFrom('message', 'a'), fc.string({ maxLength: 9 }));
    const uri = fc.constantFrom('com.add', 'wamp.error.no_such_procedure');
    const message = fc.tuple(
      fc.boolean(),
      fc.oneof(
        fc.tuple(fc.constantFrom(1, 99), uri, details),
        fc.tuple(fc.constantFrom(3, 6), details, uri),
        fc.tuple(fc.constant(8), fc.constant(48), id, details, uri),
        fc.tuple(fc.constantFrom(2, 32, 33, 48, 50), id, details, uri),
      ),
    );
    fc.assert(
      fc.property(fc.array(message, { maxLength: 12 }), (messages) => {
        const binary = open();
        const json = new SubprotocolDriver({ token: 'wamp.2.json' }).client(hello).server(welcome);
        for (const [fromClient, one] of messages) {
          if (fromClient) {
            binary.client(bytes(one));
            json.client(one);
          } else {
            binary.server(bytes(one));
            json.server(one);
          }
        }
        expect(binary.told).toEqual(json.told);
        expect({ ...binary.facts, detail: {} }).toEqual({ ...json.facts, detail: {} });
      }),
      { numRuns: 60 },
    );
  });

  it('measures calls, reads errors and aborts', () => {
    const driver = open()
      .client(bytes([48, 7, {}, 'com.add', [1, 2]]))
      .wait(2)
      .server(bytes([50, 7, {}, [3]]));
    expect(driver.facts.latency.client).toMatchObject({ count: 1, max: 3e6 });
    driver.server(bytes([3, { message: 'no' }, 'wamp.error.no_such_realm']));
    expect(driver.facts.errors).toMatchObject([{ event: 'ABORT', code: 'wamp.error.no_such_realm', text: 'no' }]);
  });

  it('reads the batched form, each message with its length before it', () => {
    const batch = [hello, [5, 'x', {}]].flatMap((one) => [...big(encode(one).length, 4), ...encode(one)]);
    const driver = new SubprotocolDriver({ token: `${token}.batched` }).client(Uint8Array.from(batch));
    expect(driver.told).toEqual(['client HELLO', 'client AUTHENTICATE']);
    const lying = new SubprotocolDriver({ token: `${token}.batched` });
    expect(lying.client(hex('ff ff ff ff'), Uint8Array.from([0xff, 0xff, 0xff, 0xff, ...encode(hello)])).told).toEqual([
      'client HELLO',
    ]);
  });

  it('reads what is known of a message whose end is missing', () => {
    const call = bytes([48, 7, {}, 'com.add', ['a'.repeat(400)]]);
    const driver = open().broken('client', call.subarray(0, 60));
    expect(driver.told.at(-1)).toBe('client (CALL)');
    driver.server(bytes([50, 7, {}, [3]]));
    expect(driver.facts.latency.client.count).toBe(1);
  });

  it('holds nothing against text in place of octets', () => {
    expect(open().client('[48,7,{},"com.add"]').facts.unread).toBe(1);
  });
});
