import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resemblesFrames } from '../../src/websocket/resemblance.js';
import { binary, close, concat, frame, fromClient, hex, ping, pong, text } from '../wire/websocket-frames.js';

const ascii = (value: string): Uint8Array => new Uint8Array(Buffer.from(value, 'latin1'));

describe('what are frames', () => {
  it.each([
    { name: 'one JSON message of a server', octets: frame(text('{"type":"hello","id":1}')), masked: false },
    { name: 'one JSON message of a client', octets: fromClient(text('{"type":"hello","id":1}')), masked: true },
    {
      name: 'two short messages',
      octets: concat([fromClient(text('2')), fromClient({ ...text('3probe'), key: [9, 8, 7, 6] })]),
      masked: true,
    },
    { name: 'a Close', octets: frame(close(1000)), masked: false },
    { name: 'a Close with a reason', octets: fromClient(close(1001, 'going away')), masked: true },
    {
      name: 'pings and a pong',
      octets: concat([frame(ping('1700')), frame(pong('1701')), frame(ping('x'))]),
      masked: false,
    },
    { name: 'a long binary message', octets: frame(binary(new Uint8Array(1200).fill(0xc8))), masked: false },
    {
      name: 'compressed messages',
      octets: concat(
        [9, 12, 30, 7].map((length) => frame({ opcode: 1, rsv: 4, payload: new Uint8Array(length).fill(0xaa) })),
      ),
      masked: false,
    },
  ])('knows $name', ({ octets, masked }) => {
    expect(resemblesFrames(octets, masked)).toBe(true);
    expect(resemblesFrames(octets, !masked)).not.toBe(true);
  });

  it('waits for more where a frame is not whole', () => {
    const octets = frame(text('{"type":"hello","id":1}'));
    for (let length = 0; length < octets.length; length++) {
      expect(resemblesFrames(octets.subarray(0, length), false)).not.toBe(true);
    }
    expect(resemblesFrames(octets.subarray(0, 10), false)).toBe('undecided');
  });
});

describe('what are none', () => {
  const foreign: { name: string; octets: Uint8Array }[] = [
    { name: 'SSH', octets: ascii('SSH-2.0-OpenSSH_9.6\r\n') },
    { name: 'TLS', octets: hex('16 03 01 00 05 01 00 00 01 00 17 03 03 00 02 aa bb') },
    { name: 'HTTP', octets: ascii('GET / HTTP/1.1\r\nHost: example.com\r\n\r\n') },
    { name: 'an HTTP response', octets: ascii('HTTP/1.1 200 OK\r\n\r\n') },
    { name: 'HTTP/2', octets: ascii('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n') },
    { name: 'SMTP', octets: ascii('220 mail.example.com ESMTP\r\n') },
    { name: 'IMAP', octets: ascii('A1 LOGIN "user name of a person" "pass word long"\r\n') },
    { name: 'Redis', octets: ascii('*2\r\n$4\r\nLLEN\r\n$6\r\nmylist\r\n') },
    { name: 'Postgres', octets: hex('00 00 00 08 04 d2 16 2f') },
    { name: 'Postgres messages', octets: hex('52 00 00 00 08 00 00 00 00 5a 00 00 00 05 49') },
    { name: 'MySQL', octets: hex('4a 00 00 00 0a 35 2e 37 2e 33 33 00') },
    { name: 'a MySQL packet of 130 bytes', octets: hex(`82 00 00 00 0a ${'35'.repeat(129)}`) },
    { name: 'a MySQL packet of 1409 bytes', octets: hex(`81 05 00 00 0a ${'35'.repeat(1408)}`) },
    { name: 'MQTT CONNECT', octets: hex('10 10 00 04 4d 51 54 54 04 02 00 3c 00 04 64 65 76 31') },
    { name: 'MQTT SUBSCRIBE', octets: hex('82 0a 00 01 00 05 74 6f 70 69 63 00') },
    { name: 'MQTT 5 SUBSCRIBE', octets: hex('82 0b 00 01 00 00 05 74 6f 70 69 63 00') },
    {
      name: 'MQTT SUBSCRIBE, twice',
      octets: hex('82 0a 00 01 00 05 74 6f 70 69 63 00 82 0a 00 02 00 05 74 6f 70 69 64 00'),
    },
    { name: 'MQTT SUBACK and PINGREQ', octets: hex('90 03 00 01 00 c0 00') },
    {
      name: 'DNS over TCP',
      octets: hex('00 1d ab cd 01 00 00 01 00 00 00 00 00 00 03 77 77 77 01 61 02 64 65 00 00 01 00 01'),
    },
    { name: 'DNS over TCP, longer', octets: hex(`01 30 ab cd 81 80 00 01 ${'00'.repeat(298)}`) },
    { name: 'Cassandra', octets: hex('81 00 00 08 00 00 00 00') },
    { name: 'MongoDB', octets: hex('81 05 00 00 01 00 00 00 00 00 00 00 d4 07 00 00') },
    { name: 'zeros', octets: new Uint8Array(2000) },
    { name: 'quiet audio', octets: hex('81 00 82 00 '.repeat(200)) },
  ];

  it.each(foreign)('does not claim $name', ({ octets }) => {
    for (const masked of [true, false]) {
      for (let length = 1; length <= octets.length; length++) {
        expect(resemblesFrames(octets.subarray(0, length), masked)).not.toBe(true);
      }
    }
  });

  it('claims fewer than one in 100,000 of random octets', () => {
    let claimed = 0;
    let state = 0x2545f491;
    const octets = new Uint8Array(1024);
    for (let round = 0; round < 400_000; round++) {
      // xorshift32: the same octets on every machine.
      for (let at = 0; at < 1024; at += 4) {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        octets[at] = state;
        octets[at + 1] = state >>> 8;
        octets[at + 2] = state >>> 16;
        octets[at + 3] = state >>> 24;
        if (at >= 4 && round % 4 !== 0) break;
      }
      // Three rounds of four differ in their first eight octets only: that is where most are refused.
      const length = 2 + (round % 1000);
      if (resemblesFrames(octets.subarray(0, length), round % 2 === 0) === true) claimed++;
    }
    expect(claimed).toBeLessThanOrEqual(4);
  });

  it('answers anything without a throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (octets, masked) => {
        expect([true, false, 'undecided']).toContain(resemblesFrames(octets, masked));
      }),
    );
  });
});
