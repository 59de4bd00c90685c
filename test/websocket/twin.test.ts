/**
 * The decoder against two others: one written in the test over the whole octet array, as plainly as RFC 6455 5.2 has it, and the
 * Sender and Receiver of the `ws` package.
 */
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as ws from 'ws';
import type { Frame } from '../../src/websocket/frame.js';
import { FrameDecoder } from '../../src/websocket/frame-decoder.js';
import { isAscii, rotateKey, unmask } from '../../src/websocket/unmask.js';
import type { DeflateParameters } from '../../src/websocket/websocket-facts.js';
import { WebSocketDriver } from '../wire/websocket-driver.js';
import { concat, frame } from '../wire/websocket-frames.js';

interface PlainFrame {
  first: number;
  masked: boolean;
  offset: number;
  length: number;
  payload: number[];
}

/** All complete frames, octet by octet. */
function decodePlainly(octets: Uint8Array): PlainFrame[] {
  const frames: PlainFrame[] = [];
  let at = 0;
  for (;;) {
    const offset = at;
    const left = [...octets.subarray(at, at + 14)];
    const first = left.shift();
    const second = left.shift();
    if (first === undefined || second === undefined) return frames;
    let length = second % 128;
    const extended = length === 126 ? 2 : length === 127 ? 8 : 0;
    if (left.length < extended) return frames;
    if (extended > 0) length = left.splice(0, extended).reduce((sum, octet) => sum * 256 + octet, 0);
    const masked = second >= 128;
    if (masked && left.length < 4) return frames;
    const key = masked ? left.splice(0, 4) : [0, 0, 0, 0];
    const start = offset + 2 + extended + (masked ? 4 : 0);
    if (octets.length - start < length) return frames;
    const payload = [...octets.subarray(start, start + length)].map((octet, index) => octet ^ key[index % 4]!);
    frames.push({ first, masked, offset, length, payload });
    at = start + length;
  }
}

/** What the decoder says, its pieces put together again. */
function decodeInPieces(octets: Uint8Array, cuts: readonly number[]): PlainFrame[] {
  const decoder = new FrameDecoder();
  const frames: PlainFrame[] = [];
  let payload: number[] = [];
  const take = (piece: Frame): void => {
    if (piece.opens) payload = [];
    for (let at = piece.start; at < piece.end; at += 50_000) {
      const key = rotateKey(piece.key, piece.position + at - piece.start);
      for (const octet of unmask(piece.view, at, Math.min(at + 50_000, piece.end), key)) payload.push(octet);
    }
    const { first, masked, offset, length } = piece;
    if (piece.complete) frames.push({ first, masked, offset, length, payload });
  };
  const places = [0, ...cuts, octets.length];
  for (let index = 0; index + 1 < places.length; index++) {
    decoder.push(octets.subarray(places[index], places[index + 1]), { packet: index, at: index, readyAt: index });
    // Not asking after every push is pausing: nothing may be lost by it.
    if (index % 3 === 2) continue;
    for (let piece = decoder.next(); piece !== undefined; piece = decoder.next()) take(piece);
  }
  for (let piece = decoder.next(); piece !== undefined; piece = decoder.next()) take(piece);
  return frames;
}

const spec = fc.record({
  opcode: fc.nat({ max: 15 }),
  fin: fc.boolean(),
  rsv: fc.constantFrom(0, 0, 0, 4, 1, 7),
  payload: fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.uint8Array({ minLength: 120, maxLength: 300 }),
    fc.constant(new Uint8Array(70_000).fill(0x61)),
  ),
  masked: fc.boolean(),
  key: fc.tuple(fc.nat({ max: 255 }), fc.nat({ max: 255 }), fc.nat({ max: 255 }), fc.nat({ max: 255 })),
  lengthBits: fc.constantFrom(undefined, undefined, 16 as const, 64 as const),
});

const stream = fc.array(spec, { maxLength: 8 }).map((specs) =>
  concat(
    specs.map(({ masked, key, lengthBits, ...rest }) => {
      const fits = lengthBits !== undefined && !(lengthBits === 16 && rest.payload.length > 65535);
      return frame({ ...rest, ...(masked ? { key } : {}), ...(fits ? { lengthBits } : {}) });
    }),
  ),
);

const cutAt = (octets: Uint8Array, marks: readonly number[]): number[] =>
  marks.map((mark) => Math.floor(mark * octets.length)).sort((one, other) => one - other);

const marks = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

describe('the plain twin', () => {
  it('decodes the same frames wherever the octets are cut', () => {
    fc.assert(
      fc.property(stream, marks, (octets, where) => {
        expect(decodeInPieces(octets, cutAt(octets, where))).toEqual(decodePlainly(octets));
      }),
      { numRuns: 60 },
    );
  });

  it('decodes the same frames octet by octet', () => {
    fc.assert(
      fc.property(stream, (octets) => {
        const short = octets.subarray(0, 600);
        expect(decodeInPieces(short, [...short.keys()])).toEqual(decodePlainly(short));
      }),
      { numRuns: 100 },
    );
  });

  it('unmasks and recognises ASCII as a loop over octets does, at any place and alignment', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.nat({ max: 20 }),
        fc.integer(),
        fc.nat({ max: 9 }),
        (octets, skip, key, position) => {
          const start = Math.min(skip, octets.length);
          const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
          const turned = rotateKey(key, position);
          const plain = [...octets.subarray(start)].map(
            (octet, at) => octet ^ ((key >>> (((position + at) % 4) * 8)) & 0xff),
          );
          expect([...unmask(view, start, octets.length, turned)]).toEqual(plain);
          expect(isAscii(view, start, octets.length, turned)).toBe(plain.every((octet) => octet < 0x80));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('hands over what was pushed and not decoded', () => {
    fc.assert(
      fc.property(stream, marks, fc.nat({ max: 5 }), (octets, where, asked) => {
        const decoder = new FrameDecoder();
        const places = [0, ...cutAt(octets, where), octets.length];
        for (let index = 0; index + 1 < places.length; index++) {
          decoder.push(octets.subarray(places[index], places[index + 1]), { packet: index, at: index, readyAt: index });
        }
        for (let count = 0; count < asked; count++) decoder.next();
        const position = decoder.position();
        const rest: Uint8Array[] = [];
        decoder.handOver((chunk) => void rest.push(chunk.slice()));
        expect(Buffer.compare(concat(rest), octets.subarray(position))).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});

/** The parts of ws that its type declarations leave out. */
const { PerMessageDeflate, Receiver, Sender } = ws as unknown as {
  PerMessageDeflate: new (options: object) => { accept(configurations: object[]): void; cleanup(): void };
  Receiver: new (options: object) => Duplex;
  Sender: new (
    socket: Duplex,
    extensions: object,
  ) => { send(data: string | Uint8Array, options: object, done: () => void): void };
};

/** What ws sends for some messages. */
async function sentByWs(
  messages: readonly (string | Uint8Array)[],
  isServer: boolean,
  deflate?: { noContextTakeover: boolean },
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const socket = new Duplex({
    read: () => {},
    write: (chunk: Uint8Array, _, done) => {
      parts.push(new Uint8Array(chunk));
      done();
    },
  });
  const extension = deflate === undefined ? undefined : new PerMessageDeflate({ threshold: 0, isServer });
  const alone = { server_no_context_takeover: [true], client_no_context_takeover: [true] };
  extension?.accept([deflate?.noContextTakeover ? alone : {}]);
  const sender = new Sender(socket, extension === undefined ? {} : { 'permessage-deflate': extension });
  for (const data of messages) {
    await new Promise<void>((done) => {
      sender.send(
        data,
        { binary: typeof data !== 'string', mask: !isServer, fin: true, compress: deflate !== undefined },
        () => done(),
      );
    });
  }
  extension?.cleanup();
  return concat(parts);
}

describe('ws', () => {
  const messages = [
    'Hello',
    '',
    'größer \u{1f600}',
    new Uint8Array([0, 255, 1]),
    'x'.repeat(70_000),
    '{"a":1}',
    '{"a":1}',
    new Uint8Array(300),
  ];

  for (const isServer of [true, false]) {
    for (const noContextTakeover of [undefined, true, false]) {
      const compressed = noContextTakeover !== undefined;
      const name = compressed ? `compressed, without context takeover: ${noContextTakeover}` : 'plain';
      it(`sends as a ${isServer ? 'server' : 'client'} what is read back (${name})`, async () => {
        const wire = await sentByWs(messages, isServer, compressed ? { noContextTakeover } : undefined);
        const deflate: DeflateParameters | undefined = compressed
          ? {
              serverNoContextTakeover: noContextTakeover,
              clientNoContextTakeover: noContextTakeover,
              serverMaxWindowBits: 15,
              clientMaxWindowBits: 15,
            }
          : undefined;
        const side = isServer ? 'server' : 'client';
        for (const step of [wire.length, 1000, 7]) {
          const cuts = Array.from({ length: Math.ceil(wire.length / step) }, (_, at) => at * step);
          const driver = new WebSocketDriver({ deflate }).sendCut(side, wire, cuts).end(side);
          expect(driver.rules()).toEqual([]);
          expect(driver.messages.map(({ length }) => length)).toEqual(
            messages.map((data) => Buffer.from(data as string).length),
          );
          expect(driver.messages.map(({ opcode }) => opcode)).toEqual(
            messages.map((data) => (typeof data === 'string' ? 1 : 2)),
          );
          driver.messages.forEach(({ bytes }, at) => {
            expect(Buffer.compare(bytes, Buffer.from(messages[at] as string).subarray(0, 65536))).toBe(0);
          });
        }
      });
    }
  }

  it('receives the same from any octets, up to the first fault', async () => {
    await fc.assert(
      fc.asyncProperty(stream, async (octets) => {
        const receiver = new Receiver({
          isServer: true,
          skipUTF8Validation: false,
        });
        const theirs: string[] = [];
        let failed = false;
        receiver.on('message', (data: Buffer) => void theirs.push(data.toString('hex')));
        receiver.on('error', () => {
          failed = true;
        });
        // ws unmasks in place.
        receiver.write(octets.slice());
        await new Promise((done) => setImmediate(done));
        const driver = new WebSocketDriver().send('client', octets);
        const ours = driver.messages.map(({ bytes }) => Buffer.from(bytes).toString('hex'));
        if (failed) expect(driver.rules().length + (driver.facts.corrupted === undefined ? 0 : 1)).toBeGreaterThan(0);
        else expect(ours.slice(0, theirs.length)).toEqual(theirs.map((digits) => digits.slice(0, 131072)));
      }),
      { numRuns: 200 },
    );
  });
});
