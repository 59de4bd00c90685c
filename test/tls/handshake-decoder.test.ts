import { describe, expect, it } from 'vitest';
import { HandshakeDecoder } from '../../src/tls/handshake-decoder.js';
import { HANDSHAKE } from '../../src/tls/record.js';
import { RecordDecoder } from '../../src/tls/record-decoder.js';
import { arrivalOf, message, record } from '../wire/tls-streams.js';

/** Parts of one server's stream: bytes, or the length of a hole. A hole of records makes the decoder lose its place. */
function read(...parts: (Uint8Array | number)[]): string[] {
  const records = new RecordDecoder();
  const decoder = new HandshakeDecoder();
  const seen: string[] = [];
  parts.forEach((part, index) => {
    const arrival = arrivalOf(index + 1);
    if (typeof part === 'number') records.gap({ length: part, cause: 'not-captured', arrival });
    else records.push(part, arrival);
    for (let item = records.next(); item !== undefined; item = records.next()) {
      if (item.kind === 'lost') decoder.lose();
      if (item.kind !== 'record' || item.type !== HANDSHAKE) continue;
      if (!decoder.push(item)) seen.push('unreadable');
      for (let one = decoder.next(); one !== undefined; one = decoder.next())
        seen.push(`${one.type} ${one.body?.length ?? one.unread} @${one.span.offset}+${one.span.length}`);
    }
  });
  return seen;
}

const filled = (length: number): number[] => new Array<number>(length).fill(0xee);
const DONE = message(14, []);

describe('handshake messages', () => {
  it('come out of one record, with their places in the stream', () => {
    expect(read(record(22, [...message(2, filled(10)), ...DONE]))).toEqual(['2 10 @5+14', '14 0 @19+4']);
  });

  it('may begin and end inside records, their headers too', () => {
    const bytes = [...message(2, filled(3)), ...message(11, filled(20)), ...DONE];
    const cut = (from: number, to?: number) => record(22, bytes.slice(from, to));
    expect(read(cut(0, 2), cut(2, 9), cut(9, 10), cut(10))).toEqual(['2 3 @5+12', '11 20 @17+34', '14 0 @51+4']);
  });

  it('with a hole inside are passed over by their length', () => {
    const bytes = record(22, [...message(11, filled(20)), ...DONE]);
    expect(read(bytes.subarray(0, 12), 6, bytes.subarray(18))).toEqual(['11 octets are missing @5+24', '14 0 @29+4']);
  });

  it('with a hole over a header are lost until a record is filled by whole messages', () => {
    const bytes = record(22, [...message(11, filled(20)), ...message(12, filled(20))]);
    expect(read(bytes.subarray(0, 12), 20, bytes.subarray(32), record(22, DONE))).toEqual(['14 0 @58+4']);
  });

  it('with a hole between records do not go on in a later one', () => {
    const half = record(22, message(11, filled(20)).slice(0, 10));
    expect(read(half, 40, record(22, DONE), record(21, [1, 0]))).toEqual(['14 0 @60+4']);
  });

  it('after a hole between records: a fragment is not taken for a message', () => {
    const half = record(22, message(11, filled(20)).slice(0, 10));
    expect(read(half, 40, record(22, filled(30)), record(22, DONE))).toEqual(['unreadable', '14 0 @95+4']);
  });
});
