/**
 * One side ended its own direction by a FIN and went on reading, while the other went on sending. Legal in TCP (RFC 9293
 * 3.6) and rare in WebSocket, where most programs and proxies take a FIN for the end of the connection.
 */
import { halfCloseOf } from '../../../session/half-close.js';
import { opposite } from '../../../stream/side.js';
import { evidence } from '../../evidence.js';
import { duration, side, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

export const halfClose = defineRule({
  meta: {
    id: 'closing/half-close',
    title: 'One direction ended early',
    severity: 'note',
    causes: [],
    needs: ['frames', 'both-sides'],
    reference: ['RFC 9293 3.6', 'RFC 6455 7.1.1'],
    messages: {
      open: 'The {by} ended its own direction by a FIN and went on reading (a half-close): the {peer} sent for another {span}, and all of it was taken.',
      closed:
        'The {by} ended its own direction by a FIN and went on reading (a half-close): the {peer} sent for another {span} and then a Close with {code}, and all of it was taken.',
    },
    notes: { fin: 'FIN of one direction', last: 'last data of the other direction', close: 'Close frame' },
    remedies: {
      whole:
        'If that was not meant: let the {by} send a Close frame and read until it is answered, instead of shutting down its writing (shutdown(SHUT_WR), in Node socket.end()). Libraries and proxies often take a FIN for the end of both directions, and drop what is still sent.',
    },
  },
  *check({ websocket, tcp, stream }) {
    const half = websocket === undefined || stream !== undefined ? undefined : halfCloseOf(websocket, tcp);
    if (half === undefined) return;
    const { by, fin, lastData } = half;
    const close = websocket?.firstClose;
    yield {
      message: close === undefined ? 'open' : 'closed',
      cause: null,
      data: {
        by: side(by),
        peer: side(opposite(by)),
        span: duration(lastData.at - fin.at),
        ...(close === undefined ? {} : { code: text(close.code) }),
      },
      evidence: evidence([fin, 'fin'], [lastData, 'last'], [close?.span, 'close']),
      confidence: 'proven',
      remedies: ['whole'],
    };
  },
});
