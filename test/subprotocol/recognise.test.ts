import { describe, expect, it } from 'vitest';
import { SubprotocolDriver } from '../wire/subprotocol-driver.js';

describe('subprotocols by their name', () => {
  it.each([
    ['v11.stomp', 'stomp', '1.1'],
    ['mqttv3.1', 'mqtt', '3.1'],
    ['MQTT', 'mqtt', null],
    ['graphql-ws', 'graphql-ws', null],
    ['centrifuge-protobuf', 'centrifugo', null],
    ['wamp.2.cbor', 'wamp', '2'],
    ['actioncable-v1-json', 'actioncable', 'v1'],
    ['sip', 'sip', null],
    ['xmpp', 'xmpp', null],
    ['ocpp2.0.1', 'ocpp', '2.0.1'],
    ['v5.channel.k8s.io', 'kubernetes-channel', 'v5'],
  ])('knows %s as %s', (token, name, version) => {
    expect(new SubprotocolDriver({ token }).facts).toMatchObject({ name, version, recognised: 'negotiated' });
  });

  it.each(['', 'chat', 'bearer', 'eyJhbGciOiJIUzI1NiJ9', 'v12.stomp2'])('does not know %j', (token) => {
    expect(new SubprotocolDriver({ token }).layer.facts).toBeUndefined();
  });

  it('knows Pusher by its path', () => {
    const driver = new SubprotocolDriver({ target: '/app/key?client=js&protocol=7&version=8.4' });
    expect(driver.facts).toMatchObject({ name: 'pusher', version: '7', recognised: 'resembles' });
  });

  it('wants no messages of what is known by name only', () => {
    expect(new SubprotocolDriver({ token: 'sip' }).layer.done).toBe(true);
    expect(new SubprotocolDriver({ token: 'mqtt' }).layer.done).toBe(false);
  });
});

describe('subprotocols by their messages', () => {
  it('are given up after two messages of each side', () => {
    const driver = new SubprotocolDriver().client('hello', '{"type":"chat"}').server('welcome');
    expect(driver.layer.done).toBe(false);
    expect(driver.server('[1,2,3]').layer.done).toBe(true);
    expect(driver.client('CONNECT\n\n\0').layer.facts).toBeUndefined();
  });

  it('are given up after a dozen messages where one side says nothing', () => {
    const driver = new SubprotocolDriver();
    for (let count = 0; count < 11; count++) driver.server('tick');
    expect(driver.layer.done).toBe(false);
    expect(driver.server('tick').layer.done).toBe(true);
  });

  it('are not told from messages with bytes missing', () => {
    expect(new SubprotocolDriver().broken('client', 'CONNECT\n\n').layer.facts).toBeUndefined();
    expect(new SubprotocolDriver().broken('client', 'CONNECT\n\n\0', { readable: false }).layer.facts).toBeUndefined();
  });

  it('show themselves in the second message too', () => {
    expect(new SubprotocolDriver().client('hi', '{"jsonrpc":"2.0","method":"x"}').facts.name).toBe('json-rpc');
  });

  it('leave a session alone whose messages are none of what was agreed on', () => {
    const driver = new SubprotocolDriver({ token: 'mqtt' });
    for (let count = 0; count < 64; count++) driver.client(`line ${count}`);
    expect(driver.layer.done).toBe(true);
    expect(driver.facts.unread).toBe(64);
    expect(driver.told).toEqual([]);
  });
});
