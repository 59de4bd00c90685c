/**
 * The connection ended by FIN while neither side had sent a Close frame (RFC 6455 7.1.4; libraries report 1006).
 * Said only where a Close cannot have been missed. Why it ended is for narrower rules.
 */
import { hasSaidGoodbye } from '../../../subprotocol/subprotocol-facts.js';
import { evidence } from '../../evidence.js';
import { closeMayBeUnseen } from '../../measures/close-visibility.js';
import { lastFrame, silenceBefore, tcpEnd } from '../../measures/ending.js';
import { duration, side, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

export const missingClose = defineRule({
  meta: {
    id: 'closing/missing-close',
    title: 'Ended without a Close frame',
    severity: 'error',
    causes: ['ws-abnormal-closure'],
    needs: ['frames', 'both-sides'],
    reference: ['RFC 6455 7.1.4', 'RFC 6455 7.4.1'],
    messages: {
      fin: 'The {by} ended the connection {silence} after the last frame, without a Close frame. Libraries report this as 1006.',
      unfinished:
        'The {by} ended the connection in the middle of a frame of its own, without a Close frame. Libraries report this as 1006.',
    },
    notes: { last: 'last frame', unfinished: 'frame that was never finished', fin: 'FIN without a Close before it' },
    remedies: {
      died: 'Read the log of the {by} at this time: a program that exits, crashes or is killed leaves the closing to its kernel, which sends just a FIN.',
      proxy:
        'A proxy in between may have ended it instead: its timeouts, reloads and deploys look the same from here. Compare a capture on its other side.',
      close: 'In a program that ends on purpose, close the socket first: ws.close(1001).',
    },
  },
  *check(session) {
    const end = tcpEnd(session);
    const { websocket } = session;
    if (end === undefined || end.kind !== 'fin' || end.by === 'network' || websocket === undefined) return;
    if (websocket.firstClose !== undefined || closeMayBeUnseen(session) || hasSaidGoodbye(session.subprotocol)) return;
    const unfinished = websocket.unfinishedFrame[end.by];
    yield {
      message: unfinished === undefined ? 'fin' : 'unfinished',
      cause: 'ws-abnormal-closure',
      data: {
        by: side(end.by),
        silence: duration(Math.max(0, silenceBefore(session, end.at)?.length ?? 0)),
        end: text('FIN'),
      },
      evidence: evidence([lastFrame(session), 'last'], [unfinished?.arrival, 'unfinished'], [end.at, 'fin']),
      struckAt: end.at.at,
      confidence: 'proven',
      remedies: ['died', 'proxy', 'close'],
    };
  },
});
