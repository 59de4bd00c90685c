import { describe, expect, it } from 'vitest';
import { corruptDeflate } from '../../../../src/diagnosis/rules/framing/corrupt-deflate.js';
import { opened } from '../../sessions.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

describe('framing/corrupt-deflate', () => {
  it.each([1007, 1002, 1011])('sees the other side leave with %i', (code) => {
    const session = opened().violation('deflate-corrupt', 'server', 'Z_DATA_ERROR').close('client', code).fin('client');
    expect(verdictOn(session.build())).toBe('failed open ws-deflate-corrupt');
  });

  it.each([
    { fault: 'kept-context', message: 'kept', parameter: 'server_no_context_takeover' },
    { fault: 'larger-window', message: 'window', parameter: 'server_max_window_bits' },
  ] as const)('knows the agreement that explains it: $fault', ({ fault, message, parameter }) => {
    const session = opened().violation('deflate-corrupt', 'server').close('client', 1007).fin('client').build();
    session.websocket!.compression.server = {
      messages: 1,
      wireBytes: 10,
      inflatedBytes: 20,
      historyUses: 1,
      lastUsesHistory: true,
      fault,
    };
    expect(findingOf(corruptDeflate, session)).toMatchObject({ message, data: { parameter: { text: parameter } } });
  });

  it('warns where the other side went on, and needs payloads', () => {
    const session = opened().violation('deflate-corrupt', 'server').message('client', 5);
    expect(found(corruptDeflate, session.build())).toBe('ws-deflate-corrupt warning harmless');
    expect(found(corruptDeflate, session.unseen('payloads').build())).toBe('nothing');
  });
});
