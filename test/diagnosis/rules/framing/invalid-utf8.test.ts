import { describe, expect, it } from 'vitest';
import { invalidUtf8 } from '../../../../src/diagnosis/rules/framing/invalid-utf8.js';
import { closed, opened } from '../../sessions.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

describe('framing/invalid-utf8', () => {
  it('points at the text and at the Close it led to', () => {
    const session = opened().violation('invalid-utf8', 'client', 'c3 28').close('server', 1007).fin('server').build();
    expect(findingOf(invalidUtf8, session)?.evidence.map(({ note }) => note)).toEqual(['text', 'left']);
    expect(verdictOn(session)).toBe('failed open ws-invalid-utf8');
  });

  it('warns where nobody minded', () => {
    const session = closed(opened().violation('invalid-utf8', 'server'));
    expect(found(invalidUtf8, session)).toBe('ws-invalid-utf8 warning harmless');
    expect(verdictOn(session)).toBe('ok close');
  });

  it('says nothing of other broken rules', () => {
    expect(found(invalidUtf8, opened().violation('reserved-opcode', 'server').build())).toBe('nothing');
  });
});
