import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src/bytes/hex.js';
import { readClientHello, readSslV2Hello } from '../../src/tls/client-hello.js';
import { readServerHello } from '../../src/tls/server-hello.js';
import {
  alpn,
  arrivalOf,
  ascii,
  chooseVersion,
  clientHello,
  extension,
  offerVersions,
  serverHello,
  serverName,
  u16,
  vector,
} from '../wire/tls-streams.js';

const span = { first: arrivalOf(1), last: arrivalOf(1), offset: 0, length: 0 };
const client = (message: number[]) => readClientHello(Uint8Array.from(message.slice(4)), span);
const server = (message: number[], offered?: Uint8Array) =>
  readServerHello(Uint8Array.from(message.slice(4)), span, offered);

describe('a ClientHello', () => {
  it('tells what is offered, without GREASE', () => {
    const hello = client(
      clientHello({
        suites: [0x1a1a, 0x1301, 0xc02f],
        extensions: [
          extension(0x2a2a, []),
          serverName('chat.example.com'),
          alpn('h2', 'http/1.1'),
          offerVersions(0x3a3a, 0x0303, 0x0304),
          extension(10, vector(2, u16(0x4a4a, 0x11ec, 0x001d))),
          extension(13, vector(2, u16(0x0403, 0x0804))),
          extension(51, vector(2, u16(0x4a4a), vector(2, [0]), u16(0x001d), vector(2, [1, 2]))),
          extension(42, []),
          extension(0xfe0d, [0]),
        ],
      }),
    );
    expect(hello).toMatchObject({
      sni: 'chat.example.com',
      legacyVersion: 0x0303,
      versions: [0x0304, 0x0303],
      cipherSuites: [0x1301, 0xc02f],
      alpn: ['h2', 'http/1.1'],
      groups: [0x11ec, 0x001d],
      keyShareGroups: [0x001d],
      signatureAlgorithms: [0x0403, 0x0804],
      earlyData: true,
      ech: true,
    });
  });

  it('without extensions offers its legacy version and no name', () => {
    expect(client(clientHello({ version: 0x0301 }))).toMatchObject({
      sni: null,
      versions: [0x0301],
      alpn: [],
      earlyData: false,
      ech: false,
      offersResumption: false,
    });
  });

  it.each([
    { how: 'a session id', offers: true, hello: clientHello({ sessionId: [1, 2] }) },
    { how: 'a session ticket', offers: true, hello: clientHello({ extensions: [extension(35, [1])] }) },
    { how: 'a pre-shared key', offers: true, hello: clientHello({ extensions: [extension(41, [1])] }) },
    {
      how: 'an empty ticket, which only asks for one',
      offers: false,
      hello: clientHello({ extensions: [extension(35, [])] }),
    },
    {
      how: 'the session id that TLS 1.3 sends for middleboxes',
      offers: false,
      hello: clientHello({ sessionId: [1, 2], extensions: [offerVersions(0x0304)] }),
    },
  ])('with $how: resumption offered is $offers', ({ hello, offers }) => {
    expect(client(hello)?.offersResumption).toBe(offers);
  });

  it('whose extensions are broken still tells what stands before the break', () => {
    const whole = clientHello({ extensions: [serverName('a.example')] });
    const broken = clientHello({ extensions: [serverName('a.example'), [0, 16, 0xff, 0xff, 1]] });
    expect(client(broken)).toMatchObject({ sni: 'a.example', alpn: [] });
    expect(client(whole)?.sni).toBe('a.example');
  });

  it('that ends before its fields do is none', () => {
    const whole = clientHello().slice(4);
    for (let length = 0; length < whole.length; length++)
      expect(readClientHello(Uint8Array.from(whole.slice(0, length)), span)).toBeUndefined();
  });

  it('in the format of SSL 2.0 tells versions and suites', () => {
    const body = fromHex('01 03 00 00 09 00 00 00 10  00 00 04  01 00 80  00 00 ff  00112233445566778899aabbccddeeff')!;
    expect(readSslV2Hello(body, span)).toMatchObject({
      versions: [0x0300],
      cipherSuites: [0x0004, 0x010080, 0x00ff],
      sni: null,
      ja3: '',
      ja4: '',
    });
    expect(readSslV2Hello(body.subarray(0, 12), span)).toBeUndefined();
  });
});

describe('a ServerHello', () => {
  it('of TLS 1.3 tells the version of its extension, the group and a resumption', () => {
    const hello = server(
      serverHello({
        suite: 0x1301,
        sessionId: [5],
        extensions: [chooseVersion(0x0304), extension(51, [...u16(0x11ec), ...vector(2, [1])]), extension(41, [0, 0])],
      }),
      Uint8Array.of(5),
    );
    expect(hello).toMatchObject({
      helloRetryRequest: false,
      facts: { version: 0x0304, cipherSuite: 0x1301, group: 0x11ec, resumed: true, alpn: null },
    });
  });

  it.each([
    { name: 'the offered session id resumes', echo: [1, 2, 3], resumed: true },
    { name: 'another session id does not', echo: [1, 2, 4], resumed: false },
    { name: 'no session id does not', echo: [], resumed: false },
  ])('of TLS 1.2 with $name', ({ echo, resumed }) => {
    const hello = server(serverHello({ sessionId: echo, extensions: [alpn('http/1.1')] }), Uint8Array.of(1, 2, 3));
    expect(hello?.facts).toMatchObject({ version: 0x0303, resumed, alpn: 'http/1.1', group: null });
  });

  it('of TLS 1.3 without a pre-shared key resumes nothing, though it echoes the session id', () => {
    const hello = server(serverHello({ sessionId: [1], extensions: [chooseVersion(0x0304)] }), Uint8Array.of(1));
    expect(hello?.facts.resumed).toBe(false);
  });

  it('with the random of RFC 8446 4.1.3 is a HelloRetryRequest', () => {
    const random = fromHex('cf21ad74e59a6111be1d8c021e65b891 c2a211167abb8c5e079e09e2c8a8339c')!;
    expect(server(serverHello({ random: [...random] }))?.helloRetryRequest).toBe(true);
  });

  it('that ends in DOWNGRD says that the server could do better', () => {
    const random = [...new Array<number>(24).fill(1), ...ascii('DOWNGRD'), 1];
    expect(server(serverHello({ random }))?.facts.downgradeSentinel).toBe(true);
    expect(server(serverHello())?.facts.downgradeSentinel).toBe(false);
  });

  it('that ends before its fields do is none', () => {
    const whole = serverHello().slice(4);
    for (let length = 0; length < whole.length; length++)
      expect(readServerHello(Uint8Array.from(whole.slice(0, length)), span, undefined)).toBeUndefined();
  });
});
