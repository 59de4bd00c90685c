import { describe, expect, it } from 'vitest';
import { missingHeaders } from '../../../../src/diagnosis/rules/upgrade/missing-headers.js';
import { answered } from '../../sessions.js';
import { found, verdictOn } from '../../verdict.js';

describe('upgrade/missing-headers', () => {
  it.each([
    { name: '426', session: answered(426, { request: [] }) },
    { name: 'an Upgrade in the answer', session: answered(400, { request: [], response: [['Upgrade', 'WebSocket']] }) },
    { name: 'a 400 that says so', session: answered(400, { request: [], body: 'Not a WebSocket request' }) },
  ])('reads $name as a wish for WebSocket', ({ session }) => {
    expect(found(missingHeaders, session)).toBe('upgrade-headers-missing error plain');
    expect(verdictOn(session)).toBe('failed upgrade upgrade-headers-missing');
  });

  it('leaves requests that asked, and answers about other things, to other rules', () => {
    expect(found(missingHeaders, answered(426))).toBe('nothing');
    expect(found(missingHeaders, answered(404, { request: [] }))).toBe('nothing');
  });
});
