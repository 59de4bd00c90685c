import { describe, expect, it } from 'vitest';
import { lostPeer } from '../../../../src/diagnosis/rules/keepalive/lost-peer.js';
import { aSession } from '../../../wire/session-builder.js';
import { arrivalAt, closed, opened, unacknowledged } from '../../sessions.js';
import { filled, findingOf, found, verdictOn } from '../../verdict.js';

const stuck = (repeats = 5) => {
  const session = opened().message('server', 9).message('client', 20).captureGoesOn(8000).build();
  return unacknowledged(session, 'client', session.websocket!.lastData.client!, repeats);
};

describe('keepalive/lost-peer', () => {
  it('calls a peer vanished from which nothing comes back', () => {
    expect(findingOf(lostPeer, stuck())).toMatchObject({
      cause: 'ws-peer-vanished',
      confidence: 'proven',
      data: { repeats: { n: 5 }, waited: { ns: 5e9 } },
    });
    expect(verdictOn(stuck())).toBe('failed open ws-peer-vanished');
  });

  it('tells one packet that never gets through while what was sent after its first repeats does', () => {
    const filtered = (reportedAfter: number) => {
      const session = stuck(7);
      const { client } = session.tcp.flows;
      const sackedAt = arrivalAt(105, client.oldestUnacked!.at / 1e9 + reportedAfter);
      client.sizes = { ...client.sizes, stuck: 11, acknowledged: 200, sackedBehind: 602, sackedAt };
      return session;
    };
    expect(findingOf(lostPeer, filtered(1.5))).toMatchObject({
      message: 'filtered',
      cause: 'ws-half-open',
      confidence: 'likely',
      data: { stuck: { bytes: 11 }, passed: { bytes: 602 }, repeats: { n: 7 } },
      remedies: ['filter', 'damage', 'path'],
    });
    expect(verdictOn(filtered(1.5))).toBe('failed open ws-half-open');
    expect(findingOf(lostPeer, filtered(0.5))?.message).toBe('vanished');
    expect(findingOf(lostPeer, filtered(6.5))?.message).toBe('vanished');
  });

  it('calls it half open when the peer still sends', () => {
    const session = stuck();
    const later = arrivalAt(99, 4);
    Object.assign(session.tcp.flows.server, { lastPacket: later, lastData: later });
    session.tcp.flows.client.heardSinceRepeats = later;
    expect(findingOf(lostPeer, session)).toMatchObject({ cause: 'ws-half-open', confidence: 'proven' });
  });

  it('does not call it half open when the peer is heard only after the sender has given up', () => {
    const session = stuck();
    const lateAt = (session.tcp.flows.client.repeats.at(-1)?.at ?? 0) / 1e9 + 9;
    const late = arrivalAt(120, lateAt);
    const rst = arrivalAt(121, lateAt + 0.01);
    Object.assign(session.tcp.flows.server, { lastPacket: late, lastData: late });
    Object.assign(session.tcp.flows.client, { heardSinceRepeats: late, rst });
    const finding = findingOf(lostPeer, session);
    expect(finding).toMatchObject({ message: 'gaveUp', cause: 'ws-peer-vanished', data: { late: { ns: 9e9 } } });
    expect(finding?.evidence.slice(-2).map(({ note }) => note)).toEqual(['late', 'forgotten']);
  });

  describe('TCP keep-alives', () => {
    const probed = (probes: number, end?: 'rst') => {
      const builder = opened().message('client', 5).message('server', 5).wait(9000);
      const session = (end === undefined ? builder : builder.rst('client')).captureGoesOn(9000).build();
      session.tcp.flows.client.unansweredKeepAlives = Array.from({ length: probes }, (_, n) =>
        arrivalAt(20 + n, 1 + n),
      );
      return session;
    };

    it('that find no answer tell of a vanished peer, whoever sent the RST in the end', () => {
      expect(verdictOn(probed(4, 'rst'))).toBe('failed open ws-peer-vanished');
      expect(findingOf(lostPeer, probed(4, 'rst'))).toMatchObject({
        message: 'keepAlivesEnd',
        data: { sender: { side: 'client' }, peer: { side: 'server' }, probes: { n: 4 }, waited: { ns: 3e9 } },
      });
    });

    it('are no proof where the sender goes on: the capture may lack the answers', () => {
      expect(found(lostPeer, probed(3))).toBe('nothing');
      expect(found(lostPeer, probed(1, 'rst'))).toBe('nothing');
    });

    it('need no end where a router says why', () => {
      const session = probed(3);
      const refusal = {
        from: '10.0.0.1',
        family: 4 as const,
        name: 'host unreachable',
        type: 3,
        code: 1,
        quoted: 'client' as const,
      };
      for (const n of [1, 2]) session.tcp.icmpErrors.push({ ...refusal, arrival: arrivalAt(40 + n, 1 + n) });
      expect(found(lostPeer, session)).toBe('ws-peer-vanished error keepAlives');
    });
  });

  it('names the router that refuses the packets by ICMP, and is sure then', () => {
    const session = stuck();
    const { flows, icmpErrors } = session.tcp;
    const icmp = { from: '10.0.0.1', family: 4 as const, name: 'communication administratively prohibited', type: 3 };
    const later = arrivalAt(99, 4);
    flows.server.lastPacket = later;
    flows.client.heardSinceRepeats = later;
    expect(findingOf(lostPeer, session)).toMatchObject({ cause: 'ws-half-open', confidence: 'likely' });
    icmpErrors.push({ ...icmp, arrival: arrivalAt(40, 1), code: 4, quoted: 'client', mtu: 1300 });
    icmpErrors.push({ ...icmp, arrival: arrivalAt(41, 1), code: 13, quoted: 'server' });
    expect(filled(findingOf(lostPeer, session), 'refusal')).toBe('');
    icmpErrors.push({ ...icmp, arrival: arrivalAt(42, 1), code: 13, quoted: 'client' });
    icmpErrors.push({ ...icmp, arrival: arrivalAt(43, 2), code: 13, quoted: 'client' });
    const finding = findingOf(lostPeer, session);
    expect(finding).toMatchObject({ confidence: 'proven', data: { router: { text: '10.0.0.1' } } });
    expect(filled(finding, 'refusal')).toBe(
      '; 10.0.0.1 answered 2 packets of the client by ICMP: communication administratively prohibited',
    );
    expect(finding?.remedies[0]).toBe('refused');
    expect(finding?.evidence.filter(({ note }) => note === 'refused').map(({ arrival }) => arrival.packet)).toEqual([
      42, 43,
    ]);
  });

  it('knows a router that finds no host by its ICMP, which comes late and in bursts', () => {
    const refused = (times: readonly number[], code = 1) => {
      const session = stuck();
      const since = session.tcp.flows.client.oldestUnacked!.at / 1e9;
      const icmp = {
        from: '10.0.0.1',
        family: 4 as const,
        name: 'host unreachable',
        type: 3,
        quoted: 'client' as const,
      };
      for (const [n, at] of times.entries()) {
        session.tcp.icmpErrors.push({ ...icmp, code, arrival: arrivalAt(40 + n, since + at) });
      }
      return findingOf(lostPeer, session)?.remedies[0];
    };
    expect(refused([2.95, 2.9501, 2.9502])).toBe('gone');
    expect(refused([2.95, 2.9501, 2.9502], 13)).toBe('refused');
    expect(refused([1.01, 2.01, 2.0101])).toBe('refused');
    expect(refused([0.01, 0.0101, 0.0102])).toBe('refused');
  });

  it('says nothing where the capture lacks what the peer sent meanwhile', () => {
    const session = stuck();
    session.tcp.gaps.push({ side: 'server', length: 20, packet: 98, at: arrivalAt(98, 3).at });
    expect(found(lostPeer, session)).toBe('nothing');
  });

  it('sees it under TLS too', () => {
    const session = aSession().handshake().clientHello('a.example').serverHello().finished().build();
    const busy = aSession()
      .handshake()
      .clientHello('a.example')
      .serverHello()
      .finished()
      .records('server', 3, 50)
      .records('client', 3, 50)
      .build();
    unacknowledged(busy, 'client', busy.tls!.applicationData.client.last!);
    expect(verdictOn(busy)).toBe('failed open ws-peer-vanished');
    unacknowledged(session, 'client', session.tcp.last);
    expect(found(lostPeer, session)).toBe('nothing');
  });

  it.each([
    { name: 'one repeat', session: stuck(1) },
    {
      name: 'a FIN that nobody acknowledged after both Closes',
      session: unacknowledged(closed(opened()), 'client', arrivalAt(9, 1)),
    },
  ])('says nothing of $name', ({ session }) => {
    expect(found(lostPeer, session)).toBe('nothing');
  });

  it('says nothing of a receiver that closed its window, or reset', () => {
    const slow = stuck();
    slow.tcp.flows.server.windowClosedSince = arrivalAt(8, 0.03);
    expect(found(lostPeer, slow)).toBe('nothing');
    const reset = stuck();
    reset.tcp.flows.server.rst = arrivalAt(8, 6);
    expect(found(lostPeer, reset)).toBe('nothing');
  });
});
