import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pseudonyms } from '../../src/redact/pseudonyms.js';
import { redactText } from '../../src/redact/text-redaction.js';

const names = new Pseudonyms(new Uint8Array(32));
const otherKey = new Pseudonyms(new Uint8Array(32).fill(1));

const v4 = fc.uint8Array({ minLength: 4, maxLength: 4 });
const sharedOctets = (a: Uint8Array, b: Uint8Array): number => {
  let shared = 0;
  while (shared < a.length && a[shared] === b[shared]) shared++;
  return shared;
};

describe('other addresses', () => {
  it('keep the prefixes that two have in common, octet by octet, and their lengths as text', () => {
    fc.assert(
      fc.property(v4, v4, fc.nat(4), (a, tail, common) => {
        const b = Uint8Array.from([...a.subarray(0, common), ...tail.subarray(common)]);
        expect(sharedOctets(names.v4(a), names.v4(b))).toBe(sharedOctets(a, b));
        expect(names.v4(a).join('.')).toHaveLength(a.join('.').length);
      }),
    );
  });

  it('of IPv6 are one to one and as long, group by group', () => {
    const v6 = fc.uint8Array({ minLength: 16, maxLength: 16 });
    const digits = (octets: Uint8Array) =>
      [0, 2, 4, 6, 8, 10, 12, 14].map((at) => (octets[at]! * 256 + octets[at + 1]!).toString(16).length);
    fc.assert(
      fc.property(v6, v6, (a, b) => {
        expect(digits(names.v6(a))).toEqual(digits(a));
        expect(Buffer.compare(names.v6(a), names.v6(b)) === 0).toBe(Buffer.compare(a, b) === 0);
      }),
    );
  });

  it.each([
    ['10.1.2.3', /^10\./],
    ['192.168.7.8', /^192\.168\./],
    ['172.20.1.1', /^172\.(1[6-9]|2\d|3[01])\./],
    ['169.254.1.1', /^169\.254\./],
    ['127.0.0.1', /^127\.0\.0\.1$/],
    ['224.0.0.251', /^224\.0\.0\.251$/],
  ])('of %s stay of its kind', (address, kind) => {
    expect(names.v4Text(address)).toMatch(kind);
  });

  it('of public hosts stay public', () => {
    fc.assert(
      fc.property(v4, (address) => {
        const special = [0, 10, 100, 127, 169, 172, 192];
        fc.pre(!special.includes(address[0]!) && address[0]! < 224);
        const [first = 0] = names.v4(address);
        expect(special.includes(first) || first >= 224).toBe(false);
      }),
    );
  });

  it('differ with the key', () => {
    expect(names.v4Text('203.0.113.77')).not.toBe(otherKey.v4Text('203.0.113.77'));
    expect(names.v4Text('8.8.4.4')).toBe(names.v4Text('8.8.4.4'));
  });
});

describe('other text', () => {
  const redact = (text: string) => Buffer.from(redactText(Buffer.from(text), names)).toString();

  it('has as many octets, is UTF-8 where it was, and stays the same when it comes again', () => {
    const decode = (octets: Uint8Array) => {
      try {
        return new TextDecoder('utf-8', { fatal: true }).decode(octets) !== undefined;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.string({ unit: 'binary' }).map((text) => new TextEncoder().encode(text)),
        ),
        (octets) => {
          const other = redactText(octets, names);
          expect(other).toHaveLength(octets.length);
          expect(decode(other)).toBe(decode(octets));
          expect(redactText(octets, names)).toEqual(other);
        },
      ),
    );
  });

  it('is JSON with the same structure where it was JSON', () => {
    const shapeOf = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(shapeOf)
        : value !== null && typeof value === 'object'
          ? Object.values(value).map(shapeOf)
          : typeof value;
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), (json) => {
        expect(JSON.stringify(shapeOf(JSON.parse(redact(json))))).toHaveLength(
          JSON.stringify(shapeOf(JSON.parse(json))).length,
        );
      }),
    );
  });

  it.each([
    { text: '{"type":"connection_init","payload":{"token":"s3cr3tvalue"}}', kept: '"type":"', gone: 's3cr3tvalue' },
    {
      text: 'CONNECT\nlogin:alice\npasscode:hunter22\nheart-beat:10000,10000\n\n\0',
      kept: 'heart-beat:10000,10000',
      gone: 'hunter22',
    },
    { text: 'see chat.example.com from 203.0.113.77', kept: '.com', gone: '203.0.113.77' },
  ])('keeps what protocols say and nothing else: $text', ({ text, kept, gone }) => {
    const other = redact(text);
    expect(other).toContain(kept);
    expect(other).not.toContain(gone);
  });
});
