import { describe, expect, it } from 'vitest';
import { slowPong } from '../../../../src/diagnosis/rules/keepalive/slow-pong.js';
import type { SessionBuilder } from '../../../wire/session-builder.js';
import { opened } from '../../sessions.js';
import { filled, findingOf, found } from '../../verdict.js';

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

  describe('a program that stood still once', () => {
    const stalled = (between: (session: SessionBuilder) => SessionBuilder = (session) => session, waitMs = 5000) => {
      const session = between(opened().message('client', 1).message('server', 1).ping('client').wait(waitMs))
        .pong('server')
        .message('server', 1)
        .build();
      const pings = session.websocket!.pings.client;
      const at = session.timeline.events().find(({ event }) => event === 'pong')!.at;
      pings.roundTrips = [{ at, least: pings.rtts[0]!, most: pings.rtts[0]! }];
      const path = 40 * MS;
      session.tcp.flows.client.rtt = { samples: 4, min: MS, median: MS, p95: path, max: path };
      return session;
    };

    it('is noted, with the ping that waited', () => {
      const finding = findingOf(slowPong, stalled());
      expect(finding).toMatchObject({ message: 'stalled', severity: 'note', confidence: 'likely' });
      expect(filled(finding, 'longest')).toBe('5.00 s');
      expect(finding?.evidence.map(({ note, arrival }) => `${note} ${arrival.packet}`)).toEqual(['ping 8', 'pong 9']);
    });

    it('is one stall for all pings that waited in it', () => {
      const session = stalled((before) => before.ping('client').wait(4000));
      const { roundTrips } = session.websocket!.pings.client;
      roundTrips.push({ at: roundTrips[0]!.at, least: 4e9, most: 4e9 });
      expect(found(slowPong, session)).toBe('null note stalled');
    });

    it('is seen where several pings of one payload waited, which pong is whose or not', () => {
      const session = stalled();
      const pings = session.websocket!.pings.client;
      pings.sharedWaits = pings.roundTrips.splice(0);
      expect(found(slowPong, session)).toBe('null note stalled');
    });

    it.each([
      { name: 'that was busy sending', session: stalled((before) => before.message('server', 9)) },
      {
        name: 'whose pong may have been lost',
        session: stalled((before) => before.retransmission('server', 'timeout')),
      },
      { name: 'that took no longer than others', session: stalled(undefined, 1900) },
    ])('is not read into one $name', ({ session }) => {
      expect(found(slowPong, session)).toBe('nothing');
    });

    it('is not told apart from a path that is slow itself', () => {
      const session = stalled();
      session.tcp.flows.client.rtt.p95 = 600 * MS;
      expect(found(slowPong, session)).toBe('nothing');
    });
  });
});
