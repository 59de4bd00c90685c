import { describe, expect, it } from 'vitest';
import { endedHandshake } from '../../src/diagnosis/rules/tls/ended-handshake.js';
import { leftServerFlight } from '../../src/session/refused-flight.js';
import type { Session } from '../../src/session/session.js';
import { found, viewOf } from '../diagnosis/verdict.js';
import { aSession, type SessionBuilder } from '../wire/session-builder.js';

const hellos = () => aSession().handshake().clientHello('a.example.com').serverHello();

/** The server's flight, sealed or opened, right behind its hello. */
const withFlight = (builder: SessionBuilder, opened: boolean): Session => {
  const session = builder.build();
  const hello = session.tls?.serverHello?.span.last;
  session.tls!.encryptedFrom.server = hello;
  if (opened) session.tls!.finished.server = hello;
  session.tcp.flows.server.bytes = 1400;
  session.tcp.flows.server.lastData = hello;
  return session;
};

describe('a client that leaves the flight of the server unanswered', () => {
  it.each([{ opened: true }, { opened: false }])(
    'is a failed attempt, whoever else works (opened: $opened)',
    ({ opened }) => {
      const session = withFlight(hellos().wait(5).fin('client'), opened);
      expect(leftServerFlight(session.tls!, session.tcp)).toBe(true);
      const besideOthers = viewOf([session], { tlsWorked: 1 });
      expect(found(endedHandshake, session, besideOthers)).toBe('tls-closed-during-handshake error during');
    },
  );

  it.each([
    { name: 'a handshake that was completed', session: withFlight(hellos().finished().fin('client'), true) },
    { name: 'a server that leaves', session: withFlight(hellos().fin('server'), true) },
    { name: 'a capture that ends', session: withFlight(hellos(), true) },
    { name: 'a hello without its flight', session: hellos().fin('client').build() },
  ])('is not $name', ({ session }) => {
    expect(leftServerFlight(session.tls!, session.tcp)).toBe(false);
  });

  it('is not one that left while the server went on', () => {
    const session = withFlight(hellos().wait(5).fin('client'), true);
    const left = session.tcp.endPacket!;
    session.tcp.flows.server.lastData = { ...left, at: left.at + 1e6 };
    expect(leftServerFlight(session.tls!, session.tcp)).toBe(false);
  });
});
