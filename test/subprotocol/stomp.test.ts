import { describe, expect, it } from 'vitest';
import { hasSaidGoodbye } from '../../src/subprotocol/subprotocol-facts.js';
import { SubprotocolDriver } from '../wire/subprotocol-driver.js';

const frame = (command: string, headers: Record<string, string> = {}, body = ''): string =>
  `${[command, ...Object.entries(headers).map(([name, value]) => `${name}:${value}`)].join('\n')}\n\n${body}\0`;

const stomp = () => new SubprotocolDriver({ token: 'v12.stomp' });
const connect = (heartBeat = '0,0') => frame('CONNECT', { 'accept-version': '1.2', 'heart-beat': heartBeat });
const connected = (heartBeat = '0,0') => frame('CONNECTED', { version: '1.2', 'heart-beat': heartBeat });

describe('STOMP', () => {
  it('follows CONNECT and CONNECTED with their packets', () => {
    const { facts, told, data } = stomp().client(connect()).wait(9).server(connected());
    expect(facts).toMatchObject({ name: 'stomp', version: '1.2', recognised: 'negotiated' });
    expect(facts.handshake).toMatchObject({ asked: { packet: 1 }, answered: { packet: 2 }, refused: undefined });
    expect(facts.handshake?.steps.map(({ step }) => step)).toEqual(['CONNECT', 'CONNECTED']);
    expect(told).toEqual(['client CONNECT', 'server CONNECTED']);
    expect(data.get('server CONNECTED')).toMatchObject({ latencyNs: 10e6 });
  });

  // STOMP 1.2 "Heart-beating": max(<what the sender can>, <what the receiver wants>), 0 if either is 0.
  it.each([
    ['0,0', '0,0', 0, 0],
    ['4000,10000', '10000,4000', 4000, 10_000],
    ['1000,2000', '500,3000', 3000, 2000],
    ['1000,0', '5000,5000', 5000, 0],
    ['0,1000', '5000,5000', 0, 5000],
    ['1000,1000', '0,0', 0, 0],
    ['nonsense', '1000,1000', 0, 0],
    ['99999999999999,1', '1,1', 0, 0],
  ])('agrees on heart-beats from %s and %s', (client, server, clientMs, serverMs) => {
    const { heartbeats } = stomp().client(connect(client)).server(connected(server)).facts;
    expect([heartbeats.client.interval, heartbeats.server.interval]).toEqual([clientMs * 1e6, serverMs * 1e6]);
  });

  it('promises nothing where the CONNECT was not seen', () => {
    const { heartbeats, handshake } = stomp().server(connected('1000,1000')).facts;
    expect(heartbeats.server.interval).toBe(0);
    expect(handshake?.answered?.packet).toBe(1);
  });

  it.each(['\n', '\r\n', '\n\n'])('takes end-of-lines alone for a heart-beat: %j', (beat) => {
    const { facts, told } = stomp().client(connect('1000,0')).server(connected('0,1000')).wait(1000).client(beat);
    expect(facts.heartbeats.client).toMatchObject({ count: 1, last: { packet: 3 } });
    expect(told.at(-1)).toBe('client (heart-beat)');
  });

  it('measures the longest silence of each side', () => {
    const driver = stomp().client(connect('1000,0')).server(connected('0,1000'));
    driver.wait(3000).client('\n').wait(500).client('\n');
    expect(driver.facts.heartbeats.client.longestSilence).toBe(3002e6);
  });

  it.each([
    { name: 'message header alone', headers: { message: 'Bad CONNECT' }, body: '', text: 'Bad CONNECT' },
    { name: 'body alone', headers: {}, body: 'Access refused\nfor ever', text: 'Access refused' },
    { name: 'both', headers: { message: 'Bad CONNECT' }, body: 'Access refused', text: 'Bad CONNECT: Access refused' },
    { name: 'an escaped header', headers: { message: 'a\\cb\\nc' }, body: '', text: 'a:b\nc' },
  ])('reads the reason of an ERROR from $name', ({ headers, body, text }) => {
    const { errors, handshake } = stomp()
      .client(connect())
      .server(frame('ERROR', headers, body)).facts;
    expect(errors).toMatchObject([{ event: 'ERROR', from: 'server', text, inHandshake: true, fatal: true }]);
    expect(handshake).toMatchObject({ answered: undefined, refused: { packet: 2 } });
  });

  it('knows an ERROR of the open session, and what the client had said last', () => {
    const driver = stomp()
      .client(connect())
      .server(connected())
      .client(frame('SEND', { destination: '/a' }, 'x'));
    const [error] = driver.server(frame('ERROR', { message: 'no such exchange' })).facts.errors;
    expect(error).toMatchObject({ inHandshake: false, peerLast: { packet: 3 } });
  });

  it('knows the frame before an ERROR', () => {
    const driver = stomp()
      .client(connect())
      .server(connected())
      .client(frame('SEND', { destination: '/nowhere' }));
    expect(driver.facts.lastCommand.client).toMatchObject({ event: 'SEND', subject: '/nowhere' });
    expect(driver.server(frame('ERROR', { message: 'no' })).facts.errors).toMatchObject([{ asked: { packet: 3 } }]);
  });

  it('pairs receipts with what asked for them, and a DISCONNECT with its own', () => {
    const driver = stomp().client(connect()).server(connected());
    driver
      .client(frame('SEND', { receipt: 'r1' }))
      .wait(4)
      .server(frame('RECEIPT', { 'receipt-id': 'r1' }));
    expect(driver.facts.latency.client).toMatchObject({ count: 1, median: 5e6 });
    driver.client(frame('DISCONNECT', { receipt: 'bye' }));
    expect(hasSaidGoodbye(driver.facts)).toBe(false);
    driver.server(frame('RECEIPT', { 'receipt-id': 'bye' }));
    expect(hasSaidGoodbye(driver.facts)).toBe(true);
  });

  it('needs no receipt that was not asked for', () => {
    expect(hasSaidGoodbye(stomp().client(connect(), frame('DISCONNECT')).facts)).toBe(true);
  });

  it('reads several frames in one message, and one frame over several messages', () => {
    const driver = stomp().client(connect()).server(connected());
    driver.client(`\n${frame('SEND', {}, 'one')}\n${frame('SUBSCRIBE', { destination: '/a' })}`);
    const whole = frame('SEND', {}, 'MESSAGE\n\nnot a frame');
    driver.client(whole.slice(0, 12), whole.slice(12)).client(frame('UNSUBSCRIBE', { id: '0' }));
    expect(driver.told.slice(2)).toEqual(['client (SEND)', 'client SUBSCRIBE', 'client (SEND)', 'client UNSUBSCRIBE']);
  });

  it('passes over a body with NULs by its content-length', () => {
    const driver = stomp().client(connect()).server(connected());
    driver.server(`${frame('MESSAGE', { 'content-length': '5' }, 'a\0b\0c')}${frame('MESSAGE', {}, 'next')}`);
    expect(driver.told.slice(2)).toEqual(['server (MESSAGE)', 'server (MESSAGE)']);
  });

  it('is known without a name by its first frame', () => {
    const driver = new SubprotocolDriver().client(frame('CONNECT', { 'accept-version': '1.0' }));
    expect(driver.facts).toMatchObject({ name: 'stomp', recognised: 'resembles' });
  });
});
