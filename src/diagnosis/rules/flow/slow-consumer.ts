/**
 * A peer that stopped reading: its receive window closed and stayed closed until the connection ended (RFC 9293 3.8.6.1).
 * The sender may say so by a Close of its own (1008, 1013) or just leave.
 */
import type { Session } from '../../../session/session.js';
import { opposite, SIDES, type Side } from '../../../stream/side.js';
import { evidence } from '../../evidence.js';
import { departure, tcpEnd } from '../../measures/ending.js';
import { PATIENCE } from '../../measures/silence.js';
import { bytes, count, duration, side } from '../../measures/values.js';
import { isGoodbye } from '../../outcome.js';
import { defineRule } from '../../rule.js';

export const slowConsumer = defineRule({
  meta: {
    id: 'flow/slow-consumer',
    title: 'The receiver stopped reading',
    severity: 'error',
    causes: ['ws-slow-consumer'],
    needs: ['both-sides'],
    precedence: 'stalled-peer',
    reference: ['RFC 9293 3.8.6.1', 'RFC 9293 3.8.6.2'],
    messages: {
      ended:
        'The {reader} stopped reading: its receive window closed and stayed closed for {closed}, until the connection ended. {sent} had been sent to it.',
      stillClosed: 'The {reader} has not read for {closed}: its receive window is closed at the end of the capture.',
      endedAtLast:
        'The {reader} stopped reading: its receive window closed and stayed closed for {closed}, until the connection ended. {sent} had been sent to it. Earlier times it was closed: {times}, for {before} in all.',
      stillClosedAgain:
        'The {reader} has not read for {closed}: its receive window is closed at the end of the capture. Earlier times it was closed: {times}, for {before} in all.',
    },
    notes: { window: 'window closed', end: 'end of the connection' },
    remedies: {
      reader:
        'Find what keeps the {reader} from reading: a handler that works slower than messages come, a paused socket, a blocked event loop.',
      sender:
        'On the sending side, watch how much is queued (ws and browsers: bufferedAmount) and skip or drop messages for receivers that do not keep up.',
    },
  },
  *check(session) {
    const { websocket, tcp, captureEnd } = session;
    if (websocket === undefined) return;
    for (const reader of SIDES) {
      const closedSince = tcp.flows[reader].windowClosedSince;
      if (closedSince === undefined) continue;
      const end = tcpEnd(session)?.at ?? departure(session, opposite(reader));
      const closedFor = (end?.at ?? captureEnd) - closedSince.at;
      if (closedFor <= 0 || (end === undefined && closedFor < PATIENCE)) continue;
      const ended = end !== undefined;
      const { zeroWindows, windowClosedFor } = tcp.flows[reader];
      const before = windowClosedFor > 0 ? zeroWindows - 1 : 0;
      yield {
        message: before > 0 ? (ended ? 'endedAtLast' : 'stillClosedAgain') : ended ? 'ended' : 'stillClosed',
        cause: 'ws-slow-consumer',
        severity: ended && !saidGoodbye(session) ? 'error' : 'warning',
        data: {
          reader: side(reader),
          closed: duration(closedFor),
          sent: bytes(tcp.flows[opposite(reader)].bytes),
          ...(before > 0 ? { times: count(before), before: duration(windowClosedFor) } : {}),
        },
        evidence: evidence([closedSince, 'window'], [end, 'end']),
        struckAt: closedSince.at,
        confidence: endedBy(session, reader) ? 'likely' : 'proven',
        remedies: ['reader', 'sender'],
      };
    }
  },
});

const saidGoodbye = ({ websocket }: Session): boolean =>
  websocket?.firstClose !== undefined && isGoodbye(websocket.firstClose.code);

const endedBy = ({ tcp }: Session, which: Side): boolean => tcp.endedBy === which;
