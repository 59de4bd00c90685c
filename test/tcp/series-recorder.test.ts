import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordedConnection } from '../../src/tcp/recorded-connection.js';
import { INTERVALS_KEPT, type TcpSeries } from '../../src/tcp/series-recorder.js';
import type { TcpFacts } from '../../src/tcp/tcp-facts.js';
import { type Conversation, conversation } from '../wire/conversation.js';
import { runOne } from '../wire/tcp-run.js';

interface Told {
  facts: TcpFacts;
  series: TcpSeries;
}

const record = (talk: Conversation): Told => {
  const { facts, series } = runOne(talk, RecordedConnection);
  if (series === undefined) throw new Error('nothing was recorded');
  return { facts, series };
};

const ms = (value: number) => value * 1e6;

describe('the recorder of TCP over time', () => {
  it('tells when data was acknowledged, how much was under way, and what was sent', () => {
    // The handshake at 10, 20, 30, the request at 40, its answer at 140, the ACK at 145 milliseconds.
    const talk = conversation({ stepMs: 10 }).handshake().client('x'.repeat(100)).after(90).server('y'.repeat(40));
    talk.after(-5).ack('client');
    const { series } = record(talk);
    const { client, server } = series.rtt;
    expect(client).toEqual([{ at: ms(140), least: ms(100), most: ms(100) }]);
    expect(server).toEqual([{ at: ms(145), least: ms(5), most: ms(5) }]);
    expect(series.bytesInFlight.client.at(-2)).toEqual({ at: ms(40), most: 100, last: 100 });
    expect(series.bytesInFlight.client.at(-1)).toEqual({ at: ms(140), most: 100, last: 0 });
    expect(series.throughput).toEqual({
      client: [{ at: ms(40), bytes: 100 }],
      server: [{ at: ms(140), bytes: 40 }],
    });
  });

  it('lets bytes pile up while nobody acknowledges them, and counts no FIN among them', () => {
    const talk = conversation().handshake().client('1234').client('5678').client('90').fin('client');
    const { client } = record(talk).series.bytesInFlight;
    expect(client.at(-1)).toMatchObject({ most: 10, last: 10 });
  });

  it('knows nothing in flight where one direction is not in the capture', () => {
    const talk = conversation().client('hello').client('again');
    const { series } = record(talk);
    expect(series.bytesInFlight).toEqual({ client: [], server: [] });
    expect(series.throughput.client).toHaveLength(2);
  });

  it('keeps as many intervals of an hour as of a second', () => {
    const talk = conversation().handshake();
    for (let index = 0; index < 2000; index++) talk.after(1800).client('ping').server('pong');
    const { series, facts } = record(talk);
    expect(series.interval).toBe(ms(8192));
    for (const points of [series.rtt.client, series.bytesInFlight.client, series.throughput.client]) {
      expect(points.length).toBeGreaterThan(INTERVALS_KEPT / 2 - 100);
      expect(points.length).toBeLessThanOrEqual(INTERVALS_KEPT);
    }
    expect(series.throughput.server.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(facts.flows.server.bytes);
  });

  it('puts what the capture dates before the first packet, or far behind the last, where it can', () => {
    const talk = conversation({ startMs: 1000 }).handshake().after(-800).client('early').after(1e12).client('late');
    const { series } = record(talk);
    expect(series.throughput.client.map(({ bytes }) => bytes)).toEqual([5, 4]);
    expect(series.throughput.client[0]!.at).toBe(ms(1001));
  });

  it('keeps every byte and both extremes of the round trips, whatever was lost, late or repeated', () => {
    const step = fc.tuple(
      fc.constantFrom('data', 'data', 'ack', 'lose', 'drop', 'again', 'copy', 'swap', 'fin'),
      fc.boolean(),
      fc.integer({ min: 1, max: 4000 }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const talk = conversation().handshake().client('hello').server('hello').ack('client');
        for (const [action, isClient, size] of steps) {
          const party = isClient ? 'client' : 'server';
          talk.after(size);
          if (action === 'ack') talk.ack(party);
          else if (action === 'again') talk.again(party);
          else if (action === 'copy') talk.copy();
          else if (action === 'fin') talk.fin(party);
          else talk[party]('x'.repeat(size % 50));
          if (action === 'lose') talk.lose();
          else if (action === 'drop') talk.drop();
          else if (action === 'swap') talk.swapLast();
        }
        const { series, facts } = record(talk);
        for (const side of ['client', 'server'] as const) {
          const { bytes, rtt } = facts.flows[side];
          expect(series.throughput[side].reduce((sum, point) => sum + point.bytes, 0)).toBe(bytes);
          expect(Math.max(0, ...series.rtt[side].map(({ most }) => most))).toBe(rtt.max);
          const least = Math.min(...series.rtt[side].map(({ least }) => least));
          expect(Number.isFinite(least) ? least : 0).toBe(rtt.min);
          expect(series.bytesInFlight[side].every(({ most, last }) => last >= 0 && most >= last)).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });
});
