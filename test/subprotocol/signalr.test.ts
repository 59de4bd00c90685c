import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRecords } from '../../src/subprotocol/message-pack.js';
import { SubprotocolDriver } from '../wire/subprotocol-driver.js';
import { hex } from '../wire/websocket-frames.js';

const record = (message: object): string => `${JSON.stringify(message)}\x1e`;
const shake = (protocol = 'json') => new SubprotocolDriver().client(record({ protocol, version: 1 }));
const open = (protocol = 'json') => shake(protocol).server('{}\x1e');

describe('SignalR in JSON', () => {
  it('is known by the handshake of the client', () => {
    expect(open().facts).toMatchObject({
      name: 'signalr',
      version: '1',
      detail: { protocol: 'json' },
      handshake: { asked: { packet: 1 }, answered: { packet: 2 } },
    });
  });

  it('reads a refused handshake', () => {
    const { errors, handshake } = shake().server(record({ error: 'no such protocol' })).facts;
    expect(errors).toMatchObject([{ event: 'handshake', text: 'no such protocol', inHandshake: true }]);
    expect(handshake?.answered).toBeUndefined();
  });

  it('reads records that come in the message of the handshake', () => {
    expect(shake().server(`{}\x1e${record({ type: 6 })}${record({ type: 6 })}`).facts.heartbeats.server.count).toBe(2);
  });

  it('measures invocations, and notes those that failed', () => {
    const driver = open()
      .client(record({ type: 1, invocationId: '7', target: 'Echo', arguments: [] }))
      .wait(3);
    driver.server(record({ type: 3, invocationId: '7', error: 'boom' }));
    expect(driver.facts.latency.client).toMatchObject({ count: 1, max: 4e6 });
    expect(driver.facts.errors).toMatchObject([{ event: 'Completion', text: 'boom', fatal: false }]);
  });

  it('tells a Close with an error from one without', () => {
    expect(open().server(record({ type: 7, error: 'boom' })).facts.errors).toMatchObject([
      { event: 'Close', text: 'boom', fatal: true },
    ]);
    expect(open().server(record({ type: 7 })).facts).toMatchObject({
      errors: [],
      goodbye: { event: 'Close', from: 'server' },
    });
  });
});

describe('SignalR in MessagePack', () => {
  it.each([
    { name: 'Ping', wire: '02  91 06', told: 'server (Ping)' },
    { name: 'Completion', wire: '06  94 03 80 a1 30 02', told: 'server (Completion)' },
    {
      name: 'Invocation with headers',
      wire: '0f  95 01 82 a1 61 a1 62 a1 63 c0 a1 31 a1 54 90',
      told: 'server (Invocation)',
    },
  ])('reads a $name', ({ wire, told }) => {
    expect(open('messagepack').server(hex(wire)).told.at(-1)).toBe(told);
  });

  it('reads a Close with an error', () => {
    const { errors } = open('messagepack').server(hex('08  93 07 a4 62 6f 6f 6d c2')).facts;
    expect(errors).toMatchObject([{ event: 'Close', text: 'boom' }]);
  });

  it('reads several records, and stops at one that is not whole', () => {
    expect([...readRecords(hex('02 91 06  02 91 06  09 91'), 10)]).toEqual([[6], [6]]);
    expect([...readRecords(hex('02 91 06  02 91 06'), 1)]).toEqual([[6]]);
  });

  it('skips what it does not need, however deep, and never runs away', () => {
    const deep = Uint8Array.from([0x92, 0x07, ...new Array(100).fill(0x91), 0xc0]);
    expect([...readRecords(Uint8Array.from([deep.length, ...deep]), 1)][0]?.[0]).toBe(7);
    const huge = Uint8Array.from([6, 0xdd, 0xff, 0xff, 0xff, 0xff, 0x06]);
    expect([...readRecords(huge, 1)]).toEqual([[6]]);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const list of readRecords(bytes, 100)) expect(list.length).toBeLessThanOrEqual(5);
      }),
      { numRuns: 500 },
    );
  });
});
