import { describe, expect, it } from 'vitest';
import { clientCertificate } from '../../../../src/diagnosis/rules/tls/client-certificate.js';
import type { TlsFacts } from '../../../../src/tls/tls-facts.js';
import { aSession, type SessionBuilder } from '../../../wire/session-builder.js';
import { UPGRADE, withTls } from '../../sessions.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

const asked = (sent: number | undefined, then: (session: SessionBuilder) => SessionBuilder) => {
  const builder = aSession().handshake().clientHello('example.com').serverHello(0x0303, 0xc02f).certificate();
  return withTls(then(builder).build(), (tls) => {
    tls.certificateRequest = tls.certificatesAt;
    tls.clientCertificates = sent;
  });
};

/** TLS 1.3 without keys. */
const hidden = (sent: 'none' | 'sent', then: (session: SessionBuilder) => SessionBuilder) =>
  withTls(then(aSession().handshake().clientHello('example.com').serverHello()).build(), (tls) => {
    tls.inferredClientCertificate = sent;
  });

describe('tls/client-certificate', () => {
  it('sees a server leave after an empty list, and after one it did not like', () => {
    const none = asked(0, (session) => session.finished().fin('server'));
    expect(verdictOn(none)).toBe('failed tls tls-client-certificate-required');
    const one = asked(1, (session) => session.finished().rst('server'));
    expect(verdictOn(one)).toBe('failed tls tls-client-certificate-rejected');
  });

  it('takes one short answer and an end for an error page, possibly', () => {
    const session = asked(0, (builder) =>
      builder.finished().records('client', 1, 180).records('server', 1, 400).fin('server'),
    );
    expect(found(clientCertificate, session)).toBe('tls-client-certificate-required error answered');
  });

  it.each([
    { sent: 'none', says: 'tls-client-certificate-required error inferredNone' },
    { sent: 'sent', says: 'tls-client-certificate-rejected error inferredRefused' },
  ] as const)('infers without keys that a server refused over a certificate: $sent', ({ sent, says }) => {
    const session = hidden(sent, (builder) => builder.finished().fin('server'));
    expect(found(clientCertificate, session)).toBe(says);
    expect(verdictOn(session)).toBe(`failed tls ${says.split(' ')[0]}`);
  });

  it('does not take an answer under TLS 1.3 for a refused certificate', () => {
    const session = hidden('sent', (builder) =>
      builder.finished().records('client', 1, 180).records('server', 1, 174).fin('server'),
    );
    expect(found(clientCertificate, session)).toBe('nothing');
  });

  it('reads an answer that says so', () => {
    const session = aSession()
      .handshake()
      .clientHello('example.com')
      .serverHello()
      .request('/live', [...UPGRADE])
      .response(400, 'Bad Request', [], '<title>400 No required SSL certificate was sent</title>')
      .build();
    expect(verdictOn(session)).toBe('failed tls tls-client-certificate-required');
  });

  describe('where the client leaves', () => {
    const opened = (edit: (tls: TlsFacts) => void, notAfter = Date.UTC(2027, 0, 1)) =>
      withTls(
        aSession().handshake().clientHello('example.com').serverHello().certificate({ notAfter }).fin('client').build(),
        (tls) => {
          tls.decrypted = true;
          tls.certificateRequest = tls.certificatesAt;
          tls.finished.server = tls.certificatesAt?.last;
          edit(tls);
        },
      );

    it('sees that it did so instead of sending a certificate', () => {
      const session = opened(() => {});
      expect(found(clientCertificate, session)).toBe('tls-client-certificate-required error left');
      expect(verdictOn(session)).toBe('failed tls tls-client-certificate-required');
      expect(findingOf(clientCertificate, session)?.confidence).toBe('likely');
    });

    it('sees that it canceled after an empty list', () => {
      const session = opened((tls) => {
        tls.clientCertificates = 0;
        const arrival = { ...tls.certificatesAt!.last, at: tls.certificatesAt!.last.at + 1 };
        tls.alerts.push({ from: 'client', level: 'warning', description: 'user_canceled', code: 90, arrival });
      });
      expect(found(clientCertificate, session)).toBe('tls-client-certificate-required error leftEmpty');
    });

    it('says nothing of it where its reason may be another', () => {
      expect(
        found(
          clientCertificate,
          opened(() => {}, Date.UTC(2026, 1, 1)),
        ),
      ).toBe('nothing');
      const closed = opened((tls) => {
        const arrival = tls.certificatesAt!.last;
        tls.encryptedAlerts.push({ from: 'client', arrival, length: 19, inferred: true });
      });
      expect(found(clientCertificate, closed)).toBe('nothing');
    });
  });

  it.each([
    {
      name: 'a session that goes on',
      session: asked(0, (builder) => builder.finished().records('client', 9, 80).wait(9000).fin('server')),
    },
    { name: 'a client that leaves', session: asked(0, (builder) => builder.finished().fin('client')) },
    { name: 'a server that did not ask', session: asked(undefined, (builder) => builder.finished().fin('server')) },
  ])('says nothing of $name', ({ session }) => {
    expect(found(clientCertificate, session)).toBe('nothing');
  });
});
