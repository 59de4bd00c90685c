import http from 'node:http';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HttpRequest, HttpResponse } from '../../src/http/http-facts.js';
import { HttpLayer } from '../../src/http/http-layer.js';
import { EventLog, head, latin1, Wire } from '../wire/http-conversation.js';

/** What both parsers are asked for; bodies as text. */
interface Seen {
  start: string;
  version: string;
  headers: string[];
  body: string;
}

/** A socket whose other end is a test: what is pushed is received, what is sent is dropped. */
class ScriptedSocket extends Duplex {
  override _read(): void {}
  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    done();
  }
  setKeepAlive(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setTimeout(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}

async function nodeReadsRequests(stream: string, count: number): Promise<Seen[]> {
  const server = http.createServer();
  const seen: Seen[] = [];
  let ended = 0;
  const socket = new ScriptedSocket();
  await new Promise<void>((resolve, reject) => {
    server.on('clientError', reject);
    server.on('request', async (request, response) => {
      const { method, url, httpVersion, rawHeaders } = request;
      const entry: Seen = { start: `${method} ${url}`, version: httpVersion, headers: rawHeaders, body: '' };
      seen.push(entry);
      for await (const part of request) entry.body += (part as Buffer).toString('latin1');
      response.end();
      if (++ended === count) resolve();
    });
    server.emit('connection', socket);
    socket.push(latin1(stream));
  });
  socket.destroy();
  return seen;
}

async function nodeReadsResponse(method: string, stream: string): Promise<Seen & { interim: number[] }> {
  const socket = new ScriptedSocket();
  const interim: number[] = [];
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const request = http.request({ method, createConnection: () => socket as never });
    request.on('information', ({ statusCode }) => interim.push(statusCode));
    request.on('response', resolve).on('error', reject).end();
    socket.push(latin1(stream));
    socket.push(null);
  });
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  const { statusCode, statusMessage, httpVersion, rawHeaders } = response;
  const body = Buffer.concat(parts).toString('latin1');
  return { start: `${statusCode} ${statusMessage}`, version: httpVersion, headers: rawHeaders, body, interim };
}

function weRead(client: string[], server: string[] = []) {
  const layer = new HttpLayer(new EventLog(), () => undefined);
  const wire = new Wire(layer);
  for (const bytes of client) wire.client(bytes);
  for (const bytes of server) wire.server(bytes);
  wire.end('server', 'fin');
  return layer.facts;
}

const describeMessage = (message: HttpRequest | HttpResponse | undefined): Seen => ({
  start:
    message === undefined
      ? ''
      : 'method' in message
        ? `${message.method} ${message.target}`
        : `${message.status} ${message.reason}`,
  version: message?.httpVersion ?? '',
  headers: message?.headers.flat() ?? [],
  body: Buffer.from(message?.body.preview ?? []).toString('latin1'),
});

const name = fc.stringMatching(/^X-[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}$/);
const value = fc.stringMatching(/^[\x21-\x7e\x80-\xff]([\x20-\x7e\x80-\xff\t]{0,20}[\x21-\x7e\x80-\xff])?$/);
const blanks = fc.constantFrom('', ' ', '\t', '  ');
const field = fc.tuple(name, blanks, value, blanks).map(([n, before, v, after]) => `${n}:${before}${v}${after}`);
const fields = fc.array(field, { maxLength: 6 });
const payload = fc.stringMatching(/^[\x00-\xff]{0,40}$/);

/** A body with the header lines that announce it. */
const framed = fc.oneof(
  payload.map((body) => ({ lines: [`Content-Length: ${body.length}`], wire: body })),
  fc.array(fc.tuple(payload, fc.constantFrom('', ';a', ';a=b;c="d"')), { maxLength: 4 }).map((chunks) => ({
    lines: ['Transfer-Encoding: chunked'],
    wire: `${chunks
      .filter(([body]) => body !== '')
      .map(([body, extension]) => `${body.length.toString(16)}${extension}\r\n${body}\r\n`)
      .join('')}0\r\n\r\n`,
  })),
);

const request = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'M-SEARCH', 'PROPFIND'),
    target: fc.stringMatching(/^\/[\x21\x23-\x7e]{0,20}$/),
    version: fc.constantFrom('1.1', '1.1', '1.0'),
    fields,
    body: framed,
  })
  .filter(({ version, body }) => version === '1.1' || !body.lines[0]?.startsWith('T'))
  .map(({ method, target, version, fields: lines, body }) => {
    const connection = version === '1.0' ? ['Connection: keep-alive'] : [];
    return head(`${method} ${target} HTTP/${version}`, 'Host: h', ...connection, ...lines, ...body.lines) + body.wire;
  });

const response = fc
  .record({
    status: fc.constantFrom(200, 204, 206, 301, 304, 400, 401, 403, 426, 500, 502),
    reason: fc.stringMatching(/^([A-Za-z][A-Za-z ']{0,10}[a-z])?$/),
    fields,
    body: fc.oneof(
      framed,
      payload.map((wire) => ({ lines: [], wire })),
    ),
    interim: fc.array(fc.constantFrom(100, 102, 103), { maxLength: 2 }),
    method: fc.constantFrom('GET', 'HEAD', 'POST'),
  })
  .map(({ status, reason, fields: lines, body, interim, method }) => {
    const bodiless = method === 'HEAD' || status === 204 || status === 304;
    const early = interim.map((code) => head(`HTTP/1.1 ${code} Early`, 'X-Early: 1')).join('');
    const final = head(`HTTP/1.1 ${status} ${reason}`, 'Connection: close', ...lines, ...body.lines);
    return { method, stream: early + final + (bodiless ? '' : body.wire) };
  });

describe("Node's own parser as a witness", () => {
  it('reads the same requests on one connection', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 4 }), fc.nat(200), async (requests, cut) => {
        const stream = requests.join('');
        const facts = weRead([stream.slice(0, cut), stream.slice(cut)]);
        expect(facts.exchanges.map((exchange) => describeMessage(exchange.request))).toEqual(
          await nodeReadsRequests(stream, requests.length),
        );
        expect(facts.exchanges.flatMap((exchange) => exchange.request?.problems)).toEqual([]);
      }),
      { numRuns: 120 },
    );
  });

  it('reads the same response, interim ones before it included', async () => {
    await fc.assert(
      fc.asyncProperty(response, fc.nat(200), async ({ method, stream }, cut) => {
        const asked = head(`${method} / HTTP/1.1`, 'Host: h');
        const [exchange] = weRead([asked], [stream.slice(0, cut), stream.slice(cut)]).exchanges;
        const seen = { ...describeMessage(exchange?.response), interim: exchange?.interim.map(({ status }) => status) };
        expect(seen).toEqual(await nodeReadsResponse(method, stream));
        expect(exchange?.response?.body.complete).toBe(true);
      }),
      { numRuns: 120 },
    );
  });
});
