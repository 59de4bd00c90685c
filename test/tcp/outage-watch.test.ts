import { describe, expect, it } from 'vitest';
import type { FlowFacts } from '../../src/tcp/tcp-facts.js';
import { type Fields, hear, opening, raw } from './raw-segments.js';

let id = 200;
const data = (ms: number, seq: number) => raw({ ms, from: 'client', seq, ack: 1, size: 100, id: id++ });
const ack = (ms: number, acknowledgment: number, more: Partial<Fields> = {}) =>
  raw({ ms, from: 'server', seq: 1, ack: acknowledgment, id: id++, ...more });
const client = (...packets: ReturnType<typeof raw>[]): FlowFacts => hear(...opening(), ...packets).facts.flows.client;

describe('retransmissions', () => {
  it('of single losses count as such', () => {
    const lost = [0, 1, 2].flatMap((n) => [data(n * 1000 + 100, n * 100 + 1), data(n * 1000 + 500, n * 100 + 1)]);
    const answered = lost.flatMap((packet, n) =>
      n % 2 === 1 ? [packet, ack((n >> 1) * 1000 + 540, (n >> 1) * 100 + 101)] : [packet],
    );
    expect(client(...answered)).toMatchObject({ retransmissions: 3, lossesRepaired: 3, outages: [] });
  });

  it('of an outage are one thing, with all that was lost in it', () => {
    const sent = [data(100, 1), data(101, 101), data(102, 201)];
    const again = [400, 1000, 2200].map((ms) => data(ms, 1));
    const rest = [ack(2240, 101), data(2241, 101), data(2242, 201), ack(2280, 301)];
    const facts = client(...sent, ...again, ...rest);
    expect(facts).toMatchObject({ retransmissions: 5, lossesRepaired: 0 });
    expect(facts.outages).toMatchObject([{ since: { at: 100e6 }, until: { at: 2240e6 }, repeats: 3 }]);
  });

  it('of bytes that nobody ever acknowledged are no single losses either', () => {
    const facts = client(data(100, 1), ...[400, 1000, 2200, 4600, 9400].map((ms) => data(ms, 1)));
    expect(facts).toMatchObject({ retransmissions: 5, lossesRepaired: 0, outages: [] });
  });

  it('of the handshake and those not needed do not count', () => {
    const syn = raw({ ms: 0, from: 'client', flags: 'S', id: 90 });
    const facts = hear(
      syn,
      ...opening({ ms: 1000 }).slice(0, 1),
      ...opening()
        .slice(1)
        .map((one) => ({ ...one, at: one.at + 1000e6 })),
    ).facts;
    expect(facts.flows.client).toMatchObject({ retransmissions: 1, lossesRepaired: 0 });
    expect(client(data(100, 1), ack(140, 101), data(400, 1))).toMatchObject({ retransmissions: 1, lossesRepaired: 0 });
  });
});
