import { describe, expect, it } from 'vitest';
import { slowPong } from '../../../../src/diagnosis/rules/keepalive/slow-pong.js';
import { opened } from '../../sessions.js';
import { findingOf, found } from '../../verdict.js';

const MS = 1e6;

/** Pings of the client that took so long, on a path of that many milliseconds. */
const pinged = (rttsMs: readonly number[], pathMs: number) => {
  const session = opened().ping('client').pong('server').build();
  session.websocket!.pings.client.rtts = rttsMs.map((ms) => ms * MS);
  const path = pathMs * MS;
  session.tcp.flows.client.rtt = { samples: 9, min: path, median: path, p95: path, max: path };
  return session;
};

describe('keepalive/slow-pong', () => {
  it('tells a slow program from a slow path', () => {
    expect(found(slowPong, pinged([500, 900, 700], 20))).toBe('null warning slow');
    expect(findingOf(slowPong, pinged([500, 900, 700], 20))?.data).toMatchObject({
      peer: { side: 'server' },
      median: { ns: 700 * MS },
      longest: { ns: 900 * MS },
      path: { ns: 20 * MS },
    });
    expect(found(slowPong, pinged([500, 900, 700], 400))).toBe('nothing');
  });

  it('says nothing of two pings, of one slow one, and of pongs that are quick enough', () => {
    expect(found(slowPong, pinged([900, 900], 20))).toBe('nothing');
    expect(found(slowPong, pinged([20, 2000, 21], 20))).toBe('nothing');
    expect(found(slowPong, pinged([250, 250, 250], 1))).toBe('nothing');
  });

  it('notes a program that is busy but not slow, where many pongs agree', () => {
    expect(found(slowPong, pinged(new Array<number>(8).fill(150), 1))).toBe('null note slow');
    expect(found(slowPong, pinged(new Array<number>(7).fill(150), 1))).toBe('nothing');
    expect(found(slowPong, pinged(new Array<number>(8).fill(90), 1))).toBe('nothing');
  });

  it('says that answers take longer and longer', () => {
    const growing = pinged([100, 200, 300, 400, 500, 600, 700, 800], 20);
    expect(found(slowPong, growing)).toBe('null warning growing');
    expect(findingOf(slowPong, growing)?.data).toMatchObject({ early: { ns: 200 * MS }, late: { ns: 600 * MS } });
    expect(found(slowPong, pinged([500, 400, 500, 400, 500, 600, 500, 600], 20))).toBe('null warning slow');
  });

  it('is not fooled by acknowledgments that are held back', () => {
    const delayed = pinged(new Array<number>(9).fill(210), 1);
    delayed.tcp.flows.client.rtt = { samples: 9, min: MS, median: 5 * MS, p95: 200 * MS, max: 200 * MS };
    expect(found(slowPong, delayed)).toBe('nothing');
  });
});
