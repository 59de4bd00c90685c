import { describe, expect, it } from 'vitest';
import { refusedConnection } from '../../../../src/diagnosis/rules/tcp/refused-connection.js';
import { aSession } from '../../../wire/session-builder.js';
import { opened } from '../../sessions.js';
import { findingOf, verdictOn } from '../../verdict.js';

describe('tcp/refused-connection', () => {
  it('points at the SYN and the RST that answers it', () => {
    const finding = findingOf(refusedConnection, aSession().refused().build());
    expect(finding).toMatchObject({ cause: 'tcp-refused', confidence: 'proven' });
    expect(finding?.evidence.map(({ arrival, note }) => [arrival.packet, note])).toEqual([
      [1, 'syn'],
      [2, 'reset'],
    ]);
  });

  it('fails the session in its TCP stage', () => {
    expect(verdictOn(aSession().refused().build())).toBe('failed tcp tcp-refused');
  });

  it('says nothing of a reset that comes later', () => {
    expect(findingOf(refusedConnection, opened().rst('server').build())).toBeUndefined();
  });
});
