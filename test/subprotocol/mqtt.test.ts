import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SubprotocolDriver } from '../wire/subprotocol-driver.js';
import { hex } from '../wire/websocket-frames.js';

const mqtt = () => new SubprotocolDriver({ token: 'mqtt' });

/** Client "a", keep-alive 60 s. */
const CONNECT_4 = '10 0d  00 04 4d 51 54 54  04 02 00 3c  00 01 61';
const CONNECT_5 = '10 0e  00 04 4d 51 54 54  05 02 00 3c  00  00 01 61';
const CONNACK_4 = '20 02  00 00';
const CONNACK_5 = '20 03  00 00 00';

describe('MQTT', () => {
  it.each([
    { name: '3.1', wire: '10 0f  00 06 4d 51 49 73 64 70  03 02 00 3c  00 01 61', version: '3.1' },
    { name: '3.1.1', wire: CONNECT_4, version: '3.1.1' },
    { name: '3.1.1 of a bridge', wire: '10 0d  00 04 4d 51 54 54  84 02 00 3c  00 01 61', version: '3.1.1' },
    { name: '5', wire: CONNECT_5, version: '5.0' },
  ])('reads version and keep-alive of a CONNECT of MQTT $name', ({ wire, version }) => {
    const { facts, told } = mqtt().client(hex(wire));
    expect(facts).toMatchObject({ version, heartbeats: { client: { interval: 60e9, patience: 90e9 } } });
    expect(told).toEqual(['client CONNECT']);
  });

  it.each([
    { name: '3.1.1', wire: CONNECT_4, identity: 'a' },
    { name: '5', wire: CONNECT_5, identity: 'a' },
    {
      name: '5 with properties',
      wire: '10 13  00 04 4d 51 54 54  05 02 00 3c  05 11 00 00 00 0a  00 01 62',
      identity: 'b',
    },
    { name: '3.1.1 without one', wire: '10 0c  00 04 4d 51 54 54  04 02 00 3c  00 00', identity: undefined },
    { name: '3.1.1 cut short', wire: '10 0d  00 04 4d 51 54 54  04 02 00 3c  00 09 61', identity: undefined },
  ])('reads the client identifier of a CONNECT of MQTT $name', ({ wire, identity }) => {
    expect(mqtt().client(hex(wire)).facts.identity).toBe(identity);
  });

  it('keeps the last command, whether it was answered, and how many like it went before', () => {
    const driver = mqtt().client(hex(CONNECT_4)).server(hex(CONNACK_4));
    expect(driver.client(hex('32 06 00 01 61 00 07 21')).facts.lastCommand.client).toMatchObject({
      event: 'PUBLISH',
      subject: 'a',
      arrival: { packet: 3 },
      isAnswered: false,
      before: 0,
    });
    expect(driver.server(hex('40 02 00 07')).facts.lastCommand.client?.isAnswered).toBe(true);
    expect(driver.client(hex('30 04 00 01 61 21')).facts.lastCommand.client).toMatchObject({
      before: 1,
      isAnswered: false,
    });
  });

  it('takes the keep-alive that an MQTT 5 server sets instead', () => {
    const { heartbeats, detail } = mqtt().client(hex(CONNECT_5)).server(hex('20 06  00 00 03  13 00 0a')).facts;
    expect(heartbeats.client).toMatchObject({ interval: 10e9, promised: { packet: 2 } });
    expect(detail).toMatchObject({ keepAliveSeconds: 10, keepAliveAskedSeconds: 60 });
  });

  it.each([
    { name: '3.1.1', connect: CONNECT_4, wire: '20 02 00 05', code: '0x05', text: 'not authorized' },
    { name: '5', connect: CONNECT_5, wire: '20 03 00 86 00', code: '0x86', text: 'bad user name or password' },
    {
      name: '5 with a reason string',
      connect: CONNECT_5,
      wire: '20 0b 00 87 08  1f 00 05 6e 6f 70 65 21',
      code: '0x87',
      text: 'not authorized: nope!',
    },
  ])('reads a refusal of MQTT $name', ({ connect, wire, code, text }) => {
    const { errors, handshake } = mqtt().client(hex(connect)).server(hex(wire)).facts;
    expect(errors).toMatchObject([{ event: 'CONNACK', code, text, inHandshake: true, fatal: true }]);
    expect(handshake?.answered).toBeUndefined();
  });

  it.each([
    { name: 'without a body', wire: 'e0 00' },
    { name: 'with code 0', wire: 'e0 01 00' },
    { name: 'with a will', wire: 'e0 01 04' },
  ])('takes a DISCONNECT $name for a goodbye', ({ wire }) => {
    const { goodbye, errors } = mqtt().client(hex(CONNECT_5)).server(hex(CONNACK_5)).client(hex(wire)).facts;
    expect(goodbye).toMatchObject({ event: 'DISCONNECT', from: 'client', arrival: { packet: 3 } });
    expect(errors).toEqual([]);
  });

  it('takes a DISCONNECT from 0x80 on for an error', () => {
    const { goodbye, errors } = mqtt().client(hex(CONNECT_5)).server(hex(CONNACK_5), hex('e0 01 8d')).facts;
    expect(goodbye).toBeUndefined();
    expect(errors).toMatchObject([{ event: 'DISCONNECT', from: 'server', code: '0x8d', text: 'keep alive timeout' }]);
  });

  it('knows a PINGREQ that waits for its answer', () => {
    const driver = mqtt().client(hex(CONNECT_4)).server(hex(CONNACK_4)).client(hex('c0 00'));
    expect(driver.facts.heartbeats.client.unanswered?.packet).toBe(3);
    expect(driver.server(hex('d0 00')).facts.heartbeats.client.unanswered).toBeUndefined();
  });

  it('measures subscriptions and acknowledged publishing by packet identifier', () => {
    const driver = mqtt().client(hex(CONNECT_4)).server(hex(CONNACK_4));
    driver.client(hex('82 06  00 01  00 01 61  01')).wait(1).server(hex('90 03  00 01  01'));
    driver.client(hex('32 07  00 01 61  00 02  68 69')).wait(3).server(hex('40 02  00 02'));
    expect(driver.facts.latency.client).toMatchObject({ count: 2, min: 2e6, max: 4e6 });
  });

  it('says which subscription was refused, and goes on', () => {
    const driver = mqtt().client(hex(CONNECT_4)).server(hex(CONNACK_4));
    driver.client(hex('82 0b  00 01  00 01 61 01  00 02 62 2f 00')).server(hex('90 04  00 01  01 80'));
    expect(driver.facts.errors).toMatchObject([
      { event: 'SUBACK', code: '0x80', text: '', subject: 'b/', fatal: false, asked: { packet: 3 } },
    ]);
  });

  it('knows a refused subscription that was granted later', () => {
    const driver = mqtt().client(hex(CONNECT_4)).server(hex(CONNACK_4));
    driver.client(hex('82 06  00 01  00 01 61 01')).server(hex('90 03  00 01  80'));
    driver.client(hex('82 06  00 02  00 01 61 01')).server(hex('90 03  00 02  01'));
    expect(driver.facts.errors).toMatchObject([{ recovered: true }]);
  });

  it.each([
    { name: 'PUBACK', publish: '32 07  00 01 61 00 02  00 68', wire: '40 03  00 02 87', text: 'not authorized' },
    { name: 'PUBREC', publish: '34 07  00 01 61 00 02  00 68', wire: '50 03  00 02 97', text: 'quota exceeded' },
    {
      name: 'PUBACK with a reason string',
      publish: '32 07  00 01 61 00 02  00 68',
      wire: '40 08  00 02 87 04  1f 00 01 6e',
      text: 'not authorized: n',
    },
  ])('says which message a $name of MQTT 5 refused', ({ publish, wire, text }) => {
    const driver = mqtt().client(hex(CONNECT_5)).server(hex(CONNACK_5)).client(hex(publish)).server(hex(wire));
    expect(driver.facts.errors).toMatchObject([{ text, subject: 'a', fatal: false, asked: { packet: 3 } }]);
  });

  it('takes no code from an acknowledgement that has none', () => {
    const driver = mqtt().client(hex(CONNECT_5)).server(hex(CONNACK_5));
    driver.client(hex('32 07  00 01 61 00 02  00 68')).server(hex('40 02  00 02'));
    driver.client(hex('32 07  00 01 61 00 03  00 68')).server(hex('40 03  00 03 10'));
    expect(driver.facts.errors).toEqual([]);
  });

  it.each([
    { name: 'a wildcard in a PUBLISH', wire: '30 05  00 03 61 2f 23', rule: 'publish-wildcard', subject: 'a/#' },
    { name: 'an empty topic', wire: '30 02  00 00', rule: 'topic-empty', subject: '' },
    { name: 'U+0000 in a topic', wire: '30 03  00 01 00', rule: 'topic-null', subject: '\0' },
    { name: '# within a filter', wire: '82 08  00 01  00 03 23 2f 61 00', rule: 'filter-malformed', subject: '#/a' },
    { name: '# behind a letter', wire: '82 07  00 01  00 02 61 23 00', rule: 'filter-malformed', subject: 'a#' },
    { name: 'a second CONNECT', wire: CONNECT_4, rule: 'second-connect', subject: '' },
    { name: 'QoS 3', wire: '36 05  00 01 61 00 01', rule: 'malformed-header', subject: '0x36' },
    { name: 'flags of its own', wire: '80 06  00 01  00 01 61 01', rule: 'malformed-header', subject: '0x80' },
  ])('sees $name, over which a broker must end the connection', ({ wire, rule, subject }) => {
    const driver = mqtt().client(hex(CONNECT_4)).server(hex(CONNACK_4)).client(hex(wire));
    expect(driver.facts.breaches).toMatchObject([{ rule, subject, from: 'client', arrival: { packet: 3 } }]);
  });

  it('sees a text message where only binary ones may be', () => {
    const driver = mqtt().client(hex(CONNECT_4)).server(hex(CONNACK_4)).client('hello');
    expect(driver.facts.breaches).toMatchObject([{ rule: 'text-message' }]);
  });

  it.each([
    { name: 'filters with wildcards', wire: '82 12  00 01  00 01 23 00  00 03 2b 2f 61 00  00 03 61 2f 23 00' },
    { name: 'a topic with spaces and letters beyond ASCII', wire: '30 07  00 05 c3 a9 20 2f 61' },
    { name: 'a PUBLISH that is longer than what is kept of it', wire: `30 82 20  20 00 ${'61 '.repeat(4096)}` },
  ])('has no quarrel with $name', ({ wire }) => {
    const driver = mqtt().client(hex(CONNECT_4)).server(hex(CONNACK_4)).client(hex(wire));
    expect(driver.facts.breaches).toEqual([]);
  });

  it('lets an alias of MQTT 5 stand for a topic', () => {
    const driver = mqtt().client(hex(CONNECT_5)).server(hex(CONNACK_5)).client(hex('30 06  00 00  03 23 00 01'));
    expect(driver.facts.breaches).toEqual([]);
  });

  it('keeps the latest breaches of many', () => {
    const driver = mqtt().client(hex(CONNECT_4)).server(hex(CONNACK_4));
    for (let n = 0; n < 40; n++) driver.client(hex('30 03  00 01 23'));
    expect(driver.facts.breaches).toHaveLength(16);
    expect(driver.facts.breaches.at(-1)?.arrival.packet).toBe(42);
  });

  const SESSION = `${CONNECT_4} 82 06  00 01  00 01 61  01  30 06 00 01 61 68 69 21  c0 00  e0 00`;

  it('reads packets however they are spread over messages (MQTT 6)', () => {
    const whole = mqtt().client(hex(SESSION));
    expect(whole.told).toEqual([
      'client CONNECT',
      'client SUBSCRIBE',
      'client (PUBLISH)',
      'client (PINGREQ)',
      'client DISCONNECT',
    ]);
    const wire = hex(SESSION);
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: wire.length - 1 }), { maxLength: 12 }), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), wire.length];
        const driver = mqtt();
        for (let index = 0; index + 1 < places.length; index++)
          driver.client(wire.subarray(places[index], places[index + 1]));
        expect(driver.told).toEqual(whole.told);
      }),
      { numRuns: 200 },
    );
  });

  it('goes on at the next message behind one with bytes missing', () => {
    const driver = mqtt().client(hex(CONNECT_4)).server(hex(CONNACK_4));
    driver.broken('client', hex('30 20 00 01 61'), { whole: false, length: 34 }).client(hex('e0 00'));
    expect(driver.told.at(-1)).toBe('client DISCONNECT');
    expect(driver.facts.errors).toEqual([]);
  });

  it('counts the missing bytes of a long packet that goes on in the next message', () => {
    const driver = mqtt().client(hex(CONNECT_4)).server(hex(CONNACK_4));
    // 200 octets of PUBLISH: 5 known, 95 missing, 103 in the next message, then a PINGREQ.
    driver.broken('client', hex('30 c8 01 00 01'), { whole: false, length: 100 });
    driver.client(Uint8Array.from([...new Array(103).fill(0x41), 0xc0, 0x00]));
    expect(driver.told.slice(-2)).toEqual(['client (PUBLISH)', 'client (PINGREQ)']);
  });

  it('never trips over bytes that are no packets', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.uint8Array({ maxLength: 60 })), { maxLength: 12 }), (messages) => {
        const driver = mqtt();
        for (const [client, bytes] of messages) client ? driver.client(bytes) : driver.server(bytes);
        expect(driver.facts.name).toBe('mqtt');
      }),
      { numRuns: 300 },
    );
  });

  it('is known without a name by its CONNECT', () => {
    expect(new SubprotocolDriver().client(hex(CONNECT_4)).facts.recognised).toBe('resembles');
    expect(
      new SubprotocolDriver().client(hex('10 0d  00 04 58 58 58 58  04 02 00 3c  00 01 61')).layer.facts,
    ).toBeUndefined();
  });
});
