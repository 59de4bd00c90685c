import { describe, expect, it } from 'vitest';
import { endedHandshake } from '../../../../src/diagnosis/rules/tls/ended-handshake.js';
import type { Session } from '../../../../src/session/session.js';
import { aSession } from '../../../wire/session-builder.js';
import { findingOf, found, verdictOn, viewOf } from '../../verdict.js';

const hellos = () => aSession().handshake().clientHello('a.example.com').serverHello().records('server', 0, 0);
const heard = (session: Session): Session => {
  session.tcp.flows.server.bytes = Math.max(1, session.tcp.flows.server.bytes);
  return session;
};

describe('tls/ended-handshake', () => {
  it.each([
    { session: hellos().fin('client').build(), says: 'tls-closed-during-handshake error during' },
    { session: hellos().rst('server').build(), says: 'tls-closed-during-handshake error during' },
    { session: hellos().finished().fin('client').build(), says: 'tls-closed-after-handshake error after' },
    { session: hellos().finished().fin('server').build(), says: 'tls-closed-during-handshake error refusedFinished' },
  ])('tells how far it came: $says', ({ session, says }) => {
    expect(found(endedHandshake, heard(session))).toBe(says);
    expect(verdictOn(session)).toBe(`failed tls ${says.split(' ')[0]}`);
  });

  it('knows an encrypted alert by its sender', () => {
    const session = heard(hellos().fin('server').build());
    const arrival = session.tls?.serverHello?.span.last;
    if (arrival !== undefined)
      session.tls?.encryptedAlerts.push({ from: 'client', arrival, length: 19, inferred: true });
    expect(found(endedHandshake, session)).toBe('tls-closed-during-handshake error duringAlert');
  });

  it('asks for keys only where the session was not opened by them', () => {
    const session = heard(hellos().fin('client').build());
    expect(findingOf(endedHandshake, session)?.remedies).toEqual(['client', 'keys']);
    session.tls!.decrypted = true;
    expect(findingOf(endedHandshake, session)?.remedies).toEqual(['client']);
    session.tls!.missingSecrets.push('CLIENT_HANDSHAKE_TRAFFIC_SECRET');
    expect(findingOf(endedHandshake, session)?.remedies).toEqual(['client', 'keys']);
  });

  it('leaves a client that left over a CertificateRequest to the rule about that', () => {
    const session = heard(hellos().certificate().fin('client').build());
    session.tls!.certificateRequest = session.tls!.certificatesAt;
    expect(found(endedHandshake, session)).toBe('nothing');
  });

  it.each([
    { name: 'a client that left a minute later', session: hellos().finished().wait(60_000).fin('client').build() },
    {
      name: 'a conversation',
      session: hellos().finished().records('client', 2, 90).records('server', 2, 90).fin('client').build(),
    },
    {
      name: 'a server that closes on a request',
      session: hellos().finished().records('client', 1, 190).fin('server').build(),
    },
    { name: 'a capture that ends', session: hellos().build() },
  ])('says nothing of $name', ({ session }) => {
    expect(found(endedHandshake, heard(session))).toBe('nothing');
  });

  it('takes a silent departure for a spare connection where others of the client are in use', () => {
    const session = heard(hellos().finished().fin('client').build());
    expect(found(endedHandshake, session, viewOf([session], { tlsWorked: 1 }))).toBe('nothing');
    expect(verdictOn(session, viewOf([session], { tlsWorked: 1 }))).toBe('partial tls');
  });

  it('takes an alert of the server for a refusal only before anything that may be an answer', () => {
    const sealedAlert = (records: number): Session => {
      const session = heard(
        hellos().finished().records('client', 1, 190).records('server', records, 174).fin('server').build(),
      );
      const arrival = session.tcp.endPacket;
      if (arrival !== undefined)
        session.tls?.encryptedAlerts.push({ from: 'server', arrival, length: 19, inferred: true });
      return session;
    };
    expect(found(endedHandshake, sealedAlert(0))).toBe('tls-closed-during-handshake error refusedFinished');
    expect(found(endedHandshake, sealedAlert(1))).toBe('nothing');
  });

  it('does not judge behind a hole', () => {
    const session = heard(hellos().fin('client').build());
    if (session.tls !== undefined) session.tls.handshakeGap = true;
    expect(found(endedHandshake, session)).toBe('nothing');
  });
});
