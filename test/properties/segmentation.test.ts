/**
 * How TCP cuts the bytes of a conversation means nothing: recorded conversations, rebuilt with the same octets at the
 * same times in segments of any length, give the same report.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../src/analyze.js';
import { memorySource } from '../../src/capture/capture-source.js';
import { keyLogOf } from '../wire/analyze-sample.js';
import { type Conversation, conversation, type Party, pcapOf } from '../wire/conversation.js';
import { essenceOf } from '../wire/essence.js';
import { portsOf, Recording, timesOf } from '../wire/recording.js';

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
const RUNS = 12;

/** Clean captures of one connection each: packet by packet they are the conversation. */
const SAMPLES = [
  'browser-healthy.pcap',
  'close-1007.pcap',
  'nginx-404.pcap',
  'stomp-healthy.pcap',
  'violation-http-inside.pcap',
  'violation-masked.pcap',
  'ws-deflate.pcap',
  'ws-healthy.pcap',
  'ws-large.pcap',
  'wss-healthy-tls12.pcap',
  'wss-healthy-tls13.pcap',
];

interface Turn {
  party: Party;
  /** Milliseconds since the first packet. */
  atMs: number;
  payload: Uint8Array;
}

const TCP_HEADER = 34;

/** What each side said in one go, and when. */
function turnsOf(recording: Recording): Turn[] {
  const turns: Turn[] = [];
  const times = timesOf(recording);
  for (const [index, packet] of recording.packets.entries()) {
    const { octets } = packet;
    const payload = octets.subarray(TCP_HEADER + (octets[TCP_HEADER + 12]! >> 4) * 4);
    if (payload.length === 0) continue;
    const { source, destination } = portsOf(packet);
    const party: Party = source > destination ? 'client' : 'server';
    const last = turns.at(-1);
    // What a side sent within a millisecond may have been one segment as well as several.
    if (last?.party === party && times[index]! - last.atMs < 1) {
      last.payload = Buffer.concat([last.payload, payload]);
    } else turns.push({ party, atMs: times[index]!, payload });
  }
  return turns;
}

function play(turns: readonly Turn[], cut: (turn: number) => readonly number[]): Conversation {
  const { clientPort, serverPort } = { clientPort: 40_000, serverPort: 8080 };
  const talk = conversation({ clientPort, serverPort, stepMs: 0.001 }).handshake();
  const waitUntil = (ms: number) => {
    const now = talk.packets.at(-1)!.at / 1e6;
    if (ms > now) talk.after(ms - now);
  };
  for (const [index, { party, atMs, payload }] of turns.entries()) {
    waitUntil(atMs);
    const places = [...new Set(cut(index).map((place) => place % payload.length))].sort((a, b) => a - b);
    const edges = [0, ...places.filter((place) => place > 0), payload.length];
    for (let at = 1; at < edges.length; at++) {
      const piece = payload.subarray(edges[at - 1], edges[at]);
      for (let from = 0; from < piece.length; from += LARGEST) talk[party](piece.subarray(from, from + LARGEST));
    }
    talk.ack(party === 'client' ? 'server' : 'client');
  }
  return talk.bye('client');
}

/** An IPv4 datagram holds no more. */
const LARGEST = 65_000;

async function essence(name: string, talk: Conversation) {
  const keyLog = keyLogOf(name);
  const { report } = await analyze([memorySource(name, pcapOf(talk))], keyLog === undefined ? {} : { keyLog });
  return report.sessions.map(essenceOf);
}

describe('a conversation in any segmentation', () => {
  it.each(SAMPLES)(`is the same session: %s (seed ${SEED})`, async (name) => {
    const turns = turnsOf(Recording.ofSample(name));
    const whole = await essence(
      name,
      play(turns, () => []),
    );
    expect(whole).toHaveLength(1);
    const cuts = fc.array(fc.array(fc.nat(70_000), { maxLength: 8 }), {
      minLength: turns.length,
      maxLength: turns.length,
    });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        expect(
          await essence(
            name,
            play(turns, (turn) => places[turn]!),
          ),
        ).toEqual(whole);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  it('is the same session octet by octet', async () => {
    for (const name of ['ws-deflate.pcap', 'close-1007.pcap']) {
      const turns = turnsOf(Recording.ofSample(name));
      const octets = (turn: number) => Array.from({ length: turns[turn]!.payload.length }, (_, at) => at);
      expect(await essence(name, play(turns, octets))).toEqual(
        await essence(
          name,
          play(turns, () => []),
        ),
      );
    }
  });
});
