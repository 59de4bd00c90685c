/**
 * Refusals that Engine.IO words by itself: a session id of another server, a protocol version it does not speak. The
 * codes are those of its protocol, the texts those of its server.
 */

import { evidence } from '../../evidence.js';
import { bodyText } from '../../measures/headers.js';
import { textOr } from '../../measures/phrases.js';
import { answerData, refusal } from '../../measures/upgrade-attempt.js';
import { defineRule } from '../../rule.js';

const UNKNOWN_SID = /^\s*(\{"code":1,|Session ID unknown)/;
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
    },
    notes: { request: 'upgrade request', response: 'refusal' },
    remedies: {
      sticky:
        'Keep all requests of one session at one server; for nginx: upstream { ip_hash; } or hash $remote_addr consistent; for cloud load balancers turn on session affinity.',
      websocketOnly:
        'Or skip polling in the client, then one connection is all there is: io(url, { transports: ["websocket"] })',
      versions:
        'Bring client and server to matching versions: a v2 client (EIO=3) needs a v2 server, or a v3/v4 server with allowEIO3: true.',
    },
  },
  *check(session) {
    const answer = refusal(session);
    if (answer?.request === undefined || answer.response.status !== 400) return;
    const { request, response } = answer;
    const query = /[?&](?:EIO|sid)=/.test(request.target);
    const body = bodyText(response);
    const unknown = UNKNOWN_SID.test(body);
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
