import { describe, expect, it } from 'vitest';
import { missingPreamble } from '../../../../src/diagnosis/rules/proxy/missing-preamble.js';
import { aSession } from '../../../wire/session-builder.js';
import { UPGRADE } from '../../sessions.js';
import { preambleOf } from '../../tunnels.js';
import { found, verdictOn, viewOf } from '../../verdict.js';

const closed = () =>
  aSession()
    .handshake()
    .request('/live', [...UPGRADE])
    .fin('server')
    .build();

describe('proxy/missing-preamble', () => {
  it('is told by other connections that begin with a preamble and work', () => {
    const session = closed();
    const view = viewOf([session], { workedWithPreamble: 1 });
    expect(found(missingPreamble, session, view)).toBe('proxy-preamble-missing error ended');
    expect(verdictOn(session, view)).toBe('failed proxy proxy-preamble-missing');
  });

  it('claims nothing without them, or where one works without a preamble', () => {
    const session = closed();
    expect(found(missingPreamble, session)).toBe('nothing');
    const mixed = viewOf([session], { workedWithPreamble: 3, workedWithoutPreamble: 1 });
    expect(found(missingPreamble, session, mixed)).toBe('nothing');
  });

  it('leaves alone what began with a preamble, was answered, or was ended by the client', () => {
    const view = (session: ReturnType<typeof closed>) => viewOf([session], { workedWithPreamble: 1 });
    const begun = aSession()
      .handshake()
      .proxied({ preambles: [preambleOf()], tunnels: [] });
    for (const session of [
      begun.request('/live').fin('server').build(),
      aSession().handshake().request('/live').response(400).fin('server').build(),
      aSession().handshake().request('/live').fin('client').build(),
    ]) {
      expect(found(missingPreamble, session, view(session))).toBe('nothing');
    }
  });
});
