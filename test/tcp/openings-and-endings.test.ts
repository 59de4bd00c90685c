import { describe, expect, it } from 'vitest';
import { hear, hearAll, opening, raw } from './raw-segments.js';

const fromClient = (ms: number, seq: number, size: number, more = {}) =>
  raw({ ms, from: 'client', seq, ack: 1, size, id: 200 + Math.round(ms), ...more });
const fromServer = (ms: number, ack: number, more = {}) =>
  raw({ ms, from: 'server', seq: 1, ack, id: 7000 + Math.round(ms), ...more });

describe('openings out of the ordinary', () => {
  it('is one connection where both ends open at the same time (RFC 9293 3.5)', () => {
    const { facts, said } = hear(
      raw({ ms: 0, from: 'client', flags: 'S', id: 1 }),
      raw({ ms: 5, from: 'server', flags: 'S', id: 2 }),
      raw({ ms: 6, from: 'client', flags: 'SA', ack: 1, id: 3 }),
      raw({ ms: 7, from: 'server', flags: 'SA', ack: 1, id: 4 }),
      raw({ ms: 8, from: 'client', seq: 1, ack: 1, size: 4, id: 5 }),
    );
    expect(facts.simultaneousOpen).toBe(true);
    expect(facts.established?.packet).toBe(4);
    expect(facts.flows.client).toMatchObject({ retransmissions: 0, bytes: 4 });
    expect(said.client).toBe('xxxx');
  });

  it('sees a simultaneous opening completed by a plain ACK, as Linux does', () => {
    const syns = [
      raw({ ms: 0, from: 'client', flags: 'S', id: 1 }),
      raw({ ms: 5, from: 'server', flags: 'S', id: 2 }),
      raw({ ms: 6, from: 'client', flags: 'SA', ack: 1, id: 3 }),
    ];
    expect(hear(...syns).facts).toMatchObject({ simultaneousOpen: true, established: undefined });
    const { facts, story } = hear(...syns, fromServer(7, 1), fromClient(8, 1, 4));
    expect(facts).toMatchObject({ established: { packet: 4 }, handshakeRtt: undefined });
    expect(story).toContain('established server 4');
  });

  it('knows a SYN in another file for the same packet, however far apart the clocks of both are', () => {
    const late = (fields: Parameters<typeof raw>[0]) => ({ ...raw({ ...fields, ms: fields.ms + 3700 }), file: 1 });
    const syn = { ms: 0, from: 'client', flags: 'S', id: 1, ts: [5, 0] } as const;
    const again = { ms: 1000, from: 'client', flags: 'S', id: 2, ts: [1005, 0] } as const;
    const answer = { ms: 1040, from: 'server', flags: 'SA', ack: 1, ts: [0xffff0000, 1005] } as const;
    const fields = [syn, again, answer].map((each) => ({ ...each, ts: [...each.ts] as [number, number] }));
    const { facts } = hear(...fields.map(raw), ...fields.map(late));
    expect(facts.syns.map(({ packet }) => packet)).toEqual([1, 2]);
    expect(facts.synAcks).toHaveLength(1);
    expect(facts.flows.client).toMatchObject({ copies: 2, retransmissions: 1 });
    expect(facts.flows.server).toMatchObject({ copies: 1, retransmissions: 0 });
  });

  it('keeps the TTL of the latest packets of a side, and what it was before, for a RST to be compared with', () => {
    const later = [100, 200, 300, 400].map((ms, index) =>
      fromClient(ms, 1 + index * 10, 10, { ttl: index < 2 ? 63 : 59 }),
    );
    const { facts } = hear(...opening({ ttl: 63 }), ...later, fromClient(500, 41, 0, { flags: 'RA', ttl: 255 }));
    expect(facts.flows.client).toMatchObject({ ttl: 59, otherTtl: 63, rstTtl: 255 });
    expect(facts.flows.server).toMatchObject({ ttl: 63, otherTtl: -1, rstTtl: -1 });
  });

  it('knows a RST that is there once where each other packet of its side is there twice, on its way in and out', () => {
    const routed = (fields: Parameters<typeof raw>[0]) => [
      raw({ ...fields, ttl: 64 }),
      raw({ ...fields, ms: fields.ms + 0.01, ttl: 63 }),
    ];
    const packets = [
      ...routed({ ms: 0, from: 'client', flags: 'S', id: 1 }),
      ...routed({ ms: 5, from: 'server', flags: 'SA', ack: 1, id: 2 }),
      ...routed({ ms: 6, from: 'client', seq: 1, ack: 1, id: 3 }),
      ...routed({ ms: 7, from: 'client', seq: 1, ack: 1, size: 9, id: 4 }),
    ];
    const rst = (ms: number) => raw({ ms, from: 'server', flags: 'R', seq: 1 });
    const alone = (...more: ReturnType<typeof raw>[]) => hear(...packets, ...more).facts.flows.server.rstAlone;
    expect(alone(rst(8))).toEqual({});
    expect(alone(rst(8), rst(8.01))).toBeUndefined();
    // The client goes on: it was not told.
    expect(alone(rst(8), fromClient(300, 1, 9))).toBeUndefined();
    expect(hear(...opening(), fromClient(50, 1, 9), rst(51)).facts.flows.server.rstAlone).toBeUndefined();
  });

  it('knows a RST that the capture nearer to its side lacks', () => {
    const both = (fields: Parameters<typeof raw>[0]) => [
      raw({ ...fields, ttl: 64 }),
      { ...raw({ ...fields, ms: fields.ms + 0.01, ttl: 63 }), file: 1 },
    ];
    const packets = [
      ...both({ ms: 0, from: 'client', flags: 'S', id: 1 }),
      ...both({ ms: 6, from: 'client', seq: 1, ack: 1, id: 3 }),
      ...both({ ms: 7, from: 'client', seq: 1, ack: 1, size: 9, id: 4 }),
    ];
    const rst = { ...raw({ ms: 8, from: 'client', flags: 'R', seq: 10 }), file: 1 };
    const later = both({ ms: 9, from: 'client', seq: 10, ack: 1, size: 9, id: 5 });
    expect(hear(...packets, rst, ...later).facts.flows.client.rstAlone).toEqual({ between: { nearer: 0, farther: 1 } });
    // The nearer one may be over.
    expect(hear(...packets, rst).facts.flows.client.rstAlone).toBeUndefined();
    expect(hear(...packets, { ...rst, file: 0 }, ...later).facts.flows.client.rstAlone).toBeUndefined();
  });

  it('gives the answer to a SYN that uses the ports again to the connection that is asked about (RFC 9293 3.5.1, figure 9)', () => {
    const heard = hearAll(
      ...opening(),
      fromClient(100, 1, 10),
      fromServer(140, 11),
      raw({ ms: 3000, from: 'client', flags: 'S', seq: 90_000_000, id: 1 }),
      raw({ ms: 3040, from: 'server', seq: 1, ack: 11, id: 7777 }),
      raw({ ms: 3040.1, from: 'client', flags: 'R', seq: 11, id: 0 }),
      raw({ ms: 3100, from: 'client', flags: 'S', seq: 90_000_000, id: 2 }),
      raw({ ms: 3140, from: 'server', flags: 'SA', seq: 70_000_000, ack: 90_000_001 }),
      raw({ ms: 3140.1, from: 'client', seq: 90_000_001, ack: 70_000_001, id: 3 }),
      raw({ ms: 3141, from: 'client', seq: 90_000_001, ack: 70_000_001, size: 4, id: 4 }),
      // What is late now belongs to nobody, and ends nothing.
      raw({ ms: 3142, from: 'client', flags: 'R', seq: 11, id: 0 }),
      raw({ ms: 3143, from: 'client', seq: 90_000_005, ack: 70_000_001, size: 4, id: 5 }),
    );
    const [before, after] = heard.map(({ facts }) => facts);
    expect(heard).toHaveLength(2);
    expect(before).toMatchObject({ end: 'rst', endedBy: 'client', endPacket: { packet: 8 }, packets: 7 });
    expect(before!.flows.client).toMatchObject({ rstAnswers: { packet: 7 }, beforeRst: { packet: 4 } });
    expect(after).toMatchObject({ end: 'none', endedBy: 'none', established: { packet: 11 } });
    expect(after!.flows.client).toMatchObject({ bytes: 8, rst: undefined, missingBytes: 0 });
    expect(heard[1]!.said.client).toBe('xxxxxxxx');
  });

  it('takes data on a SYN, and data that the server did not take from it, each once (RFC 7413)', () => {
    const taken = hear(
      raw({ ms: 0, from: 'client', flags: 'S', size: 10 }),
      raw({ ms: 40, from: 'server', flags: 'SA', ack: 11 }),
      raw({ ms: 41, from: 'client', seq: 11, ack: 1, size: 5 }),
    );
    expect(taken.said.client).toHaveLength(15);
    expect(taken.facts.flows.client).toMatchObject({ retransmissions: 0, bytes: 15 });
    const refused = hear(
      raw({ ms: 0, from: 'client', flags: 'S', size: 10, id: 1 }),
      raw({ ms: 40, from: 'server', flags: 'SA', ack: 1 }),
      raw({ ms: 41, from: 'client', seq: 1, ack: 1, size: 10, id: 2 }),
    );
    expect(refused.facts.established?.packet).toBe(3);
    expect(refused.facts.flows.client).toMatchObject({ retransmissions: 1, bytes: 10 });
  });

  it('counts one retransmission for a SYN with data that is sent again', () => {
    const { facts } = hear(
      raw({ ms: 0, from: 'client', flags: 'S', size: 10, id: 1 }),
      raw({ ms: 1000, from: 'client', flags: 'S', size: 10, id: 2 }),
    );
    expect(facts.flows.client).toMatchObject({ retransmissions: 1, bytes: 10 });
    expect(facts.syns.map(({ packet }) => packet)).toEqual([1, 2]);
  });

  it('takes the second SYN-ACK for an answer to the SYN that came twice, though both are alike to the last bit', () => {
    const { facts } = hear(
      raw({ ms: 0, from: 'client', flags: 'S', id: 1, ts: [5, 0] }),
      raw({ ms: 0.1, from: 'server', flags: 'SA', ack: 1, ts: [9, 5] }),
      raw({ ms: 0.2, from: 'client', flags: 'S', id: 1, ts: [5, 0] }),
      raw({ ms: 0.3, from: 'server', flags: 'SA', ack: 1, ts: [9, 5] }),
    );
    expect(facts.flows.client).toMatchObject({ copies: 1, retransmissions: 0 });
    expect(facts.flows.server).toMatchObject({ copies: 0, retransmissions: 1 });
    expect(facts.flows.server.retransmissionKinds.spurious).toBe(1);
  });

  it('follows the last of several SYN-ACKs with different numbers', () => {
    const { facts, said } = hear(
      raw({ ms: 0, from: 'server', flags: 'SA', seq: 5000, ack: 1, id: 9 }),
      raw({ ms: 2000, from: 'server', flags: 'SA', seq: 5000, ack: 1, id: 9 }),
      raw({ ms: 14_000, from: 'server', flags: 'SA', seq: 80_000, ack: 1, id: 9 }),
      raw({ ms: 29_000, from: 'server', flags: 'SA', ack: 1, id: 9 }),
      raw({ ms: 29_100, from: 'client', seq: 1, ack: 1, size: 5 }),
      raw({ ms: 29_200, from: 'server', seq: 1, ack: 6, size: 7, id: 10 }),
    );
    expect(said).toEqual({ client: 'xxxxx', server: 'xxxxxxx' });
    expect(facts.flows.server).toMatchObject({ retransmissions: 1, copies: 0, missingBytes: 0 });
  });

  it('begins with a keep-alive: nothing is missing', () => {
    const { facts } = hear(
      raw({ ms: 0, from: 'server', seq: 99, ack: 50 }),
      raw({ ms: 1, from: 'client', seq: 50, ack: 100 }),
    );
    expect(facts.flows.server).toMatchObject({ keepAlives: 1, missingBytes: 0 });
    expect(facts.gaps).toEqual([]);
  });

  it('tells where the capture was taken from the TTLs where the handshake does not', () => {
    const midway = (client: number, server: number) =>
      hear(
        raw({ ms: 0, from: 'client', seq: 1, ack: 1, size: 5, ttl: client }),
        raw({ ms: 9, from: 'server', seq: 1, ack: 6, size: 5, ttl: server }),
      ).facts.vantage;
    expect(midway(64, 51)).toBe('client');
    expect(midway(113, 64)).toBe('server');
    expect(midway(60, 115)).toBe('between');
    expect(midway(64, 64)).toBe(undefined);
  });
});

describe('windows', () => {
  it('says how long a window was closed, and that the probes of it are no retransmissions', () => {
    const { facts, story } = hear(
      ...opening(),
      fromClient(100, 1, 1000),
      fromServer(140, 1001, { window: 0 }),
      fromClient(400, 1000, 0),
      fromServer(440, 1001, { window: 0 }),
      fromClient(900, 1001, 1),
      fromServer(940, 1001, { window: 0 }),
      fromClient(1900, 1001, 1, { id: 9000 }),
      fromServer(2140, 1001, { window: 100 }),
    );
    const { client, server } = facts.flows;
    expect(server).toMatchObject({
      zeroWindows: 1,
      windowClosedFor: 2000e6,
      windowClosedLongest: 2000e6,
      duplicateAcks: 0,
    });
    expect(client).toMatchObject({ retransmissions: 0, keepAlives: 0, windowProbes: 3 });
    expect(story.filter((line) => line.includes('window'))).toEqual(['zero-window server 5', 'window-open server 11']);
  });

  it('tells a window that was filled to the last byte, by the scale of the SYN', () => {
    const filled = hear(...opening(), fromClient(100, 1, 64_000), fromServer(140, 64_001, { window: 499 }));
    expect(filled.facts.flows.server.windowsFilled).toBe(1);
    const room = hear(...opening(), fromClient(100, 1, 63_999), fromServer(140, 64_000, { window: 499 }));
    expect(room.facts.flows.server.windowsFilled).toBe(0);
  });

  it('does not take the window 0 of a last FIN for a stall', () => {
    const { facts } = hear(...opening(), raw({ ms: 100, from: 'server', flags: 'FA', seq: 1, ack: 1, window: 0 }));
    expect(facts.flows.server.zeroWindows).toBe(0);
  });

  it('knows acknowledgments that were held back, and segments that waited for them (Nagle)', () => {
    const packets = opening();
    packets.push(
      fromClient(100, 1, 10),
      fromServer(140, 11, { seq: 1, size: 5 }),
      raw({ ms: 141, from: 'client', seq: 11, ack: 6 }),
    );
    for (let round = 0; round < 3; round++) {
      const start = 200 + round * 200;
      const seq = 11 + round * 20;
      packets.push(fromClient(start, seq, 10, { ack: 6 }), fromServer(start + 80, seq + 10, { seq: 6 }));
      packets.push(fromClient(start + 80.1, seq + 10, 10, { ack: 6 }), fromServer(start + 120, seq + 20, { seq: 6 }));
    }
    expect(hear(...packets).facts.flows.client).toMatchObject({ delayedAcks: 3, nagleWaits: 3 });
  });
});

describe('endings out of the ordinary', () => {
  it('is ended by a FIN, whatever RST follows it', () => {
    const { facts } = hear(
      ...opening(),
      fromClient(100, 1, 10),
      raw({ ms: 150, from: 'server', flags: 'FA', seq: 1, ack: 11 }),
      raw({ ms: 190, from: 'client', flags: 'R', seq: 11 }),
    );
    expect(facts).toMatchObject({ end: 'fin', endedBy: 'server' });
    expect(facts.flows.client.rst?.packet).toBe(6);
  });

  it('is ended by the FIN that the other one acknowledges, in whatever order they were captured', () => {
    const first = raw({ ms: 150, from: 'client', flags: 'FA', seq: 11, ack: 1 });
    const second = raw({ ms: 151, from: 'server', flags: 'FA', seq: 1, ack: 12 });
    for (const packets of [
      [first, second],
      [second, first],
    ]) {
      expect(hear(...opening(), fromClient(100, 1, 10), ...packets).facts).toMatchObject({ endedBy: 'client' });
    }
    // Sent at the same time, neither acknowledges the other: the first captured is the first.
    const alone = raw({ ms: 151, from: 'server', flags: 'FA', seq: 1, ack: 11 });
    expect(hear(...opening(), fromClient(100, 1, 10), alone, first).facts).toMatchObject({ endedBy: 'server' });
  });

  it('says what stood unacknowledged when a RST came: data unread', () => {
    const { facts, events } = hear(
      ...opening(),
      fromClient(100, 1, 10),
      raw({ ms: 150, from: 'server', flags: 'RA', seq: 1, ack: 1 }),
    );
    expect(facts).toMatchObject({ end: 'rst', endedBy: 'server' });
    expect(events.find(({ event }) => event === 'rst')?.data).toEqual({ inFlight: 10 });
  });

  it('is dead without an end where nobody answers: repetitions, each wait twice the last', () => {
    const waits = [300, 700, 1500, 3100].map((ms, index) => fromClient(ms, 11, 10, { id: 600 + index }));
    const { facts } = hear(...opening(), fromClient(50, 1, 10), fromServer(90, 11), fromClient(95, 11, 10), ...waits);
    expect(facts.end).toBe('timeout');
    expect(facts.flows.client.repeats).toHaveLength(4);
    expect(facts.flows.client.retransmissionKinds).toMatchObject({ 'tail-loss-probe': 0, timeout: 4 });
  });

  it('gives what one side alone shows', () => {
    const { facts, said } = hear(fromClient(0, 1, 10), fromClient(300, 1, 10), fromClient(400, 11, 10, { ack: 500 }));
    expect(said.client).toHaveLength(20);
    expect(facts.bothSides).toBe(false);
    expect(facts.flows.client).toMatchObject({ retransmissions: 1, bytes: 20 });
    expect(facts.flows.server).toMatchObject({ bytes: 0, missingBytes: 499 });
  });

  it('is another connection where the ports are used again, and none where a late SYN repeats the first', () => {
    const old = [...opening(), fromClient(50, 1, 10), fromServer(90, 11)];
    const late = raw({ ms: 95, from: 'client', flags: 'S', id: 100, permit: true, scale: 7 });
    const another = raw({ ms: 95, from: 'client', flags: 'S', seq: 70_000, id: 5 });
    expect(hearAll(...old, late)).toHaveLength(1);
    expect(hearAll(...old, another)).toHaveLength(2);
  });
});
