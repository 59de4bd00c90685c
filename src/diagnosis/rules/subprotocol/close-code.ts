/**
 * Close codes from 3000 on that GraphQL over WebSocket, Centrifugo and Pusher give a meaning of their own. The same number means
 * different things elsewhere: the subprotocol is known first (by name, by its messages, by path or reason), then the code.
 */

import type { Session, StageName } from '../../../session/session.js';
import { isCentrifugoTarget } from '../../../subprotocol/centrifugo.js';
import { closeMeaning } from '../../../subprotocol/recognise.js';
import type { CloseFrame } from '../../../websocket/websocket-facts.js';
import type { CauseId } from '../../causes.js';
import { evidence } from '../../evidence.js';
import { latest } from '../../measures/ending.js';
import { quote } from '../../measures/headers.js';
import { phrase, quoting } from '../../measures/phrases.js';
import { duration, gloss, list, side, text } from '../../measures/values.js';
import { type Confidence, defineRule } from '../../rule.js';

export const subprotocolCloseCode = defineRule({
  meta: {
    id: 'subprotocol/close-code',
    title: 'Close code of the subprotocol',
    severity: 'error',
    causes: [
      'graphql-init-timeout',
      'graphql-unauthorized',
      'graphql-protocol-misuse',
      'centrifugo-bad-request',
      'centrifugo-disconnect',
      'ws-application-close',
    ],
    needs: ['frames'],
    precedence: 'subprotocol-error',
    reference: [
      'GraphQL over WebSocket Protocol (graphql-ws PROTOCOL.md)',
      'Centrifugo: client protocol, disconnect codes',
      'Pusher Channels protocol: error codes',
    ],
    messages: {
      'graphql-init-timeout': 'The {from} closed with 4408: no connection_init came in the {waited} after the upgrade.',
      'graphql-unauthorized': 'The {from} closed with {code} ({meaning}){reason}.',
      'graphql-withdrawn':
        'The {from} closed with {code} ({meaning}){reason}, {open} after it had accepted connection_init: access ended in the open session.',
      'graphql-subprotocol':
        'The {from} closed with {code} ({meaning}){reason} right after the upgrade: the client offered {offered}, which is the name of the older protocol (subscriptions-transport-ws), and the server speaks graphql-transport-ws.',
      'application-code': 'The {from} closed with {code} ({meaning}){reason}.',
      'graphql-protocol-misuse': 'The {from} closed with {code} ({meaning}){reason}.',
      'centrifugo-bad-request':
        'The {from} closed with {code} ({meaning}){reason}. The first command was {command}, and Centrifugo expects connect.',
      'centrifugo-malformed': 'The {from} closed with {code} ({meaning}){reason}.',
      'centrifugo-disconnect': 'The {from} closed with {code} ({meaning}){reason}.',
    },
    notes: { last: 'last message before it', close: 'Close frame' },
    remedies: {
      init: 'Send connection_init as the first message, right when the socket opens; a client for the older graphql-ws protocol, or none, is often the reason. The server’s connectionInitWaitTimeout is 3 s unless set.',
      order: 'Wait for connection_ack before the first subscribe.',
      token: 'Send valid credentials in the payload of connection_init, where onConnect of the server looks for them.',
      fresh:
        'Reconnect with a fresh token: give connectionParams as a function, so that every connection asks for one, and renew before the old one expires.',
      newer:
        'Use the client library of graphql-transport-ws (graphql-ws on npm) in place of subscriptions-transport-ws, or a server that speaks both.',
      onConnect:
        'Look at onConnect of the server: an exception there, such as an invalid token, ends in this code; a plain false would be 4403. The reason text is its message.',
      ids: 'Give every operation an id of its own, and complete one before its id is used again.',
      once: 'Send connection_init once a connection.',
      messages:
        'Use only messages of graphql-transport-ws: start and stop belong to the older protocol, whose name is graphql-ws.',
      connect:
        'Make {"id":1,"connect":{}} the first command, with a token where the server wants one; a client library of Centrifugo does that by itself.',
      version: 'Speak protocol 2, one JSON object a line (or protobuf under the name centrifuge-protobuf).',
      pong: 'Answer the empty object {} of the server with {}: client libraries do, as long as their event loop is not blocked.',
      refresh: 'Refresh the token before it expires (getToken in the client).',
      reconnect:
        'Clients reconnect by themselves after codes below 3500 and from 4000 to 4499; after others they must not.',
      server: 'Read the server’s log at this time.',
      pusherSettings:
        'Correct what the client connects with: application key, host or cluster, TLS, protocol version; an identical attempt fails again (4000 to 4099: do not reconnect).',
      pusherLimit: 'Raise the limit of connections of the application, or close connections that are not needed.',
      pusherWait: 'Reconnect after a pause that grows (4100 to 4199): the server is over capacity.',
      pusherReturn:
        'Nothing to mend in the client: it is to reconnect at once (4200 to 4299), which client libraries do. See why the server sends connections away: a restart, a deploy, a rebalancing.',
      pusherPong:
        'Answer pusher:ping with pusher:pong in time, and send one’s own after activity_timeout: client libraries do, as long as their event loop is not blocked.',
    },
  },
  *check(session) {
    const close = session.websocket?.firstClose;
    if (close === undefined || close.code < 3000) return;
    const found = nameOf(session, close);
    if (found === undefined) return;
    const kind = kindOf(session, found.name, close.code);
    const meaning = closeMeaning(found.name, close.code)?.text;
    if (kind === undefined) return;
    const accepted = session.subprotocol?.handshake?.answered;
    const reason = quote(close.reason);
    const firstCommand = session.subprotocol?.detail.firstCommand;
    const begun = session.upgrade?.response?.span.last ?? session.tcp.first;
    const last = latest(
      session.subprotocol?.heartbeats.client.lastMessage,
      session.subprotocol?.heartbeats.server.lastMessage,
    );
    yield {
      message: kind.message,
      cause: kind.cause,
      stage: stageOf(session),
      data: {
        from: side(close.from),
        code: text(close.code),
        reason: quoting('with-reason', reason, 'reason'),
        meaning: meaning === undefined ? phrase('chosen-by-application') : gloss(meaning),
        open: duration(accepted === undefined ? 0 : Math.max(0, close.span.first.at - accepted.at)),
        offered: list(session.handshake?.subprotocolsOffered ?? []),
        waited: duration(Math.max(0, close.span.first.at - begun.at)),
        command: firstCommand === undefined ? phrase('none') : text(String(firstCommand)),
      },
      evidence: evidence([last, 'last'], [close.span, 'close']),
      struckAt: close.span.first.at,
      confidence: found.confidence,
      remedies: kind.remedies,
    };
  },
});

interface Kind {
  cause: CauseId;
  message: string;
  remedies: readonly string[];
}

/** Negotiated or seen in its messages; else offered, or told by the path or by reason and code together. */
const nameOf = (session: Session, close: CloseFrame): { name: string; confidence: Confidence } | undefined => {
  if (session.subprotocol !== undefined) return { name: session.subprotocol.name, confidence: 'proven' };
  const { handshake, upgrade } = session;
  if (close.code === NOT_ACCEPTABLE) {
    const isOlder = handshake?.subprotocolsOffered.includes('graphql-ws') === true;
    return isOlder && SAYS_NOT_ACCEPTABLE.test(close.reason) ? { name: GRAPHQL, confidence: 'proven' } : undefined;
  }
  if (handshake?.subprotocolsOffered.includes(GRAPHQL) === true) return { name: GRAPHQL, confidence: 'likely' };
  const target = upgrade?.request?.target ?? '';
  const known = closeMeaning('centrifugo', close.code)?.text;
  const says = /"reason":"([^"]*)"/.exec(close.reason)?.[1] ?? close.reason;
  const fits = known !== undefined && says !== '' && known.startsWith(says);
  if (fits && close.from === 'server') return { name: 'centrifugo', confidence: 'likely' };
  // Any server may have this path, and words of its own are not Centrifugo's.
  const byPath = isCentrifugoTarget(target) && known !== undefined && says === '';
  return byPath ? { name: 'centrifugo', confidence: 'possible' } : undefined;
};

const GRAPHQL = 'graphql-transport-ws';
/** The server met none of its subprotocols in the request; in the words of graphql-ws. */
const NOT_ACCEPTABLE = 4406;
const SAYS_NOT_ACCEPTABLE = /^subprotocol not acceptable/i;

const kindOf = (session: Session, name: string, code: number): Kind | undefined => {
  const accepted = session.subprotocol?.handshake?.answered !== undefined;
  if (name === GRAPHQL) return (accepted ? GRAPHQL_OPEN_KINDS.get(code) : undefined) ?? GRAPHQL_KINDS.get(code);
  if (name === 'pusher') return pusherKind(code);
  if (name !== 'centrifugo' || closeMeaning(name, code)?.isGoodbye === true) return undefined;
  const { firstCommand } = session.subprotocol?.detail ?? {};
  // Terminal codes after a first command that is none: whatever the code, that is what was wrong.
  const misused = firstCommand !== undefined && firstCommand !== 'connect' && code >= 3500 && code < 4000;
  if (code === 3501 || misused) {
    const message = misused ? 'centrifugo-bad-request' : 'centrifugo-malformed';
    return { cause: 'centrifugo-bad-request', message, remedies: ['connect', 'version'] };
  }
  return {
    cause: 'centrifugo-disconnect',
    message: 'centrifugo-disconnect',
    remedies: CENTRIFUGO_REMEDIES.get(code) ?? ['server', 'reconnect'],
  };
};

const GRAPHQL_KINDS: ReadonlyMap<number, Kind> = new Map<number, Kind>([
  [4400, { cause: 'graphql-protocol-misuse', message: 'graphql-protocol-misuse', remedies: ['messages'] }],
  [4401, { cause: 'graphql-unauthorized', message: 'graphql-unauthorized', remedies: ['order', 'token'] }],
  [4403, { cause: 'graphql-unauthorized', message: 'graphql-unauthorized', remedies: ['token'] }],
  [4406, { cause: 'graphql-protocol-misuse', message: 'graphql-subprotocol', remedies: ['newer'] }],
  [4408, { cause: 'graphql-init-timeout', message: 'graphql-init-timeout', remedies: ['init'] }],
  [4409, { cause: 'graphql-protocol-misuse', message: 'graphql-protocol-misuse', remedies: ['ids'] }],
  [4429, { cause: 'graphql-protocol-misuse', message: 'graphql-protocol-misuse', remedies: ['once'] }],
  [4500, { cause: 'ws-application-close', message: 'application-code', remedies: ['onConnect', 'server'] }],
]);

/** What these codes mean once connection_init was accepted. */
const GRAPHQL_OPEN_KINDS: ReadonlyMap<number, Kind> = new Map<number, Kind>([
  [4403, { cause: 'graphql-unauthorized', message: 'graphql-withdrawn', remedies: ['fresh', 'server'] }],
  [4500, { cause: 'ws-application-close', message: 'application-code', remedies: ['server'] }],
]);

const pusherKind = (code: number): Kind | undefined => {
  const remedy = PUSHER_REMEDIES.get(code) ?? PUSHER_REMEDIES.get(code - (code % 100));
  if (remedy === undefined) return undefined;
  return { cause: 'ws-application-close', message: 'application-code', remedies: [remedy] };
};

/** By code, else by the hundred that it belongs to: each says whether, and when, to come back. */
const PUSHER_REMEDIES: ReadonlyMap<number, string> = new Map([
  [4000, 'pusherSettings'],
  [4004, 'pusherLimit'],
  [4100, 'pusherWait'],
  [4200, 'pusherReturn'],
  [4201, 'pusherPong'],
  [4202, 'pusherPong'],
]);

const CENTRIFUGO_REMEDIES: ReadonlyMap<number, readonly string[]> = new Map([
  [3005, ['refresh', 'reconnect']],
  [3006, ['refresh', 'reconnect']],
  [3012, ['pong', 'reconnect']],
  [3500, ['refresh']],
  [3502, ['connect']],
]);

/** Before the subprotocol's handshake was accepted nothing was open yet. */
const stageOf = ({ subprotocol }: Session): StageName =>
  subprotocol?.handshake !== undefined && subprotocol.handshake.answered === undefined ? 'subprotocol' : 'open';
