import { describe, expect, it } from 'vitest';
import { missingClose } from '../../../../src/diagnosis/rules/closing/missing-close.js';
import { opened } from '../../sessions.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

describe('closing/missing-close', () => {
  it('sees a FIN without a Close', () => {
    const session = opened().message('client', 20).wait(700).fin('server').fin('client').build();
    expect(findingOf(missingClose, session)).toMatchObject({
      cause: 'ws-abnormal-closure',
      data: { by: { side: 'server' }, silence: { ns: 701e6 } },
    });
    expect(verdictOn(session)).toBe('failed open ws-abnormal-closure');
  });

  it('says so when the side that left was in the middle of a frame', () => {
    const session = opened().message('server', 20).fin('server').build();
    const arrival = session.websocket?.lastData.server;
    if (session.websocket !== undefined && arrival !== undefined) {
      session.websocket.unfinishedFrame.server = { opcode: 1, expected: 500, seen: 20, arrival };
    }
    expect(found(missingClose, session)).toBe('ws-abnormal-closure error unfinished');
  });

  it.each([
    { name: 'a reset', session: opened().message('client', 20).rst('server').build() },
    { name: 'a Close before the FIN', session: opened().close('server', 1000).fin('server').build() },
    { name: 'no end', session: opened().message('client', 20).build() },
    { name: 'one direction only', session: opened().message('client', 20).fin('client').unseen('both-sides').build() },
  ])('says nothing of $name', ({ session }) => {
    expect(found(missingClose, session)).toBe('nothing');
  });

  it('does not blame a side whose last bytes the capture missed', () => {
    const session = opened().message('client', 20).message('server', 20).fin('server').build();
    const fin = session.tcp.endPacket;
    session.tcp.gaps.push({ side: 'server', length: 4, packet: fin?.packet ?? 0, at: fin?.at ?? 0 });
    expect(found(missingClose, session)).toBe('nothing');
    expect(verdictOn(session)).toBe('partial open');
  });

  it('speaks again when frames were read behind the hole', () => {
    const session = opened().message('client', 20).wait(100).message('server', 20).fin('server').build();
    session.tcp.gaps.push({ side: 'server', length: 4, packet: 7, at: 50e6 });
    expect(found(missingClose, session)).toBe('ws-abnormal-closure error fin');
  });
});
