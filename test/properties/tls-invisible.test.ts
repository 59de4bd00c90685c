/**
 * TLS is invisible to what is above it: conversations of the plain samples are put under TLS 1.3 and, with the keys,
 * reported as they are in clear. Not compared is what differs by nature: the transport and its URL, the stage of TLS, sizes
 * of segments and findings about them, the alerts before an end.
 */
import { describe, expect, it } from 'vitest';
import { analyze } from '../../src/analyze.js';
import { memorySource } from '../../src/capture/capture-source.js';
import type { SessionReport } from '../../src/report/report.js';
import { keyLogOf, reportOf } from '../wire/analyze-sample.js';
import { Conversation, pcapOf } from '../wire/conversation.js';
import { essenceOf } from '../wire/essence.js';
import { Recording, timesOf } from '../wire/recording.js';
import { SAMPLES, sampleFiles } from '../wire/sample-table.js';
import { readConversations, type TcpConversation } from '../wire/tls-capture.js';
import { CLIENT_HELLO, ENCRYPTED_EXTENSIONS, KEY_LOG, SERVER_HELLO, Wrapping } from '../wire/tls-wrapping.js';

/** Megabytes take long to seal, and show no more. */
const MOST_OCTETS = 300_000;
const STEP = 0.02;

/** The same bytes at the same times, in clear or under TLS, as a capture of its own. */
function told({ deliveries }: TcpConversation, times: readonly number[], isWrapped: boolean): Uint8Array {
  const conversation = new Conversation({ stepMs: STEP, startMs: 10 }).handshake();
  const wrapping = { client: new Wrapping('client'), server: new Wrapping('server') };
  if (isWrapped) {
    conversation.client(CLIENT_HELLO).server(SERVER_HELLO, wrapping.server.finished(ENCRYPTED_EXTENSIONS));
    conversation.client(wrapping.client.finished());
  }
  const start = times[deliveries[0]!.packet - 1]!;
  const ended = new Set<string>();
  for (const { side, kind, bytes, packet } of deliveries) {
    if (ended.has(side)) continue;
    const due = (11 + times[packet - 1]! - start) * 1e6;
    conversation.after(Math.max(0, (due - conversation.packets.at(-1)!.at) / 1e6 - STEP));
    if (kind === 'bytes') conversation[side](isWrapped ? wrapping[side].data(bytes) : new Uint8Array(bytes));
    else {
      ended.add(side);
      if (kind === 'rst') return pcapOf(conversation.rst(side));
      if (isWrapped) conversation[side](wrapping[side].closeNotify());
      conversation.fin(side).ack(side === 'client' ? 'server' : 'client');
    }
  }
  return pcapOf(conversation);
}

/** Plain WebSocket or an upgrade, whole, of one connection. A client in clear at a port of TLS would be right under TLS. */
async function plainSamples(): Promise<{ name: string; conversation: TcpConversation; times: number[] }[]> {
  const plain = [];
  for (const name of sampleFiles) {
    if (!/^(?!plaintext-to-tls).*\.pcap$/.test(name) || keyLogOf(name) !== undefined) continue;
    const { sessions, captures } = await reportOf(name);
    const [session] = sessions;
    if (sessions.length !== 1 || captures.length !== 1 || session?.transport !== 'ws' || session.tls !== null) continue;
    if (session.carrier !== 'http/1.1' || session.proxy !== null || !captures[0]!.linkTypes.includes('ETHERNET'))
      continue;
    if (Buffer.from(Recording.ofSample(name).file).readUInt32LE(0) !== 0xa1b2c3d4) continue;
    const conversations = readConversations(SAMPLES + name);
    const [conversation] = conversations;
    if (conversations.length !== 1 || conversation === undefined) continue;
    const { deliveries } = conversation;
    const octets = deliveries.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (octets === 0 || octets > MOST_OCTETS || deliveries.some(({ kind }) => kind === 'gap')) continue;
    plain.push({ name, conversation, times: timesOf(Recording.ofSample(name)) });
  }
  return plain;
}

function comparable(session: SessionReport) {
  const { ends, bytes, tls, fate, stages, findings, ...above } = essenceOf(session);
  return {
    ...above,
    host: session.host,
    fate,
    stages: stages.filter((stage) => !stage.startsWith('tls ')),
    findings: findings.filter((finding) => !/^(tls|tcp|flow)\//.test(finding)),
  };
}

describe('a plain conversation under TLS 1.3, with its keys', () => {
  it('is reported as in clear', async () => {
    const samples = await plainSamples();
    const differing: string[] = [];
    for (const { name, conversation, times } of samples) {
      const [clear, wrapped] = await Promise.all(
        [false, true].map(async (isWrapped) => {
          const capture = memorySource('made.pcap', told(conversation, times, isWrapped));
          const { report } = await analyze([capture], isWrapped ? { keyLog: KEY_LOG } : {});
          return report.sessions;
        }),
      );
      expect([name, clear!.length, wrapped!.length]).toEqual([name, 1, 1]);
      const [before, after] = [clear![0]!, wrapped![0]!];
      expect([name, after.transport, after.tls?.decrypted]).toEqual([name, 'wss', true]);
      if (JSON.stringify(comparable(after)) !== JSON.stringify(comparable(before))) differing.push(name);
      expect.soft(comparable(after), name).toEqual(comparable(before));
    }
    expect(differing).toEqual([]);
    expect(samples.length).toBeGreaterThanOrEqual(150);
  }, 60_000);
});
