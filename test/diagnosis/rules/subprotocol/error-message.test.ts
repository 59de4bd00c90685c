import { describe, expect, it } from 'vitest';
import { errorMessage } from '../../../../src/diagnosis/rules/subprotocol/error-message.js';
import type { SubprotocolError } from '../../../../src/subprotocol/subprotocol-facts.js';
import { aHandshake, anError, speaking } from '../../../wire/subprotocol-facts.js';
import { arrivalAt, opened, SECOND } from '../../sessions.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

const ASKED = arrivalAt(8, 1);
const STRUCK = arrivalAt(9, 2);

/** Closed with 1000 two seconds after the error, as brokers like to do. */
const closing = (code = 1000) => opened().message('client', 20).wait(4000).close('server', code).fin('server').build();

const failing = (name: string, event: string, more: Partial<SubprotocolError> = {}, session = closing()) =>
  speaking(session, name, {
    handshake: aHandshake(more.inHandshake === true ? { asked: ASKED } : { asked: ASKED, answered: ASKED }),
    errors: [anError(event, 'server', STRUCK, more)],
  });

describe('subprotocol/error-message', () => {
  it.each([
    ['stomp', 'ERROR', 'stomp-error', 'stomp-refused'],
    ['mqtt', 'CONNACK', 'mqtt-connection-refused', 'mqtt-connection-refused'],
    ['socket.io', 'CONNECT_ERROR', 'socketio-connect-error', 'socketio-connect-error'],
    ['graphql-ws', 'connection_error', 'graphql-unauthorized', 'graphql-unauthorized'],
    ['signalr', 'handshake', 'signalr-handshake-error', 'signalr-handshake-error'],
    ['wamp', 'ABORT', 'wamp-abort', 'wamp-abort'],
    ['centrifugo', 'error', 'centrifugo-disconnect', 'centrifugo-disconnect'],
  ])('sees %s %s in answer to the handshake, behind a Close with 1000', (name, event, cause, message) => {
    const session = failing(name, event, { inHandshake: true });
    expect(found(errorMessage, session)).toBe(`${cause} error ${message}`);
    expect(verdictOn(session)).toBe(`failed subprotocol ${cause}`);
    expect(findingOf(errorMessage, session)?.evidence.map(({ note }) => note)).toEqual(['asked', 'error', 'close']);
  });

  it.each([
    ['stomp', 'ERROR', 'stomp-error', 'stomp-error'],
    ['mqtt', 'DISCONNECT', 'mqtt-disconnect', 'mqtt-disconnect'],
    ['socket.io', 'DISCONNECT', 'socketio-disconnect', 'socketio-disconnect'],
    ['signalr', 'Close', 'signalr-close-error', 'signalr-close-error'],
    ['phoenix', 'phx_error', 'phoenix-error', 'phoenix-crashed'],
  ])('sees %s %s in the open session', (name, event, cause, message) => {
    const session = failing(name, event);
    expect(found(errorMessage, session)).toBe(`${cause} error ${message}`);
    expect(verdictOn(session)).toBe(`failed open ${cause}`);
  });

  it.each([
    ['client', 'socketio-disconnect warning socketio-disconnect', 'ok close'],
    ['server', 'socketio-disconnect error socketio-disconnect', 'failed open socketio-disconnect'],
  ] as const)(
    'only warns of one namespace of several that the server ended, unless it ends all: the %s leaves',
    (by, finding, verdict) => {
      const error = anError('DISCONNECT', 'server', arrivalAt(12, 1), {
        text: '',
        subject: '/chat',
        leavesOthers: true,
      });
      const session = speaking(opened().message('client', 5).wait(3000).close(by, 1000).fin(by).build(), 'socket.io', {
        handshake: aHandshake({ answered: arrivalAt(9, 0.1) }),
        errors: [error],
      });
      expect(found(errorMessage, session)).toBe(finding);
      expect(verdictOn(session)).toBe(verdict);
    },
  );

  it('comes before the Close that follows it', () => {
    expect(verdictOn(failing('stomp', 'ERROR', {}, closing(1002)))).toBe('failed open stomp-error');
  });

  it('counts also where the broker sends ERROR and does not close', () => {
    const session = failing('stomp', 'ERROR', {}, opened().message('client', 20).build());
    expect(verdictOn(session)).toBe('failed open stomp-error');
  });

  it.each([
    ['Unknown destination: /nowhere', ['destination', 'frame']],
    ['access_refused', ['credentials', 'frame']],
    ['Bad command', ['frame']],
  ])('sends nobody back to the credentials of CONNECT over an ERROR of the open session: %s', (words, remedies) => {
    const finding = findingOf(errorMessage, failing('stomp', 'ERROR', { text: words, asked: ASKED }));
    expect(finding).toMatchObject({ remedies, evidence: [{ arrival: ASKED, note: 'request' }, {}, {}] });
  });

  it.each([
    { name: 'and left over it', session: closing(), verdict: 'failed open centrifugo-disconnect' },
    { name: 'and went on', session: opened().message('client', 20).build(), verdict: 'open open' },
  ])('sees a client of Centrifugo that could not renew its token $name', ({ session, verdict }) => {
    const refused = failing('centrifugo', 'error', { code: '109', text: 'token expired' }, session);
    expect(findingOf(errorMessage, refused)).toMatchObject({ message: 'centrifugo-refresh', remedies: ['refresh'] });
    expect(verdictOn(refused)).toBe(verdict);
  });

  it('shows the message that was too big for a SignalR hub, and which setting it was', () => {
    const big = failing('signalr', 'Close', {
      text: 'The maximum message size of 32768B was exceeded.',
      peerLast: ASKED,
    });
    expect(findingOf(errorMessage, big)).toMatchObject({
      remedies: ['size'],
      evidence: [{ arrival: ASKED, note: 'request' }, { note: 'error' }, { note: 'close' }],
    });
  });

  it.each([
    ['unauthorized', 'cableRights'],
    ['server_restart', 'cable'],
  ])('warns of the disconnect of Action Cable: %s', (words, remedy) => {
    const session = failing('actioncable', 'disconnect', { text: words });
    expect(found(errorMessage, session)).toBe('null warning cable-disconnect');
    expect(findingOf(errorMessage, session)?.remedies).toEqual([remedy]);
    expect(verdictOn(session)).toBe('ok close');
  });

  it('leaves a keep-alive timeout to the rule about heart-beats', () => {
    expect(found(errorMessage, failing('mqtt', 'DISCONNECT', { code: '0x8d' }))).toBe('nothing');
  });

  it('names two clients with one identifier as what to look for', () => {
    expect(findingOf(errorMessage, failing('mqtt', 'DISCONNECT', { code: '0x8e' }))?.remedies).toEqual(['twins']);
  });

  it('looks for a missing namespace, not for a middleware, where Socket.IO itself refuses', () => {
    const refused = (text: string) =>
      failing('socket.io', 'CONNECT_ERROR', { inHandshake: true, subject: '/nosuch', text });
    const finding = findingOf(errorMessage, refused('Invalid namespace'));
    expect(finding).toMatchObject({ data: { subject: { text: '/nosuch' } }, remedies: ['namespace'] });
    expect(findingOf(errorMessage, refused('no rights'))?.remedies).toEqual(['middleware', 'credentials']);
  });

  it.each([
    { name: 'a request that failed', error: { fatal: false } },
    { name: 'what worked when it was tried again', error: { recovered: true } },
    { name: 'an error of a kind nobody knows', error: { event: 'phx_gone' } },
  ])('says nothing of $name', ({ error }) => {
    expect(found(errorMessage, failing('phoenix', 'phx_error', error))).toBe('nothing');
  });

  it('only warns of a channel that crashed while the session goes on', () => {
    const session = failing('phoenix', 'phx_error', {}, opened().message('client', 20).build());
    expect(found(errorMessage, session)).toBe('phoenix-error warning phoenix-crashed');
    expect(verdictOn(session)).toBe('open open');
  });

  it('says nothing after the goodbye', () => {
    const session = failing('stomp', 'ERROR');
    const arrival = { ...STRUCK, at: STRUCK.at - SECOND };
    const goodbye = {
      event: 'DISCONNECT',
      from: 'client' as const,
      arrival,
      confirmed: undefined,
      awaitsAnswer: false,
    };
    if (session.subprotocol !== undefined) session.subprotocol.goodbye = goodbye;
    expect(found(errorMessage, session)).toBe('nothing');
    expect(verdictOn(session)).toBe('ok close');
  });
});
