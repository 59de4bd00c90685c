/**
 * A reader that stood still and went on: its receive window was closed for a while and opened again (RFC 9293 3.8.6.1).
 * Messages waited meanwhile, and what came then came in a burst. What never opens again is flow/slow-consumer.
 */
import type { Nanos } from '../../../capture/packet.js';
import type { TimelineEvent } from '../../../session/timeline.js';
import { opposite, SIDES } from '../../../stream/side.js';
import { evidence } from '../../evidence.js';
import { arrivalOf, pauserBehind } from '../../measures/backpressure.js';
import { legDifference } from '../../measures/leg-difference.js';
import { textOr } from '../../measures/phrases.js';
import { count, duration, side, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

/** Shorter pauses come with every large transfer. */
const NOTICED: Nanos = 1e9;

export const pausedReader = defineRule({
  meta: {
    id: 'flow/paused-reader',
    title: 'The receiver paused reading',
    severity: 'warning',
    causes: [],
    needs: ['both-sides'],
    reference: ['RFC 9293 3.8.6.1'],
    messages: {
      paused:
        'The {reader} read nothing for up to {longest} at a time, {total} in all: its receive window was closed {times} times, and everything for it waited in the {sender}.',
      behind:
        'The {reader} of this leg, {proxy}, read nothing for up to {longest} at a time, {total} in all, because it could not get rid of what it had: the window of {address}, the {reader} of session {other}, had closed before.',
    },
    notes: { before: 'window closed at the other leg', closed: 'window closed', open: 'window open again' },
    remedies: {
      reader:
        'Find what keeps the {reader} from reading at these times: a handler that works slower than messages come, a paused socket, a blocked event loop.',
      far: 'Find what keeps {address} (session {other}) from reading at these times; {proxy} only passes that on.',
      sender:
        'Let the {sender} watch how much is queued (ws and browsers: bufferedAmount) and send less to receivers that do not keep up.',
    },
  },
  *check(session, capture) {
    const { websocket, tcp, timeline } = session;
    if (websocket === undefined) return;
    for (const reader of SIDES) {
      const { windowClosedLongest, windowClosedFor, zeroWindows } = tcp.flows[reader];
      if (windowClosedLongest < NOTICED) continue;
      const pause = longestPause(
        timeline.events().filter(({ from, layer }) => from === reader && layer === 'tcp'),
        windowClosedLongest,
      );
      if (pause === undefined) continue;
      const source = pauserBehind(session, reader, pause.closed.at, capture);
      yield {
        message: source === undefined ? 'paused' : 'behind',
        cause: null,
        data: {
          reader: side(reader),
          sender: side(opposite(reader)),
          longest: duration(windowClosedLongest),
          total: duration(windowClosedFor),
          times: count(zeroWindows),
          ...(source && {
            other: text(source.session.id),
            address: text(source.session[reader].text),
            proxy: textOr(legDifference(source.leg).proxy, 'the-proxy'),
          }),
        },
        evidence: evidence(
          [source?.pause.closed, 'before'],
          [arrivalOf(pause.closed), 'closed'],
          [arrivalOf(pause.open), 'open'],
        ),
        confidence: source === undefined ? 'proven' : 'likely',
        remedies: [source === undefined ? 'reader' : 'far', 'sender'],
      };
    }
  },
});

/** The episode of that length, where both of its packets are among the events that were kept. */
const longestPause = (
  events: readonly TimelineEvent[],
  longest: Nanos,
): { closed: TimelineEvent; open: TimelineEvent } | undefined => {
  let closed: TimelineEvent | undefined;
  for (const each of events) {
    if (each.event === 'zero-window') closed = each;
    else if (each.event === 'window-open' && closed !== undefined) {
      if (each.at - closed.at >= longest) return { closed, open: each };
      closed = undefined;
    }
  }
  return undefined;
};
