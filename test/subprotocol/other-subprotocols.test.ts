import { describe, expect, it } from 'vitest';
import { hasSaidGoodbye } from '../../src/subprotocol/subprotocol-facts.js';
import { SubprotocolDriver } from '../wire/subprotocol-driver.js';

describe('WAMP', () => {
  const hello = [1, 'realm1', { roles: { caller: {} } }];
  const welcome = [2, 9129137332, { roles: { dealer: {} } }];
  const open = () => new SubprotocolDriver({ token: 'wamp.2.json' }).client(hello).server(welcome);

  it('follows HELLO and WELCOME', () => {
    expect(open().facts).toMatchObject({
      name: 'wamp',
      version: '2',
      detail: { realm: 'realm1' },
      handshake: { answered: { packet: 2 } },
    });
    expect(new SubprotocolDriver().client(hello).facts.recognised).toBe('resembles');
  });

  it('reads an ABORT with its URI', () => {
    const { errors } = open().server([3, { message: 'no' }, 'wamp.error.no_such_realm']).facts;
    expect(errors).toMatchObject([{ event: 'ABORT', code: 'wamp.error.no_such_realm', text: 'no', fatal: true }]);
  });

  it('measures calls, and reads their errors', () => {
    const driver = open()
      .client([48, 7, {}, 'com.add', [1, 2]])
      .wait(2)
      .server([50, 7, {}, [3]]);
    expect(driver.facts.latency.client).toMatchObject({ count: 1, max: 3e6 });
    driver.client([48, 8, {}, 'com.sub']).server([8, 48, 8, {}, 'wamp.error.no_such_procedure']);
    expect(driver.facts.errors).toMatchObject([{ code: 'wamp.error.no_such_procedure', fatal: false }]);
  });

  it('takes a GOODBYE for one once it is answered', () => {
    const driver = open().client([6, {}, 'wamp.close.close_realm']);
    expect(hasSaidGoodbye(driver.facts)).toBe(false);
    expect(hasSaidGoodbye(driver.server([6, {}, 'wamp.close.goodbye_and_out']).facts)).toBe(true);
  });

  it('reads the batched form', () => {
    const driver = new SubprotocolDriver({ token: 'wamp.2.json.batched' }).client(
      `${JSON.stringify(hello)}\x18[5,"x",{}]\x18`,
    );
    expect(driver.told).toEqual(['client HELLO', 'client AUTHENTICATE']);
  });

  it('knows serializers it cannot read by their name', () => {
    const driver = new SubprotocolDriver({ token: 'wamp.2.flatbuffers' }).client(Uint8Array.from([0x93, 1, 2, 3]));
    expect(driver.facts).toMatchObject({ name: 'wamp', detail: { serializer: 'flatbuffers' }, unread: 1 });
  });
});

describe('Phoenix', () => {
  const join = (ref: string, topic = 'room:lobby') => [ref, ref, topic, 'phx_join', {}];
  const reply = (ref: string, status: string, response: object, topic = 'room:lobby') => [
    ref,
    ref,
    topic,
    'phx_reply',
    { status, response },
  ];

  it('follows joins of serializer 2, and has no handshake of its own', () => {
    const driver = new SubprotocolDriver()
      .client(join('1'))
      .wait(3)
      .server(reply('1', 'ok', {}));
    expect(driver.facts).toMatchObject({
      name: 'phoenix',
      version: '2',
      handshake: undefined,
      detail: { topicsJoined: 1 },
    });
    expect(driver.facts.latency.client).toMatchObject({ count: 1, max: 4e6 });
  });

  it('follows joins of serializer 1', () => {
    const driver = new SubprotocolDriver().client({ topic: 'a', event: 'phx_join', payload: {}, ref: '1' });
    driver.server({
      topic: 'a',
      event: 'phx_reply',
      payload: { status: 'error', response: { reason: 'no' } },
      ref: '1',
    });
    expect(driver.facts).toMatchObject({
      version: '1',
      errors: [{ event: 'phx_reply', text: 'no', subject: 'a', fatal: true }],
    });
  });

  it('forgives a join that worked later', () => {
    const driver = new SubprotocolDriver()
      .client(join('1'))
      .server(reply('1', 'error', {}))
      .client(join('2'))
      .server(reply('2', 'ok', {}));
    expect(driver.facts.errors).toMatchObject([{ recovered: true }]);
  });

  it('tells a crashed channel from a refused push', () => {
    const driver = new SubprotocolDriver().client(join('1')).server(reply('1', 'ok', {}));
    driver.client(['1', '2', 'room:lobby', 'say', {}]).server(reply('2', 'error', { reason: 'empty' }));
    driver.server(['1', null, 'room:lobby', 'phx_error', {}]);
    expect(driver.facts.errors).toMatchObject([
      { event: 'phx_reply', text: 'empty', fatal: false },
      { event: 'phx_error', fatal: true },
    ]);
  });

  it('folds heart-beats', () => {
    const driver = new SubprotocolDriver().client(join('1')).server(reply('1', 'ok', {}));
    driver
      .client([null, '2', 'phoenix', 'heartbeat', {}])
      .server([null, '2', 'phoenix', 'phx_reply', { status: 'ok', response: {} }]);
    expect(driver.told.slice(2)).toEqual(['client (heartbeat)', 'server (phx_reply)']);
    expect(driver.facts.heartbeats.client).toMatchObject({ count: 1, unanswered: undefined });
  });
});

describe('JSON-RPC', () => {
  const call = (id: number) => ({ jsonrpc: '2.0', id, method: 'sum', params: [1, 2] });

  it('measures requests of both sides, and reads errors', () => {
    const driver = new SubprotocolDriver().client(call(1)).wait(1).server({ jsonrpc: '2.0', id: 1, result: 3 });
    driver
      .server(call(1))
      .wait(4)
      .client({ jsonrpc: '2.0', id: 1, error: { code: -32601, message: 'Method not found' } });
    expect(driver.facts).toMatchObject({
      name: 'json-rpc',
      latency: { client: { count: 1, max: 2e6 }, server: { count: 1, max: 5e6 } },
      errors: [{ code: '-32601', text: 'Method not found', fatal: false }],
    });
  });

  it('reads batches and notifications', () => {
    const driver = new SubprotocolDriver().client([call(1), { jsonrpc: '2.0', method: 'log' }]);
    expect(driver.told).toEqual(['client (request)', 'client (notification)']);
  });
});
