import zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeflateParameters } from '../../src/websocket/websocket-facts.js';
import { cutsOf, WebSocketDriver } from '../wire/websocket-driver.js';
import { concat, frame, fromClient, hex, KEY, ping, text } from '../wire/websocket-frames.js';

const AGREED: DeflateParameters = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
};
const HELLO = 'f2 48 cd c9 c9 07 00';

/** Compresses as a sender does: one zlib stream for all, or one for each message. */
function compress(messages: readonly Uint8Array[], takeover: boolean, windowBits = 15, level = 6): Uint8Array[] {
  let history = new Uint8Array(0);
  return messages.map((message) => {
    const dictionary = takeover && history.length > 0 ? { dictionary: history } : {};
    const options = { windowBits, level, finishFlush: zlib.constants.Z_SYNC_FLUSH, ...dictionary };
    const out = zlib.deflateRawSync(message, options);
    history = concat([history, message]).slice(-(2 ** windowBits) + 262);
    return new Uint8Array(out.subarray(0, out.length - 4));
  });
}

const utf8 = (value: string): Uint8Array => new Uint8Array(Buffer.from(value));
const squeezed = (payload: Uint8Array): Uint8Array => frame({ opcode: 1, rsv: 4, payload });

describe('the examples of RFC 7692 7.2.3', () => {
  it.each([
    { name: 'one compressed message (7.2.3.1)', wire: `c1 07 ${HELLO}`, texts: ['Hello'] },
    { name: 'the same in two fragments (7.2.3.1)', wire: '41 03 f2 48 cd  80 04 c9 c9 07 00', texts: ['Hello'] },
    { name: 'a shared window (7.2.3.2)', wire: `c1 07 ${HELLO}  c1 05 f2 00 11 00 00`, texts: ['Hello', 'Hello'] },
    { name: 'a block without compression (7.2.3.3)', wire: 'c1 0b 00 05 00 fa ff 48 65 6c 6c 6f 00', texts: ['Hello'] },
    { name: 'BFINAL set (7.2.3.4)', wire: 'c1 08 f3 48 cd c9 c9 07 00 00', texts: ['Hello'] },
    {
      name: 'BFINAL set, and the window goes on',
      wire: 'c1 08 f3 48 cd c9 c9 07 00 00  c1 05 f2 00 11 00 00',
      texts: ['Hello', 'Hello'],
    },
    { name: 'two blocks (7.2.3.5)', wire: 'c1 0d f2 48 05 00 00 00 ff ff ca c9 c9 07 00', texts: ['Hello'] },
    { name: 'an empty message (7.2.3.6)', wire: `c1 01 00  c1 07 ${HELLO}`, texts: ['', 'Hello'] },
    { name: 'a tail left in place', wire: `c1 0b ${HELLO} 00 00 ff ff  c1 07 ${HELLO}`, texts: ['Hello', 'Hello'] },
    {
      name: 'BFINAL without the octet behind it',
      wire: `c1 07 f3 48 cd c9 c9 07 00  c1 07 ${HELLO}`,
      texts: ['Hello', 'Hello'],
    },
    {
      name: 'a plain message between',
      wire: `c1 07 ${HELLO}  81 02 6f 6b  c1 05 f2 00 11 00 00`,
      texts: ['Hello', 'ok', 'Hello'],
    },
  ])('inflates $name', ({ wire, texts }) => {
    const octets = hex(wire);
    for (const { cuts } of cutsOf(octets.length, 7)) {
      const driver = new WebSocketDriver({ deflate: AGREED }).sendCut('server', octets, cuts);
      expect(driver.texts()).toEqual(texts);
      expect(driver.messages.every(({ whole, readable }) => whole && readable)).toBe(true);
      expect(driver.rules()).toEqual([]);
      expect(driver.facts.compressed).toBe(true);
    }
  });
});

describe('against what node:zlib deflated', () => {
  const words = ['tick', '"price":', '12.5', 'größer', ' ', '{"a":[1,2,3]}', 'x'.repeat(300), '\u{1f600}'];
  const message = fc.oneof(
    fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((parts) => utf8(parts.join(''))),
    fc.uint8Array({ maxLength: 5000 }),
    fc
      .integer({ min: 1, max: 90000 })
      .map((length) => utf8('abcdefghijklmnopq '.repeat(length / 18 + 1).slice(0, length))),
  );

  for (const takeover of [true, false]) {
    for (const bits of [9, 10, 12, 15]) {
      for (const side of ['client', 'server'] as const) {
        it(`reads ${side} messages with ${bits} window bits, context takeover ${takeover}`, () => {
          const deflate: DeflateParameters = {
            serverNoContextTakeover: side === 'server' ? !takeover : takeover,
            clientNoContextTakeover: side === 'client' ? !takeover : takeover,
            serverMaxWindowBits: side === 'server' ? bits : 9,
            clientMaxWindowBits: side === 'client' ? bits : 9,
          };
          fc.assert(
            fc.property(
              fc.array(message, { minLength: 1, maxLength: 8 }),
              fc.constantFrom(0, 1, 6, 9),
              (messages, level) => {
                const driver = new WebSocketDriver({ deflate });
                for (const payload of compress(messages, takeover, bits, level)) {
                  driver.send(side, frame({ opcode: 2, rsv: 4, payload, ...(side === 'client' ? { key: KEY } : {}) }));
                }
                expect(driver.rules()).toEqual([]);
                driver.messages.forEach(({ bytes, length, readable }, at) => {
                  expect(readable).toBe(true);
                  expect(length).toBe(messages[at]!.length);
                  expect(Buffer.compare(bytes, messages[at]!.subarray(0, 65536))).toBe(0);
                });
              },
            ),
            { numRuns: 12 },
          );
        });
      }
    }
  }
});

describe('what is wrong, and whose fault it is', () => {
  it('finds invalid UTF-8 in what comes out', () => {
    const driver = new WebSocketDriver({ deflate: AGREED, consume: false });
    driver.send('server', ...compress([hex('48 c3 28'), utf8('fine')], true).map(squeezed));
    expect(driver.rules()).toEqual(['invalid-utf8']);
  });

  it('reports corrupt data once a direction and reads no further', () => {
    const driver = new WebSocketDriver({ deflate: AGREED });
    driver.send('server', squeezed(hex('07 ff ff')), squeezed(hex(HELLO)), squeezed(hex('07')));
    driver.send('client', fromClient({ rsv: 4, payload: hex(HELLO) }));
    expect(driver.rules()).toEqual(['deflate-corrupt']);
    expect(driver.facts.violations[0]).toMatchObject({ from: 'server', detail: 'invalid block type' });
    expect(driver.messages.map(({ readable }) => readable)).toEqual([false, false, false, true]);
    expect(driver.facts.contextLost).toEqual({ client: false, server: false });
  });

  it.each([
    { name: 'a distance before the beginning', wire: 'f2 00 11 00 00', detail: 'invalid distance too far back' },
    {
      name: 'lengths of a stored block that disagree',
      wire: '00 05 00 00 00 48',
      detail: 'invalid stored block lengths',
    },
    { name: 'a stored block that takes the tail for data', wire: '00 05 00 fa ff 48 65', detail: 'invalid block type' },
  ])('knows $name', ({ wire, detail }) => {
    const driver = new WebSocketDriver({ deflate: AGREED }).send('server', squeezed(hex(wire)));
    expect(driver.rules()).toEqual(['deflate-corrupt']);
    expect(driver.facts.violations[0]?.detail).toMatch(detail);
  });

  it('loses the context with a message that has a hole, and says nothing against the next ones', () => {
    const messages = compress(['first message', 'second message', 'third message'].map(utf8), true).map(squeezed);
    const driver = new WebSocketDriver({ deflate: AGREED });
    driver.send('server', messages[0]!, messages[1]!.subarray(0, 4)).lose('server', messages[1]!.length - 4);
    driver.send('server', messages[2]!, frame(text('plain')));
    expect(driver.texts()).toEqual(['first message', '', '', 'plain']);
    expect(driver.messages.map(({ readable }) => readable)).toEqual([true, false, false, true]);
    expect(driver.facts).toMatchObject({
      contextLost: { server: true },
      brokenMessages: { server: 1 },
      violationCount: 0,
    });
  });

  it('reads on behind a hole where no context is taken over', () => {
    const deflate = { ...AGREED, serverNoContextTakeover: true };
    const messages = compress(['first message', 'second message', 'third message'].map(utf8), false).map(squeezed);
    const driver = new WebSocketDriver({ deflate });
    driver.send('server', messages[0]!, messages[1]!.subarray(0, 4)).lose('server', messages[1]!.length - 4);
    driver.send('server', messages[2]!);
    expect(driver.texts()).toEqual(['first message', '', 'third message']);
    expect(driver.facts.contextLost.server).toBe(false);
  });

  it('keeps the context where the hole stands in a plain message', () => {
    const messages = compress(['first message', 'second message'].map(utf8), true).map(squeezed);
    const driver = new WebSocketDriver({ deflate: AGREED });
    driver
      .send('server', messages[0]!, frame(text('0123456789')).subarray(0, 6))
      .lose('server', 6)
      .send('server', messages[1]!);
    expect(driver.messages.map(({ whole }) => whole)).toEqual([true, false, true]);
    expect(driver.texts()[2]).toBe('second message');
  });

  it('knows a sender that kept the context it had agreed to drop', () => {
    const driver = new WebSocketDriver({ deflate: { ...AGREED, serverNoContextTakeover: true } });
    driver.send('server', squeezed(hex(HELLO)), squeezed(hex('f2 00 11 00 00')));
    expect(driver.texts()[0]).toBe('Hello');
    expect(driver.rules()).toEqual(['deflate-corrupt']);
    expect(driver.facts.compression.server).toMatchObject({ messages: 1, historyUses: 1, fault: 'kept-context' });
    expect(driver.facts.violations[0]?.detail).toBe('invalid distance too far back');
  });

  it('knows a sender that looks farther back than the window it had agreed to', () => {
    const far = utf8(Array.from({ length: 400 }, (_, n) => String.fromCharCode(97 + ((n * n * 7 + n) % 26))).join(''));
    const driver = new WebSocketDriver({ deflate: { ...AGREED, serverMaxWindowBits: 9 } });
    const other = utf8('0123456789'.repeat(90));
    for (const payload of compress([far, other, far], true)) driver.send('server', squeezed(payload));
    expect(driver.rules()).toEqual(['deflate-corrupt']);
    expect(driver.facts.compression.server).toMatchObject({ messages: 2, fault: 'larger-window' });
  });

  it('does not explain what no history explains', () => {
    const driver = new WebSocketDriver({ deflate: { ...AGREED, serverNoContextTakeover: true } });
    driver.send('server', squeezed(hex('f2 00 11 00 00')));
    expect(driver.rules()).toEqual(['deflate-corrupt']);
    expect(driver.facts.compression.server?.fault).toBeUndefined();
  });

  it('counts what compression did, and what needs history', () => {
    const driver = new WebSocketDriver({ deflate: AGREED });
    driver.send('server', squeezed(hex(HELLO)), squeezed(hex('f2 00 11 00 00')));
    expect(driver.facts.compression).toEqual({
      client: { messages: 0, wireBytes: 0, inflatedBytes: 0, historyUses: 0, lastUsesHistory: false, fault: undefined },
      server: {
        messages: 2,
        wireBytes: 12,
        inflatedBytes: 10,
        historyUses: 1,
        lastUsesHistory: true,
        fault: undefined,
      },
    });
    expect(new WebSocketDriver({}).facts.compression).toEqual({ client: undefined, server: undefined });
  });

  it('allows RSV1 on the first frame of a message only', () => {
    const driver = new WebSocketDriver({ deflate: AGREED });
    driver.send('server', frame({ opcode: 1, rsv: 4, fin: false, payload: hex('f2 48 cd') }));
    driver.send('server', frame({ opcode: 0, rsv: 4, payload: hex('c9 c9 07 00') }), frame({ ...ping('x'), rsv: 4 }));
    expect(driver.rules()).toEqual(['rsv-without-extension', 'rsv-without-extension']);
  });

  it('stops a bomb at its limit without blame', () => {
    const driver = new WebSocketDriver({ deflate: AGREED, consume: false });
    const bomb = zlib.deflateRawSync(Buffer.alloc(64 * 1024 * 1024), { finishFlush: zlib.constants.Z_SYNC_FLUSH });
    const before = performance.now();
    for (let count = 0; count < 20; count++) driver.send('server', squeezed(new Uint8Array(bomb.subarray(0, -4))));
    expect(performance.now() - before).toBeLessThan(5000);
    expect(driver.rules()).toEqual([]);
    expect(driver.facts.contextLost).toEqual({ client: false, server: true });
  });

  it('bounds the work of many bombs where each starts anew', () => {
    const driver = new WebSocketDriver({ deflate: { ...AGREED, serverNoContextTakeover: true }, consume: false });
    const bomb = zlib.deflateRawSync(Buffer.alloc(12 * 1024 * 1024), { finishFlush: zlib.constants.Z_SYNC_FLUSH });
    const before = performance.now();
    for (let count = 0; count < 300; count++) driver.send('server', squeezed(new Uint8Array(bomb.subarray(0, -4))));
    expect(performance.now() - before).toBeLessThan(10_000);
    expect(driver.rules()).toEqual([]);
    expect(driver.facts.contextLost.server).toBe(true);
    expect(driver.facts.messages.server).toBe(300);
  });

  it('never throws on octets that are no DEFLATE', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 5 }), (payloads) => {
        for (const takeover of [true, false]) {
          const driver = new WebSocketDriver({ deflate: { ...AGREED, serverNoContextTakeover: takeover } });
          for (const payload of payloads) driver.send('server', squeezed(payload));
          expect(driver.facts.messages.server).toBe(payloads.length);
          expect(driver.rules().filter((rule) => rule === 'deflate-corrupt').length).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('agrees with zlib about which octets are DEFLATE', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.boolean(), (noise, mutate) => {
        const good = compress(
          [utf8('a message that is long enough for a block of its own, of its own')],
          false,
          15,
          9,
        )[0]!;
        const payload = mutate
          ? good.map((octet, at) => (at === noise[0]! % good.length ? octet ^ noise[0]! : octet))
          : noise;
        const driver = new WebSocketDriver({ deflate: { ...AGREED, serverNoContextTakeover: true } });
        driver.send('server', frame({ opcode: 2, rsv: 4, payload }));
        const theirs = inflateAll(payload);
        const [ours] = driver.messages;
        if (theirs === undefined) expect(ours?.readable).toBe(false);
        else if (ours?.readable) expect(Buffer.compare(ours.bytes, theirs)).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });
});

/** zlib's answer, undefined where it calls the data wrong; what follows a block with BFINAL is left out of the comparison. */
function inflateAll(payload: Uint8Array): Uint8Array | undefined {
  try {
    const input = concat([payload, hex('00 00 ff ff')]);
    const options = { finishFlush: zlib.constants.Z_SYNC_FLUSH, info: true };
    const { buffer, engine } = zlib.inflateRawSync(input, options) as unknown as {
      buffer: Uint8Array;
      engine: { bytesWritten: number };
    };
    if (engine.bytesWritten >= input.length - 4) return buffer;
    const rest = inflateAll(input.subarray(engine.bytesWritten, input.length - 4));
    return rest === undefined ? undefined : concat([buffer, rest]);
  } catch {
    return undefined;
  }
}
