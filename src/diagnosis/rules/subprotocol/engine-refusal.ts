/**
 * An Engine.IO server that answers 101 and only then finds fault with the request: it writes a plain HTTP 400 onto the
 * connection that is WebSocket already. The bytes are no frame, and the client leaves over that.
 */
import { isEngineTarget } from '../../../subprotocol/socket-io.js';
import { evidence } from '../../evidence.js';
import { quote } from '../../measures/headers.js';
import { text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

export const engineRefusal = defineRule({
  meta: {
    id: 'subprotocol/engine-refusal',
    title: 'Engine.IO refusal on an upgraded connection',
    severity: 'error',
    causes: ['socketio-version-mismatch', 'socketio-session-unknown'],
    needs: ['frames', 'upgrade'],
    precedence: 'subprotocol-error',
    reference: ['Engine.IO protocol 4'],
    messages: {
      version:
        'The server switched to WebSocket and then wrote an HTTP refusal onto it: “{answer}”. It does not speak Engine.IO {eio}, which the client asked for.',
      sid: 'The server switched to WebSocket and then wrote an HTTP refusal onto it: “{answer}”. It does not know the session of this client.',
    },
    notes: { request: 'request that names the version', refusal: 'HTTP text where a frame had to begin' },
    remedies: {
      versions:
        'Bring client and server to matching versions: a client of Socket.IO 1 or 2 (EIO=3) needs a server of that age, or a server of version 3 or 4 with allowEIO3: true.',
      sticky: 'Keep all requests of one client on one server (sticky sessions), or use the WebSocket transport alone.',
    },
  },
  *check({ websocket, upgrade }) {
    const corrupted = websocket?.corrupted;
    const request = upgrade?.request;
    if (corrupted?.http !== true || corrupted.from !== 'server' || request === undefined) return;
    if (!isEngineTarget(request.target)) return;
    const answer = Buffer.from(corrupted.preview).toString('latin1');
    const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
    const message = /unsupported protocol version/i.test(answer)
      ? 'version'
      : /session id unknown/i.test(answer)
        ? 'sid'
        : undefined;
    if (message === undefined) return;
    yield {
      message,
      cause: message === 'version' ? 'socketio-version-mismatch' : 'socketio-session-unknown',
      stage: 'upgrade',
      data: {
        answer: text(quote(body, 80) ?? ''),
        eio: text(/[?&]EIO=(\d{1,2})/.exec(request.target)?.[1] ?? ''),
      },
      evidence: evidence([request.span, 'request'], [corrupted.arrival, 'refusal']),
      struckAt: corrupted.arrival.at,
      confidence: 'proven',
      remedies: message === 'version' ? ['versions'] : ['sticky'],
    };
  },
});
