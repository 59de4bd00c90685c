import { describe, expect, it } from 'vitest';
import { SubprotocolDriver } from '../wire/subprotocol-driver.js';

const OPEN =
  '0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}';
const engine = (version: number, more = '') =>
  new SubprotocolDriver({ target: `/socket.io/?EIO=${version}&transport=websocket${more}` });
const joined = () => engine(4).server(OPEN).client('40').server('40{"sid":"wZX3oN0bSVIhsaknAAAI"}');

describe('Socket.IO', () => {
  it('is known by the open packet of the server', () => {
    const { facts, told } = joined();
    expect(facts).toMatchObject({ name: 'socket.io', version: 'Engine.IO 4', recognised: 'resembles' });
    expect(facts.handshake?.steps.map(({ step, from }) => `${from} ${step}`)).toEqual([
      'server open',
      'client CONNECT',
      'server CONNECT',
    ]);
    expect(told).toEqual(['server open', 'client CONNECT', 'server CONNECT']);
  });

  it('expects pings of the server in Engine.IO 4, and of the client in 3', () => {
    expect(engine(4).server(OPEN).facts.heartbeats).toMatchObject({
      server: { interval: 25e9, patience: 45e9 },
      client: { interval: 0 },
    });
    expect(engine(3).server(OPEN).facts.heartbeats).toMatchObject({
      server: { interval: 0 },
      client: { interval: 25e9, patience: 45e9 },
    });
  });

  it('reads the largest message that the server takes, where it says so', () => {
    expect(engine(4).server(OPEN).facts.detail.maxPayloadBytes).toBe(1_000_000);
    const old = '0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":[],"pingInterval":25000,"pingTimeout":5000}';
    expect(engine(3).server(old).facts.detail.maxPayloadBytes).toBeUndefined();
  });

  it('keeps where the heart-beats were agreed on', () => {
    expect(joined().facts.heartbeats.server.promised?.packet).toBe(1);
  });

  it('notes a namespace granted in the words of Socket.IO 2, and takes it for granted once the client uses it', () => {
    const driver = engine(4).server(OPEN, '40');
    expect(driver.facts.breaches).toMatchObject([{ rule: 'connect-unasked', arrival: { packet: 2 } }]);
    expect(driver.client('40').facts.handshake?.answered).toBeUndefined();
    expect(driver.client('42["hi"]').facts.handshake?.answered?.packet).toBe(4);
    expect(engine(4).server(OPEN).client('40').server('40').facts.breaches).toMatchObject([
      { rule: 'connect-without-sid' },
    ]);
    expect(engine(3).server(OPEN, '40').facts).toMatchObject({ breaches: [], handshake: { answered: { packet: 2 } } });
  });

  it('knows whether other namespaces go on where the server ends one', () => {
    const driver = joined().client('40/chat,').server('40/chat,{"sid":"x"}', '41/chat,', '41');
    expect(driver.facts.errors).toMatchObject([
      { subject: '/chat', leavesOthers: true },
      { subject: '/', leavesOthers: false },
    ]);
  });

  it('reads nothing into the messages of Engine.IO alone', () => {
    const driver = new SubprotocolDriver({ target: '/engine.io/?EIO=4&transport=websocket' });
    driver.server(OPEN).client('44{"message":"mine"}', '41').server('41', '40');
    expect(driver.facts).toMatchObject({
      errors: [],
      goodbye: undefined,
      breaches: [],
      handshake: { answered: { packet: 1 } },
    });
  });

  it('pairs ping and pong', () => {
    const driver = joined().server('2');
    expect(driver.facts.heartbeats.server.unanswered?.packet).toBe(4);
    expect(driver.client('3').facts.heartbeats.server).toMatchObject({ count: 1, unanswered: undefined });
  });

  it('finds the ping that came latest after its timer began to run: with the answer to the one before', () => {
    const driver = joined().wait(25_000).server('2').wait(8000).client('3').wait(25_000).server('2').client('3');
    // Eight seconds of it were the client's: 33 s between pings, 25 s of them the timer's.
    expect(driver.facts.heartbeats.server.latest).toMatchObject({ since: { packet: 3 }, beat: { packet: 4 } });
    driver.wait(31_000).server('42["news"]').wait(5000).server('2').client('3').wait(60_000).server('2');
    expect(driver.facts.heartbeats.server.latest).toMatchObject({ since: { packet: 10 }, beat: { packet: 11 } });
  });

  it('measures acknowledgements, each namespace for itself', () => {
    const driver = joined().client('4212["say","hello"]', '42/admin,12["say","hello"]').wait(8).server('4312["hello"]');
    expect(driver.facts.latency.client).toMatchObject({ count: 2, max: 10e6 });
    driver.wait(20).server('43/admin,12["hello"]');
    expect(driver.facts.latency.client).toMatchObject({ count: 3, max: 30e6 });
  });

  it.each([
    { name: 'revision 5', wire: '44{"message":"token expired","data":{}}' },
    { name: 'revision 4', wire: '44"token expired"' },
  ])('reads a refused namespace of $name', ({ wire }) => {
    const { errors, handshake } = engine(4).server(OPEN).client('40').server(wire).facts;
    expect(errors).toMatchObject([{ event: 'CONNECT_ERROR', text: 'token expired', subject: '/', inHandshake: true }]);
    expect(handshake?.answered).toBeUndefined();
  });

  it('forgives a refusal that a later attempt made good', () => {
    const { errors } = engine(4)
      .server(OPEN)
      .client('40')
      .server('44{"message":"no"}')
      .client('40')
      .server('40{"sid":"a"}').facts;
    expect(errors).toMatchObject([{ recovered: true }]);
  });

  it('tells the goodbye of the client from being sent away', () => {
    expect(joined().client('41').facts).toMatchObject({ goodbye: { from: 'client' }, errors: [] });
    expect(joined().server('41').facts).toMatchObject({
      goodbye: undefined,
      errors: [{ event: 'DISCONNECT', from: 'server', fatal: true }],
    });
    expect(joined().client('41').server('41').facts.errors).toEqual([]);
  });

  it('takes the upgrade from polling for the end of the handshake', () => {
    const driver = engine(4, '&sid=abc').client('2probe').server('3probe').client('5');
    expect(driver.facts).toMatchObject({
      handshake: { answered: { packet: 3 } },
      detail: { upgradedFromPolling: true },
    });
    expect(driver.facts.heartbeats).toMatchObject({ client: { unanswered: undefined }, server: { count: 0 } });
    expect(driver.told).toEqual(['client probe', 'server probe', 'client upgrade']);
  });

  it('lets Engine.IO carry something else', () => {
    const driver = engine(4).server(OPEN).client('4hello').server('4world');
    expect(driver.facts).toMatchObject({ errors: [], unread: 0, handshake: { answered: { packet: 3 } } });
  });

  it('takes binary messages for attachments', () => {
    expect(joined().client('451-["file",{"_placeholder":true,"num":0}]', new Uint8Array(5)).told.slice(-2)).toEqual([
      'client (EVENT)',
      'client (attachment)',
    ]);
  });

  it.each(['0', '0{"sid":', '4', '40/', '4x', '9', '', '44', '43', '0{"pingInterval":-5,"pingTimeout":"x"}'])(
    'is not troubled by %j',
    (text) => {
      const driver = joined().client(text).server(text);
      expect(driver.facts.errors.length).toBeLessThan(3);
      expect(driver.facts.heartbeats.server.interval).toBeGreaterThanOrEqual(0);
    },
  );
});
