import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFields, readVarint } from '../../src/subprotocol/protobuf.js';
import { closeMeaning } from '../../src/subprotocol/recognise.js';
import { SubprotocolDriver } from '../wire/subprotocol-driver.js';
import { hex } from '../wire/websocket-frames.js';

const connect = { id: 1, connect: { token: 'SECRET' } };
const connected = { id: 1, connect: { client: 'a', version: '5.4.9', ping: 25, pong: true } };
const open = () => new SubprotocolDriver().client(connect).wait(4).server(connected);

describe('Centrifugo in JSON', () => {
  it('is known by its connect command', () => {
    const { facts, data } = open();
    expect(facts).toMatchObject({
      name: 'centrifugo',
      recognised: 'resembles',
      handshake: { asked: { packet: 1 }, answered: { packet: 2 } },
      heartbeats: { server: { interval: 25e9 } },
      detail: { format: 'json', firstCommand: 'connect', server: '5.4.9' },
      latency: { client: { count: 1 } },
    });
    expect(data.get('server connect')).toMatchObject({ latencyNs: 5e6 });
  });

  it('never repeats tokens', () => {
    const driver = open();
    expect(JSON.stringify([driver.facts, [...driver.data]])).not.toContain('SECRET');
  });

  it('knows the first command where it is another, at the path of Centrifugo', () => {
    const target = '/connection/websocket?x=1';
    const driver = new SubprotocolDriver({ target }).client({ id: 1, subscribe: { channel: 'news' } });
    expect(driver.facts).toMatchObject({ detail: { firstCommand: 'subscribe' }, handshake: { asked: undefined } });
    expect(new SubprotocolDriver({ target }).client({ id: 2 }).facts.detail.firstCommand).toBe('unknown command');
    expect(new SubprotocolDriver({ target: '/live' }).client({ id: 2 }).layer.facts).toBeUndefined();
  });

  it('is known by a command of its shape on any path', () => {
    const driver = new SubprotocolDriver().client({ id: 1, subscribe: { channel: 'news' } });
    expect(driver.facts).toMatchObject({ name: 'centrifugo', detail: { firstCommand: 'subscribe' } });
    for (const other of [
      { id: 1, subscribe: 'news' },
      { id: 1, subscribe: { channel: 'a' }, type: 'x' },
      { subscribe: {} },
    ]) {
      expect(new SubprotocolDriver().client(other).layer.facts).toBeUndefined();
    }
  });

  it('reads batches of lines', () => {
    const driver = new SubprotocolDriver().client(`${JSON.stringify(connect)}\n{"id":2,"subscribe":{"channel":"a"}}`);
    driver.server(`${JSON.stringify(connected)}\n{"id":2,"subscribe":{}}\n{"push":{"channel":"a"}}\n`);
    expect(driver.told).toEqual([
      'client connect',
      'client subscribe',
      'server connect',
      'server subscribe',
      'server (push)',
    ]);
  });

  it('takes empty objects for ping and pong', () => {
    const driver = open().server('{}');
    expect(driver.facts.heartbeats.server.unanswered?.packet).toBe(3);
    expect(driver.client('{}').facts.heartbeats.server.unanswered).toBeUndefined();
  });

  it('reads a refused connect, and a refused command, which ends nothing', () => {
    const error = { code: 109, message: 'token expired' };
    const refused = new SubprotocolDriver().client(connect).server({ id: 1, error });
    expect(refused.facts.errors).toMatchObject([
      { code: '109', text: 'token expired', inHandshake: true, fatal: true },
    ]);
    expect(open().server({ id: 2, error }).facts.errors).toMatchObject([{ inHandshake: false, fatal: false }]);
  });

  it('takes a refused refresh for the end of the session', () => {
    const driver = open().client({ id: 3, refresh: { token: 'SECRET' } });
    driver.server({ id: 3, error: { code: 109, message: 'token expired' } });
    expect(driver.facts.errors).toMatchObject([{ code: '109', fatal: true, inHandshake: false }]);
  });

  it('reads replies and pushes of protocol 1', () => {
    const driver = new SubprotocolDriver({ target: '/connection/websocket' }).client({ id: 1, params: { token: 'x' } });
    driver.server({ id: 1, result: { client: 'a', version: '2.8.1' } }, { result: { channel: 'news', data: {} } });
    expect(driver.facts).toMatchObject({ version: 'v1', handshake: { answered: { packet: 2 } } });
    expect(driver.told.at(-1)).toBe('server (push)');
  });

  it('reads connect of protocol 1, which has no name', () => {
    const driver = new SubprotocolDriver({ target: '/connection/websocket' }).client({ id: 1, params: {} });
    expect(driver.facts.detail.firstCommand).toBe('connect');
  });
});

describe('Centrifugo in protobuf', () => {
  const protobuf = () => new SubprotocolDriver({ token: 'centrifuge-protobuf' });
  /** Command { id: 1, connect: {} } and Reply { id: 1, connect: { client: "a", version: "5", ping: 25 } }. */
  const CONNECT = '04  08 01 22 00';
  const CONNECTED = '0c  08 01 2a 08 0a 01 61 12 01 35 38 19';

  it('reads connect and its reply', () => {
    const { facts, told } = protobuf().client(hex(CONNECT)).server(hex(CONNECTED));
    expect(facts).toMatchObject({
      detail: { format: 'protobuf', server: '5' },
      heartbeats: { server: { interval: 25e9 } },
    });
    expect(told).toEqual(['client connect', 'server connect']);
  });

  it('reads several commands, errors and pings', () => {
    const driver = protobuf()
      .client(hex(`${CONNECT} 07 08 02 2a 03 0a 01 61`))
      .server(hex(CONNECTED));
    driver.server(hex('0a  08 02 12 06 08 67 12 02 6e 6f'), hex('00')).client(hex('00'));
    expect(driver.told).toEqual([
      'client connect',
      'client subscribe',
      'server connect',
      'server error',
      'server (ping)',
      'client (pong)',
    ]);
    expect(driver.facts.errors).toMatchObject([{ code: '103', text: 'no', fatal: false }]);
  });

  it('reads fields up to the first that is not whole', () => {
    expect(
      [...readFields(hex('08 96 01  12 02 68 69  1d 00 00 00 00  20 01  2a 09 61'))].map(({ number, value }) => [
        number,
        value,
      ]),
    ).toEqual([
      [1, 150],
      [2, 0],
      [4, 1],
    ]);
    expect(readVarint(hex('ff ff'), 0)).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        for (const { number, octets } of readFields(bytes)) expect(number + octets.length).toBeGreaterThan(0);
        protobuf().client(bytes).server(bytes);
      }),
      { numRuns: 300 },
    );
  });
});

describe('Centrifugo’s close codes', () => {
  it('are known, and say which end was asked for', () => {
    expect(closeMeaning('centrifugo', 3501)?.text).toMatch(/^bad request/);
    expect(closeMeaning('centrifugo', 3000)?.isGoodbye).toBe(true);
    expect(closeMeaning('centrifugo', 3001)?.isGoodbye).toBeUndefined();
    expect(closeMeaning('stomp', 3501)).toBeUndefined();
  });
});
