import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DnsStream, looksLikeDns } from '../../src/dns/dns-stream.js';
import type { StreamConsumer } from '../../src/stream/consumer.js';
import { concat } from '../wire/conversation.js';
import { a, dnsMessage, u16 } from '../wire/dns-messages.js';

const ARRIVAL = { packet: 1, at: 0, readyAt: 0 };
const framed = (octets: Uint8Array) => concat(u16(octets.length), octets);
const QUERY = framed(dnsMessage({ id: 1, name: 'chat.test' }));
const ANSWER = framed(dnsMessage({ id: 1, name: 'chat.test', response: true, answers: [a('192.0.2.7')] }));

/** What was read as DNS, and what went to the other layer. */
const streaming = () => {
  const messages: string[] = [];
  const passed: string[] = [];
  const otherwise: StreamConsumer = {
    bytes: (side, chunk) => passed.push(`${side} ${Buffer.from(chunk).toString('latin1')}`),
    gap: (side, { length }) => passed.push(`${side} [${length}]`),
    end: (side) => passed.push(`${side} end`),
  };
  const stream = new DnsStream(
    ({ name, addresses }, side) => messages.push([side, name, ...addresses].join(' ')),
    otherwise,
  );
  return { stream, messages, passed };
};

describe('DNS over TCP', () => {
  it('is read wherever the segments are cut', () => {
    const both = concat(QUERY, QUERY);
    fc.assert(
      fc.property(fc.array(fc.nat(both.length), { maxLength: 6 }), (cuts) => {
        const { stream, messages, passed } = streaming();
        let from = 0;
        for (const cut of [...new Set([...cuts, both.length])].sort((x, y) => x - y)) {
          if (cut > from) stream.bytes('client', both.subarray(from, cut), ARRIVAL);
          from = Math.max(from, cut);
        }
        stream.bytes('server', ANSWER, ARRIVAL);
        expect(messages).toEqual(['client chat.test', 'client chat.test', 'server chat.test 192.0.2.7']);
        expect(passed).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('stops behind a gap, where nobody knows how a message begins', () => {
    const { stream, messages } = streaming();
    stream.bytes('client', QUERY, ARRIVAL);
    stream.gap('client', { length: 4, cause: 'not-captured', arrival: ARRIVAL });
    stream.bytes('client', QUERY, ARRIVAL);
    expect(messages).toEqual(['client chat.test']);
  });

  it.each(['GET /socket HTTP/1.1\r\n\r\n', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 'SSH-2.0-x\r\n'])(
    'leaves %j to the other layer, whole and in order',
    (said) => {
      const { stream, messages, passed } = streaming();
      const octets = Buffer.from(said, 'latin1');
      stream.bytes('client', octets.subarray(0, 3), ARRIVAL);
      stream.bytes('client', octets.subarray(3), ARRIVAL);
      stream.bytes('server', Buffer.from('answer'), ARRIVAL);
      stream.end('client', { kind: 'fin', arrival: ARRIVAL });
      expect(messages).toEqual([]);
      const heard = passed.filter((entry) => /^client (?!end)/.test(entry)).map((entry) => entry.slice(7));
      expect(heard.join('')).toBe(said);
      expect(passed.slice(-2)).toEqual(['server answer', 'client end']);
    },
  );

  it('is not told from too little', () => {
    expect(looksLikeDns(QUERY.subarray(0, 7))).toBeUndefined();
    expect(looksLikeDns(QUERY)).toBe(true);
  });
});
