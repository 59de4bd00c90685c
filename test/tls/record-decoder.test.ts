import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src/bytes/hex.js';
import { RecordDecoder, type RecordItem } from '../../src/tls/record-decoder.js';
import { arrivalOf, cutAt, record } from '../wire/tls-streams.js';

const hex = (text: string): Uint8Array => fromHex(text)!;
const join = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** A record that keeps: items are views which the next call refills. */
const keep = (item: RecordItem): unknown =>
  item.kind === 'record'
    ? [item.type, item.length, item.offset, item.missing, item.body && Buffer.from(item.body).toString('hex')]
    : item.kind;

function drain(decoder: RecordDecoder): unknown[] {
  const items: unknown[] = [];
  for (let item = decoder.next(); item !== undefined; item = decoder.next()) items.push(keep(item));
  return items;
}

describe('records', () => {
  it.each([
    { name: 'a handshake record with its body', wire: '16 03 01 00 02 aa bb', items: [[22, 2, 0, 0, 'aabb']] },
    { name: 'an alert with its body', wire: '15 03 03 00 02 02 28', items: [[21, 2, 0, 0, '0228']] },
    { name: 'application data without a body', wire: '17 03 03 00 03 01 02 03', items: [[23, 3, 0, 0, undefined]] },
    {
      name: 'an empty record',
      wire: '17 03 03 00 00 14 03 03 00 01 01',
      items: [
        [23, 0, 0, 0, undefined],
        [20, 1, 5, 0, undefined],
      ],
    },
    { name: 'nothing of a record that has only begun', wire: '16 03 03 00 04 01 02', items: [] },
  ])('are read as $name, however they are cut', ({ wire, items }) => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 20 }), (places) => {
        const decoder = new RecordDecoder();
        const got = cutAt(hex(wire), places).flatMap((part) => {
          decoder.push(part, arrivalOf(1));
          return drain(decoder);
        });
        expect(got).toEqual(items);
      }),
      { numRuns: 60 },
    );
  });

  it('name the packets of their first and last byte', () => {
    const decoder = new RecordDecoder();
    const [first, middle, last] = [hex('16 03'), hex('03 00 04 01'), hex('02 03 04 15')];
    [first!, middle!, last!].forEach((part, index) => {
      decoder.push(part, arrivalOf(index + 1));
    });
    const item = decoder.next();
    expect(item).toMatchObject({ kind: 'record', first: { packet: 1 }, last: { packet: 3 } });
  });

  it('wait, undecoded, until they are asked for, and can be handed over', () => {
    const decoder = new RecordDecoder();
    decoder.push(hex('15 03 03 00 02 01 00 17 03'), arrivalOf(1));
    decoder.push(hex('03 00 01 ff'), arrivalOf(2));
    expect(keep(decoder.next()!)).toEqual([21, 2, 0, 0, '0100']);
    const rest: [string, number][] = [];
    decoder.handOver((chunk, { packet }) => rest.push([Buffer.from(chunk).toString('hex'), packet]));
    expect(rest).toEqual([
      ['1703', 1],
      ['030001ff', 2],
    ]);
    expect(decoder.next()).toBeUndefined();
  });

  it('have no body any more once the side is sealed', () => {
    const decoder = new RecordDecoder();
    decoder.sealed = true;
    decoder.push(hex('16 03 03 00 02 aa bb'), arrivalOf(1));
    expect(drain(decoder)).toEqual([[22, 2, 0, 0, undefined]]);
  });
});

describe('what is not TLS', () => {
  it.each([
    { name: 'HTTP', text: 'HTTP/1.1 400 Bad Request\r\n' },
    { name: 'SSH', text: 'SSH-2.0-OpenSSH_9.6\r\n' },
    { name: 'a record of a version that is not', text: '\x16\x07\x03\x00\x01\x00' },
    { name: 'a record longer than records may be', text: '\x16\x03\x03\xff\xff\x00' },
  ])('$name is told by its first bytes and nothing follows', ({ text }) => {
    const decoder = new RecordDecoder();
    decoder.push(Buffer.from(text, 'latin1'), arrivalOf(4));
    const item = decoder.next();
    expect(item).toMatchObject({ kind: 'not-tls', arrival: { packet: 4 } });
    expect(Buffer.from((item as { preview: Uint8Array }).preview).toString('latin1')).toBe(text);
    decoder.push(hex('15 03 03 00 02 01 00'), arrivalOf(5));
    expect(decoder.next()).toBeUndefined();
  });

  it('is known from the very first byte where that is enough', () => {
    const decoder = new RecordDecoder();
    decoder.push(hex('48'), arrivalOf(1));
    expect(decoder.next()?.kind).toBe('not-tls');
  });

  it('is garbage when records came before it, and the records after it are found', () => {
    const decoder = new RecordDecoder();
    decoder.push(join(record(21, [1, 0]), Buffer.from('plain text'), record(23, [1]), record(23, [2])), arrivalOf(1));
    expect(drain(decoder)).toEqual([
      [21, 2, 0, 0, '0100'],
      'lost',
      [23, 1, 17, 0, undefined],
      [23, 1, 23, 0, undefined],
    ]);
  });
});

describe('a gap', () => {
  const gap = (length: number) => ({ length, cause: 'not-captured' as const, arrival: arrivalOf(9) });

  it('inside a body costs that record only', () => {
    const decoder = new RecordDecoder();
    decoder.push(hex('16 03 03 00 06 01 02'), arrivalOf(1));
    decoder.gap(gap(3));
    decoder.push(hex('06 15 03 03 00 02 01 00'), arrivalOf(2));
    expect(drain(decoder)).toEqual([
      [22, 6, 0, 3, '010200000006'],
      [21, 2, 11, 0, '0100'],
    ]);
  });

  it('up to the exact end of a body keeps the next record in step', () => {
    const decoder = new RecordDecoder();
    decoder.push(hex('17 03 03 00 06 01 02'), arrivalOf(1));
    decoder.gap(gap(4));
    decoder.push(hex('15 03 03 00 02 01 00'), arrivalOf(2));
    expect(drain(decoder)).toEqual([
      [23, 6, 0, 4, undefined],
      [21, 2, 11, 0, '0100'],
    ]);
  });

  it('beyond a body ends that record and says that others were lost', () => {
    const decoder = new RecordDecoder();
    decoder.push(hex('17 03 03 00 06 01 02'), arrivalOf(1));
    decoder.gap(gap(10));
    decoder.push(join(hex('99 98'), record(23, [1, 2]), record(23, [3])), arrivalOf(2));
    expect(drain(decoder)).toEqual([
      [23, 6, 0, 4, undefined],
      'lost',
      [23, 2, 19, 0, undefined],
      [23, 1, 26, 0, undefined],
    ]);
  });

  it('is not bridged by ciphertext that resembles one header', () => {
    const decoder = new RecordDecoder();
    decoder.push(record(23, [1]), arrivalOf(1));
    decoder.gap(gap(3));
    decoder.push(join(hex('17 03 03 00 02 aa bb cc'), record(23, [1, 2]), record(23, [3])), arrivalOf(2));
    expect(drain(decoder)).toEqual([
      [23, 1, 0, 0, undefined],
      'lost',
      [23, 2, 17, 0, undefined],
      [23, 1, 24, 0, undefined],
    ]);
  });

  it('is not held up by ciphertext that resembles the header of a record without an end', () => {
    const decoder = new RecordDecoder();
    decoder.push(record(23, [1]), arrivalOf(1));
    decoder.gap(gap(3));
    decoder.push(join(hex('17 03 03 40 00 aa bb cc'), record(23, [1, 2]), record(23, [3])), arrivalOf(2));
    expect(drain(decoder)).toEqual([
      [23, 1, 0, 0, undefined],
      'lost',
      [23, 2, 17, 0, undefined],
      [23, 1, 24, 0, undefined],
    ]);
  });

  it('of unknown length at the start of a capture is no reason to call the stream something else', () => {
    const decoder = new RecordDecoder();
    decoder.gap({ length: 0, cause: 'capture-start', arrival: arrivalOf(1) });
    decoder.push(join(hex('de ad be ef'), record(23, [1, 2, 3])), arrivalOf(1));
    expect(drain(decoder)).toEqual(['lost', [23, 3, 4, 0, undefined]]);
  });

  it('anywhere lets only true records through, compared with the whole stream', () => {
    const body = fc.uint8Array({ minLength: 1, maxLength: 400 });
    const records = fc.array(fc.tuple(fc.constantFrom(20, 21, 22, 23), body), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(
        records,
        fc.nat(),
        fc.integer({ min: 1, max: 600 }),
        fc.array(fc.nat(4000)),
        (list, at, length, places) => {
          const wire = join(...list.map(([type, bytes]) => record(type, bytes)));
          const truth = new RecordDecoder();
          truth.push(wire, arrivalOf(1));
          const positions = new Set(drain(truth).map((item) => `${(item as number[])[0]} ${(item as number[])[2]}`));
          const start = at % wire.length;
          const end = Math.min(wire.length, start + length);
          const decoder = new RecordDecoder();
          for (const part of cutAt(wire.subarray(0, start), places)) decoder.push(part, arrivalOf(1));
          decoder.gap(gap(end - start));
          for (const part of cutAt(wire.subarray(end), places)) decoder.push(part, arrivalOf(2));
          const items = drain(decoder).filter(Array.isArray);
          for (const item of items) expect(positions).toContain(`${item[0]} ${item[2]}`);
          const before = [...positions].filter((position) => Number(position.split(' ')[1]) + 5 <= start).length;
          expect(items.length).toBeGreaterThanOrEqual(before > 0 ? before - 1 : 0);
        },
      ),
      { numRuns: 300 },
    );
  });
});

it('ends on any bytes at all, with as many calls as there are bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), fc.array(fc.nat(600)), fc.boolean(), (bytes, places, midway) => {
      const decoder = new RecordDecoder(true);
      if (midway) decoder.gap({ length: 0, cause: 'capture-start', arrival: arrivalOf(1) });
      for (const part of cutAt(bytes, places)) decoder.push(part, arrivalOf(1));
      expect(drain(decoder).length).toBeLessThanOrEqual(bytes.length + 2);
    }),
    { numRuns: 300 },
  );
});
