import { describe, expect, it } from 'vitest';
import { unansweredPing } from '../../../../src/diagnosis/rules/keepalive/unanswered-ping.js';
import { opened, unacknowledged } from '../../sessions.js';
import { filled, findingOf, found, verdictOn } from '../../verdict.js';

const answeredOnce = () => opened().message('client', 5).ping('client').wait(10).pong('server');

describe('keepalive/unanswered-ping', () => {
  it('calls a peer stalled that sends nothing more', () => {
    const session = answeredOnce().ping('client').wait(2000).close('client', 1011).fin('client').build();
    expect(found(unansweredPing, session)).toBe('ws-peer-stalled error stalledLeft');
    expect(verdictOn(session)).toBe('failed open ws-peer-stalled');
  });

  it('calls pings unanswered where the peer sends other data', () => {
    const session = answeredOnce()
      .ping('client')
      .wait(1000)
      .message('server', 9)
      .wait(1000)
      .close('client', 1011)
      .fin('client')
      .build();
    expect(found(unansweredPing, session)).toBe('ws-ping-unanswered error unansweredLeft');
    expect(findingOf(unansweredPing, session)?.evidence.map(({ note }) => note)).toEqual(['ping', 'data', 'left']);
  });

  it('takes what comes after the pinger has left for no sign of life, and a late pong for the end of the stall', () => {
    const session = answeredOnce().message('server', 5).ping('client').wait(2000).close('client', 1011);
    const ended = session.wait(4600).message('server', 9).close('server', 1011).build();
    const { lastFrame, pings } = ended.websocket!;
    pings.client.unanswered = [{ sent: pings.client.last!, latePong: lastFrame.server }];
    expect(findingOf(unansweredPing, ended)).toMatchObject({
      message: 'stalledLeft',
      evidence: [{ note: 'early' }, { note: 'left' }, { note: 'pong' }],
      remedies: ['serverWoke', 'loop', 'patience'],
    });
  });

  it('leaves it to others when TCP did not acknowledge the ping', () => {
    const session = answeredOnce().ping('client').wait(2000).fin('client').build();
    unacknowledged(session, 'client', session.websocket!.pings.client.last!);
    expect(found(unansweredPing, session)).toBe('nothing');
  });

  it.each([
    { name: 'a ping just before the capture ends', session: answeredOnce().ping('client').captureGoesOn(2000).build() },
    { name: 'a first ping with no pong to compare', session: opened().ping('client').captureGoesOn(9000).build() },
    {
      name: 'a client that closes right after a ping',
      session: answeredOnce()
        .ping('client')
        .wait(100)
        .close('client', 1001)
        .close('server', 1001)
        .fin('server')
        .build(),
    },
    {
      name: 'a server that left first',
      session: answeredOnce()
        .ping('client')
        .wait(3000)
        .close('server', 1000)
        .close('client', 1000)
        .fin('server')
        .build(),
    },
    {
      name: 'pings that were all answered',
      session: answeredOnce().wait(9000).close('client', 1000).close('server', 1000).build(),
    },
  ])('says nothing of $name', ({ session }) => {
    expect(found(unansweredPing, session)).toBe('nothing');
  });

  it('counts silence at the end of the capture from 5 s on', () => {
    expect(found(unansweredPing, answeredOnce().ping('client').captureGoesOn(6000).build())).toBe(
      'ws-peer-stalled error stalled',
    );
  });

  it('only warns where the pinger stays, or leaves with a goodbye', () => {
    const stays = answeredOnce().ping('client').wait(100).message('server', 9).captureGoesOn(6000).build();
    expect(found(unansweredPing, stays)).toBe('ws-ping-unanswered warning unanswered');
    expect(verdictOn(stays)).toBe('open open');
    const kind = answeredOnce().ping('client').wait(2000).close('client', 1000).close('server', 1000).build();
    expect(found(unansweredPing, kind)).toBe('ws-peer-stalled warning stalledLeft');
    expect(verdictOn(kind)).toBe('ok close');
  });

  it('knows that pongs took long before', () => {
    const slow = opened().ping('client').wait(4000).pong('server').ping('client').wait(6000).fin('client').build();
    expect(found(unansweredPing, slow)).toBe('nothing');
  });

  it('does not miss a pong that the capture missed', () => {
    const session = answeredOnce().ping('client').wait(2000).fin('client').build();
    session.tcp.gaps.push({ side: 'server', length: 2, packet: 30, at: session.tcp.endPacket?.at ?? 0 });
    expect(found(unansweredPing, session)).toBe('nothing');
  });

  it('names the timers that the wait and the pings fit, several and with their distance', () => {
    const session = answeredOnce().ping('client').wait(20_100).close('client', 1011).fin('client').build();
    Object.assign(session.websocket!.pings.client, { count: 4, minInterval: 20e9, maxInterval: 20.1e9 });
    session.websocket!.pings.client.first = {
      packet: 1,
      at: session.websocket!.pings.client.last!.at - 60e9,
      readyAt: 0,
    };
    const finding = findingOf(unansweredPing, session);
    expect(finding?.remedies).toEqual(['loop', 'patience', 'timeout', 'period']);
    const [timers, programs] = [filled(finding, 'timers'), filled(finding, 'programs')];
    expect(timers).toMatch(/python websockets ping_timeout \(20 s, \+0\.1\d\d s\)/);
    expect(timers!.split('), ').length).toBeGreaterThan(1);
    expect(programs!.split('), ').length).toBeGreaterThan(1);
    expect(finding?.data?.period).toEqual({ type: 'duration', ns: 20e9 });
  });

  it('names no timer where none fits', () => {
    const session = answeredOnce().ping('client').wait(2000).close('client', 1011).fin('client').build();
    expect(findingOf(unansweredPing, session)?.remedies).toEqual(['loop', 'patience']);
  });
});
