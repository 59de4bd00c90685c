import { describe, expect, it } from 'vitest';
import { lostContext } from '../../../../src/diagnosis/rules/framing/lost-context.js';
import { opened } from '../../sessions.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

/** The client leaves over the server's data, all of which inflate. */
const left = (code: number, reason: string, lastUsesHistory = true) => {
  const session = opened()
    .message('server', 5)
    .close('client', code, reason)
    .close('server', code)
    .fin('server')
    .build();
  session.websocket!.compression.server = {
    messages: 7,
    wireBytes: 70,
    inflatedBytes: 700,
    historyUses: 6,
    lastUsesHistory,
    fault: undefined,
  };
  return session;
};

describe('framing/lost-context', () => {
  it.each(['Inflate error', 'invalid distance too far back', 'decompression failed'])(
    'blames the receiver that says "%s" of sound data',
    (reason) => {
      expect(verdictOn(left(1007, reason))).toBe('failed open ws-deflate-corrupt');
      expect(findingOf(lostContext, left(1002, reason))).toMatchObject({
        message: 'history',
        confidence: 'likely',
        data: { reader: { side: 'client' }, sender: { side: 'server' }, messages: { n: 7 } },
      });
    },
  );

  it('knows that data without references to history excuse nobody', () => {
    expect(findingOf(lostContext, left(1007, 'inflate error', false))?.message).toBe('alone');
  });

  it('says nothing of other reasons and codes, of holes, and of data that are corrupt indeed', () => {
    expect(found(lostContext, left(1007, 'invalid utf-8'))).toBe('nothing');
    expect(found(lostContext, left(4000, 'inflate error'))).toBe('nothing');
    const lossy = left(1007, 'inflate error');
    lossy.websocket!.contextLost.server = true;
    expect(found(lostContext, lossy)).toBe('nothing');
    const corrupt = opened().violation('deflate-corrupt', 'server').close('client', 1007, 'inflate error').build();
    corrupt.websocket!.compression.server = left(1007, '').websocket!.compression.server;
    expect(found(lostContext, corrupt)).toBe('nothing');
  });
});
