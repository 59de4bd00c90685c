import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatencySamples } from '../../src/subprotocol/latency-samples.js';
import { SubprotocolDriver } from '../wire/subprotocol-driver.js';

const TOKENS = [
  'v12.stomp',
  'mqtt',
  'graphql-transport-ws',
  'graphql-ws',
  'wamp.2.json',
  'wamp.2.msgpack',
  'wamp.2.cbor.batched',
  'centrifuge-json',
  'centrifuge-protobuf',
  'jsonrpc',
];
const words = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.json({ maxDepth: 3 }),
  fc.constantFrom(
    'CONNECT\n',
    'ERROR\nmessage:',
    '\0',
    '\n',
    '{"type":"',
    '[3,',
    '{"id":1,"connect":',
    '42["',
    '44',
    '0{"sid":',
    '\x1e',
    '__proto__',
  ),
);
const text = fc.array(words, { maxLength: 5 }).map((parts) => parts.join(''));

describe('what strangers send', () => {
  it.each(['', ...TOKENS])('stays within bounds and throws nothing under %j', (token) => {
    const message = fc.tuple(fc.boolean(), fc.oneof(text, fc.uint8Array({ maxLength: 40 })));
    fc.assert(
      fc.property(fc.array(message, { maxLength: 20 }), (messages) => {
        const driver = new SubprotocolDriver({ token, target: '/socket.io/?EIO=4' });
        for (const [client, said] of messages) client ? driver.client(said) : driver.server(said);
        const { facts } = driver.layer;
        if (facts === undefined) return;
        expect(facts.errors.length).toBeLessThanOrEqual(16);
        expect(facts.handshake?.steps.length ?? 0).toBeLessThanOrEqual(12);
        for (const error of facts.errors) expect(error.text.length).toBeLessThanOrEqual(300);
        for (const side of ['client', 'server'] as const)
          expect(facts.heartbeats[side].interval).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 150 },
    );
  });

  it('keeps the first fatal error however many harmless ones come before it', () => {
    const driver = new SubprotocolDriver({ token: 'graphql-ws' }).client({ type: 'connection_init' });
    for (let id = 0; id < 50; id++) driver.server({ type: 'error', id: String(id), payload: { message: 'no' } });
    driver.server({ type: 'connection_error', payload: { message: 'gone' } });
    expect(driver.facts.errors).toHaveLength(16);
    expect(driver.facts.errorCount).toBe(51);
    expect(driver.facts.errors.filter(({ fatal }) => fatal)).toMatchObject([{ text: 'gone' }]);
  });

  it('folds rows when there are too many of their own', () => {
    const driver = new SubprotocolDriver({ token: 'graphql-transport-ws' }).client({ type: 'connection_init' });
    for (let id = 0; id < 500; id++) driver.client({ type: 'subscribe', id: String(id) });
    expect(driver.told.filter((line) => line === 'client subscribe')).toHaveLength(199);
    expect(driver.told.filter((line) => line === 'client (subscribe)')).toHaveLength(301);
  });

  it('survives JSON nested deeper than the stack', () => {
    const deep = `{"jsonrpc":"2.0","id":${'['.repeat(30_000)}${']'.repeat(30_000)},"method":"x"}`;
    const driver = new SubprotocolDriver({ token: 'jsonrpc' }).client(deep);
    expect(driver.told).toHaveLength(1);
  });
});

describe('LatencySamples', () => {
  it('pairs as a plain list would', () => {
    const step = fc.record({ ask: fc.boolean(), id: fc.constantFrom('a', 'b', 'c', 'd') });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const samples = new LatencySamples();
        const asked = new Map<string, number>();
        const took: number[] = [];
        steps.forEach(({ ask, id }, at) => {
          const before = asked.get(id);
          if (ask) asked.set(id, at);
          else if (before !== undefined) {
            took.push(at - before);
            asked.delete(id);
          }
          if (ask) samples.ask(id, at);
          else samples.answer(id, at);
        });
        const { count, min, max } = samples.facts();
        expect([count, min, max]).toEqual([
          took.length,
          took.length ? Math.min(...took) : 0,
          took.length ? Math.max(...took) : 0,
        ]);
      }),
    );
  });

  it('forgets the oldest of too many that wait', () => {
    const samples = new LatencySamples();
    for (let id = 0; id < 300; id++) samples.ask(String(id), id);
    expect(samples.answer('0', 400)).toBeUndefined();
    expect(samples.answer('299', 400)).toBe(101);
  });
});
