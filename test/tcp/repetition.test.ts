import { describe, expect, it } from 'vitest';
import { Connection } from '../../src/tcp/connection.js';
import type { Flow } from '../../src/tcp/flow.js';
import type { Segment } from '../../src/tcp/segment.js';
import { type Conversation, conversation } from '../wire/conversation.js';
import { runOne } from '../wire/tcp-run.js';
import { type Fields, hear, opening, raw } from './raw-segments.js';

/** A segment of the client's after the opening: identifications count with its place in the list. */
const data = (ms: number, seq: number, size: number, more: Partial<Fields> = {}) =>
  raw({ ms, from: 'client', seq, ack: 1, size, id: 102 + Math.round(ms), ...more });
const ack = (ms: number, number: number, more: Partial<Fields> = {}) =>
  raw({ ms, from: 'server', seq: 1, ack: number, id: 7000 + Math.round(ms), ...more });

describe('what made a sender send again', () => {
  it('a report of later bytes: fast, however few the reports', () => {
    const { facts } = hear(
      ...opening(),
      data(100, 1, 100),
      data(101, 101, 100),
      ack(141, 1, { sack: [[101, 201]] }),
      data(142, 1, 100),
      ack(182, 201),
    );
    expect(facts.flows.client.retransmissionKinds).toMatchObject({ fast: 1, timeout: 0 });
  });

  it('a router with a smaller MTU: what it asks for again is no loss', () => {
    /** Told, before packet 6, that the client's packets are too big. */
    class Told extends Connection {
      override segment(segment: Segment, flow: Flow): void {
        const arrival = { packet: 6, at: segment.at, readyAt: segment.at };
        const told = { arrival, from: '192.0.2.1', family: 4, type: 3, code: 4, name: 'fragmentation needed' } as const;
        if (segment.packet === 6) this.icmpError({ ...told, mtu: 1200 }, this.client, 1001);
        super.segment(segment, flow);
      }
    }
    const packets = [
      ...opening(),
      data(100, 1, 1400),
      data(101, 1401, 1400),
      data(102, 1, 1100),
      data(103, 1101, 1100),
      data(104, 2201, 600),
      ack(144, 2801),
      data(150, 2801, 100),
      data(151, 2901, 100),
      ack(190, 2801, { sack: [[2901, 3001]] }),
      data(191, 2801, 100),
      ack(230, 3001),
    ];
    const lossesOf = (kind: typeof Connection) =>
      runOne({ packets } as unknown as Conversation, kind).facts.flows.client;
    expect(lossesOf(Connection)).toMatchObject({ retransmissions: 4, lossesRepaired: 4 });
    expect(lossesOf(Told)).toMatchObject({ retransmissions: 4, lossesRepaired: 1 });
  });

  it('two round trips of silence after the last segment: a tail loss probe', () => {
    const { facts } = hear(...opening(), data(100, 1, 100), ack(140, 101), data(200, 101, 100), data(480, 101, 100));
    expect(facts.flows.client.retransmissionKinds).toMatchObject({ 'tail-loss-probe': 1, timeout: 0 });
  });

  it('a timer, where SACK was not agreed on: probes need it (RFC 8985 7.1)', () => {
    const { facts } = hear(
      ...opening({ permit: false }),
      data(100, 1, 100),
      ack(140, 101),
      data(200, 101, 100),
      data(480, 101, 100),
    );
    expect(facts.flows.client.retransmissionKinds).toMatchObject({ 'tail-loss-probe': 0, timeout: 1 });
  });

  it('a timer after all, once the second wait is twice the first', () => {
    const waits = [data(200, 101, 100), data(440, 101, 100), data(920, 101, 100)];
    const { facts, events } = hear(...opening(), data(100, 1, 100), ack(140, 101), ...waits);
    expect(facts.flows.client.retransmissionKinds).toMatchObject({ 'tail-loss-probe': 0, timeout: 2 });
    expect(events.filter(({ event }) => event === 'retransmission').map(({ data: told }) => told!.kind)).toEqual([
      'timeout',
      'timeout',
    ]);
  });

  it('a timer also for the rest of the window behind it', () => {
    const { facts } = hear(
      ...opening(),
      ...[1, 101, 201].map((seq) => data(100 + seq / 100, seq, 100)),
      data(500, 1, 100),
      ack(540, 101),
      data(541, 101, 100),
      data(542, 201, 100),
    );
    expect(facts.flows.client.retransmissionKinds).toMatchObject({ timeout: 3 });
  });

  it('nothing that the packets show: unknown', () => {
    const { facts } = hear(...opening(), data(100, 1, 100), data(100.5, 101, 100), data(150, 1, 100));
    expect(facts.flows.client.retransmissionKinds).toMatchObject({ unknown: 1 });
  });
});

describe('a retransmission that was not needed', () => {
  it('is known by a D-SACK, and keeps what made it', () => {
    const { facts, events } = hear(
      ...opening(),
      data(100, 1, 100),
      data(101, 101, 100),
      ack(141, 1, { sack: [[101, 201]] }),
      data(142, 1, 100),
      ack(160, 201),
      ack(182, 201, { sack: [[1, 101]] }),
    );
    expect(facts.flows.client).toMatchObject({ retransmissions: 1, duplicates: 0 });
    expect(facts.flows.client.retransmissionKinds).toMatchObject({ spurious: 1, fast: 0 });
    const told = events.find(({ event }) => event === 'retransmission')!.data;
    expect(told).toMatchObject({ kind: 'spurious', trigger: 'fast' });
  });

  it('is not one that brought more than what the D-SACK names', () => {
    const { facts } = hear(
      ...opening(),
      data(100, 1, 100),
      data(101, 101, 100),
      ack(141, 1, { sack: [[101, 201]] }),
      data(142, 1, 200),
      ack(182, 201, { sack: [[101, 201]] }),
    );
    expect(facts.flows.client.retransmissionKinds).toMatchObject({ spurious: 0, fast: 1 });
  });

  it('is known by the echo of an earlier timestamp (RFC 3522)', () => {
    const { facts } = hear(
      ...opening({ ts: [10, 0] }),
      data(100, 1, 100, { ts: [110, 5] }),
      data(400, 1, 100, { ts: [410, 5] }),
      ack(401, 101, { ts: [77, 110] }),
    );
    expect(facts.flows.client.retransmissionKinds).toMatchObject({ spurious: 1 });
  });

  it('was needed where its own timestamp is echoed, which also gives the round trip that Karn forbids', () => {
    const { facts } = hear(
      ...opening({ ts: [10, 0] }),
      data(100, 1, 100, { ts: [110, 5] }),
      data(400, 1, 100, { ts: [410, 5] }),
      ack(441, 101, { ts: [77, 410] }),
    );
    expect(facts.flows.client.retransmissionKinds).toMatchObject({ spurious: 0 });
    expect(facts.flows.client.rtt).toMatchObject({ samples: 1, min: 41e6 });
  });

  it('is exposed by its original that comes behind it, even where it looked new', () => {
    const { facts, story } = hear(
      ...opening(),
      data(100, 1, 100, { id: 200, ts: [100, 1] }),
      data(700, 101, 100, { id: 202, ts: [700, 1] }),
      data(900, 101, 100, { id: 201, ts: [400, 1] }),
    );
    expect(facts.flows.client).toMatchObject({ retransmissions: 1, outOfOrder: 1, bytes: 200 });
    expect(facts.flows.client.retransmissionKinds).toMatchObject({ spurious: 1 });
    expect(story.slice(3)).toEqual(['out-of-order client 6', 'retransmission client 5']);
  });
});

describe('sent again, seen again, or late', () => {
  it('is a duplicate of the network where the peer reports twice what was sent once', () => {
    const { facts } = hear(...opening(), data(100, 1, 100), ack(140, 101), ack(141, 101, { sack: [[1, 101]] }));
    expect(facts.flows.client).toMatchObject({ retransmissions: 0, copies: 0, duplicates: 1 });
  });

  it('is both a copy and a duplicate where the second delivery was captured and reported', () => {
    const { facts } = hear(
      ...opening(),
      data(100, 1, 100, { id: 300 }),
      data(112, 1, 100, { id: 300 }),
      ack(140, 101),
      ack(141, 101, { sack: [[1, 101]] }),
    );
    expect(facts.flows.client).toMatchObject({ retransmissions: 0, copies: 1, duplicates: 1 });
  });

  it('does not take one identification in all packets for copies', () => {
    const same = { id: 1 };
    const { facts } = hear(
      ...opening(same),
      data(100, 1, 100, same),
      ack(140, 101),
      data(200, 101, 100, same),
      data(900, 101, 100, same),
    );
    expect(facts.flows.client).toMatchObject({ retransmissions: 1, copies: 0 });
  });

  it('does not take the same identification with a newer timestamp for a copy', () => {
    const { facts } = hear(
      ...opening(),
      data(100, 1, 100, { id: 300, ts: [100, 1] }),
      data(400, 1, 100, { id: 300, ts: [400, 1] }),
    );
    expect(facts.flows.client).toMatchObject({ retransmissions: 1, copies: 0 });
  });

  it('without identification: a copy where the clock has ticked and the timestamp has not', () => {
    const { facts } = hear(
      ...opening({ ts: [0, 0], id: 0 }),
      data(100, 1, 100, { id: 0, ts: [100, 1] }),
      data(300, 1, 100, { id: 0, ts: [100, 1] }),
    );
    expect(facts.flows.client).toMatchObject({ retransmissions: 0, copies: 1 });
  });

  it('without identification and timestamps: a copy within a round trip, sent again behind it', () => {
    const bare = { id: 0 };
    const within = hear(...opening(bare), data(100, 1, 100, bare), data(120, 1, 100, bare)).facts.flows.client;
    const behind = hear(...opening(bare), data(100, 1, 100, bare), data(400, 1, 100, bare)).facts.flows.client;
    expect([within.copies, within.retransmissions]).toEqual([1, 0]);
    expect([behind.copies, behind.retransmissions]).toEqual([0, 1]);
  });

  it('says unknown where a hole is filled and neither the packets nor a known round trip tell how', () => {
    const { facts } = hear(data(0, 1, 100, { id: 0 }), data(1, 201, 100, { id: 0 }), data(30, 101, 100, { id: 0 }));
    expect(facts.flows.client).toMatchObject({ outOfOrder: 0, retransmissions: 1 });
    expect(facts.flows.client.retransmissionKinds.unknown).toBe(1);
  });

  it('knows data that a FIN overtook', () => {
    const { facts, said } = hear(
      ...opening(),
      raw({ ms: 200, from: 'client', flags: 'FA', seq: 11, ack: 1, id: 301 }),
      data(215, 1, 10, { id: 300 }),
    );
    expect(facts.flows.client).toMatchObject({ outOfOrder: 1, retransmissions: 0, bytes: 10 });
    expect(said.client).toBe('x'.repeat(10));
  });

  it('counts the bytes of a retransmission that reaches into a hole once', () => {
    const { facts, said } = hear(
      ...opening(),
      data(100, 1, 100),
      data(101, 201, 100),
      data(300, 1, 250),
      ack(340, 301),
    );
    expect(facts.flows.client).toMatchObject({ bytes: 300, missingBytes: 0 });
    expect(said.client).toHaveLength(300);
  });

  it('splits a super-segment that was handed to the card whole, and partly sent again', () => {
    const { facts } = hear(
      ...opening(),
      data(100, 1, 40_000),
      ack(140, 20_001, { sack: [[21_449, 40_001]] }),
      data(141, 20_001, 1448),
      ack(181, 40_001),
    );
    expect(facts.flows.client).toMatchObject({ retransmissions: 1, bytes: 40_000, missingBytes: 0 });
    expect(facts.flows.client.retransmissionKinds.fast).toBe(1);
  });
});

describe('a capture that saw every packet twice', () => {
  it('has copies, and neither retransmissions nor duplicate ACKs', () => {
    for (const options of [{}, { ipv6: true }, { noIds: true }]) {
      const talk = conversation(options).handshake().client('abc').server('de').ack('client').client('f').bye('client');
      const twice = talk.packets.flatMap((packet) => [packet, { ...packet, at: packet.at + 5000 }]);
      talk.packets.splice(0, talk.packets.length, ...twice);
      const { facts, said } = runOne(talk);
      expect(said).toEqual({ client: 'abcf', server: 'de' });
      const { client, server } = facts.flows;
      expect([client.retransmissions, server.retransmissions, client.outOfOrder, server.outOfOrder]).toEqual([
        0, 0, 0, 0,
      ]);
      expect([client.duplicateAcks, server.duplicateAcks]).toEqual([0, 0]);
      expect(client.copies + server.copies).toBe(10);
    }
  });

  it('keeps its sense where the clock is set back in its midst', () => {
    const talk = conversation().handshake().client('abc').server('de').ack('client').client('f').bye('client');
    for (const [index, packet] of talk.packets.entries()) if (index > 4) packet.at -= 3600e9;
    const { facts, said } = runOne(talk);
    expect(said).toEqual({ client: 'abcf', server: 'de' });
    expect(facts.flows.client).toMatchObject({ retransmissions: 0, outOfOrder: 0, missingBytes: 0 });
    expect(facts.flows.client.rtt.min).toBeGreaterThanOrEqual(0);
    expect(facts.flows.server.rtt.min).toBeGreaterThanOrEqual(0);
  });
});
