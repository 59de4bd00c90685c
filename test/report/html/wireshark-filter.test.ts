import { describe, expect, it } from 'vitest';
import { packetFilter, streamFilter } from '../../../src/report/html/wireshark-filter.js';
import { aSession } from '../../wire/session-builder.js';
import { aReport, well } from '../sample-report.js';

const between = (client: string, server: string) =>
  aReport([well(aSession(1).between(client, server).handshake().build())]).sessions[0]!;

describe('a display filter', () => {
  it('names packets once and in order', () => {
    expect(packetFilter([{ packet: 24 }])).toBe('frame.number == 24');
    expect(packetFilter([{ packet: 24 }, { packet: 3 }, { packet: 24 }])).toBe('frame.number in {3, 24}');
  });

  it('names both ends of a connection', () => {
    expect(streamFilter(between('10.0.0.5:53122', '203.0.113.7:80'))).toBe(
      'ip.addr == 10.0.0.5 && ip.addr == 203.0.113.7 && tcp.port == 53122 && tcp.port == 80',
    );
    expect(streamFilter(between('[2001:db8::5]:53122', '[2001:db8::7]:80'))).toMatch(/^ipv6\.addr == 2001:db8::5 && /);
  });

  it('is not made of anything but addresses', () => {
    const session = between('10.0.0.5:1', '10.0.0.6:2');
    session.server = 'x" || true || "y:80';
    expect(streamFilter(session)).toBeUndefined();
  });
});
