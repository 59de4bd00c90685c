/**
 * A message above the limit that the Socket.IO server announced when the session opened (maxPayload, since Engine.IO 4),
 * and the Close 1009 behind it: which limit it was need not be guessed.
 */
import { evidence } from '../../evidence.js';
import { bytes } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

export const announcedLimit = defineRule({
  meta: {
    id: 'subprotocol/announced-limit',
    title: 'Message above the announced limit',
    severity: 'error',
    causes: ['ws-message-too-big'],
    needs: ['frames', 'payloads'],
    precedence: 'subprotocol-error',
    reference: ['Engine.IO protocol 4: Handshake', 'https://socket.io/docs/v4/server-options/#maxhttpbuffersize'],
    messages: {
      exceeded:
        'The client sent a message of {size}; the Socket.IO server had announced that it takes {limit} at most (maxPayload), and closed with 1009.',
    },
    notes: {
      announced: 'open packet with maxPayload',
      largest: 'largest message of the client',
      close: 'Close frame',
    },
    remedies: {
      raise: 'Raise the limit on the server: new Server({ maxHttpBufferSize: bytes }), 1 MB unless set.',
      smaller: 'Or send less at once: split the message, or upload large data over HTTP.',
    },
  },
  *check({ subprotocol, websocket }) {
    const close = websocket?.firstClose;
    if (subprotocol?.name !== 'socket.io' || websocket === undefined || close === undefined) return;
    if (close.code !== 1009 || close.from !== 'server') return;
    const limit = subprotocol.detail.maxPayloadBytes;
    // On the wire: what was compressed is larger still.
    const { largest, largestBytes } = websocket.messageSizes.client;
    if (typeof limit !== 'number' || largest === undefined || largestBytes <= limit) return;
    const announced = subprotocol.handshake?.steps.find(({ step, from }) => step === 'open' && from === 'server');
    yield {
      message: 'exceeded',
      cause: 'ws-message-too-big',
      data: { size: bytes(largestBytes), limit: bytes(limit) },
      evidence: evidence([announced?.arrival, 'announced'], [largest, 'largest'], [close.span, 'close']),
      struckAt: close.span.first.at,
      confidence: 'proven',
      remedies: ['raise', 'smaller'],
    };
  },
});
