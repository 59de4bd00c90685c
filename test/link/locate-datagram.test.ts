import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkTypeName } from '../../src/capture/link-type-names.js';
import { Datagram } from '../../src/link/datagram.js';
import { locateDatagram, READABLE_LINK_TYPES } from '../../src/link/locate-datagram.js';
import { hex, packetOf } from '../wire/ip-packets.js';

const MACS = '02 00 00 00 00 01  02 00 00 00 00 02';

/** Where the datagram is, from the start of the packet; every wire below ends in one octet of it, 45 or 60. */
function locate(linkType: number, wire: string) {
  const packet = packetOf(linkType, hex(wire));
  const into = new Datagram();
  if (!locateDatagram(packet, into)) return false;
  const { version, start, end, vlan, innerVlan, block, view } = into;
  expect([block, view, end]).toEqual([packet.block, packet.view, packet.end]);
  return { version, start: start - packet.start, vlan, innerVlan };
}

const at = (version: number, start: number, vlan = -1, innerVlan = -1) => ({ version, start, vlan, innerVlan });

describe('locateDatagram', () => {
  it.each([
    { name: 'Ethernet with IPv4', linkType: 1, wire: `${MACS} 08 00  45`, found: at(4, 14) },
    { name: 'Ethernet with IPv6', linkType: 1, wire: `${MACS} 86 dd  60`, found: at(6, 14) },
    { name: 'Ethernet with ARP', linkType: 1, wire: `${MACS} 08 06  00 01`, found: false },
    { name: 'a VLAN', linkType: 1, wire: `${MACS} 81 00 60 7b 08 00  45`, found: at(4, 18, 123) },
    { name: 'QinQ', linkType: 1, wire: `${MACS} 88 a8 00 05 81 00 00 06 86 dd  60`, found: at(6, 22, 5, 6) },
    {
      name: 'old QinQ with three tags',
      linkType: 1,
      wire: `${MACS} 91 00 00 05 81 00 00 06 81 00 00 07 08 00  45`,
      found: at(4, 26, 5, 6),
    },
    {
      name: '802.3 with LLC and SNAP',
      linkType: 1,
      wire: `${MACS} 00 1c aa aa 03 00 00 00 08 00  45`,
      found: at(4, 22),
    },
    { name: '802.3 with spanning tree', linkType: 1, wire: `${MACS} 00 26 42 42 03 00 00 00 08 00  45`, found: false },
    {
      name: 'SNAP of another organisation',
      linkType: 1,
      wire: `${MACS} 00 1c aa aa 03 00 00 0c 08 00  45`,
      found: false,
    },
    { name: 'MPLS with one label', linkType: 1, wire: `${MACS} 88 47 00 01 01 40  45`, found: at(4, 18) },
    {
      name: 'MPLS with two labels and IPv6',
      linkType: 1,
      wire: `${MACS} 88 48 00 01 00 40 00 02 01 40  60`,
      found: at(6, 22),
    },
    { name: 'MPLS with something else', linkType: 1, wire: `${MACS} 88 47 00 01 01 40  00 00`, found: false },
    { name: 'a PPPoE session', linkType: 1, wire: `${MACS} 88 64 11 00 00 07 00 03 00 21  45`, found: at(4, 22) },
    {
      name: 'PPPoE behind a VLAN with IPv6',
      linkType: 1,
      wire: `${MACS} 81 00 00 09 88 64 11 00 00 07 00 03 00 57  60`,
      found: at(6, 26, 9),
    },
    { name: 'PPPoE control', linkType: 1, wire: `${MACS} 88 64 11 00 00 07 00 03 c0 21  01 01`, found: false },
    {
      name: 'Linux cooked v1',
      linkType: 113,
      wire: '00 00 00 01 00 06 02 00 00 00 00 01 00 00 08 00  45',
      found: at(4, 16),
    },
    {
      name: 'Linux cooked v1 with a VLAN',
      linkType: 113,
      wire: '00 00 00 01 00 06 02 00 00 00 00 01 00 00 81 00 00 2a 86 dd  60',
      found: at(6, 20, 42),
    },
    {
      name: 'Linux cooked v1 with LLC',
      linkType: 113,
      wire: '00 00 00 01 00 06 02 00 00 00 00 01 00 00 00 04 aa aa 03 00 00 00 08 00  45',
      found: at(4, 24),
    },
    {
      name: 'Linux cooked v1 with CAN',
      linkType: 113,
      wire: '00 00 00 01 00 06 02 00 00 00 00 01 00 00 00 0c  45',
      found: false,
    },
    {
      name: 'Linux cooked v2',
      linkType: 276,
      wire: '86 dd 00 00 00 00 00 02 00 01 00 06 02 00 00 00 00 01 00 00  60',
      found: at(6, 20),
    },
    { name: 'BSD loopback, little endian', linkType: 0, wire: '02 00 00 00  45', found: at(4, 4) },
    { name: 'BSD loopback, big endian', linkType: 0, wire: '00 00 00 02  45', found: at(4, 4) },
    { name: 'BSD loopback of Darwin with IPv6', linkType: 0, wire: '1e 00 00 00  60', found: at(6, 4) },
    { name: 'BSD loopback of FreeBSD with IPv6', linkType: 0, wire: '1c 00 00 00  60', found: at(6, 4) },
    { name: 'OpenBSD loopback with IPv6', linkType: 108, wire: '00 00 00 18  60', found: at(6, 4) },
    { name: 'BSD loopback with AppleTalk', linkType: 0, wire: '10 00 00 00  45', found: false },
    { name: 'BSD loopback with a family above 255', linkType: 0, wire: '02 01 00 00  45', found: false },
    { name: 'raw IPv4', linkType: 101, wire: '45', found: at(4, 0) },
    { name: 'raw IPv6 of BSD', linkType: 12, wire: '60', found: at(6, 0) },
    { name: 'raw IPv4 of OpenBSD', linkType: 14, wire: '45', found: at(4, 0) },
    { name: 'raw octets that are no IP', linkType: 101, wire: '70', found: false },
    { name: 'IPv4 alone', linkType: 228, wire: '45', found: at(4, 0) },
    { name: 'IPv6 alone', linkType: 229, wire: '60', found: at(6, 0) },
    { name: 'PPP', linkType: 9, wire: 'ff 03 00 21  45', found: at(4, 4) },
    { name: 'PPP without address and control', linkType: 9, wire: '00 57  60', found: at(6, 2) },
    { name: 'PPP with a short protocol', linkType: 9, wire: 'ff 03 21  45', found: at(4, 3) },
    { name: 'PPP with MPLS', linkType: 50, wire: 'ff 03 02 81 00 01 01 40  45', found: at(4, 8) },
    { name: 'Cisco HDLC', linkType: 50, wire: '0f 00 08 00  45', found: at(4, 4) },
    { name: 'PPP link control', linkType: 9, wire: 'ff 03 c0 21  01', found: false },
    { name: 'PPPoE as link type', linkType: 51, wire: '11 00 00 07 00 03 00 21  45', found: at(4, 8) },
    { name: 'a link type nobody reads', linkType: 105, wire: '45 00 00 14', found: false },
  ])('finds the datagram in $name', ({ linkType, wire, found }) => {
    expect(locate(linkType, wire)).toEqual(found);
  });

  it('says where the packet ended on the wire', () => {
    const packet = packetOf(1, hex(`${MACS} 08 00  45`), 1514);
    const into = new Datagram();
    locateDatagram(packet, into);
    expect(into.wireEnd - packet.start).toBe(1514);
  });

  it('forgets the VLAN of the packet before', () => {
    const into = new Datagram();
    locateDatagram(packetOf(1, hex(`${MACS} 88 a8 00 05 81 00 00 06 86 dd  60`)), into);
    locateDatagram(packetOf(1, hex(`${MACS} 08 00  45`)), into);
    expect([into.vlan, into.innerVlan]).toEqual([-1, -1]);
  });

  it('never looks beyond the end of a packet, and never finds an empty datagram', () => {
    const beginnings = fc
      .constantFrom(`${MACS} 81 00 00 05`, `${MACS} 88 47`, `${MACS} 88 64 11 00`, 'ff 03', '00 00', '45')
      .map(hex);
    fc.assert(
      fc.property(
        fc.constantFrom(...READABLE_LINK_TYPES),
        beginnings,
        fc.uint8Array({ maxLength: 30 }),
        (linkType, beginning, rest) => {
          const octets = Uint8Array.from([...beginning, ...rest]);
          const packet = packetOf(linkType, octets);
          const into = new Datagram();
          const found = locateDatagram(packet, into);
          const otherSurroundings = packetOf(linkType, octets);
          otherSurroundings.block.fill(0x08, packet.end);
          expect(locateDatagram(otherSurroundings, new Datagram())).toBe(found);
          if (found) expect(into.start).toBeLessThan(packet.end);
          if (found) expect(into.start).toBeGreaterThanOrEqual(packet.start);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('linkTypeName', () => {
  it.each([
    [1, 'ETHERNET'],
    [12, 'RAW'],
    [276, 'LINUX_SLL2'],
    [105, 'IEEE802_11'],
    [149, 'USER2'],
    [999, 'reserved (999)'],
  ])('names %d %s', (linkType, name) => {
    expect(linkTypeName(linkType)).toBe(name);
  });
});
