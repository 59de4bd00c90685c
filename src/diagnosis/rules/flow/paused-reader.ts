/**
 * A reader that stood still and went on: its receive window was closed for a while and opened again (RFC 9293 3.8.6.1).
 * Messages waited meanwhile, and what came then came in a burst. What never opens again is flow/slow-consumer.
 */
import type { Nanos } from '../../../capture/packet.js';
import type { TimelineEvent } from '../../../session/timeline.js';
import { opposite, SIDES } from '../../../stream/side.js';
import { evidence } from '../../evidence.js';
import { count, duration, side } from '../../measures/values.js';
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
    },
    notes: { closed: 'window closed', open: 'window open again' },
    remedies: {
      reader:
        'Find what keeps the {reader} from reading at these times: a handler that works slower than messages come, a paused socket, a blocked event loop.',
      sender:
        'Let the {sender} watch how much is queued (ws and browsers: bufferedAmount) and send less to receivers that do not keep up.',
    },
  },
  *check({ websocket, tcp, timeline }) {
    if (websocket === undefined) return;
    for (const reader of SIDES) {
      const { windowClosedLongest, windowClosedFor, zeroWindows } = tcp.flows[reader];
      if (windowClosedLongest < NOTICED) continue;
      const pause = longestPause(
        timeline.events().filter(({ from, layer }) => from === reader && layer === 'tcp'),
        windowClosedLongest,
      );
      if (pause === undefined) continue;
      yield {
        message: 'paused',
        cause: null,
        data: {
          reader: side(reader),
          sender: side(opposite(reader)),
          longest: duration(windowClosedLongest),
          total: duration(windowClosedFor),
          times: count(zeroWindows),
        },
        evidence: evidence([arrivalOf(pause.closed), 'closed'], [arrivalOf(pause.open), 'open']),
        confidence: 'proven',
        remedies: ['reader', 'sender'],
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

const arrivalOf = ({ packet, at }: TimelineEvent) => ({ packet, at, readyAt: at });
