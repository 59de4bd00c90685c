/**
 * Refusals that Engine.IO words by itself: a session id of another server, a protocol version it does not speak. The
 * codes are those of its protocol, the texts those of its server. A session has two transports, so it may be the polling
 * request in a connection beside it that is refused while the WebSocket finds the right server.
 */

import type { CaptureView, Session } from '../../../session/session.js';
import { engineSid, saysUnknownSid } from '../../../subprotocol/engine-polling.js';
import { evidence } from '../../evidence.js';
import { departure, earliest } from '../../measures/ending.js';
import { bodyText } from '../../measures/headers.js';
import { textOr } from '../../measures/phrases.js';
import { answerData, refusal, switched } from '../../measures/upgrade-attempt.js';
import { count, text } from '../../measures/values.js';
import { defineRule, type Finding } from '../../rule.js';

const UNSUPPORTED = /^\s*(\{"code":5,|Unsupported protocol version)/;

export const socketioRefusal = defineRule({
  meta: {
    id: 'upgrade/socketio-refusal',
    title: 'Socket.IO refused the session',
    severity: 'error',
    causes: ['socketio-session-unknown', 'socketio-version-mismatch'],
    needs: ['upgrade'],
    reference: [
      'https://socket.io/docs/v4/troubleshooting-connection-issues/',
      'https://socket.io/docs/v4/using-multiple-nodes/',
    ],
    messages: {
      sid: 'The Socket.IO server does not know the session {sid}: it answered {status}{reason}. The session was begun at another server, or this one was restarted since.',
      version:
        'The Socket.IO server does not speak protocol version {eio}: it answered {status}{reason}. Client and server are of incompatible major versions.',
      polling:
        'The Socket.IO session {sid} is split between servers: {refusals} of its polling requests got 400 “Session ID unknown” while its WebSocket was accepted. The upgrade from polling was never completed.',
      'polling-survived':
        'The Socket.IO session {sid} is split between servers: {refusals} of its polling requests got 400 “Session ID unknown” while its WebSocket was accepted.',
    },
    notes: {
      request: 'upgrade request',
      response: 'refusal',
      given: 'answer that gave out the session id',
      polled: 'polling request refused',
      switched: 'WebSocket accepted for the same id',
    },
    remedies: {
      sticky:
        'Keep all requests of one session at one server; for nginx: upstream { ip_hash; } or hash $remote_addr consistent; for cloud load balancers turn on session affinity.',
      websocketOnly:
        'Or skip polling in the client, then one connection is all there is: io(url, { transports: ["websocket"] })',
      versions:
        'Bring client and server to matching versions: a v2 client (EIO=3) needs a v2 server, or a v3/v4 server with allowEIO3: true.',
    },
  },
  *check(session, capture) {
    yield* splitSession(session, capture);
    const answer = refusal(session);
    if (answer?.request === undefined || answer.response.status !== 400) return;
    const { request, response } = answer;
    const query = /[?&](?:EIO|sid)=/.test(request.target);
    const body = bodyText(response);
    const unknown = saysUnknownSid(body);
    if (!query || (!unknown && !UNSUPPORTED.test(body))) return;
    yield {
      message: unknown ? 'sid' : 'version',
      cause: unknown ? 'socketio-session-unknown' : 'socketio-version-mismatch',
      data: {
        ...answerData(response),
        sid: textOr(/[?&]sid=([^&]*)/.exec(request.target)?.[1], 'unnamed'),
        eio: textOr(/[?&]EIO=([^&]*)/.exec(request.target)?.[1], 'unnamed'),
      },
      evidence: evidence([request.span, 'request'], [response.span, 'response']),
      struckAt: response.span.first.at,
      confidence: 'proven',
      remedies: unknown ? ['sticky', 'websocketOnly'] : ['versions'],
    };
  },
});

/** The WebSocket of a session id that another server, asked over polling, did not know. */
function* splitSession(session: Session, capture: CaptureView): Iterable<Finding> {
  const { request, response } = switched(session) ?? {};
  const sid = request && engineSid(request.target);
  if (sid === undefined || response === undefined) return;
  const { opened, refused, refusals } = capture.server(session.server.text).polled(sid) ?? {};
  const end = earliest(departure(session, 'client'), departure(session, 'server'));
  const upgraded = session.subprotocol?.handshake?.answered;
  // A session that is over, or polls no more, is rightly unknown.
  if (refused === undefined || refused.at > (upgraded ?? end ?? refused).at) return;
  const isFatal = end !== undefined && neverUpgraded(session);
  yield {
    message: isFatal ? 'polling' : 'polling-survived',
    cause: 'socketio-session-unknown',
    severity: isFatal ? 'error' : 'warning',
    stage: 'subprotocol',
    data: { sid: text(sid), refusals: count(refusals ?? 1) },
    evidence: evidence([opened, 'given'], [refused, 'polled'], [response.span, 'switched']),
    struckAt: refused.at,
    // What was accepted later has not expired: another server knows it.
    confidence: refused.at < response.span.first.at ? 'proven' : 'likely',
    remedies: ['sticky', 'websocketOnly'],
  };
}

/** Every message was seen, and none belonged to a session in use. */
const neverUpgraded = ({ subprotocol, websocket, tcp, sight }: Session): boolean => {
  if (!sight.has('payloads') || tcp.gaps.length > 0 || websocket === undefined) return false;
  if (subprotocol === undefined) return websocket.messages.client + websocket.messages.server === 0;
  return subprotocol.handshake?.answered === undefined;
};
