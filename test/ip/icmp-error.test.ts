import { describe, expect, it } from 'vitest';
import { decodeIp } from '../../src/ip/decode-ip.js';
import { readIcmpError } from '../../src/ip/icmp-error.js';
import { IpDatagram } from '../../src/ip/ip-datagram.js';
import { reportOf, told } from '../wire/capture-report.js';
import { type Conversation, conversation, type WirePacket } from '../wire/conversation.js';
import { frame, icmpError } from '../wire/dns-messages.js';
import { frameOf, hex, ipv4, ipv6 } from '../wire/ip-packets.js';

const SEGMENT = hex('9c 40 1f 90  00 00 03 e8');
const read = (version: 4 | 6, octets: Uint8Array) => {
  const ip = new IpDatagram();
  expect(decodeIp(frameOf(version, octets), ip)).toBe(true);
  return readIcmpError(ip);
};
const v4 = (type: number, code: number, rest = '00 00 00 00', quoted = ipv4({ payload: SEGMENT, totalLength: 60 })) =>
  ipv4({
    protocol: 1,
    payload: hex(`${byte(type)} ${byte(code)} 00 00 ${rest} ${spaced(quoted)}`),
    source: 'c0 00 02 01',
  });
const v6 = (type: number, code: number, rest = '00 00 00 00') =>
  ipv6(58, hex(`${byte(type)} ${byte(code)} 00 00 ${rest} ${spaced(ipv6(6, SEGMENT, 40))}`));
const byte = (value: number) => value.toString(16).padStart(2, '0');
const spaced = (octets: Uint8Array) => [...octets].map(byte).join(' ');

describe('an ICMP error', () => {
  it.each([
    { type: 3, code: 1, name: 'host unreachable' },
    { type: 3, code: 13, name: 'communication administratively prohibited' },
    { type: 3, code: 99, name: 'destination unreachable (code 99)' },
    { type: 11, code: 0, name: 'time to live exceeded' },
    { type: 12, code: 0, name: 'parameter problem (code 0)' },
  ])('of type $type and code $code is "$name"', ({ type, code, name }) => {
    const error = read(4, v4(type, code));
    expect(error).toMatchObject({ family: 4, type, code, name, from: '192.0.2.1', mtu: undefined });
    expect(error?.quoted.protocol).toBe(6);
    expect(error?.quoted.view.getUint16(error.quoted.payloadStart)).toBe(40000);
  });

  it.each([
    { type: 1, code: 0, name: 'no route to destination' },
    { type: 1, code: 1, name: 'communication administratively prohibited' },
    { type: 3, code: 0, name: 'hop limit exceeded' },
  ])('of IPv6, type $type and code $code, is "$name"', ({ type, code, name }) => {
    expect(read(6, v6(type, code))).toMatchObject({ family: 6, name, from: '2001:db8::1' });
  });

  it('tells the MTU of the next link', () => {
    expect(read(4, v4(3, 4, '00 00 05 78'))).toMatchObject({ name: 'fragmentation needed', mtu: 1400 });
    expect(read(6, v6(2, 0, '00 00 05 00'))).toMatchObject({ name: 'packet too big', mtu: 1280 });
    expect(read(4, v4(3, 4))?.mtu).toBeUndefined();
  });

  it.each([
    { name: 'a ping', octets: ipv4({ protocol: 1, payload: hex('08 00 00 00 00 01 00 01') }) },
    { name: 'a redirect', octets: v4(5, 1) },
    { name: 'nothing but a header', octets: v4(3, 1, '00 00 00 00', new Uint8Array(0)) },
    { name: 'a header cut short', octets: ipv4({ protocol: 1, payload: hex('03 01 00') }) },
    { name: 'a quote that is no IP', octets: v4(3, 1, '00 00 00 00', hex('00 11 22 33'.repeat(8))) },
    { name: 'half of the ports', octets: v4(3, 1, '00 00 00 00', ipv4({ payload: hex('9c 40'), totalLength: 60 })) },
    {
      name: 'the middle of a fragmented datagram',
      octets: v4(3, 1, '00 00 00 00', ipv4({ payload: SEGMENT, fragmentOffset: 80 })),
    },
  ])('is not read from $name', ({ octets }) => {
    expect(read(4, octets)).toBeUndefined();
  });
});

describe('a connection whose segment is quoted', () => {
  const quoting = (talk: Conversation, type: number, code: number, sequence?: number): WirePacket[] => {
    const { at, bytes } = talk.packets.at(-1)!;
    const quoted = Uint8Array.from(bytes.subarray(14, 14 + 28));
    if (sequence !== undefined) new DataView(quoted.buffer).setUint32(24, sequence);
    return [frame(at / 1e6 + 0.5, icmpError('192.0.2.1', '10.0.0.1', type, code, quoted))];
  };

  it('fails by the error that answers its SYN', async () => {
    const talk = conversation().syn();
    const { sessions } = await reportOf(talk, quoting(talk, 3, 13));
    expect(sessions.map(told)).toEqual(['failed tcp tcp-unreachable']);
    expect(sessions[0]?.timeline.map(({ event, from }) => `${event} ${from}`)).toEqual([
      'syn client',
      'icmp-error network',
    ]);
    expect(sessions[0]?.findings[0]?.evidence.map(({ packet }) => packet)).toEqual([1, 2]);
  });

  it('is not touched by an error with numbers that it never used', async () => {
    const talk = conversation().syn();
    const { sessions } = await reportOf(talk, quoting(talk, 3, 13, 0x7000_0000));
    expect(sessions.map(({ outcome }) => outcome)).toEqual(['partial']);
  });

  it('is the one that had the ports at that time', async () => {
    const first = conversation().syn();
    const error = quoting(first, 3, 1);
    const second = conversation({ startMs: 5000, clientSequence: 0x6000_0000 }).syn().rst('server');
    const { sessions } = await reportOf(first, error, second);
    expect(sessions.map(({ cause }) => cause)).toEqual(['tcp-unreachable', 'tcp-refused']);
  });

  it('is quoted by nobody where the ports are those of no connection', async () => {
    const talk = conversation({ clientPort: 41000 }).syn();
    expect((await reportOf(quoting(talk, 3, 1))).sessions).toEqual([]);
  });
});
