/**
 * A Close frame that the peer did not answer by its own (RFC 6455 5.5.1). Fatal only when its sender waited for it in
 * vain, or was reset with data unacknowledged; an orderly end of the connection instead is a note.
 */
import type { Arrival } from '../../../stream/arrival.js';
import { opposite } from '../../../stream/side.js';
import type { FlowFacts } from '../../../tcp/tcp-facts.js';
import { evidence } from '../../evidence.js';
import { closeOfSideMayBeUnseen } from '../../measures/close-visibility.js';
import { earliest } from '../../measures/ending.js';
import { CLOSE_WAITED, PATIENCE } from '../../measures/silence.js';
import { duration, side } from '../../measures/values.js';
import { isGoodbye } from '../../outcome.js';
import { defineRule } from '../../rule.js';

export const unansweredClose = defineRule({
  meta: {
    id: 'closing/unanswered-close',
    title: 'Close without an answer',
    severity: 'error',
    causes: ['ws-close-unanswered'],
    needs: ['frames', 'both-sides'],
    reference: ['RFC 6455 5.5.1', 'RFC 6455 7.1.1'],
    messages: {
      waited: 'The {from} sent a Close and waited {waited}; the {peer} never answered it with its own.',
      reset:
        'The {from} sent a Close and the {peer} reset the connection, with data of the {from} still unacknowledged.',
      note: 'The {peer} ended without answering the Close of the {from}. Nothing was lost by it.',
      late: 'The capture ends {waited} after the Close of the {from}, before an answer.',
    },
    notes: { close: 'Close frame', last: 'last frame of the other side', end: 'end of the connection' },
    remedies: {
      reader:
        'The {peer} does not read any more, or its library does not answer: see whether its event loop is blocked, and that it reads until the connection ends.',
      timeout:
        'Libraries wait 10 s to 30 s for the answer before they drop the connection: that is the delay users see when closing.',
    },
  },
  *check(session) {
    const { websocket, tcp, captureEnd } = session;
    const close = websocket?.firstClose;
    if (websocket === undefined || close === undefined || !isGoodbye(close.code)) return;
    const peer = opposite(close.from);
    if (websocket.closes[peer] !== undefined || closeOfSideMayBeUnseen(session, peer)) return;
    const sentAt = close.span.last;
    const [asker, silent] = [tcp.flows[close.from], tcp.flows[peer]];
    // Its own window was closed: no answer could be sent to it. That is flow/slow-consumer.
    if (asker.windowClosedSince !== undefined && asker.windowClosedSince.at <= sentAt.at) return;
    // A peer that had already sent its FIN cannot answer any more: both left at once.
    if (silent.fin !== undefined && silent.fin.at <= sentAt.at) return;
    const over = earliest(silent.fin, silent.rst, asker.fin, asker.rst);
    const waited = (over?.at ?? captureEnd) - sentAt.at;
    const wasReset = silent.rst !== undefined && silent.rst === over && asker.unackedBytes > 0;
    if (!wasReset && stoodBehindLoss(asker, sentAt)) return;
    const fatal = wasReset || waited >= (over === undefined ? PATIENCE : CLOSE_WAITED);
    yield {
      message: wasReset ? 'reset' : fatal ? 'waited' : over === undefined ? 'late' : 'note',
      cause: fatal ? 'ws-close-unanswered' : null,
      severity: fatal ? 'error' : 'note',
      data: { from: side(close.from), peer: side(peer), waited: duration(waited) },
      evidence: evidence([websocket.lastFrame[peer], 'last'], [close.span, 'close'], [over, 'end']),
      struckAt: sentAt.at + waited,
      confidence: 'proven',
      remedies: fatal ? ['reader', 'timeout'] : [],
    };
  },
});

/** What was sent before it never arrived, so that the program of the other side cannot have read it. */
const stoodBehindLoss = ({ oldestUnacked, repeats, sizes }: FlowFacts, { at }: Arrival): boolean =>
  oldestUnacked !== undefined && oldestUnacked.at < at && (repeats.length > 0 || sizes.hole !== undefined);
