import { describe, expect, it } from 'vitest';
import type { HttpExchange } from '../../src/http/http-facts.js';
import { EnginePolling, engineSid } from '../../src/subprotocol/engine-polling.js';
import { previewOf } from '../wire/empty-facts.js';
import { spanOf } from '../wire/session-builder.js';

const POLL = '/socket.io/?EIO=4&transport=polling';

const exchange = (target: string, status: number, body: string, packet: number): HttpExchange => {
  const span = spanOf({ packet, at: packet * 1e6, readyAt: packet * 1e6 }, 100);
  const head = { httpVersion: '1.1', headers: [], problems: [], cut: false, span };
  return {
    request: { ...head, method: 'GET', target, body: previewOf('') },
    response: { ...head, status, reason: '', body: previewOf(body) },
    interim: [],
  };
};

const unknown = (packet: number, target = `${POLL}&sid=abc`) =>
  exchange(target, 400, '{"code":1,"message":"Session ID unknown"}', packet);

const told = (...exchanges: HttpExchange[]) => {
  const polling = new EnginePolling();
  for (const each of exchanges) polling.note([each]);
  return polling.of('abc');
};

describe('EnginePolling', () => {
  it.each([
    { revision: 4, body: '0{"sid":"abc","upgrades":["websocket"]}' },
    { revision: 3, body: '96:0{"sid":"abc","upgrades":["websocket"]}' },
  ])('reads the answer of revision $revision that gives out the id', ({ body }) => {
    expect(told(exchange(POLL, 200, body, 3))).toMatchObject({ opened: { packet: 3 }, refused: undefined });
  });

  it('keeps the earliest refusal, in whatever order connections end', () => {
    expect(told(unknown(9), unknown(5), unknown(7))).toMatchObject({ refused: { packet: 5 }, refusals: 3 });
  });

  it.each([
    { name: 'another refusal', one: exchange(`${POLL}&sid=abc`, 400, '{"code":3,"message":"Bad request"}', 1) },
    { name: 'a request of something else', one: unknown(1, '/live?sid=abc') },
    { name: 'a refusal without an id', one: unknown(1, POLL) },
    { name: 'an id that is too long', one: exchange(POLL, 200, `0{"sid":"${'a'.repeat(65)}"}`, 1) },
  ])('passes over $name', ({ one }) => {
    expect(told(one)).toBeUndefined();
  });

  it('forgets the oldest ids of a flood', () => {
    const polling = new EnginePolling();
    polling.note([unknown(1)]);
    for (let n = 0; n < 17_000; n++) polling.note([unknown(2, `${POLL}&sid=${n}`)]);
    expect(polling.of('abc')).toBeUndefined();
    expect(polling.of('16999')).toBeDefined();
  });
});

describe('engineSid', () => {
  it.each([
    ['/socket.io/?EIO=4&sid=a-B_1&t=x', 'a-B_1'],
    ['/socket.io/?EIO=4', undefined],
    ['/socket.io/?sid=&EIO=4', undefined],
  ])('reads %s', (target, sid) => {
    expect(engineSid(target)).toBe(sid);
  });
});
