import { describe, expect, it } from 'vitest';
import { massEnd } from '../../../../src/diagnosis/rules/keepalive/mass-end.js';
import { opened } from '../../sessions.js';
import { found, verdictOn, viewOf } from '../../verdict.js';

/** Opened at `startMs`, last heard at `lastMs`, ended at `endMs`. */
const lived = (id: number, [startMs, lastMs, endMs]: readonly [number, number, number]) => {
  const builder = opened(id);
  const session = builder.message('server', 5).fin('server').build();
  const at = (ms: number) => ({ packet: id * 100, at: ms * 1e6, readyAt: ms * 1e6 });
  const response = session.upgrade?.response;
  if (response !== undefined) response.span = { ...response.span, first: at(startMs), last: at(startMs) };
  if (session.websocket !== undefined) {
    session.websocket.lastFrame.server = at(lastMs);
    session.websocket.lastData.server = at(lastMs);
  }
  session.tcp.endPacket = at(endMs);
  session.tcp.flows.server.fin = at(endMs);
  return session;
};

describe('keepalive/mass-end', () => {
  it('sees one event end sessions of different ages and silences', () => {
    const sessions = [lived(1, [0, 300, 9_000]), lived(2, [1_000, 4_000, 9_005]), lived(3, [3_000, 8_500, 9_010])];
    for (const session of sessions) expect(verdictOn(session, viewOf(sessions))).toBe('failed open ws-mass-disconnect');
  });

  it('sees it however old they are, where they began some hundreds of milliseconds apart and ended in one', () => {
    const old = 3_600_000;
    const lives = [
      [0, old - 13_000, old],
      [400, old - 12_200, old + 1],
      [900, old - 11_400, old + 3],
    ] as const;
    const sessions = lives.map((life, index) => lived(index + 1, life));
    for (const session of sessions) expect(found(massEnd, session, viewOf(sessions))).toContain('ws-mass-disconnect');
  });

  it.each([
    {
      name: 'sessions that began together',
      lives: [
        [0, 1_000, 9_000],
        [50, 4_000, 9_001],
        [150, 7_000, 9_003],
      ] as const,
    },
    {
      name: 'silences that one sweep of an idle timer ends',
      lives: [
        [0, 5_000, 9_000],
        [400, 5_400, 9_001],
        [900, 5_800, 9_003],
      ] as const,
    },
    {
      name: 'two sessions',
      lives: [
        [0, 300, 9_000],
        [3_000, 8_500, 9_010],
      ] as const,
    },
    {
      name: 'ends far apart',
      lives: [
        [0, 300, 9_000],
        [1_000, 4_000, 12_000],
        [3_000, 8_500, 15_000],
      ] as const,
    },
    {
      name: 'one silence',
      lives: [
        [0, 5_000, 9_000],
        [1_000, 5_100, 9_100],
        [3_000, 5_200, 9_200],
      ] as const,
    },
    {
      name: 'one age',
      lives: [
        [100, 300, 9_100],
        [200, 4_000, 9_200],
        [300, 8_500, 9_300],
      ] as const,
    },
  ])('says nothing of $name', ({ lives }) => {
    const sessions = lives.map((life, index) => lived(index + 1, life));
    expect(found(massEnd, sessions[0]!, viewOf(sessions))).toBe('nothing');
  });
});
