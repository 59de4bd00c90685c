/**
 * Close codes from 3000 on that GraphQL over WebSocket and Centrifugo give a meaning of their own. The same number means
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
import { duration, gloss, side, text } from '../../measures/values.js';
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
    ],
    needs: ['frames'],
    precedence: 'subprotocol-error',
    reference: [
      'GraphQL over WebSocket Protocol (graphql-ws PROTOCOL.md)',
      'Centrifugo: client protocol, disconnect codes',
    ],
    messages: {
      'graphql-init-timeout': 'The {from} closed with 4408: no connection_init came in the {waited} after the upgrade.',
      'graphql-unauthorized': 'The {from} closed with {code} ({meaning}){reason}.',
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
  if (handshake?.subprotocolsOffered.includes(GRAPHQL) === true) return { name: GRAPHQL, confidence: 'likely' };
  const target = upgrade?.request?.target ?? '';
  const known = closeMeaning('centrifugo', close.code)?.text;
  const says = /"reason":"([^"]*)"/.exec(close.reason)?.[1] ?? close.reason;
  const fits = known !== undefined && says !== '' && known.startsWith(says);
  if (fits && close.from === 'server') return { name: 'centrifugo', confidence: 'likely' };
  return isCentrifugoTarget(target) && known !== undefined ? { name: 'centrifugo', confidence: 'likely' } : undefined;
};

const GRAPHQL = 'graphql-transport-ws';

const kindOf = (session: Session, name: string, code: number): Kind | undefined => {
  if (name === GRAPHQL) return GRAPHQL_KINDS.get(code);
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
  [4408, { cause: 'graphql-init-timeout', message: 'graphql-init-timeout', remedies: ['init'] }],
  [4409, { cause: 'graphql-protocol-misuse', message: 'graphql-protocol-misuse', remedies: ['ids'] }],
  [4429, { cause: 'graphql-protocol-misuse', message: 'graphql-protocol-misuse', remedies: ['once'] }],
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
