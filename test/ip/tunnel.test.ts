import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeIp } from '../../src/ip/decode-ip.js';
import { IpDatagram } from '../../src/ip/ip-datagram.js';
import { openIpTunnel, openUdpTunnel } from '../../src/ip/tunnel.js';
import { UdpDatagram } from '../../src/ip/udp-datagram.js';
import { Datagram } from '../../src/link/datagram.js';
import { reportOf, told } from '../wire/capture-report.js';
import { type Conversation, concat, conversation, type WirePacket } from '../wire/conversation.js';
import { ipv4Packet, udp } from '../wire/dns-messages.js';
import { frameOf, hex, ipv4 } from '../wire/ip-packets.js';
import { close, frame, fromClient, text } from '../wire/websocket-frames.js';

const MACS = '02 00 00 00 00 01  02 00 00 00 00 02';

/** Version and place of what is inside, counted from the payload of the outer datagram. */
function open(protocol: number, payload: Uint8Array) {
  const ip = new IpDatagram();
  const into = new Datagram();
  expect(decodeIp(frameOf(4, ipv4({ protocol, payload })), ip)).toBe(true);
  const header = new UdpDatagram();
  const found = protocol === 17 ? header.decode(ip) && openUdpTunnel(ip, header, into) : openIpTunnel(ip, into);
  return found ? { version: into.version, start: into.start - ip.payloadStart, vlan: into.vlan } : false;
}
const at = (version: number, start: number, vlan = -1) => ({ version, start, vlan });

describe('a tunnel', () => {
  it.each([
    { name: 'IPv4 in IP', protocol: 4, wire: '45', found: at(4, 0) },
    { name: 'IPv6 in IP', protocol: 41, wire: '60', found: at(6, 0) },
    { name: 'GRE', protocol: 47, wire: '00 00 08 00  45', found: at(4, 4) },
    { name: 'GRE with key', protocol: 47, wire: '20 00 86 dd 00 00 00 07  60', found: at(6, 8) },
    {
      name: 'GRE with checksum, key and number',
      protocol: 47,
      wire: `b0 00 08 00 ${'00 '.repeat(12)} 45`,
      found: at(4, 16),
    },
    {
      name: 'GRE with Ethernet and a VLAN',
      protocol: 47,
      wire: `20 00 65 58 00 00 07 00 ${MACS} 81 00 00 09 08 00  45`,
      found: at(4, 26, 9),
    },
    { name: 'GRE with MPLS', protocol: 47, wire: '00 00 88 47 00 01 01 40  45', found: at(4, 8) },
    { name: 'ERSPAN I', protocol: 47, wire: `00 00 88 be ${MACS} 08 00  45`, found: at(4, 18) },
    {
      name: 'ERSPAN II',
      protocol: 47,
      wire: `10 00 88 be 00 00 00 01 ${'00 '.repeat(8)} ${MACS} 08 00  45`,
      found: at(4, 30),
    },
    {
      name: 'ERSPAN III',
      protocol: 47,
      wire: `10 00 22 eb 00 00 00 01 ${'00 '.repeat(12)} ${MACS} 08 00  45`,
      found: at(4, 34),
    },
    { name: 'GRE of version 1 (PPTP)', protocol: 47, wire: '30 01 88 0b 00 04 00 01 00 00 00 01 21  45', found: false },
    { name: 'GRE with source routes', protocol: 47, wire: '40 00 08 00 00 00 00 00  45', found: false },
    { name: 'GRE with nothing inside', protocol: 47, wire: '00 00 08 00', found: false },
    { name: 'half a GRE header', protocol: 47, wire: '00 00', found: false },
  ])('$name', ({ protocol, wire, found }) => {
    expect(open(protocol, hex(wire))).toEqual(found);
  });

  it.each([
    { name: 'VXLAN', port: 4789, wire: `08 00 00 00 00 00 2a 00 ${MACS} 08 00  45`, found: at(4, 30) },
    {
      name: 'VXLAN on its older port',
      port: 8472,
      wire: `08 00 00 00 00 00 2a 00 ${MACS} 86 dd  60`,
      found: at(6, 30),
    },
    { name: 'GENEVE with Ethernet', port: 6081, wire: `00 00 65 58 00 00 2a 00 ${MACS} 08 00  45`, found: at(4, 30) },
    {
      name: 'GENEVE with options and IP',
      port: 6081,
      wire: `01 00 08 00 00 00 2a 00 00 01 02 00  45`,
      found: at(4, 20),
    },
    {
      name: 'VXLAN without an identifier',
      port: 4789,
      wire: `00 00 00 00 00 00 2a 00 ${MACS} 08 00  45`,
      found: false,
    },
    { name: 'GENEVE whose options go on', port: 6081, wire: '3f 00 08 00 00 00 2a 00  45', found: false },
    { name: 'another port', port: 4790, wire: `08 00 00 00 00 00 2a 00 ${MACS} 08 00  45`, found: false },
    { name: 'a header cut short', port: 4789, wire: '08 00 00', found: false },
  ])('over UDP: $name', ({ port, wire, found }) => {
    expect(open(17, udp(40000, port, hex(wire)))).toEqual(found);
  });

  it('is never looked into beyond its end', () => {
    fc.assert(
      fc.property(fc.constantFrom(4, 17, 41, 47), fc.uint8Array({ maxLength: 60 }), (protocol, payload) => {
        const octets = protocol === 17 ? udp(1, payload[0]! & 1 ? 4789 : 6081, payload) : payload;
        const found = open(protocol, octets);
        expect(found === false || found.start < octets.length).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

const UPGRADE =
  'GET /live HTTP/1.1\r\nHost: chat.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';
const SWITCHING =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n';
const session = (): Conversation =>
  conversation()
    .handshake()
    .client(UPGRADE)
    .server(SWITCHING)
    .client(fromClient(text('hello')))
    .server(frame(text('world')))
    .client(fromClient(close(1000)))
    .server(frame(close(1000)))
    .bye('client');

type Wrap = (ethernet: Uint8Array) => Uint8Array;
const outer = (protocol: number, payload: Uint8Array) =>
  concat(new Array<number>(12).fill(4), [8, 0], ipv4Packet('192.0.2.1', '192.0.2.2', protocol, payload));
const WRAPS: Record<string, Wrap> = {
  'IP in IP': (ethernet) => outer(4, ethernet.subarray(14)),
  GRE: (ethernet) => outer(47, concat([0x20, 0, 8, 0, 0, 0, 0, 9], ethernet.subarray(14))),
  NVGRE: (ethernet) => outer(47, concat([0x20, 0, 0x65, 0x58, 0, 0, 9, 0], ethernet)),
  VXLAN: (ethernet) => outer(17, udp(50000, 4789, concat([8, 0, 0, 0, 0, 0, 9, 0], ethernet))),
  GENEVE: (ethernet) => outer(17, udp(50000, 6081, concat([0, 0, 0x65, 0x58, 0, 0, 9, 0], ethernet))),
};
const through = (wrap: Wrap, { packets }: Conversation, laterMs = 0): WirePacket[] =>
  packets.map(({ at: time, bytes }) => ({ at: time + laterMs * 1e6, bytes: wrap(bytes) }));

describe('a session inside a tunnel', () => {
  it.each(Object.keys(WRAPS))('is told as it would be without: %s', async (name) => {
    const plain = await reportOf(session());
    const inside = await reportOf(through(WRAPS[name]!, session()));
    expect(inside.sessions.map(told)).toEqual(['ok close chat.test']);
    expect(inside.sessions).toEqual(plain.sessions);
  });

  it('is found in four tunnels inside each other, and not in five', async () => {
    const wrap = WRAPS.VXLAN!;
    const four: Wrap = (ethernet) => wrap(wrap(wrap(wrap(ethernet))));
    expect((await reportOf(through(four, session()))).sessions.map(told)).toEqual(['ok close chat.test']);
    expect((await reportOf(through((ethernet) => wrap(four(ethernet)), session()))).sessions).toEqual([]);
  });

  it('is one entry when it is seen inside and outside, and what is seen twice are copies', async () => {
    const { sessions } = await reportOf(session(), through(WRAPS.VXLAN!, session(), 0.02));
    expect(sessions.map(told)).toEqual(['ok close chat.test']);
    const { tcp, websocket } = sessions[0]!;
    expect(tcp?.retransmissions).toEqual({ client: 0, server: 0 });
    expect(tcp?.bytes).toEqual((await reportOf(session())).sessions[0]?.tcp?.bytes);
    expect((tcp?.copies.client ?? 0) + (tcp?.copies.server ?? 0)).toBeGreaterThanOrEqual(8);
    expect(websocket?.messages).toEqual({ client: 1, server: 1 });
  });
});

describe('two virtual networks with the same addresses', () => {
  const inNetwork =
    (vni: number): Wrap =>
    (ethernet) =>
      outer(17, udp(50000, 4789, concat([8, 0, 0, 0, 0, 0, vni, 0], ethernet)));
  const inVlan =
    (id: number): Wrap =>
    (ethernet) =>
      concat(ethernet.subarray(0, 12), [0x81, 0, 0, id], ethernet.subarray(12));
  const other = (): Conversation => {
    const talk = conversation({ clientSequence: 0x5000_0000, serverSequence: 0x7000_0000 }).handshake().client(UPGRADE);
    return talk.server('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n').bye('server');
  };

  it.each([
    { name: 'VXLAN', wrap: inNetwork },
    { name: 'VLAN', wrap: inVlan },
  ])('are told apart where the numbers show two connections: $name', async ({ wrap }) => {
    const { sessions } = await reportOf(through(wrap(7), session()), through(wrap(8), other(), 0.1));
    expect(sessions.map(told)).toEqual(['ok close chat.test', 'failed upgrade upgrade-forbidden chat.test']);
    for (const { tcp } of sessions) expect(tcp?.retransmissions).toEqual({ client: 0, server: 0 });
  });

  it.each([
    { name: 'VXLAN', wrap: inNetwork },
    { name: 'VLAN', wrap: inVlan },
  ])('are one connection that is routed between them where the numbers are the same: $name', async ({ wrap }) => {
    const { sessions } = await reportOf(through(wrap(7), session()), through(wrap(8), session(), 0.02));
    expect(sessions.map(told)).toEqual(['ok close chat.test']);
    expect(sessions[0]?.tcp?.retransmissions).toEqual({ client: 0, server: 0 });
  });

  it('do not split a connection of which each direction has a VLAN of its own', async () => {
    const talk = session();
    const asymmetric = talk.packets.map(({ at: time, bytes }) => ({
      at: time,
      bytes: inVlan(bytes[29] === 1 ? 7 : 8)(bytes),
    }));
    expect((await reportOf(asymmetric)).sessions.map(told)).toEqual(['ok close chat.test']);
  });
});
