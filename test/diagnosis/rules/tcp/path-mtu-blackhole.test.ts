import { describe, expect, it } from 'vitest';
import { pathMtuBlackhole } from '../../../../src/diagnosis/rules/tcp/path-mtu-blackhole.js';
import type { Session } from '../../../../src/session/session.js';
import { aSession } from '../../../wire/session-builder.js';
import { arrivalAt, opened, unacknowledged } from '../../sessions.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

const stuck = (session: Session, bytes: number, code: number): Session => {
  unacknowledged(session, 'client', session.tcp.last);
  session.tcp.flows.client.unackedBytes = bytes;
  session.tcp.icmpErrors.push({
    arrival: arrivalAt(50, session.tcp.last.at / 1e9 + 0.01),
    from: '192.0.2.1',
    family: 4,
    type: 3,
    code,
    name: 'fragmentation needed',
    quoted: 'client',
  });
  return session;
};

describe('tcp/path-mtu-blackhole', () => {
  it('sees a large segment repeated after a router asked for smaller ones', () => {
    const session = stuck(aSession().handshake().request().build(), 2800, 4);
    expect(findingOf(pathMtuBlackhole, session)).toMatchObject({ stage: 'upgrade', confidence: 'likely' });
    expect(verdictOn(session)).toBe('failed upgrade tcp-path-mtu-blackhole');
  });

  it('strikes in the stage that was under way', () => {
    expect(findingOf(pathMtuBlackhole, stuck(opened().message('client', 2000).build(), 2000, 4))?.stage).toBe('open');
    const tls = stuck(aSession().handshake().clientHello('a.example.com').build(), 1800, 4);
    expect(findingOf(pathMtuBlackhole, tls)?.stage).toBe('tls');
  });

  it('sees a later, smaller segment answered while the first is not', () => {
    const session = aSession().handshake(20).request().captureGoesOn(8000).build();
    const { client, server } = session.tcp.flows;
    const sent = client.firstData?.at ?? 0;
    unacknowledged(session, 'client', session.tcp.last);
    client.unackedBytes = 2900;
    server.lastPacket = arrivalAt(60, sent / 1e9 + 0.001);
    expect(found(pathMtuBlackhole, session)).toBe('nothing');
    server.lastPacket = arrivalAt(60, sent / 1e9 + 0.0205);
    expect(found(pathMtuBlackhole, session)).toBe('tcp-path-mtu-blackhole error smallPassed');
    expect(verdictOn(session)).toBe('failed upgrade tcp-path-mtu-blackhole');
  });

  it('needs large data and the router’s word', () => {
    expect(found(pathMtuBlackhole, stuck(aSession().handshake().request().build(), 300, 4))).toBe('nothing');
    expect(found(pathMtuBlackhole, stuck(aSession().handshake().request().build(), 2800, 1))).toBe('nothing');
  });
});
