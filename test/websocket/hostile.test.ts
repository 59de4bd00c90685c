import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Side } from '../../src/stream/side.js';
import { WebSocketDriver } from '../wire/websocket-driver.js';
import { binary, concat, frame, fromClient, hex, ping, text } from '../wire/websocket-frames.js';

const DEFLATE = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
};

describe('lengths that lie', () => {
  it.each([
    { name: '2^53 - 1', wire: '82 7f 00 1f ff ff ff ff ff ff', expected: 2 ** 53 - 1 },
    { name: '2^53', wire: '82 7f 00 20 00 00 00 00 00 00', expected: 2 ** 53 },
    { name: '2^32', wire: '82 7f 00 00 00 01 00 00 00 00', expected: 2 ** 32 },
    { name: '2^62', wire: '82 7f 40 00 00 00 00 00 00 00', expected: 2 ** 62 },
  ])('announce $name and are neither believed nor buffered', ({ wire, expected }) => {
    const driver = new WebSocketDriver().send('server', hex(wire));
    for (let count = 0; count < 100; count++) driver.send('server', new Uint8Array(10_000));
    driver.end('server');
    expect(driver.facts.unfinishedFrame.server).toMatchObject({ opcode: 2, expected, seen: 1_000_000 });
    expect(driver.facts).toMatchObject({
      violationCount: 0,
      messages: { server: 0 },
      unfinishedMessage: { server: true },
    });
  });

  it('leave a text that never ends without copies of it', () => {
    const driver = new WebSocketDriver().send('server', hex('81 7f 00 00 00 7f ff ff ff ff'));
    const chunk = new Uint8Array(1 << 20).fill(0x61);
    const before = process.memoryUsage().arrayBuffers;
    for (let count = 0; count < 64; count++) driver.send('server', chunk);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 << 20);
    expect(driver.facts.messageSizes.server.largestBytes).toBe(0);
  });
});

describe('too much of everything', () => {
  it('counts a million empty frames', () => {
    const many = new Uint8Array(2_000_000);
    for (let at = 0; at < many.length; at += 2) many[at] = 0x82;
    const driver = new WebSocketDriver({ consume: false });
    driver.told.push = () => 0;
    driver.send('server', many);
    expect(driver.facts).toMatchObject({ frames: { server: { binary: 1_000_000 } }, messages: { server: 1_000_000 } });
  });

  it('keeps what it remembers of many fragments, pings and faults small', () => {
    const driver = new WebSocketDriver();
    driver.told.push = () => 0;
    driver.send('server', frame({ opcode: 2, fin: false, payload: 'x' }));
    const fragment = concat(
      Array.from({ length: 200 }, () => frame({ opcode: 0, fin: false, payload: 'y'.repeat(100) })),
    );
    const pings = concat(Array.from({ length: 200 }, (_, at) => frame(ping(String(at)))));
    const faults = concat(
      Array.from({ length: 200 }, () => concat([frame({ opcode: 3, payload: 'z' }), frame(ping('kept'))])),
    );
    for (let count = 0; count < 200; count++) driver.send('server', fragment, pings, faults);
    driver.end('server');
    expect(driver.facts.frames.server).toMatchObject({ continuation: 40_000, ping: 80_000, reserved: 40_000 });
    expect(driver.facts.violations.length).toBeLessThanOrEqual(100);
    expect(driver.facts.pings.server.unanswered.length).toBe(64);
    expect(driver.facts.messageSizes.server.largestBytes).toBe(4_000_001);
  });

  it('searches megabytes of noise in bounded time and memory, also octet by octet', () => {
    const noise = new Uint8Array(1 << 20).map((_, at) => (Math.imul(at + 1, 2654435761) >>> 13) & 0xff);
    const driver = new WebSocketDriver().lose('server', 5);
    const before = performance.now();
    for (let at = 0; at < noise.length; at += 1448) driver.send('server', noise.subarray(at, at + 1448));
    for (let at = 0; at < 100_000; at++) driver.send('client', noise.subarray(at, at + 1));
    driver.end('server', 'client');
    expect(performance.now() - before).toBeLessThan(20_000);
    expect(driver.facts.outOfSync.server).toBe(1);
  });

  it('gives up on a direction that is corrupt again and again', () => {
    const driver = new WebSocketDriver();
    const http = new Uint8Array(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'));
    for (let count = 0; count < 200; count++) {
      driver.send(
        'server',
        http,
        frame(text('{"still":"here"}')),
        frame(text('{"still":"here"}')),
        frame(text('{"still":1}')),
      );
    }
    driver.end('server');
    expect(driver.facts.corruptionCount).toBeLessThanOrEqual(64);
    expect(driver.events().filter((event) => event === 'corrupted').length).toBeLessThanOrEqual(20);
    expect(driver.facts.unreadableBytes.server).toBeGreaterThan(0);
  });
});

describe('anything at all', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('octets' as const), octets: fc.uint8Array({ maxLength: 200 }) }),
    fc.record({
      kind: fc.constant('octets' as const),
      octets: fc
        .record({
          opcode: fc.nat({ max: 15 }),
          fin: fc.boolean(),
          rsv: fc.nat({ max: 7 }),
          payload: fc.uint8Array({ maxLength: 300 }),
        })
        .map((spec) => concat([frame(spec), fromClient(spec), frame(binary('x'))])),
    }),
    fc.record({ kind: fc.constant('gap' as const), length: fc.nat({ max: 500 }) }),
  );

  it('never throws, and accounts for every byte', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(step, fc.boolean()), { maxLength: 30 }),
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        (steps, compressed, midstream, consume) => {
          const driver = new WebSocketDriver({ deflate: compressed ? DEFLATE : undefined, midstream, consume });
          const sent = { client: 0, server: 0 };
          for (const [action, masked] of steps) {
            const side: Side = masked ? 'client' : 'server';
            if (action.kind === 'gap') driver.lose(side, action.length);
            else driver.send(side, action.octets);
            sent[side] += action.kind === 'gap' ? action.length : action.octets.length;
          }
          driver.end('client', 'server');
          const { facts } = driver;
          for (const side of ['client', 'server'] as const) {
            const frames = Object.values(facts.frames[side]).reduce((sum, count) => sum + count, 0);
            expect(facts.payloadBytes[side] + 2 * frames + facts.unreadableBytes[side]).toBeLessThanOrEqual(sent[side]);
          }
          expect(facts.violationCount).toBeGreaterThanOrEqual(facts.violations.length);
        },
      ),
      { numRuns: 1500 },
    );
  });
});
