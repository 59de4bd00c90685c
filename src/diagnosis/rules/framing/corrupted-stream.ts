/**
 * Bytes at a frame boundary of an open session that are no frame: HTTP text of a second writer on the same socket, or a
 * peer that lost count of its own bytes. Without a hole in the capture before them, this is the peer's doing.
 */
import type { Session } from '../../../session/session.js';
import { evidence } from '../../evidence.js';
import { quote } from '../../measures/headers.js';
import { side, text } from '../../measures/values.js';
import { isGoodbye } from '../../outcome.js';
import { defineRule } from '../../rule.js';

export const corruptedStream = defineRule({
  meta: {
    id: 'framing/corrupted-stream',
    title: 'Bytes that are no frame inside an open session',
    severity: 'error',
    causes: ['ws-stream-corrupted'],
    needs: ['frames'],
    precedence: 'violation',
    reference: ['RFC 6455 5.2'],
    messages: {
      http: 'Inside the open session the {from} sent HTTP text where a frame had to begin: “{preview}”. Two programs write on one connection.',
      bytes:
        'Inside the open session the {from} sent bytes that are no frame: {preview}. It has lost count of its own bytes, or two programs write on one connection.',
    },
    notes: { bytes: 'bytes that are no frame' },
    remedies: {
      handlers:
        'Let only one handler answer the upgrade: two WebSocket servers or a dev-server proxy beside one on the same HTTP server both write to the socket. With ws, use noServer: true and route the upgrade event by path.',
      error:
        'An error page written to a connection that was already upgraded looks like this: do not let a general error handler write to upgraded sockets.',
      count: 'Look for short writes that are not continued, and for a length that counts characters instead of bytes.',
    },
  },
  *check(session) {
    const corrupted = session.websocket?.corrupted;
    if (corrupted === undefined || hadHoleBefore(session, corrupted.from)) return;
    const preview = Buffer.from(corrupted.preview);
    const { http } = corrupted;
    const shown = http ? quote(preview.toString('utf8'), 60) : preview.subarray(0, 16).toString('hex');
    const close = session.websocket?.firstClose;
    const goodbye = close !== undefined && isGoodbye(close.code);
    const ended = !goodbye && (session.tcp.end !== 'none' || close !== undefined);
    yield {
      message: http ? 'http' : 'bytes',
      cause: 'ws-stream-corrupted',
      severity: ended ? 'error' : 'warning',
      data: { from: side(corrupted.from), preview: text(shown ?? '') },
      evidence: evidence([corrupted.arrival, 'bytes']),
      struckAt: corrupted.arrival.at,
      confidence: http ? 'proven' : 'likely',
      remedies: http ? ['handlers', 'error'] : ['count', 'handlers'],
    };
  },
});

const hadHoleBefore = ({ tcp, websocket }: Session, side: 'client' | 'server'): boolean =>
  tcp.gaps.some((gap) => gap.side === side && gap.at <= (websocket?.corrupted?.arrival.at ?? 0)) ||
  websocket?.outOfSync[side] !== 0;
