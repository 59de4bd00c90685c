import { describe, expect, it } from 'vitest';
import { invalidClose } from '../../../../src/diagnosis/rules/closing/invalid-close.js';
import { opened } from '../../sessions.js';
import { found, verdictOn } from '../../verdict.js';

describe('closing/invalid-close', () => {
  it.each([0, 999, 1004, 1006, 1015, 1016, 2999, 5000, 65535])('refuses code %i', (code) => {
    const session = opened().close('server', code).fin('server').build();
    expect(found(invalidClose, session)).toBe('ws-close-invalid error code');
    expect(verdictOn(session)).toBe('failed open ws-close-invalid');
  });

  it('refuses a body of one byte', () => {
    expect(found(invalidClose, opened().close('server', -1).fin('server').build())).toBe(
      'ws-close-invalid error short',
    );
  });

  it.each([1000, 1001, 1005, 1002, 1011, 3000, 4001])('has nothing against %i', (code) => {
    expect(found(invalidClose, opened().close('server', code).fin('server').build())).toBe('nothing');
  });

  it('tells a 1005 that was sent from an empty body', () => {
    const session = opened().close('server', 1005).fin('server').build();
    const span = session.websocket?.firstClose?.span;
    if (span !== undefined) {
      session.websocket?.violations.push({ rule: 'invalid-close-code', from: 'server', span, detail: '1005' });
    }
    expect(found(invalidClose, session)).toBe('ws-close-invalid error code');
  });
});
