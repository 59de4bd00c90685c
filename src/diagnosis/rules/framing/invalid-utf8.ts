/**
 * A text message (or the reason of a Close) that is not UTF-8, and over which the other side left (RFC 6455 8.1). The
 * bytes were seen, so this is proof, whatever code the other side used.
 */
import { opposite } from '../../../stream/side.js';
import { evidence } from '../../evidence.js';
import { gloss, side } from '../../measures/values.js';
import { defineRule } from '../../rule.js';
import { consequenceOf } from './consequence.js';

export const invalidUtf8 = defineRule({
  meta: {
    id: 'framing/invalid-utf8',
    title: 'Text that is not UTF-8',
    severity: 'error',
    causes: ['ws-invalid-utf8'],
    needs: ['frames'],
    precedence: 'violation',
    reference: ['RFC 6455 5.6', 'RFC 6455 8.1', 'RFC 3629'],
    messages: {
      left: 'The {from} sent text that is not UTF-8 ({detail}), and the {peer} left over it.',
      harmless: 'The {from} sent text that is not UTF-8 ({detail}); it did no visible harm.',
    },
    notes: { text: 'the text that is not UTF-8', left: 'the other side leaves' },
    remedies: {
      encode:
        'Encode text as UTF-8 before sending it: files and databases in Latin-1 or Windows-1252, and strings cut in the middle of a character, look like this.',
      binary: 'Send bytes that are no text as binary messages.',
    },
  },
  *check(session) {
    const violation = session.websocket?.violations.find(({ rule }) => rule === 'invalid-utf8');
    if (violation === undefined) return;
    const consequence = consequenceOf(session, violation, 1007);
    yield {
      message: consequence === undefined ? 'harmless' : 'left',
      cause: 'ws-invalid-utf8',
      severity: consequence === undefined ? 'warning' : 'error',
      data: {
        from: side(violation.from),
        peer: side(opposite(violation.from)),
        detail: gloss(violation.detail),
      },
      evidence: evidence([violation.span, 'text'], [consequence?.left, 'left']),
      struckAt: violation.span.first.at,
      confidence: 'proven',
      remedies: ['encode', 'binary'],
    };
  },
});
