import { describe, expect, it } from 'vitest';
import { lostPeer } from '../../../../src/diagnosis/rules/keepalive/lost-peer.js';
import { pathMtuBlackhole } from '../../../../src/diagnosis/rules/tcp/path-mtu-blackhole.js';
import type { Session } from '../../../../src/session/session.js';
import type { SegmentSizes } from '../../../../src/tcp/tcp-facts.js';
import { aSession, spanOf } from '../../../wire/session-builder.js';
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

/** Open, with a large message of the client that is never acknowledged. */
const stuckWhileOpen = (sizes: Partial<SegmentSizes>, repeats = 5): Session => {
  const session = opened().message('client', 4000).captureGoesOn(10_000).build();
  const sent = session.tcp.last;
  unacknowledged(session, 'client', sent, repeats);
  const { client } = session.tcp.flows;
  client.unackedBytes = 4008;
  client.sizes = { ...client.sizes, stuck: 1448, acknowledged: 167, largest: 1448, ...sizes };
  return session;
};

/** Open, and bytes of the server that never came by, 30 s ago. */
const holed = (sizes: Partial<SegmentSizes>): Session => {
  const session = opened().message('server', 1100).captureGoesOn(30_000).build();
  const { server } = session.tcp.flows;
  const hole = { bytes: 2896, behind: session.tcp.last };
  server.sizes = { ...server.sizes, largest: 1108, hole, sackedAt: session.tcp.last, ...sizes };
  return session;
};

const SHRUNK = { from: 1448, to: 1024, tries: 4, first: arrivalAt(70, 1), passed: arrivalAt(75, 4) };

describe('tcp/path-mtu-blackhole', () => {
  it('sees smaller segments reported as received behind a large one that is stuck', () => {
    const session = stuckWhileOpen({ sackedBehind: 1112, sackedAt: arrivalAt(60, 0.5) });
    expect(found(pathMtuBlackhole, session)).toBe('tcp-path-mtu-blackhole error sacked');
    expect(findingOf(pathMtuBlackhole, session)).toMatchObject({ stage: 'open', confidence: 'likely' });
  });

  it.each([
    { name: 'as large ones arrived behind it', sizes: { sackedBehind: 1448, sackedAt: arrivalAt(60, 0.5) } },
    {
      name: 'as large ones arrived before',
      sizes: { sackedBehind: 1112, sackedAt: arrivalAt(60, 0.5), acknowledged: 1448 },
    },
    { name: 'it is small', sizes: { stuck: 300, sackedBehind: 100, sackedAt: arrivalAt(60, 0.5) } },
  ])('says nothing where $name', ({ sizes }) => {
    expect(found(pathMtuBlackhole, stuckWhileOpen(sizes))).toBe('nothing');
  });

  it('takes few repeats for ordinary loss', () => {
    const session = stuckWhileOpen({ sackedBehind: 1112, sackedAt: arrivalAt(60, 0.5) }, 2);
    expect(found(pathMtuBlackhole, session)).toBe('nothing');
  });

  it('leaves it open where nothing but large segments was tried', () => {
    const session = stuckWhileOpen({});
    expect(found(pathMtuBlackhole, session)).toBe('nothing');
    expect(findingOf(lostPeer, session)).toMatchObject({ message: 'vanished', confidence: 'likely' });
    expect(findingOf(lostPeer, session)?.remedies).toContain('size');
    const passed = stuckWhileOpen({ acknowledged: 1448 });
    expect(findingOf(lostPeer, passed)).toMatchObject({ message: 'vanished', confidence: 'proven' });
    expect(findingOf(lostPeer, passed)?.remedies).not.toContain('size');
  });

  it('is told instead of a peer that vanished', () => {
    const session = stuckWhileOpen({ sackedBehind: 1112, sackedAt: arrivalAt(60, 0.5) });
    expect(found(lostPeer, session)).toBe('nothing');
    expect(verdictOn(session)).toBe('failed open tcp-path-mtu-blackhole');
  });

  it('sees a hole that is never filled while smaller segments pass', () => {
    expect(findingOf(pathMtuBlackhole, holed({}))).toMatchObject({ message: 'hole', confidence: 'possible' });
    const alive = holed({});
    alive.tcp.flows.server.lastPacket = arrivalAt(90, 20);
    expect(findingOf(pathMtuBlackhole, alive)).toMatchObject({ message: 'hole', confidence: 'likely' });
    expect(verdictOn(alive)).toBe('failed open tcp-path-mtu-blackhole');
  });

  it.each([
    { name: 'a segment as large as the hole arrived', sizes: { largest: 2896 } },
    { name: 'the hole is small', sizes: { hole: { bytes: 200, behind: arrivalAt(9, 0.1) }, largest: 100 } },
    { name: 'its sender was not told of it', sizes: { sackedAt: undefined } },
  ])('makes nothing of a hole where $name', ({ sizes }) => {
    expect(found(pathMtuBlackhole, holed(sizes))).toBe('nothing');
  });

  it('makes nothing of a hole that the end of the capture left open', () => {
    expect(found(pathMtuBlackhole, { ...holed({}), captureEnd: 1e9 })).toBe('nothing');
  });

  it('warns of a sender that had to find a smaller size for itself, which proves it for the other direction', () => {
    const session = opened().message('client', 4000).build();
    session.tcp.flows.client.sizes.shrunk = SHRUNK;
    expect(found(pathMtuBlackhole, session)).toBe('tcp-path-mtu-blackhole warning shrunk');
    expect(verdictOn(session)).toBe('open open');
    const both = holed({});
    both.tcp.flows.client.sizes.shrunk = SHRUNK;
    expect(verdictOn(both)).toBe('failed open tcp-path-mtu-blackhole');
  });

  it('is sure where what was sent was larger than the router had said', () => {
    const session = stuck(opened().message('client', 2000).build(), 2000, 4);
    session.tcp.icmpErrors[0]!.mtu = 1300;
    session.tcp.flows.client.sizes.stuck = 1448;
    expect(findingOf(pathMtuBlackhole, session)).toMatchObject({ message: 'tooBig', confidence: 'proven' });
  });

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

  it('strikes an encrypted session while it is open, once records went both ways', () => {
    const sealed = aSession()
      .handshake()
      .clientHello('a.example.com')
      .serverHello()
      .finished()
      .records('client', 1, 90);
    const asked = stuck(sealed.build(), 1800, 4);
    expect(findingOf(pathMtuBlackhole, asked)?.stage).toBe('upgrade');
    expect(findingOf(pathMtuBlackhole, stuck(sealed.records('server', 2, 90).build(), 1800, 4))?.stage).toBe('open');
  });

  it('is told where both said goodbye, and the Close of one stood behind what was stuck for long', () => {
    const goodbye = (seconds: number, close = 2): Session => {
      const session = stuckWhileOpen({ sackedBehind: 1112, sackedAt: arrivalAt(60, 0.5) });
      const since = session.tcp.last.at / 1e9;
      for (const from of ['client', 'server'] as const) {
        const arrival = arrivalAt(61, since + close);
        const frame = { from, code: 1000, reason: '', span: spanOf(arrival, 2) };
        session.websocket!.closes[from] = frame;
        session.websocket!.firstClose ??= frame;
      }
      return { ...session, captureEnd: session.tcp.last.at + seconds * 1e9 };
    };
    expect(verdictOn(goodbye(8))).toBe('failed open tcp-path-mtu-blackhole');
    expect(verdictOn(goodbye(4))).toBe('ok open');
    expect(verdictOn(goodbye(8, -0.1))).toBe('ok open');
  });

  it('goes on waiting behind the FIN of the sender, not behind that of the other side', () => {
    const ended = (from: 'client' | 'server'): Session => {
      const session = opened().message('server', 1100).fin(from).captureGoesOn(30_000).build();
      const { server } = session.tcp.flows;
      const behind = server.lastData ?? session.tcp.last;
      server.sizes = { ...server.sizes, largest: 1108, hole: { bytes: 2896, behind }, sackedAt: behind };
      return session;
    };
    expect(found(pathMtuBlackhole, ended('server'))).toBe('tcp-path-mtu-blackhole error hole');
    expect(found(pathMtuBlackhole, ended('client'))).toBe('nothing');
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
