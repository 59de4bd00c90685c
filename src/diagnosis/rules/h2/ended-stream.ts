/**
 * The HTTP/2 stream under an open session ended without a Close frame: RST_STREAM, END_STREAM, or a connection that
 * went away behind a GOAWAY (RFC 8441 5, RFC 9113 5.4 and 6.8).
 */

import { firstGoaway, type Http2Goaway } from '../../../http/h2-facts.js';
import type { Session } from '../../../session/session.js';
import type { Arrival } from '../../../stream/arrival.js';
import { SIDES, type Side } from '../../../stream/side.js';
import { hasSaidGoodbye } from '../../../subprotocol/subprotocol-facts.js';
import { evidence } from '../../evidence.js';
import { closeMayBeUnseen } from '../../measures/close-visibility.js';
import { lastFrame, silenceBefore, tcpEnd } from '../../measures/ending.js';
import { phrase } from '../../measures/phrases.js';
import { duration, side, text } from '../../measures/values.js';
import { defineRule, type Value } from '../../rule.js';

export const endedStream = defineRule({
  meta: {
    id: 'h2/ended-stream',
    title: 'The HTTP/2 stream ended without a Close frame',
    severity: 'error',
    causes: ['h2-stream-ended'],
    needs: ['frames', 'both-sides'],
    reference: ['RFC 8441 5', 'RFC 9113 5.4.2', 'RFC 9113 6.8', 'RFC 6455 7.1.4'],
    messages: {
      reset:
        'The {by} reset the HTTP/2 stream ({error}) {silence} after the last frame, without a Close frame. Libraries report this as 1006.',
      ended:
        'The {by} ended the HTTP/2 stream (END_STREAM{error}) {silence} after the last frame, without a Close frame. Libraries report this as 1006.',
      goaway:
        'The {by} announced the end of the whole HTTP/2 connection (GOAWAY {error}), and it went away {silence} after the last frame, without a Close frame. Libraries report this as 1006.',
    },
    notes: {
      last: 'last frame',
      reset: 'RST_STREAM',
      ended: 'END_STREAM',
      goaway: 'GOAWAY',
      end: 'end of the connection',
    },
    remedies: {
      backend:
        'Read the log of the {by} at this time. A proxy ends the stream like this when the connection to the server behind it ends: look there for why.',
      cancel: 'CANCEL from a browser is a page that was left, or a tab that was closed.',
      drain:
        'GOAWAY is how a proxy drains connections at a reload, deploy or at the end of their age (Envoy max_connection_age, nginx keepalive_requests): all sessions of the connection end together. Reconnect with a randomised delay.',
      close: 'A server that ends on purpose sends a Close frame (1001) first.',
    },
  },
  *check(session) {
    const { stream, websocket } = session;
    if (stream === undefined || websocket === undefined || websocket.firstClose !== undefined) return;
    if (closeMayBeUnseen(session) || hasSaidGoodbye(session.subprotocol)) return;
    const end = endOf(session);
    if (end === undefined) return;
    const { goaway, reset } = end;
    const remedies =
      goaway !== undefined ? ['drain', 'close'] : end.by === 'client' ? ['cancel'] : ['backend', 'close'];
    yield {
      message: goaway !== undefined ? 'goaway' : end.ended === undefined ? 'reset' : 'ended',
      cause: 'h2-stream-ended',
      data: {
        by: side(end.by),
        error: errorOf(end),
        silence: duration(silenceBefore(session, end.at)?.length ?? 0),
      },
      evidence: evidence(
        [lastFrame(session), 'last'],
        [goaway?.arrival, 'goaway'],
        [end.ended, 'ended'],
        [reset?.arrival, 'reset'],
        [goaway === undefined ? undefined : end.at, 'end'],
      ),
      struckAt: end.at.at,
      confidence: 'proven',
      remedies,
    };
  },
});

interface StreamEnd {
  by: Side;
  at: Arrival;
  ended?: Arrival | undefined;
  reset?: { name: string; arrival: Arrival } | undefined;
  goaway?: Http2Goaway | undefined;
}

const errorOf = ({ goaway, ended, reset }: StreamEnd): Value => {
  if (goaway !== undefined) return text(goaway.name);
  if (reset === undefined) return text('');
  return ended === undefined ? text(reset.name) : phrase('then-reset-stream', { error: text(reset.name) });
};

function endOf(session: Session): StreamEnd | undefined {
  const { stream } = session;
  if (stream === undefined) return undefined;
  const { ends, reset } = stream;
  const ender = SIDES.filter((by) => ends[by] !== undefined).sort((a, b) => ends[a]!.at - ends[b]!.at)[0];
  const ended = ender && ends[ender];
  if (ender !== undefined && ended !== undefined && (reset === undefined || ended.at <= reset.arrival.at)) {
    return { by: ender, at: ended, ended, reset };
  }
  if (reset !== undefined) return { by: reset.from, at: reset.arrival, reset };
  const end = tcpEnd(session);
  if (end === undefined) return undefined;
  const goaway = firstGoaway(stream);
  if (goaway === undefined || goaway.arrival.at > end.at.at) return undefined;
  return { by: goaway.from, at: end.at, goaway };
}
