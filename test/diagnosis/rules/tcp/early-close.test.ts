import { describe, expect, it } from 'vitest';
import { earlyClose } from '../../../../src/diagnosis/rules/tcp/early-close.js';
import { aSession } from '../../../wire/session-builder.js';
import { found, verdictOn, viewOf } from '../../verdict.js';

describe('tcp/early-close', () => {
  it('tells a reset from a close', () => {
    expect(found(earlyClose, aSession().handshake().rst('server').build())).toBe('tcp-reset-after-connect error reset');
    expect(found(earlyClose, aSession().handshake().fin('server').build())).toBe(
      'tcp-closed-after-connect error closed',
    );
  });

  it.each([
    { name: 'the client ended', session: aSession().handshake().fin('client').build() },
    { name: 'it lasted longer than 2 s', session: aSession().handshake().wait(2100).fin('server').build() },
    { name: 'something was said', session: aSession().handshake().request().fin('server').build() },
  ])('says nothing where $name', ({ session }) => {
    expect(found(earlyClose, session)).toBe('nothing');
  });

  it('takes it for a spare connection where another one of that client worked', () => {
    const session = aSession().handshake().fin('server').build();
    expect(found(earlyClose, session, viewOf([session], { worked: 1 }))).toBe('nothing');
    expect(verdictOn(session, viewOf([session], { worked: 1 }))).toBe('partial tcp');
  });

  it('does not take missed bytes for silence', () => {
    const session = aSession().handshake().fin('server').build();
    session.tcp.flows.server.missingBytes = 20;
    expect(found(earlyClose, session)).toBe('nothing');
  });
});
