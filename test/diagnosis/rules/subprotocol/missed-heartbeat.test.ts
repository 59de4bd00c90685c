import { describe, expect, it } from 'vitest';
import { missedHeartbeat } from '../../../../src/diagnosis/rules/subprotocol/missed-heartbeat.js';
import type { Session } from '../../../../src/session/session.js';
import type { HeartbeatFacts, SubprotocolFacts } from '../../../../src/subprotocol/subprotocol-facts.js';
import { aHandshake, anError, heartbeats, speaking } from '../../../wire/subprotocol-facts.js';
import { arrivalAt, opened, SECOND } from '../../sessions.js';
import { filled, findingOf, found, verdictOn } from '../../verdict.js';

const ACCEPTED = arrivalAt(9, 0.1);
/** The last message of the silent side. */
const LAST = arrivalAt(10, 1);

/** Ends 10 s after the beginning. */
const ended = (how: 'close' | 'fin', by: 'client' | 'server' = 'server', code = 1000) => {
  const builder = opened().message('client', 5).wait(10_000);
  if (how === 'close') builder.close(by, code);
  return builder.fin(by).build();
};

const beating = (
  session: Session,
  name: string,
  { client = {}, server = {} }: { client?: Partial<HeartbeatFacts>; server?: Partial<HeartbeatFacts> },
  more: Partial<SubprotocolFacts> = {},
) =>
  speaking(session, name, {
    handshake: aHandshake({ asked: ACCEPTED, answered: ACCEPTED }),
    heartbeats: { client: heartbeats(client), server: heartbeats(server) },
    ...more,
  });

describe('subprotocol/missed-heartbeat of STOMP', () => {
  const silentClient = { client: { interval: 4 * SECOND, lastMessage: LAST } };

  it.each([1000, 1002, 1005])('sees a client that promised and did not send, behind Close %i', (code) => {
    const session = beating(ended('close', 'server', code), 'stomp', silentClient);
    expect(verdictOn(session)).toBe('failed open stomp-heartbeat-missed');
    expect(findingOf(missedHeartbeat, session)).toMatchObject({
      message: 'stomp-heartbeat-missed',
      confidence: 'proven',
      data: { silent: { side: 'client' }, interval: { ns: 4e9 } },
      struckAt: 5e9,
    });
  });

  it('comes before the ERROR with which the broker says so', () => {
    const error = anError('ERROR', 'server', arrivalAt(20, 9), { text: 'Session closed.', peerLast: LAST });
    const session = beating(ended('close', 'server', 1002), 'stomp', silentClient, { errors: [error] });
    expect(verdictOn(session)).toBe('failed open stomp-heartbeat-missed');
    expect(filled(findingOf(missedHeartbeat, session), 'how')).toBe(' with ERROR “Session closed.” and Close 1002');
  });

  it('says that pings are no heart-beats, except to RabbitMQ', () => {
    const session = opened()
      .message('client', 5)
      .wait(3000)
      .ping('client')
      .wait(6900)
      .ping('client')
      .wait(100)
      .close('server', 1002)
      .build();
    expect(found(missedHeartbeat, beating(session, 'stomp', silentClient))).toBe(
      'stomp-heartbeat-missed error stomp-pings',
    );
    const rabbit = beating(session, 'stomp', silentClient, { detail: { server: 'RabbitMQ/3.12.1' } });
    expect(found(missedHeartbeat, rabbit)).toBe('nothing');
  });

  it('sees a broker that fell silent, and a client that left over it', () => {
    const session = beating(ended('close', 'client', 1005), 'stomp', {
      server: { interval: 4 * SECOND, lastMessage: LAST },
    });
    expect(findingOf(missedHeartbeat, session)).toMatchObject({
      data: { silent: { side: 'server' } },
      remedies: ['server'],
    });
  });

  it('only warns where the other side put up with it', () => {
    const late = { client: { interval: SECOND, lastMessage: arrivalAt(10, 9.9), longestSilence: 5 * SECOND } };
    const session = beating(ended('close'), 'stomp', late);
    expect(found(missedHeartbeat, session)).toBe('stomp-heartbeat-missed warning tolerated');
    expect(verdictOn(session)).toBe('ok close');
  });

  it.each([
    {
      name: 'none was promised',
      session: beating(ended('close'), 'stomp', { client: { interval: 0, lastMessage: LAST } }),
    },
    {
      name: 'it was about to come',
      session: beating(ended('close'), 'stomp', { client: { interval: 8 * SECOND, lastMessage: LAST } }),
    },
    { name: 'the silent side left itself', session: beating(ended('close', 'client'), 'stomp', silentClient) },
    {
      name: 'a goodbye was said',
      session: beating(ended('close'), 'stomp', silentClient, {
        goodbye: { event: 'DISCONNECT', from: 'client', arrival: LAST, confirmed: undefined, awaitsAnswer: false },
      }),
    },
    {
      name: 'the handshake was never accepted',
      session: beating(ended('close'), 'stomp', silentClient, { handshake: aHandshake() }),
    },
  ])('says nothing where $name', ({ session }) => {
    expect(found(missedHeartbeat, session)).toBe('nothing');
  });

  it('does not blame a side whose bytes the capture missed', () => {
    const session = beating(ended('close'), 'stomp', silentClient);
    session.tcp.gaps.push({ side: 'client', length: 7, packet: 12, at: 5e9 });
    expect(found(missedHeartbeat, session)).toBe('nothing');
  });
});

describe('subprotocol/missed-heartbeat of MQTT', () => {
  const promised = { client: { interval: 5 * SECOND, patience: 7.5 * SECOND, lastMessage: LAST } };

  it('sees a keep-alive that ran out, likely where the broker says nothing', () => {
    const session = beating(ended('fin'), 'mqtt', promised);
    expect(findingOf(missedHeartbeat, session)).toMatchObject({
      cause: 'mqtt-keepalive-timeout',
      confidence: 'likely',
    });
    expect(verdictOn(session)).toBe('failed open mqtt-keepalive-timeout');
  });

  it('says so where the broker set another keep-alive than the client had asked for', () => {
    const session = beating(ended('fin'), 'mqtt', promised, { detail: { keepAliveAskedSeconds: 60 } });
    expect(findingOf(missedHeartbeat, session)).toMatchObject({
      message: 'mqtt-set-by-broker',
      cause: 'mqtt-keepalive-timeout',
      data: { interval: { ns: 5e9 }, asked: { ns: 60e9 } },
      remedies: ['obey', 'keepalive'],
    });
    const shorter = beating(ended('fin'), 'mqtt', promised, { detail: { keepAliveAskedSeconds: 4 } });
    expect(findingOf(missedHeartbeat, shorter)?.message).toBe('mqtt-keepalive-timeout');
  });

  it('is sure where the broker says so', () => {
    const error = anError('DISCONNECT', 'server', arrivalAt(20, 8.4), { code: '0x8d', peerLast: LAST });
    const session = beating(ended('fin'), 'mqtt', promised, { errors: [error] });
    expect(findingOf(missedHeartbeat, session)).toMatchObject({
      cause: 'mqtt-keepalive-timeout',
      confidence: 'proven',
    });
  });

  it('sees a PINGREQ that was not answered', () => {
    const waiting = { client: { interval: 5 * SECOND, patience: 7.5 * SECOND, lastMessage: LAST, unanswered: LAST } };
    expect(found(missedHeartbeat, beating(ended('fin', 'client'), 'mqtt', waiting))).toBe(
      'mqtt-keepalive-timeout error mqtt-pingresp',
    );
  });

  it.each([
    { name: 'a keep-alive of 0', beats: { client: { interval: 0, patience: 0, lastMessage: LAST } } },
    {
      name: 'less than one and a half keep-alives',
      beats: { client: { interval: 7 * SECOND, patience: 10.5 * SECOND, lastMessage: LAST } },
    },
  ])('says nothing of $name', ({ beats }) => {
    const session = beating(ended('fin'), 'mqtt', beats);
    expect(found(missedHeartbeat, session)).toBe('nothing');
    expect(verdictOn(session)).toBe('failed open ws-abnormal-closure');
  });
});

describe('subprotocol/missed-heartbeat of Socket.IO', () => {
  const pinging = { interval: 3 * SECOND, patience: 8 * SECOND };

  it('sees a ping of the server that the client did not answer', () => {
    const server = { ...pinging, unanswered: LAST, lastMessage: LAST };
    const session = beating(ended('close', 'server', 1005), 'socket.io', {
      server,
      client: { lastMessage: arrivalAt(9, 0.5) },
    });
    expect(found(missedHeartbeat, session)).toBe('socketio-ping-timeout error socketio-pong');
    expect(verdictOn(session)).toBe('failed open socketio-ping-timeout');
  });

  it('says likely where the intervals were agreed on by polling', () => {
    const server = { unanswered: LAST, lastMessage: LAST };
    const session = beating(ended('close', 'server', 1005), 'socket.io', { server });
    expect(findingOf(missedHeartbeat, session)).toMatchObject({ message: 'socketio-pong-late', confidence: 'likely' });
  });

  it('sees pings of the server that stayed away', () => {
    const session = beating(ended('close', 'client', 1005), 'socket.io', { server: { ...pinging, lastMessage: LAST } });
    expect(found(missedHeartbeat, session)).toBe('socketio-ping-timeout error socketio-ping');
  });

  it.each([
    { name: 'a ping that was answered', server: { ...pinging, lastMessage: arrivalAt(30, 9) } },
    {
      name: 'a ping that had just been sent',
      server: { ...pinging, unanswered: arrivalAt(30, 9), lastMessage: arrivalAt(30, 9) },
    },
  ])('says nothing of $name', ({ server }) => {
    const session = beating(ended('close', 'server', 1005), 'socket.io', {
      server,
      client: { lastMessage: arrivalAt(29, 8) },
    });
    expect(found(missedHeartbeat, session)).toBe('nothing');
    expect(verdictOn(session)).toBe('ok close');
  });

  it('leaves a client that TCP cannot reach to the rules about lost peers', () => {
    const server = { ...pinging, unanswered: LAST, lastMessage: LAST };
    const session = beating(ended('close', 'server', 1005), 'socket.io', { server });
    session.tcp.flows.server.oldestUnacked = LAST;
    expect(found(missedHeartbeat, session)).toBe('nothing');
  });
});
