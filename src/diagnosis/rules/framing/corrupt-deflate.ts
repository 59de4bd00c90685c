/**
 * A compressed message that does not decompress although nothing of it or before it was missing (RFC 7692 7.2.2): its
 * sender compressed it against another history than the one it had sent.
 */
import { opposite } from '../../../stream/side.js';
import { evidence } from '../../evidence.js';
import { quote } from '../../measures/headers.js';
import { textOr } from '../../measures/phrases.js';
import { side, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';
import { consequenceOf } from './consequence.js';

export const corruptDeflate = defineRule({
  meta: {
    id: 'framing/corrupt-deflate',
    title: 'A compressed message does not decompress',
    severity: 'error',
    causes: ['ws-deflate-corrupt'],
    needs: ['frames', 'payloads'],
    precedence: 'violation',
    reference: ['RFC 7692 7.2.1', 'RFC 7692 7.2.2', 'RFC 7692 7.1.1'],
    messages: {
      left: 'A compressed message of the {from} does not decompress ({detail}), and the {peer} left over it.',
      kept: 'A compressed message of the {from} refers to earlier messages although it was agreed that none does ({parameter}): it decodes with that history and not without. The {from} kept its context, and the {peer} left over it.',
      window:
        'A compressed message of the {from} refers farther back than the window that was agreed ({parameter}): it decodes with a larger one. The {from} ignored the agreement, and the {peer} left over it.',
      harmless: 'A compressed message of the {from} does not decompress ({detail}). The {peer} did not leave over it.',
    },
    notes: { message: 'the message that does not decompress', left: 'the other side leaves' },
    remedies: {
      takeover:
        'Rule the shared history out: agree on server_no_context_takeover and client_no_context_takeover (ws: perMessageDeflate with serverNoContextTakeover and clientNoContextTakeover true).',
      off: 'If that helps, or to be safe, turn compression off: ws: perMessageDeflate: false; python websockets: compression=None.',
      update:
        'Update the library of the {from}: failing at the second compressed message, or after a ping inside a fragmented one, is a known kind of fault.',
    },
  },
  *check(session) {
    const violation = session.websocket?.violations.find(({ rule }) => rule === 'deflate-corrupt');
    if (violation === undefined) return;
    const consequence = consequenceOf(session, violation, 1007);
    const fault = session.websocket?.compression[violation.from]?.fault;
    yield {
      message: consequence === undefined ? 'harmless' : fault === undefined ? 'left' : MESSAGES[fault],
      cause: 'ws-deflate-corrupt',
      severity: consequence === undefined ? 'warning' : 'error',
      data: {
        from: side(violation.from),
        peer: side(opposite(violation.from)),
        detail: textOr(quote(violation.detail), 'invalid-data'),
        parameter: text(`${violation.from}_${fault === 'larger-window' ? 'max_window_bits' : 'no_context_takeover'}`),
      },
      evidence: evidence([violation.span, 'message'], [consequence?.left, 'left']),
      struckAt: violation.span.first.at,
      confidence: 'proven',
      remedies: ['takeover', 'off', 'update'],
    };
  },
});

const MESSAGES = { 'kept-context': 'kept', 'larger-window': 'window' } as const;
