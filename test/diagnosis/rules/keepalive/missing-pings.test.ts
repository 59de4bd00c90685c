import { describe, expect, it } from 'vitest';
import { missingPings } from '../../../../src/diagnosis/rules/keepalive/missing-pings.js';
import { opened } from '../../sessions.js';
import { found, verdictOn } from '../../verdict.js';

describe('keepalive/missing-pings', () => {
  it('notes a long silence on which nobody ever pinged', () => {
    const session = opened().message('client', 20).captureGoesOn(45_000).build();
    expect(found(missingPings, session)).toBe('null note quiet');
    expect(verdictOn(session)).toBe('open open');
  });

  it.each([
    { name: 'a short silence', session: opened().message('client', 20).captureGoesOn(20_000).build() },
    { name: 'a session with pings', session: opened().ping('server').pong('client').captureGoesOn(45_000).build() },
    {
      name: 'a session that ended',
      session: opened().message('client', 2).fin('server').captureGoesOn(45_000).build(),
    },
  ])('says nothing of $name', ({ session }) => {
    expect(found(missingPings, session)).toBe('nothing');
  });
});
