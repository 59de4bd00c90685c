import { describe, expect, it } from 'vitest';
import { chosenH2 } from '../../../../src/diagnosis/rules/tls/chosen-h2.js';
import { aSession, type SessionBuilder } from '../../../wire/session-builder.js';
import { withTls } from '../../sessions.js';
import { found, verdictOn } from '../../verdict.js';

const chose = (alpn: string | null, then: (session: SessionBuilder) => SessionBuilder) => {
  const builder = aSession().handshake().clientHello('a.example.com', ['h2', 'http/1.1']).serverHello(0x0303, 0xc02f);
  return withTls(then(builder.finished()).build(), (tls) => {
    if (tls.serverHello !== undefined) tls.serverHello.alpn = alpn;
  });
};

describe('tls/chosen-h2', () => {
  it('sees a client leave without using it', () => {
    const session = chose('h2', (builder) => builder.fin('client'));
    expect(found(chosenH2, session)).toBe('alpn-h2-chosen error left');
    expect(verdictOn(session)).toBe('failed tls alpn-h2-chosen');
  });

  it('sees how HTTP/1.1 inside HTTP/2 ends', () => {
    const session = chose('h2', (builder) =>
      builder.records('server', 1, 69).records('client', 1, 191).records('server', 1, 46).fin('server'),
    );
    expect(found(chosenH2, session)).toBe('alpn-h2-chosen error request');
  });

  it.each([
    { name: 'HTTP/1.1 chosen', session: chose('http/1.1', (builder) => builder.fin('client')) },
    { name: 'a choice that is hidden', session: chose(null, (builder) => builder.fin('client')) },
    {
      name: 'a page over h2, ended by its client',
      session: chose('h2', (builder) => builder.records('client', 3, 90).records('server', 20, 1400).fin('client')),
    },
    {
      name: 'h2 that the server ends after a silence',
      session: chose('h2', (builder) =>
        builder.records('client', 2, 140).records('server', 2, 90).wait(60_000).fin('server'),
      ),
    },
    { name: 'a spare connection', session: chose('h2', (builder) => builder.wait(30_000).fin('client')) },
  ])('says nothing of $name', ({ session }) => {
    expect(found(chosenH2, session)).toBe('nothing');
  });
});
