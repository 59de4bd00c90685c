import { describe, expect, it } from 'vitest';
import { droppedSession } from '../../../../src/diagnosis/rules/subprotocol/dropped-session.js';
import type { Session } from '../../../../src/session/session.js';
import type { Command, SubprotocolFacts } from '../../../../src/subprotocol/subprotocol-facts.js';
import { aHandshake, anError, heartbeats, speaking } from '../../../wire/subprotocol-facts.js';
import { arrivalAt, opened } from '../../sessions.js';
import { findingOf, found, verdictOn, viewOf } from '../../verdict.js';

/** A command some milliseconds before the end, 2 s after the beginning of the session. */
const command = (event: string, subject: string, at: number, more: Partial<Command> = {}): Command => ({
  event,
  subject,
  arrival: arrivalAt(12, at),
  isAnswered: false,
  before: 0,
  ...more,
});

const speakingAfter = (session: Session, name: string, asked: Command, more: Partial<SubprotocolFacts> = {}) =>
  speaking(session, name, {
    handshake: aHandshake({ answered: arrivalAt(9, 0.1) }),
    lastCommand: { client: asked, server: undefined },
    heartbeats: { client: heartbeats({ lastMessage: asked.arrival }), server: heartbeats() },
    ...more,
  });

const closed = (by: 'client' | 'server' = 'server', code = 1000) =>
  opened().message('client', 5).wait(2000).close(by, code, 'STOMP died').fin(by).build();

describe('subprotocol/dropped-session of STOMP', () => {
  const subscribe = command('SUBSCRIBE', '/amq/queue/nosuch', 2);

  it('warns of a Close with 1000 right after a frame, that no DISCONNECT asked for', () => {
    const session = speakingAfter(closed(), 'stomp', subscribe);
    expect(verdictOn(session)).toBe('ok close');
    expect(findingOf(droppedSession, session)).toMatchObject({
      message: 'closed',
      cause: null,
      confidence: 'likely',
      data: { command: { text: 'SUBSCRIBE /amq/queue/nosuch' } },
    });
    const again = speakingAfter(closed(), 'stomp', { ...subscribe, before: 1 });
    expect(findingOf(droppedSession, again)?.confidence).toBe('possible');
  });

  const goodbye = { event: 'DISCONNECT', from: 'client' as const, arrival: arrivalAt(12, 2), confirmed: undefined };
  it.each([
    { name: 'a client that left', session: speakingAfter(closed('client'), 'stomp', subscribe) },
    { name: 'another code', session: speakingAfter(closed('server', 1001), 'stomp', subscribe) },
    {
      name: 'a frame that was answered',
      session: speakingAfter(closed(), 'stomp', { ...subscribe, isAnswered: true }),
    },
    { name: 'a frame long before', session: speakingAfter(closed(), 'stomp', command('SEND', '/queue/a', 0.5)) },
    {
      name: 'a DISCONNECT behind it',
      session: speakingAfter(closed(), 'stomp', subscribe, { goodbye: { ...goodbye, awaitsAnswer: true } }),
    },
    {
      name: 'an ERROR that says why',
      session: speakingAfter(closed(), 'stomp', subscribe, { errors: [anError('ERROR', 'server', arrivalAt(13, 2))] }),
    },
  ])('says nothing of $name', ({ session }) => {
    expect(found(droppedSession, session)).toBe('nothing');
  });
});

describe('subprotocol/dropped-session of MQTT', () => {
  /** Ends at 2 s and a little, `after` seconds later than the first. */
  const dropped = (id: number, after: number, more: Partial<Command> = {}, facts: Partial<SubprotocolFacts> = {}) =>
    speakingAfter(
      opened(id)
        .message('client', 5)
        .wait(2000 + after * 1000)
        .fin('server')
        .build(),
      'mqtt',
      command('PUBLISH', 'plant/7', 2 + after, more),
      { version: '3.1.1', ...facts },
    );
  const judged = (sessions: Session[]) => findingOf(droppedSession, sessions[0]!, viewOf(sessions));

  it('takes it for a possible refusal when it is seen once', () => {
    expect(judged([dropped(1, 0)])).toMatchObject({ message: 'once', severity: 'warning', confidence: 'possible' });
    expect(verdictOn(dropped(1, 0))).toBe('failed open ws-abnormal-closure');
  });

  it('takes the same command before end after end for the reason', () => {
    const sessions = [dropped(1, 0), dropped(2, 1), dropped(3, 2)];
    expect(judged(sessions)).toMatchObject({
      message: 'again',
      cause: 'ws-abnormal-closure',
      severity: 'error',
      confidence: 'likely',
      data: { sessions: { n: 3 } },
      remedies: ['acl', 'retry'],
    });
  });

  it('does not count sessions that end together: those have something else in common', () => {
    expect(judged([dropped(1, 0), dropped(2, 0.01), dropped(3, 0.02)])).toMatchObject({ message: 'once' });
  });

  it.each([
    { name: 'a topic that worked before', session: dropped(1, 0, { before: 4 }) },
    { name: 'a command that was answered', session: dropped(1, 0, { isAnswered: true }) },
    { name: 'MQTT 5, which has a word for it', session: dropped(1, 0, {}, { version: '5.0' }) },
  ])('says nothing of $name', ({ session }) => {
    expect(found(droppedSession, session)).toBe('nothing');
  });
});
