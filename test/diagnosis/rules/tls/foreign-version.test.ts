import { describe, expect, it } from 'vitest';
import { foreignVersion } from '../../../../src/diagnosis/rules/tls/foreign-version.js';
import { aSession } from '../../../wire/session-builder.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

const choosing = (version: number) => aSession().handshake().clientHello('a.example.com').serverHello(version);

describe('tls/foreign-version', () => {
  it('sees a version that was not offered', () => {
    const session = choosing(0x0301).fin('client').build();
    expect(found(foreignVersion, session)).toBe('tls-protocol-version error chosen');
    expect(verdictOn(session)).toBe('failed tls tls-protocol-version');
    expect(findingOf(foreignVersion, session)?.remedies).toEqual(['oldServer']);
  });

  it('has nothing against one that was, or while nobody left', () => {
    expect(found(foreignVersion, choosing(0x0303).fin('client').build())).toBe('nothing');
    expect(found(foreignVersion, choosing(0x0301).build())).toBe('nothing');
  });
});
