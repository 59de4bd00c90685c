import { describe, expect, it } from 'vitest';
import { corruptDeflate } from '../../../../src/diagnosis/rules/framing/corrupt-deflate.js';
import { opened } from '../../sessions.js';
import { found, verdictOn } from '../../verdict.js';

describe('framing/corrupt-deflate', () => {
  it.each([1007, 1002, 1011])('sees the other side leave with %i', (code) => {
    const session = opened().violation('deflate-corrupt', 'server', 'Z_DATA_ERROR').close('client', code).fin('client');
    expect(verdictOn(session.build())).toBe('failed open ws-deflate-corrupt');
  });

  it('warns where the other side went on, and needs payloads', () => {
    const session = opened().violation('deflate-corrupt', 'server').message('client', 5);
    expect(found(corruptDeflate, session.build())).toBe('ws-deflate-corrupt warning harmless');
    expect(found(corruptDeflate, session.unseen('payloads').build())).toBe('nothing');
  });
});
