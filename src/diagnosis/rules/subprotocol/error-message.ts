/**
 * An error in the subprotocol's own words: a refused handshake, or a message that ends the session whatever Close frame
 * follows. One table: which error of which subprotocol is which cause.
 */

import type { Session } from '../../../session/session.js';
import { opposite } from '../../../stream/side.js';
import type { SubprotocolError, SubprotocolFacts } from '../../../subprotocol/subprotocol-facts.js';
import type { CauseId } from '../../causes.js';
import { evidence } from '../../evidence.js';
import { departure, earliest } from '../../measures/ending.js';
import { quote } from '../../measures/headers.js';
import { phrase, quoting } from '../../measures/phrases.js';
import { side, text } from '../../measures/values.js';
import { defineRule, type Value } from '../../rule.js';
import { leftOverHeartbeat } from './missed-heartbeat.js';

export const errorMessage = defineRule({
  meta: {
    id: 'subprotocol/error-message',
    title: 'Error of the subprotocol',
    severity: 'error',
    causes: [
      'stomp-error',
      'mqtt-connection-refused',
      'mqtt-disconnect',
      'socketio-connect-error',
      'socketio-disconnect',
      'graphql-unauthorized',
      'centrifugo-disconnect',
      'signalr-handshake-error',
      'signalr-close-error',
      'wamp-abort',
      'phoenix-error',
    ],
    needs: ['frames', 'payloads'],
    precedence: 'subprotocol-error',
    reference: ['STOMP 1.2', 'MQTT 5 3.2', 'MQTT 5 3.14', 'Socket.IO protocol 5', 'SignalR hub protocol', 'WAMP 2'],
    messages: {
      'stomp-refused': 'The broker answered {asked} with an ERROR frame{quoted}.',
      'stomp-error': 'The broker sent an ERROR frame{quoted}; after it, a STOMP session is over.',
      'mqtt-connection-refused': 'The broker refused the connection: CONNACK {code}{quoted}.',
      'mqtt-disconnect': 'The {from} ended the MQTT session: DISCONNECT {code}{quoted}.',
      'socketio-connect-error': 'The server refused namespace {subject}: CONNECT_ERROR{quoted}.',
      'socketio-disconnect': 'The server ended namespace {subject} by a DISCONNECT packet.',
      'graphql-unauthorized': 'The server refused connection_init: connection_error{quoted}.',
      'centrifugo-disconnect': 'The server answered the connect command with error {code}{quoted}.',
      'centrifugo-refresh':
        'The server refused to renew the connection: it answered refresh with error {code}{quoted}.',
      'signalr-handshake-error': 'The server refused the SignalR handshake{quoted}.',
      'signalr-close-error': 'The {from} sent a SignalR Close message with an error{quoted}{behind}.',
      'wamp-abort': 'The {from} ended the WAMP session by ABORT {code}{quoted}.',
      'cable-disconnect': 'The server ended the Action Cable session by a disconnect message{quoted}{behind}.',
      'phoenix-refused': 'The server refused to let the client join {subject}{quoted}.',
      'phoenix-crashed': 'The channel {subject} ended with phx_error: its process on the server crashed.',
    },
    notes: {
      asked: 'first message of the handshake',
      request: 'last message of the other side before it',
      error: 'the error',
      close: 'Close frame behind it',
    },
    remedies: {
      credentials: 'Check the credentials and the rights of this user at the server.',
      stomp:
        'Check login, passcode and host (the virtual host) of CONNECT; the broker’s log says more than the ERROR frame.',
      destination:
        'Correct the destination: it has to exist, or to begin as the broker wants it (RabbitMQ: /queue/, /topic/, /exchange/, /amq/queue/, /temp-queue/).',
      frame:
        'Look at the frame of the client before the ERROR: its command, its headers or its body is not what STOMP or the broker allows. The broker’s log says more than the ERROR frame.',
      mqtt: 'Check user name, password, client identifier and protocol version against the broker’s configuration; its log names the client.',
      twins: 'Two clients with the same client identifier throw each other out: give each client one of its own.',
      middleware:
        'The error comes from a middleware of the namespace, io.use(…): see which one calls next(error), and what the client sends in auth.',
      namespace:
        'These are the words of Socket.IO itself for a namespace that is not registered: add io.of("{subject}") on the server, or correct the client, where the path of the URL given to io() is the namespace.',
      kick: 'Look for socket.disconnect() and io.disconnectSockets() on the server; the client does not reconnect by itself after it.',
      token: 'Send fresh credentials in the payload of connection_init, for example connectionParams as a function.',
      refresh:
        'Let getToken of the client fetch a new token, valid from the moment it is asked for: here it handed out one that the server takes for expired or invalid. See the clocks of both too.',
      hub: 'Read the server’s log at this time: an exception in the hub, or a message above MaximumReceiveMessageSize. EnableDetailedErrors tells the client more.',
      size: 'Raise MaximumReceiveMessageSize in AddHubOptions of the server (32 KiB unless set), or send less in one message.',
      protocol:
        'Both sides must know the hub protocol that the client asks for: json has to be registered on the server, and messagepack needs AddMessagePackProtocol() there.',
      cableRights:
        'See connect of ApplicationCable::Connection on the server: it calls reject_unauthorized_connection; check the cookie or token that the upgrade request carries.',
      cable:
        'Look up the reason at the server: server_restart and remote are meant (the client reconnects), invalid_request is a request that Action Cable does not take, such as a foreign origin.',
      realm: 'Check the realm, the roles and the authentication methods of HELLO against the router’s configuration.',
      join: 'See what join/3 of the channel answers, and the payload that the client joins with.',
      crash: 'Read the server’s log: it has the stack trace of the channel’s process.',
    },
  },
  *check(session) {
    const { subprotocol } = session;
    const error = subprotocol?.errors.find(
      (each) => each.fatal && !each.recovered && !isAfterGoodbye(subprotocol, each),
    );
    if (subprotocol === undefined || error === undefined || leftOverHeartbeat(session)) return;
    const kind = kindOf(subprotocol, error);
    if (kind === undefined) return;
    const close = session.websocket?.firstClose;
    const quoted = quote(error.text);
    const over = isOver(session, subprotocol, error);
    yield {
      message: kind.message,
      cause: kind.cause,
      severity: over && kind.cause !== null ? 'error' : 'warning',
      stage: error.inHandshake && subprotocol.handshake !== undefined ? 'subprotocol' : 'open',
      data: {
        from: side(error.from),
        asked: text(subprotocol.handshake?.steps[0]?.step ?? 'CONNECT'),
        code: text(error.code ?? ''),
        subject: text(error.subject === '' ? '/' : error.subject),
        quoted: quoting('said-in-quotes', quoted),
        behind: close === undefined || close.code < 0 ? text('') : closeBehind(close.code),
      },
      evidence: evidence(
        [error.inHandshake ? subprotocol.handshake?.asked : undefined, 'asked'],
        [error.inHandshake ? undefined : (error.asked ?? saidBefore(subprotocol, error)), 'request'],
        [error.arrival, 'error'],
        [over || !error.leavesOthers ? close?.span : undefined, 'close'],
      ),
      struckAt: error.arrival.at,
      confidence: 'proven',
      remedies: kind.remedies,
    };
  },
});

/** SignalR answers what it cannot take with its Close. */
const saidBefore = ({ name }: SubprotocolFacts, { event, peerLast }: SubprotocolError) =>
  name === 'signalr' && event === 'Close' ? peerLast : undefined;

const closeBehind = (code: number): Value =>
  code === 1005 ? phrase('empty-close-behind') : phrase('close-behind', { code: text(code) });

interface Kind {
  /** Null where the vocabulary has none: it is a warning then. */
  cause: CauseId | null;
  message: string;
  remedies: readonly string[];
}

const kindOf = ({ name }: SubprotocolFacts, error: SubprotocolError): Kind | undefined => {
  const key = `${name} ${error.event}`;
  // MQTT 5: 0x8d is a matter of keep-alives, 0x8e of two clients with one identifier.
  if (key === 'mqtt DISCONNECT' && error.code === '0x8d') return undefined;
  if (key === 'mqtt DISCONNECT' && error.code === '0x8e') return { ...KINDS[key]!, remedies: ['twins'] };
  // Socket.IO 2 says it in the same words, as the whole of its answer.
  if (key === 'socket.io CONNECT_ERROR' && error.text === 'Invalid namespace') {
    return { ...KINDS[key]!, remedies: ['namespace'] };
  }
  if (key === 'stomp ERROR' && error.inHandshake) return { ...KINDS[key]!, message: 'stomp-refused' };
  if (key === 'actioncable disconnect' && error.text === 'unauthorized')
    return { ...KINDS[key]!, remedies: ['cableRights'] };
  if (key === 'signalr Close' && /message size/i.test(error.text)) return { ...KINDS[key]!, remedies: ['size'] };
  if (key === 'centrifugo error' && !error.inHandshake) {
    return { ...KINDS[key]!, message: 'centrifugo-refresh', remedies: ['refresh'] };
  }
  if (key === 'stomp ERROR') return { ...KINDS[key]!, remedies: stompRemedies(error.text) };
  return KINDS[key];
};

/** Brokers word it freely; CONNECT was accepted, so it is about a later frame. */
const stompRemedies = (text: string): readonly string[] => {
  if (/access|denied|refused|authori[sz]|permi(?:ssion|tted)|forbidden/i.test(text)) return ['credentials', 'frame'];
  return /destination|queue|topic|exchange|not[ _-]found/i.test(text) ? ['destination', 'frame'] : ['frame'];
};

const KINDS: Readonly<Record<string, Kind>> = {
  'stomp ERROR': { cause: 'stomp-error', message: 'stomp-error', remedies: ['stomp'] },
  'mqtt CONNACK': { cause: 'mqtt-connection-refused', message: 'mqtt-connection-refused', remedies: ['mqtt'] },
  'mqtt DISCONNECT': { cause: 'mqtt-disconnect', message: 'mqtt-disconnect', remedies: ['mqtt'] },
  'socket.io CONNECT_ERROR': {
    cause: 'socketio-connect-error',
    message: 'socketio-connect-error',
    remedies: ['middleware', 'credentials'],
  },
  'socket.io DISCONNECT': { cause: 'socketio-disconnect', message: 'socketio-disconnect', remedies: ['kick'] },
  'graphql-ws connection_error': {
    cause: 'graphql-unauthorized',
    message: 'graphql-unauthorized',
    remedies: ['token', 'credentials'],
  },
  'graphql-transport-ws connection_error': {
    cause: 'graphql-unauthorized',
    message: 'graphql-unauthorized',
    remedies: ['token', 'credentials'],
  },
  'centrifugo error': {
    cause: 'centrifugo-disconnect',
    message: 'centrifugo-disconnect',
    remedies: ['credentials'],
  },
  'signalr handshake': {
    cause: 'signalr-handshake-error',
    message: 'signalr-handshake-error',
    remedies: ['protocol'],
  },
  'signalr Close': { cause: 'signalr-close-error', message: 'signalr-close-error', remedies: ['hub'] },
  'wamp ABORT': { cause: 'wamp-abort', message: 'wamp-abort', remedies: ['realm', 'credentials'] },
  'actioncable disconnect': { cause: null, message: 'cable-disconnect', remedies: ['cable'] },
  'phoenix phx_reply': { cause: 'phoenix-error', message: 'phoenix-refused', remedies: ['join'] },
  'phoenix phx_error': { cause: 'phoenix-error', message: 'phoenix-crashed', remedies: ['crash'] },
};

const isAfterGoodbye = ({ goodbye }: SubprotocolFacts, { arrival }: SubprotocolError): boolean =>
  goodbye !== undefined && goodbye.arrival.at <= arrival.at;

/** An end this soon after an error is its consequence. */
const CONSEQUENCE = 5e9;

/** Of subprotocols with many channels in one session, one may fail and the session go on. */
const isOver = (session: Session, subprotocol: SubprotocolFacts, error: SubprotocolError): boolean => {
  if (error.leavesOthers) return endedBy(session, error);
  const mayGoOn = subprotocol.name === 'centrifugo' && !error.inHandshake;
  if (subprotocol.name !== 'phoenix' && subprotocol.name !== 'socket.io' && !mayGoOn) return true;
  const works = subprotocol.handshake?.answered !== undefined || Number(subprotocol.detail.topicsJoined ?? 0) > 0;
  const end = earliest(departure(session, 'client'), departure(session, 'server'));
  return !works ? end !== undefined : end !== undefined && end.at - error.arrival.at <= CONSEQUENCE;
};

/** Of an error that is about one of several parts: whoever reported it ended the whole session over it. */
const endedBy = (session: Session, { from, arrival }: SubprotocolError): boolean => {
  const [end, other] = [departure(session, from), departure(session, opposite(from))];
  return end !== undefined && (other === undefined || end.at < other.at) && end.at - arrival.at <= CONSEQUENCE;
};
