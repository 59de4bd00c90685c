import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDnsMessage } from '../../src/dns/dns-message.js';
import { labelsOf, readName } from '../../src/dns/domain-name.js';
import { a, aaaa, cname, dnsMessage, TYPE } from '../wire/dns-messages.js';
import { hex } from '../wire/ip-packets.js';

describe('a domain name', () => {
  it.each([
    { name: 'written out', wire: '04 63 68 61 74 04 74 65 73 74 00', at: 0, text: 'chat.test', next: 11 },
    { name: 'in mixed case', wire: '04 43 48 41 74 00', at: 0, text: 'chat', next: 6 },
    { name: 'the root', wire: '00', at: 0, text: '', next: 1 },
    { name: 'with a pointer', wire: '04 74 65 73 74 00 01 61 c0 00', at: 6, text: 'a.test', next: 10 },
    { name: 'with two pointers', wire: '01 74 00 01 61 c0 00 c0 03', at: 7, text: 'a.t', next: 9 },
    { name: 'with a dot and a blank inside a label', wire: '03 61 2e 20 00', at: 0, text: 'a\\.\\032', next: 5 },
  ])('$name is read', ({ wire, at, text, next }) => {
    expect(readName(hex(wire), at)).toEqual({ name: text, next });
  });

  it.each([
    { name: 'is cut', wire: '04 63 68', at: 0 },
    { name: 'has no end', wire: '01 61', at: 0 },
    { name: 'points at itself', wire: 'c0 00', at: 0 },
    { name: 'points forward', wire: 'c0 02 01 61 00', at: 0 },
    { name: 'points in a circle', wire: '01 61 c0 00', at: 2 },
    { name: 'has half a pointer', wire: '00 c0', at: 1 },
    { name: 'has a reserved label type', wire: '41 61 00', at: 0 },
    { name: 'is longer than 255 octets', wire: `${`3f ${'61 '.repeat(63)}`.repeat(4)} 00`, at: 0 },
    { name: 'lies outside of the message', wire: '00', at: 9 },
  ])('that $name is none', ({ wire, at }) => {
    expect(readName(hex(wire), at)).toBeUndefined();
  });

  it('is split at its own dots only', () => {
    expect(labelsOf('a\\.b.test')).toEqual(['a\\.b', 'test']);
  });
});

describe('a DNS message', () => {
  it('tells what is asked', () => {
    expect(readDnsMessage(dnsMessage({ id: 0xbeef, name: 'Chat.Example.Test', type: TYPE.AAAA }))).toMatchObject({
      id: 0xbeef,
      isResponse: false,
      recursionDesired: true,
      name: 'chat.example.test',
      type: TYPE.AAAA,
    });
  });

  it('gives addresses of both families, aliases in order, and the least time to live', () => {
    const answers = [cname('edge.test'), { ...a('192.0.2.7'), ttl: 60 }, { ...aaaa(9), ttl: 20 }];
    expect(readDnsMessage(dnsMessage({ name: 'chat.test', response: true, answers }))).toMatchObject({
      isResponse: true,
      responseCode: 0,
      addresses: ['192.0.2.7', 'fd00::9'],
      aliases: ['edge.test'],
      ttl: 20,
    });
  });

  it('reads EDNS: the upper bits of the code, and why the resolver failed', () => {
    // OPT: root, 41, 1232, extended code 1, version 0, flags 0; option 15 with code 22 and "unreachable".
    const additional = hex('00 00 29 04 d0 01 00 00 00 00 11 00 0f 00 0d 00 16 75 6e 72 65 61 63 68 61 62 6c 65');
    expect(readDnsMessage(dnsMessage({ name: 'chat.test', response: true, code: 2, additional }))).toMatchObject({
      responseCode: 18,
      extendedError: { code: 22, text: 'unreachable' },
    });
  });

  it('reads HTTPS records: ALPN, hints, and the alias of priority 0', () => {
    const service = hex('00 01 00  00 01 00 06 02 68 32 02 68 33  00 04 00 04 c0 00 02 07');
    const alias = hex('00 00 04 65 64 67 65 00');
    const answers = [service, alias].map((data) => ({ type: TYPE.HTTPS, data }));
    const message = dnsMessage({ name: 'chat.test', type: TYPE.HTTPS, response: true, answers });
    expect(readDnsMessage(message)).toMatchObject({ alpn: ['h2', 'h3'], hints: ['192.0.2.7'], aliases: ['edge'] });
  });

  it.each([
    { name: 'a header cut short', octets: hex('00 07 01 00 00 01') },
    { name: 'two questions', octets: hex('00 07 01 00 00 02 00 00 00 00 00 00 00 00 01 00 01 00 00 01 00 01') },
    { name: 'an update', octets: hex('00 07 28 00 00 01 00 00 00 00 00 00 00 00 01 00 01') },
    { name: 'another class', octets: hex('00 07 01 00 00 01 00 00 00 00 00 00 00 00 01 00 03') },
    { name: 'text', octets: Buffer.from('GET /socket HTTP/1.1\r\n\r\n') },
  ])('is not $name', ({ octets }) => {
    expect(readDnsMessage(octets)).toBeUndefined();
  });

  it('keeps what stands before a cut', () => {
    const whole = dnsMessage({ name: 'chat.test', response: true, answers: [a('192.0.2.7'), a('192.0.2.8')] });
    expect(readDnsMessage(whole.subarray(0, whole.length - 3))?.addresses).toEqual(['192.0.2.7']);
  });

  it('survives any octets', () => {
    const valid = dnsMessage({ name: 'chat.test', response: true, answers: [cname('edge.test'), a('192.0.2.7')] });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 8 }), (changes) => {
        const octets = Uint8Array.from(valid);
        for (const [at, value] of changes) octets[at] = value;
        const message = readDnsMessage(octets);
        expect((message?.addresses.length ?? 0) <= 32 && (message?.name.length ?? 0) <= 1020).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
