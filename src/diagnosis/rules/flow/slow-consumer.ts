/**
 * A peer that stopped reading: its receive window closed and stayed closed until the connection ended (RFC 9293 3.8.6.1).
 * The sender may say so by a Close of its own (1008, 1013) or just leave.
 */
import type { CaptureView, Session } from '../../../session/session.js';
import type { Arrival } from '../../../stream/arrival.js';
import { opposite, SIDES, type Side } from '../../../stream/side.js';
import { evidence } from '../../evidence.js';
import { pauseAt, pauserBehind } from '../../measures/backpressure.js';
import { departure, tcpEnd } from '../../measures/ending.js';
import { legDifference } from '../../measures/leg-difference.js';
import { legsOf } from '../../measures/legs.js';
import { textOr } from '../../measures/phrases.js';
import { CLOSE_WAITED, PATIENCE } from '../../measures/silence.js';
import { bytes, count, duration, side, text } from '../../measures/values.js';
import { isGoodbye } from '../../outcome.js';
import { defineRule, type Finding } from '../../rule.js';

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
      behind:
        'The {reader} of this leg, {proxy}, stopped reading for {closed} because it could not get rid of what it had: the window of {address}, the {reader} of session {other}, had closed before.',
      proxied:
        'The {reader} stopped reading: its receive window closed, and {proxy} ended both legs after {closed} of that. {sent} had been sent to it.',
    },
    notes: {
      before: 'window closed at the other leg',
      window: 'window closed',
      close: 'Close that was never answered',
      end: 'end of the connection',
      ended: 'the proxy ends the first of its legs',
      open: 'window open again',
    },
    remedies: {
      reader:
        'Find what keeps the {reader} from reading: a handler that works slower than messages come, a paused socket, a blocked event loop.',
      far: 'Find what keeps {address} (session {other}) from reading: a handler that works slower than messages come, a paused socket, a blocked event loop. {proxy} only passes that on.',
      timer:
        'The proxy waits so long for a receiver and no longer: nginx send_timeout (towards the client) and proxy_send_timeout (towards the backend); HAProxy timeout tunnel.',
      sender:
        'On the sending side, watch how much is queued (ws and browsers: bufferedAmount) and skip or drop messages for receivers that do not keep up.',
    },
  },
  *check(session, capture) {
    const { websocket, tcp, captureEnd } = session;
    if (websocket === undefined) return;
    yield* givenUpByProxy(session, capture);
    for (const reader of SIDES) {
      const closedSince = tcp.flows[reader].windowClosedSince;
      if (closedSince === undefined) continue;
      const end = tcpEnd(session)?.at ?? departure(session, opposite(reader));
      const closedFor = (end?.at ?? captureEnd) - closedSince.at;
      if (closedFor <= 0 || (end === undefined && closedFor < PATIENCE)) continue;
      const ended = end !== undefined;
      const { zeroWindows, windowClosedFor } = tcp.flows[reader];
      const before = windowClosedFor > 0 ? zeroWindows - 1 : 0;
      const source = pauserBehind(session, reader, closedSince.at, capture);
      const vain = end === undefined ? undefined : closeInVain(session, closedSince, end);
      yield {
        message:
          source !== undefined
            ? 'behind'
            : before > 0
              ? ended
                ? 'endedAtLast'
                : 'stillClosedAgain'
              : ended
                ? 'ended'
                : 'stillClosed',
        cause: 'ws-slow-consumer',
        severity: ended && (vain !== undefined || !saidGoodbye(session)) ? 'error' : 'warning',
        data: {
          reader: side(reader),
          closed: duration(closedFor),
          sent: bytes(tcp.flows[opposite(reader)].bytes),
          ...(before > 0 ? { times: count(before), before: duration(windowClosedFor) } : {}),
          ...(source && {
            other: text(source.session.id),
            address: text(source.session[reader].text),
            proxy: textOr(legDifference(source.leg).proxy, 'the-proxy'),
          }),
        },
        evidence: evidence([source?.pause.closed, 'before'], [closedSince, 'window'], [vain, 'close'], [end, 'end']),
        struckAt: closedSince.at,
        confidence: endedBy(session, reader) && vain === undefined ? 'likely' : 'proven',
        remedies: source === undefined ? ['reader', 'sender'] : ['far', 'sender'],
      };
    }
  },
});

/** What the proxy still had comes once the reader goes on, and its end after that: the leg behind tells when it gave up. */
function* givenUpByProxy(session: Session, capture: CaptureView): Iterable<Finding> {
  for (const leg of legsOf(session, capture)) {
    const reader = leg.front === session ? 'client' : 'server';
    const { ended, proxy } = legDifference(leg);
    if (ended?.by !== 'proxy' || session.tcp.flows[reader].windowClosedSince !== undefined) continue;
    const pause = pauseAt(session, reader, ended.at.at);
    if (pause === undefined || session.websocket?.firstClose !== undefined) continue;
    yield {
      message: 'proxied',
      cause: 'ws-slow-consumer',
      data: {
        reader: side(reader),
        proxy: textOr(proxy, 'the-proxy'),
        closed: duration(ended.at.at - pause.closed.at),
        sent: bytes(session.tcp.flows[opposite(reader)].bytes),
      },
      evidence: evidence([pause.closed, 'window'], [ended.at, 'ended'], [pause.open, 'open']),
      struckAt: pause.closed.at,
      confidence: 'likely',
      remedies: ['reader', 'timer', 'sender'],
    };
  }
}

const saidGoodbye = ({ websocket }: Session): boolean =>
  websocket?.firstClose !== undefined && isGoodbye(websocket.firstClose.code);

/**
 * A goodbye that was sent while the window was closed and found no answer: the reader cannot receive one, and what the
 * sender says waits behind what is not read.
 */
const closeInVain = ({ websocket }: Session, closedSince: Arrival, end: Arrival): Arrival | undefined => {
  const close = websocket?.firstClose;
  if (websocket === undefined || close === undefined || websocket.closes[opposite(close.from)] !== undefined) return;
  const sentAt = close.span.last;
  return sentAt.at >= closedSince.at && end.at - sentAt.at >= CLOSE_WAITED ? sentAt : undefined;
};

const endedBy = ({ tcp }: Session, which: Side): boolean => tcp.endedBy === which;
