import { describe, expect, it } from 'vitest';
import { chosenH2 } from '../../../../src/diagnosis/rules/tls/chosen-h2.js';
import { aSession, type SessionBuilder } from '../../../wire/session-builder.js';
import { withTls } from '../../sessions.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

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

  /** TLS 1.3 without keys: lengths of records from the first one behind the handshake on, the server's negative. */
  const hidden = (lengths: readonly number[], offered = ['h2', 'http/1.1'], by: 'client' | 'server' = 'server') => {
    const builder = aSession().handshake().clientHello('a.example.com', offered).serverHello(0x0304, 0x1301).finished();
    for (const length of lengths) builder.records(length > 0 ? 'client' : 'server', 1, Math.abs(length));
    return withTls(builder.fin(by).build(), (tls) => {
      tls.sealedTraffic.lengths = [...lengths];
      tls.sealedTraffic.times = lengths.map((_, index) => index * 1e6);
    });
  };

  it.each([
    { name: 'SETTINGS before the request', lengths: [-50, 166, -19], confidence: 'likely' },
    { name: 'tickets, then too little for an answer', lengths: [179, -298, -298, -74, -19], confidence: 'possible' },
  ])('infers from outside what TLS 1.3 hides: $name', ({ lengths, confidence }) => {
    const session = hidden(lengths);
    expect(findingOf(chosenH2, session)).toMatchObject({ message: 'hidden', cause: 'alpn-h2-chosen', confidence });
    expect(verdictOn(session)).toBe('failed tls alpn-h2-chosen');
  });

  it.each([
    { name: 'a page', lengths: [179, -298, -298, -1400, -1400] },
    { name: 'a refusal with its headers', lengths: [220, -298, -298, -170, -19] },
    { name: 'a refusal without any, as Node.js words it', lengths: [220, -298, -298, -64, -19] },
    { name: 'one record, which may be an answer', lengths: [220, -298, -19] },
  ])('says nothing of $name', ({ lengths }) => {
    expect(found(chosenH2, hidden(lengths))).toBe('nothing');
  });

  it('says nothing of a client that did not offer h2, or that ended the connection itself', () => {
    expect(found(chosenH2, hidden([-50, 166, -19], ['http/1.1']))).toBe('nothing');
    expect(found(chosenH2, hidden([-50, 166, -19], undefined, 'client'))).toBe('nothing');
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
