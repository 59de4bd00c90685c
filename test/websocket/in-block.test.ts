import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WebSocketDriver } from '../wire/websocket-driver.js';
import { binary, close, concat, type FrameSpec, frame, fromClient, ping, text } from '../wire/websocket-frames.js';

const spec: fc.Arbitrary<FrameSpec> = fc.oneof(
  { weight: 6, arbitrary: fc.string({ maxLength: 20 }).map(text) },
  { weight: 3, arbitrary: fc.uint8Array({ maxLength: 300 }).map(binary) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }).map(text) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 4 }).map((bytes) => text(bytes)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(ping('hi'), { ...text('part'), fin: false }, { ...binary('x'), opcode: 0x0 }),
  },
  { weight: 1, arbitrary: fc.constantFrom({ ...text('odd'), first: 0xc1 }, { ...text('reserved'), opcode: 0x3 }) },
  { weight: 1, arbitrary: fc.constant(close(1000, 'bye')) },
);

describe('frames that stand in a block', () => {
  it('are told as those in a chunk of their own are', () => {
    fc.assert(
      fc.property(
        fc.array(spec, { maxLength: 12 }),
        fc.boolean(),
        fc.array(fc.nat({ max: 400 }), { maxLength: 6 }),
        fc.nat({ max: 20 }),
        (specs, isClient, places, wrongMask) => {
          const octets = concat(
            specs.map((one, index) => (isClient !== (index === wrongMask) ? fromClient(one) : frame(one))),
          );
          const cuts = [0, ...places.filter((place) => place < octets.length).sort((a, b) => a - b), octets.length];
          const segments = cuts.slice(1).map((end, index) => octets.subarray(cuts[index], end));
          const pieces = segments.filter((segment) => segment.length > 0);
          const side = isClient ? 'client' : 'server';
          const apart = new WebSocketDriver({ consume: false }).send(side, ...pieces);
          const inBlock = new WebSocketDriver({ consume: false }).sendInBlock(side, ...pieces);
          expect(inBlock.told).toEqual(apart.told);
          expect(inBlock.layer.facts).toEqual(apart.layer.facts);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('are counted in one packet, with the key of each', () => {
    const driver = new WebSocketDriver({ consume: false }).sendInBlock(
      'client',
      concat([fromClient(text('one')), fromClient(text('zwölf')), fromClient(binary('x'.repeat(200)))]),
    );
    expect(driver.layer.facts.frames.client).toMatchObject({ text: 2, binary: 1 });
    expect(driver.layer.facts.payloadBytes.client).toBe(3 + 6 + 200);
    expect(driver.layer.facts.violations).toEqual([]);
  });
});
