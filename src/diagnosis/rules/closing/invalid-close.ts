/**
 * A Close frame that must not be sent: a code reserved for local use (1004-1006, 1015), one that nobody defined, or a
 * body of one byte (RFC 6455 5.5.1, 7.4).
 */
import { evidence } from '../../evidence.js';
import { side, text } from '../../measures/values.js';
import { isGoodbye } from '../../outcome.js';
import { defineRule } from '../../rule.js';
import { causeOfCloseCode } from './close-code.js';

export const invalidClose = defineRule({
  meta: {
    id: 'closing/invalid-close',
    title: 'Invalid Close frame',
    severity: 'error',
    causes: ['ws-close-invalid'],
    needs: ['frames'],
    precedence: 'violation',
    reference: ['RFC 6455 5.5.1', 'RFC 6455 7.4.1', 'RFC 6455 7.4.2'],
    messages: {
      code: 'The {from} closed with {code}, a code that must not be sent in a Close frame: it says nothing about why.',
      short: 'The {from} sent a Close frame whose body is one byte: a code has two.',
    },
    notes: { close: 'invalid Close frame' },
    remedies: {
      code: 'Close with 1000, or with a code of your own between 4000 and 4999. 1005, 1006 and 1015 are what libraries report locally; they are never sent.',
      short: 'Send the code as two bytes in network order, or an empty body.',
    },
  },
  *check({ websocket }) {
    const close = websocket?.firstClose;
    if (close === undefined || causeOfCloseCode(close.code) !== undefined) return;
    // 1005 stands for an empty body, which is fine; a 1005 that was really sent is a violation.
    const sentInvalid = websocket?.violations.some(
      ({ rule, from, span }) =>
        (rule === 'invalid-close-code' || rule === 'close-payload-of-one-byte') &&
        from === close.from &&
        span.first.packet === close.span.first.packet,
    );
    if (isGoodbye(close.code) && sentInvalid !== true) return;
    const short = close.code === -1;
    yield {
      message: short ? 'short' : 'code',
      cause: 'ws-close-invalid',
      data: { from: side(close.from), code: text(close.code) },
      evidence: evidence([close.span, 'close']),
      struckAt: close.span.first.at,
      confidence: 'proven',
      remedies: [short ? 'short' : 'code'],
    };
  },
});
