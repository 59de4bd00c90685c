/**
 * wscope beside tshark on samples: every WebSocket frame with its packet, sender, opcode and length, Close codes, bytes,
 * handshake and repetitions. Where the two differ, the reason stands here, and what the peers counted decides.
 */
import { describe, expect, it } from 'vitest';
import { analyze } from '../../src/analyze.js';
import { fileSource } from '../../src/capture/read-blocks.js';
import type { SessionReport } from '../../src/report/report.js';
import { keyLogOf, reportOf } from '../wire/analyze-sample.js';
import { SAMPLES } from '../wire/sample-table.js';
import { hasTshark, tsharkOf } from './tshark.js';

/** Everything was captured, in order, from the SYN on. */
const CLEAN = [
  'browser-healthy.pcap',
  'close-1009.pcap',
  'close-4001.pcap',
  'nginx-healthy.pcap',
  'nginx-idle-5s.pcap',
  'ping-ignored.pcap',
  'stomp-healthy.pcap',
  'violation-masked.pcap',
  'ws-cooked.pcap',
  'ws-deflate-no-takeover.pcap',
  'ws-healthy.pcap',
  'ws-ipv6.pcap',
  'ws-large.pcap',
  'ws-pcapng.pcapng',
  'wss-healthy-tls12.pcap',
  'wss-healthy-tls13.pcap',
  'wss-ipv6.pcap',
];

const KINDS: readonly string[] = ['text', 'binary', 'continuation', 'ping', 'pong', 'close'];
const NAMES: ReadonlyMap<number, string> = new Map([
  [0x0, 'continuation'],
  [0x1, 'text'],
  [0x2, 'binary'],
  [0x8, 'close'],
  [0x9, 'ping'],
  [0xa, 'pong'],
]);

/** Every frame as one line; of a Close the timeline tells the code, not the length. */
async function framesOf(name: string): Promise<string[]> {
  const { sessions } = await reportOf(name);
  const keyLog = keyLogOf(name);
  const { report } = await analyze([fileSource(SAMPLES + name)], {
    completeTimelines: new Set(sessions.map(({ id }) => id)),
    ...(keyLog === undefined ? {} : { keyLog }),
  });
  return report.sessions
    .flatMap(({ timeline }) => timeline)
    .filter(({ layer, event }) => layer === 'ws' && KINDS.includes(event))
    .map(({ packet, from, event, data }) =>
      event === 'close' ? `${packet} ${from} close` : `${packet} ${from} ${event} ${String(data?.bytes)}`,
    )
    .sort();
}

const theirFrames = (name: string): string[] =>
  tsharkOf(name)
    .flatMap(({ number, from, frames }) =>
      frames.map(({ opcode, payloadBytes }) => {
        const kind = NAMES.get(opcode) ?? 'reserved';
        return kind === 'close' ? `${number} ${from} close` : `${number} ${from} ${kind} ${payloadBytes}`;
      }),
    )
    .sort();

const connected = (sessions: readonly SessionReport[]) => sessions.flatMap(({ tcp }) => (tcp === null ? [] : [tcp]));

describe.skipIf(!hasTshark)('tshark and wscope agree', () => {
  it.each(CLEAN)('on every frame of %s', async (name) => {
    const ours = await framesOf(name);
    expect(ours.length).toBeGreaterThan(1);
    expect(ours).toEqual(theirFrames(name));
  });

  it.each(CLEAN)('on Close codes of %s', async (name) => {
    const { sessions } = await reportOf(name);
    const theirs = new Set(tsharkOf(name).flatMap(({ closeCode }) => closeCode ?? []));
    for (const { websocket } of sessions) {
      const code = websocket?.close?.code;
      if (code !== undefined && code !== 1005) expect([...theirs]).toContain(code);
    }
  });

  it.each(CLEAN)('on connections, bytes, handshakes and repetitions of %s', async (name) => {
    const { sessions, summary } = await reportOf(name);
    const packets = tsharkOf(name).filter(({ stream }) => stream !== undefined);
    const streams = new Set(packets.map(({ stream }) => stream));
    const { http, tls, spare, other } = summary.notListed;
    expect(connected(sessions).length + http + tls + spare + other).toBe(streams.size);
    for (const side of ['client', 'server'] as const) {
      const bytes = packets.filter(({ from }) => from === side).reduce((sum, packet) => sum + packet.payloadBytes, 0);
      expect(connected(sessions).reduce((sum, tcp) => sum + tcp.bytes[side], 0)).toBe(bytes);
    }
    const again = connected(sessions).reduce(
      (sum, { retransmissions }) => sum + retransmissions.client + retransmissions.server,
      0,
    );
    expect(again).toBe(packets.filter(({ retransmission }) => retransmission).length);
    const rtts = [...streams].map(
      (stream) => packets.find((packet) => packet.stream === stream && packet.initialRttMs !== undefined)?.initialRttMs,
    );
    for (const [index, { handshakeRttMs }] of connected(sessions).entries()) {
      expect(handshakeRttMs).toBeCloseTo(rtts[index]!, 2);
    }
  });
});

describe.skipIf(!hasTshark)('tshark and wscope differ', () => {
  const missed = async (name: string) => {
    const theirs = new Set(theirFrames(name));
    return (await framesOf(name)).filter((frame) => !theirs.has(frame)).length;
  };
  const invented = async (name: string) => {
    const ours = new Set(await framesOf(name));
    return theirFrames(name).filter((frame) => !ours.has(frame));
  };

  // The peers sent 200 messages each way (samples/truth/ws-lossy.json): tshark drops frames behind a repaired hole.
  it.each(['ws-lossy-client.pcap', 'ws-rough-server.pcap'])('behind packets out of order: %s', async (name) => {
    expect(await missed(name)).toBeGreaterThan(5);
    expect(await invented(name)).toEqual([]);
  });

  // Without the 101 in the capture tshark does not look for frames.
  it.each([
    ['ws-midstream.pcap', 8],
    ['ws-one-sided.pcap', 5],
    ['ws-one-sided-server.pcap', 5],
  ] as const)('where the upgrade was not captured: %s', async (name, frames) => {
    expect(theirFrames(name)).toEqual([]);
    expect(await framesOf(name)).toHaveLength(frames);
  });

  // Behind 304 missing octets tshark finds no frame boundary again. Three frames follow, of which the server knows.
  it('behind a hole in the capture', async () => {
    expect(await missed('ws-capture-gap.pcap')).toBe(3);
  });

  // Inside a CONNECT tunnel tshark looks for what its port says.
  it('inside a forward proxy', async () => {
    expect(theirFrames('proxy-connect.pcap')).toEqual([]);
    expect(await framesOf('proxy-connect.pcap')).toHaveLength(6);
  });

  // A frame's packet is the one that carried its last octet; tshark names the one that repaired the hole before it.
  it('on the packet of a message of several segments behind a hole', async () => {
    const [ours, theirs] = [await framesOf('ws-bulk-lossy-client.pcap'), theirFrames('ws-bulk-lossy-client.pcap')];
    const withoutPacket = (frames: string[]) => frames.map((frame) => frame.replace(/^\d+ /, '')).sort();
    expect(withoutPacket(ours)).toEqual(withoutPacket(theirs));
    expect(ours).not.toEqual(theirs);
  });
});
