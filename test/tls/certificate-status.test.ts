/** Stapled OCSP responses, session tickets and ALPS: by hand in hexadecimal, and of real programs in the samples. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cursor } from '../../src/bytes/cursor.js';
import { fromHex } from '../../src/bytes/hex.js';
import { readCertificateStatus } from '../../src/tls/certificate-status.js';
import { readClientHello } from '../../src/tls/client-hello.js';
import { generalizedTime, readElement } from '../../src/tls/der.js';
import { readEncryptedExtensions } from '../../src/tls/server-hello.js';
import { readSessionTicket } from '../../src/tls/session-ticket.js';
import { reportOf } from '../wire/analyze-sample.js';
import { arrivalOf, ascii, extension, vector } from '../wire/tls-streams.js';

const span = { first: arrivalOf(1), last: arrivalOf(1), offset: 0, length: 0 };

/** One DER element; contents here are shorter than 64 kB. */
const der = (tag: number, ...parts: (readonly number[])[]): number[] => {
  const body = parts.flat();
  const length =
    body.length < 0x80
      ? [body.length]
      : body.length < 0x100
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 0xff];
  return [tag, ...length, ...body];
};
const time = (text: string): number[] => der(0x18, ascii(text));

const CERT_ID = der(0x30, der(0x30), der(0x04, [1]), der(0x04, [2]), der(0x02, [3]));
const NEXT = der(0xa0, time('20260108000000Z'));

/** CertificateStatus with a whole response around one certStatus. */
function staple(certStatus: readonly number[], { version = [] as number[], next = NEXT } = {}): Uint8Array {
  const single = der(0x30, CERT_ID, certStatus, time('20260101000000Z'), next);
  const data = der(0x30, version, der(0xa2, der(0x04, [9])), time('20260101120000Z'), der(0x30, single));
  const basic = der(0x30, data, der(0x30), der(0x03, [0]));
  const type = [0x06, 9, 0x2b, 6, 1, 5, 5, 7, 0x30, 1, 1];
  const response = der(0x30, der(0x0a, [0]), der(0xa0, der(0x30, type, der(0x04, basic))));
  return Uint8Array.from([1, ...vector(3, response)]);
}
const REVOKED = der(0xa1, time('20251231000000Z'), der(0xa0, der(0x0a, [1])));

describe('a stapled OCSP response', () => {
  const thisUpdate = Date.parse('2026-01-01T00:00:00Z');
  const nextUpdate = Date.parse('2026-01-08T00:00:00Z');

  it.each([
    ['good', [0x80, 0], Number.NaN],
    ['revoked', REVOKED, Date.parse('2025-12-31T00:00:00Z')],
    ['unknown', [0x82, 0], Number.NaN],
  ] as const)('that says %s', (certificate, status, revokedAt) => {
    const expected = { span, response: 'successful', certificate, thisUpdate, nextUpdate, revokedAt };
    expect(readCertificateStatus(staple(status), span)).toEqual(expected);
    const version = der(0xa0, der(0x02, [0]));
    expect(readCertificateStatus(staple(status, { version }), span)).toEqual(expected);
  });

  it('may have no end', () => {
    const facts = readCertificateStatus(staple([0x80, 0], { next: [] }), span);
    expect([facts.certificate, facts.nextUpdate]).toEqual(['good', Number.NaN]);
  });

  it.each([
    ['01 000005 30 03 0a 01 03', 'tryLater'],
    ['01 000005 30 03 0a 01 06', 'unauthorized'],
    ['01 000005 30 03 0a 01 63', 'unknown (99)'],
    ['02 000005 30 03 0a 01 00', null],
    ['01 000005 31 03 0a 01 00', null],
    ['01', null],
    ['', null],
  ])('%s answers %s and says nothing of the certificate', (hex, response) => {
    const facts = readCertificateStatus(fromHex(hex.replaceAll(' ', ''))!, span);
    expect([facts.response, facts.certificate, facts.nextUpdate]).toEqual([response, null, Number.NaN]);
  });

  it('is never read further than it goes: cut anywhere, it says nothing, or what it said whole', () => {
    const whole = staple(REVOKED);
    for (let end = 0; end < whole.length; end++) {
      const facts = readCertificateStatus(whole.subarray(0, end), span);
      expect(facts.certificate === null || facts.certificate === 'revoked', `cut at ${end}`).toBe(true);
    }
  });

  it('takes any octets without an exception', () => {
    const octets = fc.uint8Array({ maxLength: 200 });
    const spoilt = fc.tuple(fc.nat(), fc.nat(255)).map(([at, value]) => {
      const body = staple(REVOKED);
      body[at % body.length] = value;
      return body;
    });
    fc.assert(
      fc.property(fc.oneof(octets, spoilt), (body) => {
        const { certificate } = readCertificateStatus(body, span);
        expect([null, 'good', 'revoked', 'unknown']).toContain(certificate);
      }),
      { numRuns: 500 },
    );
  });
});

describe('DER', () => {
  it.each([
    ['04 02 abcd', 0x04, 'abcd', true],
    ['04 81 01 ab', 0x04, 'ab', true],
    ['04 82 0001 ab', 0x04, 'ab', true],
    ['04 83 000001 ab', 0x04, 'ab', true],
    ['04 80 abcd', 0x04, '', false],
    ['04 84 00000001 ab', 0x04, '', false],
    ['04 05 ab', 0x04, '', false],
  ])('%s', (hex, tag, content, ok) => {
    const cursor = new Cursor(fromHex(hex.replaceAll(' ', ''))!);
    const element = readElement(cursor);
    expect(element.tag).toBe(tag);
    expect(Buffer.from(element.content.rest()).toString('hex')).toBe(content);
    expect(cursor.ok).toBe(ok);
  });

  it.each(['20261301000000Z', '2026-01-01T00:00', '20260101000000', '20260101000000+0100'])('%s is no time', (text) => {
    expect(generalizedTime(readElement(new Cursor(Uint8Array.from(time(text)))))).toBeNaN();
  });
});

describe('NewSessionTicket', () => {
  it.each([
    ['00001c20 0000', 7200],
    ['ffffffff 0004 01020304', 0xffffffff],
    ['00001c', undefined],
  ])('%s lives for %s seconds', (hex, seconds) => {
    expect(readSessionTicket(fromHex(hex.replaceAll(' ', ''))!)).toBe(seconds);
  });
});

describe('ALPS', () => {
  const names = vector(2, vector(1, ascii('h2')));
  it.each([17513, 17613])('is offered under the number %i', (number) => {
    const extensions = vector(2, extension(number, names), extension(5, [1, 0, 0, 0, 0]));
    const body = [3, 3, ...new Array<number>(32).fill(7), 0, ...vector(2, [0x13, 1]), 1, 0, ...extensions];
    const hello = readClientHello(Uint8Array.from(body), span);
    expect(hello?.applicationSettings).toEqual(['h2']);
    expect(hello?.asksForStatus).toBe(true);
  });

  it('is answered by settings of any length, also none', () => {
    const sent = (settings: readonly number[]) =>
      readEncryptedExtensions(Uint8Array.from(vector(2, extension(17613, settings)))).settings;
    expect([sent([]), sent([1, 2, 3])]).toEqual([0, 3]);
    expect(readEncryptedExtensions(Uint8Array.from(vector(2))).settings).toBeUndefined();
  });
});

describe('real programs', () => {
  it.each([
    ['wss-stapled-tls12.pcap', 'good', false],
    ['wss-stapled-tls13.pcap', 'good', false],
    ['tls-staple-revoked-tls12.pcap', 'revoked', false],
    ['tls-staple-revoked-tls13.pcap', 'revoked', false],
    ['tls-staple-expired-tls12.pcap', 'good', true],
    ['wss-staple-expired-tls12.pcap', 'good', true],
  ])('%s staples %s', async (name, certificate, isPast) => {
    const report = await reportOf(name);
    const tls = report.sessions[0]!.tls!;
    expect(tls.statusRequested).toBe(true);
    expect(tls.certificateStatus).toMatchObject({ response: 'successful', certificate });
    expect(Date.parse(tls.certificateStatus!.nextUpdate!) < Date.parse(report.captures[0]!.start!)).toBe(isPast);
  });

  it.each(['wss-healthy-tls12.pcap', 'wss-healthy-tls13.pcap'])('%s gives tickets for a while', async (name) => {
    const tickets = (await reportOf(name)).sessions[0]!.tls!.sessionTickets;
    expect(tickets?.length).toBeGreaterThan(0);
    for (const { lifetimeSeconds } of tickets!) expect(lifetimeSeconds).toBeGreaterThan(0);
  });

  it('hide tickets of TLS 1.3 from who has no keys', async () => {
    expect((await reportOf('wss-sealed.pcap')).sessions[0]!.tls!.sessionTickets).toBeNull();
  });

  it('offer ALPS where they are Chromium', async () => {
    const hello = (await reportOf('h2-healthy.pcap')).sessions[0]!.tls!;
    expect(hello.applicationSettingsOffered).toEqual(['h2']);
  });
});
