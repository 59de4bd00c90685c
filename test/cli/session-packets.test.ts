import { describe, expect, it } from 'vitest';
import { SessionPackets } from '../../src/cli/session-packets.js';
import { aReport, well } from '../report/sample-report.js';
import { hex, ipv4, packetOf } from '../wire/ip-packets.js';
import { aSession } from '../wire/session-builder.js';

const RAW = 101;
const PORTS = '9c 40 00 50';
const REST = hex('00 00 00 01  00 00 00 00  50 10 20 00  00 00 00 00');

/** The session of the tests: 10.0.0.5:40000 to 203.0.113.9:80. */
const session = () => {
  const report = aReport([well(aSession(1).between('10.0.0.5:40000', '203.0.113.9:80').handshake().build())])
    .sessions[0]!;
  return { ...report, startMs: 0, endMs: 10 };
};

const packetAt = (number: number, ms: number, octets: Uint8Array) =>
  Object.assign(packetOf(RAW, octets), { ref: number, at: ms * 1e6 });
const segment = (ports = PORTS) => ipv4({ payload: new Uint8Array([...hex(ports), ...REST]) });

const chosen = (packets: ReturnType<typeof packetAt>[], sessions = [session()]): number[] => {
  const members = new SessionPackets(sessions);
  for (const packet of packets) members.survey(packet);
  return packets.filter((packet) => members.has(packet)).map(({ ref }) => ref);
};

describe('the packets of a session', () => {
  it('are those between its ends, while it lasted', () => {
    expect(
      chosen([
        packetAt(101, 0, segment()),
        packetAt(102, 5, segment('9c 41 00 50')),
        packetAt(103, 10, segment()),
        packetAt(104, 11, segment()),
      ]),
    ).toEqual([101, 103]);
  });

  it('are those with the numbers that the report names, whatever they are', () => {
    const [first] = session().stages[0]!.packets;
    expect(chosen([packetAt(200, 0, hex('00')), packetAt(first!, 5, hex('ff'))])).toEqual([first]);
  });

  it('are all fragments of a datagram, also those before the one with the ports', () => {
    const whole = new Uint8Array([...hex(PORTS), ...REST, ...new Uint8Array(16)]);
    const part = (number: number, from: number, to: number, identification = 7) =>
      packetAt(
        number,
        1,
        ipv4({
          payload: whole.subarray(from, to),
          fragmentOffset: from,
          moreFragments: to < whole.length,
          identification,
        }),
      );
    expect(chosen([part(101, 16, 36), part(102, 0, 16), part(103, 16, 36, 8)])).toEqual([101, 102]);
  });

  it('are none of what is no IP at all', () => {
    expect(chosen([packetAt(101, 0, hex('')), packetAt(102, 1, hex('45')), packetAt(103, 1, hex('00 01 02'))])).toEqual(
      [],
    );
  });
});
