import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BODY_PREVIEW_BYTES, BodyRecorder } from '../../src/http/body-recorder.js';
import { ChunkedBody } from '../../src/http/chunked-body.js';
import { looksLikeFrames } from '../../src/http/frame-shape.js';
import { headerTokens, headerValue, headerValues } from '../../src/http/header-fields.js';
import type { Header } from '../../src/http/http-facts.js';
import { looksLikeHttp } from '../../src/http/looks-like-http.js';
import { parseRequestHead, parseResponseHead } from '../../src/http/parse-head.js';
import { latin1 } from '../wire/http-conversation.js';

const fromHex = (spaced: string): Uint8Array => Uint8Array.from(Buffer.from(spaced.replaceAll(' ', ''), 'hex'));

describe('header fields', () => {
  const headers: Header[] = [
    ['Connection', 'keep-alive, Upgrade'],
    ['UPGRADE', 'WebSocket'],
    ['connection', ',, "a, b" ,TE'],
  ];

  it('are found by name without case, the first one first', () => {
    expect(headerValue(headers, 'Upgrade')).toBe('WebSocket');
    expect(headerValue(headers, 'host')).toBeUndefined();
    expect(headerValues(headers, 'CONNECTION')).toEqual(['keep-alive, Upgrade', ',, "a, b" ,TE']);
  });

  it('are read as one list over all lines, quoted commas kept and empty elements dropped', () => {
    expect(headerTokens(headers, 'connection')).toEqual(['keep-alive', 'upgrade', '"a, b"', 'te']);
  });
});

describe('looksLikeHttp', () => {
  it.each([
    ['GET / HTTP/1.1\r\nHost: x\r\n', 'request'],
    ['GET /', 'request'],
    ['GET http://x/ HT', 'request'],
    ['OPTIONS * HTTP/1.1\n', 'request'],
    ['CONNECT h.test:443', 'request'],
    ['get /x HTTP/1.0\r\n', 'request'],
    ['HTTP/1.1 200 OK', 'response'],
    ['HTTP/1.0', 'response'],
    ['PRI * HTTP/2.0\r\n\r\nSM', 'h2-preface'],
    ['', undefined],
    ['\r\nGET / HTTP/1.1', undefined],
    ['SSH-2.0-OpenSSH_9.6 Ubuntu\r\n', undefined],
    ['EHLO mail.test\r\n', undefined],
    ['OPTIONS rtsp://cam/ RTSP/1.0\r\n', undefined],
    ['PUB /topic 5\r\nhello', undefined],
    ['CONNECT\naccept-version:1.2\n\n\0', undefined],
    ['CONNECT {"verbose":false}\r\n', undefined],
    ['\x16\x03\x01\x02\x00', undefined],
    ['\x81\x85', undefined],
  ])('calls %j %s', (text, expected) => {
    expect(looksLikeHttp(latin1(text))).toBe(expected);
  });
});

describe('tolerated deviations', () => {
  it.each([
    ['GET / HTTP/1.1\nHost: x\n\n', [['Host', 'x']], 'line ends with a bare LF'],
    ['GET / HTTP/1.1\r\nA: 1\r\n  and\r\n\t2\r\n\r\n', [['A', '1 and 2']], 'obsolete line folding'],
    ['GET / HTTP/1.1\r\nA : 1\r\n\r\n', [['A', '1']], 'space between header name and colon'],
    ['GET / HTTP/1.1\r\nnonsense\r\nA: 1\r\n\r\n', [['A', '1']], 'header line without a name and a colon'],
    ['GET / HTTP/1.1\r\n: 1\r\n\r\n', [], 'header line without a name and a colon'],
    ['GET / HTTP/1.1\r\n A: 1\r\nB: 2\r\n\r\n', [['B', '2']], 'whitespace before the first header field'],
    ['GET / HTTP/1.1\r\nA: \x1b[31m\r\n\r\n', [['A', '\x1b[31m']], 'control character in a header value'],
    ['GET / HTTP/1.1\r\nA(: 1\r\n\r\n', [['A(', '1']], 'invalid character in a header name'],
    ['GET  / HTTP/1.1 \r\n\r\n', [], 'spaces in the request line'],
    ['GET  HTTP/1.1\r\n\r\n', [], 'no request target'],
    ['GET /a b HTTP/1.1\r\n\r\n', [], 'space inside the request target'],
  ])('are told of %j', (text, headers, problem) => {
    const parsed = parseRequestHead(text);
    expect(parsed?.headers).toEqual(headers);
    expect(parsed?.problems).toEqual([problem]);
  });

  it.each([
    ['HTTP/1.1 101\r\n\r\n', 101, '', ['no space after the status code']],
    ['HTTP/1.1 101 \r\n\r\n', 101, '', []],
    ['HTTP/1.1  200  very  OK \r\n\r\n', 200, 'very  OK', ['spaces in the status line']],
    ['HTTP/1.1 200 \xe4\r\n\r\n', 200, '\xe4', []],
  ])('of a status line are told of %j', (text, status, reason, problems) => {
    const parsed = parseResponseHead(text);
    expect(parsed?.startLine).toMatchObject({ status, reason });
    expect(parsed?.problems).toEqual(problems);
  });

  it.each(['GET /', 'GET / HTTP/2.0', 'GET / ICAP/1.0', ' GET / HTTP/1.1', 'G(T / HTTP/1.1', ''])(
    'do not make a request of %j',
    (line) => expect(parseRequestHead(`${line}\r\n\r\n`)).toBeUndefined(),
  );

  it('cost no more than the length of a hostile line', () => {
    const started = performance.now();
    const blanks = ' \t'.repeat(130_000);
    parseRequestHead(`GET${blanks}x\r\nA:${blanks}\r\n${' \r\n'.repeat(50_000)}\r\n`);
    parseResponseHead(`HTTP/1.1${blanks}20\r\n\r\n`);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('chunked coding', () => {
  /** The whole text at once, by the grammar. */
  function slowTwin(text: string): string {
    let rest = text;
    let body = '';
    for (;;) {
      const [line, size = ''] = /^([0-9a-f]+)[^\n]*\n/i.exec(rest) ?? [''];
      const length = Number.parseInt(size, 16);
      if (length === 0) return body;
      body += rest.slice(line.length, line.length + length);
      rest = rest.slice(line.length + length + 2);
    }
  }

  function decode(bytes: Uint8Array, cuts: number[]): { body: string; done: boolean; broken: boolean } {
    const chunked = new ChunkedBody();
    let body = '';
    const ends = [...cuts.filter((cut) => cut > 0 && cut < bytes.length).sort((a, b) => a - b), bytes.length];
    let position = 0;
    for (const end of ends) {
      while (position < end && !chunked.done) {
        if (chunked.remaining > 0) {
          const taken = Math.min(chunked.remaining, end - position);
          body += Buffer.from(bytes.subarray(position, position + taken)).toString('latin1');
          position += taken;
          chunked.remaining -= taken;
          if (chunked.remaining === 0) chunked.dataTaken();
        } else {
          position = chunked.read(bytes.subarray(0, end), position);
          if (position < 0) return { body, done: false, broken: true };
        }
      }
    }
    return { body, done: chunked.done, broken: false };
  }

  it('gives the same payload as a parser of the whole text, wherever it is cut', () => {
    const chunk = fc.tuple(
      fc.string({ minLength: 1, unit: 'binary-ascii' }),
      fc.constantFrom('', ';x', ';x="y"', '  '),
    );
    fc.assert(
      fc.property(fc.array(chunk), fc.array(fc.nat(200)), fc.boolean(), (chunks, cuts, trailer) => {
        const data = chunks.map(
          ([text, extension]) => `${text.length.toString(16).toUpperCase()}${extension}\r\n${text}\r\n`,
        );
        const text = `${data.join('')}000\r\n${trailer ? 'A: b\r\nC: d\r\n' : ''}\r\n`;
        expect(decode(latin1(text), cuts)).toEqual({ body: slowTwin(text), done: true, broken: false });
      }),
    );
  });

  it.each(['\r\n', 'x\r\n', '-1\r\n', '1\r\nab', `${'1'.repeat(13)}\r\n`, `1;${'a'.repeat(20_000)}`])(
    'refuses %j',
    (text) => expect(decode(latin1(text), []).broken).toBe(true),
  );
});

describe('body previews', () => {
  const page = '<html>502 Bad Gateway</html>'.repeat(20);
  const record = (bytes: Uint8Array, ...codings: string[]): BodyRecorder => {
    const recorder = new BodyRecorder([['Content-Encoding', codings.join(', ')]]);
    for (let i = 0; i < bytes.length; i += 1000) recorder.add(bytes, i, Math.min(bytes.length, i + 1000));
    return recorder;
  };

  it.each<[string, (bytes: string) => Uint8Array, string[]]>([
    ['gzip', gzipSync, ['gzip']],
    ['x-gzip', gzipSync, ['x-gzip']],
    ['deflate', deflateSync, ['deflate']],
    ['deflate without zlib header', deflateRawSync, ['deflate']],
    ['br', brotliCompressSync, ['br']],
    ['br in gzip', (text) => gzipSync(brotliCompressSync(text)), ['br', 'gzip']],
  ])('are decoded from %s', (_name, encode, codings) => {
    const recorder = record(encode(page), ...codings);
    expect(Buffer.from(recorder.preview).toString()).toBe(page);
    expect(recorder.encoded).toBe(false);
  });

  it('are decoded from the beginning of a body, as far as it goes', () => {
    const noise = Array.from({ length: 20_000 }, (_, i) => ((i * 7919) % 1009).toString(36)).join(' ');
    for (const [coding, encode] of [
      ['gzip', gzipSync],
      ['br', brotliCompressSync],
    ] as const) {
      const recorder = record(encode(noise), coding);
      const preview = Buffer.from(recorder.preview).toString();
      expect(preview.length).toBeGreaterThan(1000);
      expect(noise.startsWith(preview)).toBe(true);
    }
  });

  it('do not grow with what was packed into them', () => {
    for (const [coding, encode] of [
      ['gzip', gzipSync],
      ['br', brotliCompressSync],
    ] as const) {
      const recorder = record(encode(Buffer.alloc(5_000_000)), coding);
      expect(recorder.preview.length).toBeLessThanOrEqual(BODY_PREVIEW_BYTES);
    }
  });

  it('stay as sent where the coding is unknown, a lie, or one of a dozen', () => {
    for (const codings of [['zstd'], ['gzip'], Array.from({ length: 12 }, () => 'gzip')]) {
      const recorder = record(latin1('plain'), ...codings);
      expect(Buffer.from(recorder.preview).toString()).toBe('plain');
      expect(recorder.encoded).toBe(true);
    }
  });

  it('end at the first hole', () => {
    const recorder = record(latin1('abc'));
    recorder.addMissing(5);
    recorder.add(latin1('def'), 0, 3);
    expect(Buffer.from(recorder.preview).toString()).toBe('abc');
    expect(recorder).toMatchObject({ bytes: 6, missing: 5 });
  });
});

describe('the shape of frames', () => {
  it.each([
    ['81 85 37 fa 21 3d 7f 9f 4d 51 58', true, true],
    ['81 05 48 65 6c 6c 6f', false, true],
    ['c1 07 f2 48 cd c9 c9 07 00', false, true],
    ['88 82 00 00 00 00 03 e8 81 85', true, true],
    ['82 fe 01 00 00 00 00 00 aa', true, true],
    ['81 05 48 65 6c 6c 6f', true, false],
    ['81 85 37 fa 21 3d 7f 9f 4d 51 58', false, false],
    ['80 80 00 00 00 00', true, false],
    ['83 80 00 00 00 00', true, false],
    ['a1 80 00 00 00 00', true, false],
    ['08 80 00 00 00 00', true, false],
    ['89 fe 00 7e 00 00 00 00', true, false],
    ['81 fe 00 05 00 00 00 00', true, false],
    ['81 ff 80 00 00 00 00 00 00 05 00 00 00 00', true, false],
    ['47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31', true, false],
    ['48 54 54 50 2f 31 2e 31 20 32 30 30', false, false],
    ['81', true, false],
    ['', true, false],
  ])('%s, masked %s: %s', (bytes, masked, expected) => {
    expect(looksLikeFrames(fromHex(bytes), masked)).toBe(expected);
  });
});
