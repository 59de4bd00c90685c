import { describe, expect, it } from 'vitest';
import { lifetimeLimit } from '../../../../src/diagnosis/rules/keepalive/lifetime-limit.js';
import type { Session } from '../../../../src/session/session.js';
import { aSession } from '../../../wire/session-builder.js';
import { opened } from '../../sessions.js';
import { found, verdictOn, viewOf } from '../../verdict.js';

/** Opened at a time, busy until shortly before its end. */
const lived = (id: number, startMs: number, ageMs: number, quietMs = 400): Session => {
  const builder = opened(id);
  const session = builder
    .wait(ageMs - quietMs)
    .message('server', 20)
    .wait(quietMs)
    .fin('server')
    .build();
  const shift = startMs * 1e6;
  const response = session.upgrade?.response;
  if (response !== undefined)
    response.span = { ...response.span, last: { ...response.span.last, at: response.span.last.at + shift } };
  const { tcp, websocket } = session;
  if (tcp.endPacket !== undefined) tcp.endPacket = { ...tcp.endPacket, at: tcp.endPacket.at + shift };
  const last = websocket?.lastFrame.server;
  if (websocket !== undefined && last !== undefined) websocket.lastFrame.server = { ...last, at: last.at + shift };
  return session;
};

describe('keepalive/lifetime-limit', () => {
  it('sees busy sessions of different beginnings end at one age', () => {
    const sessions = [lived(1, 0, 30_000), lived(2, 7_000, 30_010), lived(3, 19_000, 30_005)];
    const view = viewOf(sessions);
    for (const session of sessions) expect(verdictOn(session, view)).toBe('failed open ws-lifetime-limit');
  });

  it('needs three sessions for a short age', () => {
    const two = [lived(1, 0, 4_000), lived(2, 2_000, 4_005)];
    expect(found(lifetimeLimit, two[0]!, viewOf(two))).toBe('nothing');
    const three = [...two, lived(3, 5_000, 4_002)];
    expect(found(lifetimeLimit, three[0]!, viewOf(three))).toBe('ws-lifetime-limit error age');
  });

  it.each([
    { name: 'one session alone', sessions: [lived(1, 0, 30_000)] },
    { name: 'different ages', sessions: [lived(1, 0, 30_000), lived(2, 7_000, 33_000)] },
    { name: 'sessions begun and ended together', sessions: [lived(1, 0, 30_000), lived(2, 200, 30_000)] },
    { name: 'sessions that were idle', sessions: [lived(1, 0, 30_000, 20_000), lived(2, 7_000, 30_000, 20_000)] },
  ])('says nothing of $name', ({ sessions }) => {
    expect(found(lifetimeLimit, sessions[0]!, viewOf(sessions))).toBe('nothing');
  });

  it('is no use of a connection what a server answered by the RST of one that does not know it', () => {
    const sessions = [0, 9_000, 17_000].map((start, index) => {
      const session = aSession(index + 1)
        .startingAt(1 + index * 20, start)
        .handshake()
        .request()
        .response()
        .message('server', 9)
        .wait(5_000)
        .message('client', 20)
        .rst('server')
        .build();
      const { client, server } = session.tcp.flows;
      Object.assign(server, { rstAnswers: client.lastData, beforeRst: server.lastData });
      client.oldestUnacked = client.lastData;
      return session;
    });
    const view = viewOf(sessions);
    expect(found(lifetimeLimit, sessions[0]!, view)).toBe('nothing');
    expect(verdictOn(sessions[0]!, view)).toBe('failed open ws-reset');
    for (const { tcp } of sessions) tcp.flows.server.rstAnswers = undefined;
    expect(found(lifetimeLimit, sessions[0]!, viewOf(sessions))).toBe('ws-lifetime-limit error age');
  });
});
