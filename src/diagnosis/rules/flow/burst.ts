/**
 * Many messages at once after a silence, where that did harm: the reader's window closed on them (RFC 9293 3.8.6.1), the
 * path lost some of them, or what came behind them had to wait. A burst that went through is nobody's business.
 */
import type { Nanos } from '../../../capture/packet.js';
import type { Session } from '../../../session/session.js';
import type { TimelineEvent } from '../../../session/timeline.js';
import { opposite, SIDES, type Side } from '../../../stream/side.js';
import type { BurstFacts } from '../../../websocket/websocket-facts.js';
import { evidence } from '../../evidence.js';
import { bytes, count, duration, side } from '../../measures/values.js';
import { defineRule, type Value } from '../../rule.js';

/** What happens this long after the last message of a burst may still be its doing: a first retransmission timer. */
const AFTERWARDS: Nanos = 1e9;
/** Fewer segments than this get lost on any path. */
const LOST_AT_LEAST = 3;
/** The losses of a session that are one burst's doing are nearly all in it. */
const LOST_IN_BURST = 0.8;
/** A pong came so many times later than usual, and by more than a delayed acknowledgment or a busy scheduler explains. */
const LATE_TIMES = 5;
const LATE_BY: Nanos = 200e6;
/** Round trips that say what is usual. */
const PINGS_NEEDED = 3;

interface Harm {
  message: 'closed' | 'lost' | 'late';
  data: Readonly<Record<string, Value>>;
  shown: TimelineEvent;
}

export const burst = defineRule({
  meta: {
    id: 'flow/burst',
    title: 'More at once than was taken',
    severity: 'note',
    causes: [],
    needs: ['frames', 'both-sides'],
    reference: ['RFC 9293 3.8.6.1'],
    messages: {
      closed:
        'After {silence} without a message the {sender} sent {messages} messages, {bytes}, within {span}. The {reader} did not take them that fast: its receive window closed {after} after the first of them.',
      lost: 'After {silence} without a message the {sender} sent {messages} messages, {bytes}, within {span}, and had to send {again} segments of them again; there was next to no loss at other times, so a queue on the way was too short for so much at once.',
      late: 'After {silence} without a message the {sender} sent {messages} messages, {bytes}, within {span}. A ping of that time got its pong after {rtt} instead of the usual {usual}: it had to wait behind them.',
    },
    notes: {
      first: 'first message of the burst',
      closed: 'window closed',
      lost: 'first segment sent again',
      late: 'pong that came late',
      last: 'last message of the burst',
    },
    remedies: {
      pace: 'Let the {sender} spread what has gathered: send in portions and go on when the queue is empty (ws and browsers: bufferedAmount; Node: the drain event).',
      gather:
        'Or put what belongs together into fewer, larger messages, and drop what a newer message makes worthless before it is sent.',
    },
  },
  *check(session) {
    const { websocket, timeline } = session;
    if (websocket === undefined || SIDES.every((sender) => websocket.bursts[sender].length === 0)) return;
    const events = timeline.events();
    for (const sender of SIDES) {
      // The largest that did harm stands for all of them.
      const bursts = [...websocket.bursts[sender]].sort((a, b) => b.bytes - a.bytes);
      for (const one of bursts) {
        const harm = harmOf(session, sender, one, events);
        if (harm === undefined) continue;
        yield {
          message: harm.message,
          cause: null,
          data: {
            sender: side(sender),
            reader: side(opposite(sender)),
            silence: duration(one.silence),
            messages: count(one.messages),
            bytes: bytes(one.bytes),
            span: duration(one.last.at - one.first.at),
            ...harm.data,
          },
          evidence: evidence([one.first, 'first'], [arrivalOf(harm.shown), harm.message], [one.last, 'last']),
          confidence: harm.message === 'closed' ? ('proven' as const) : ('likely' as const),
          remedies: ['pace', 'gather'],
        };
        break;
      }
    }
  },
});

const harmOf = (
  session: Session,
  sender: Side,
  one: BurstFacts,
  events: readonly TimelineEvent[],
): Harm | undefined => {
  const from = one.first.at;
  const until = one.last.at + AFTERWARDS;
  const reader = opposite(sender);
  // A window that was closed before is the reason for the silence, and the burst is what had gathered meanwhile.
  const isGathered = events.some(
    ({ event, at, from: by }) =>
      by === reader && (event === 'zero-window' || event === 'window-open') && at >= from - one.silence && at < from,
  );
  if (isGathered) return undefined;
  const meanwhile = events.filter(({ at }) => at >= from && at <= until);
  return closedBy(meanwhile, reader, from) ?? lostBy(session, meanwhile, sender) ?? lateBy(session, meanwhile);
};

const closedBy = (events: readonly TimelineEvent[], reader: Side, from: Nanos): Harm | undefined => {
  const shown = events.find((each) => each.event === 'zero-window' && each.from === reader);
  return shown && { message: 'closed', data: { after: duration(shown.at - from) }, shown };
};

const lostBy = ({ tcp }: Session, events: readonly TimelineEvent[], sender: Side): Harm | undefined => {
  const again = events.filter(
    (each) => each.event === 'retransmission' && each.from === sender && each.data?.kind !== 'spurious',
  );
  const [shown] = again;
  const isItsDoing = again.length >= LOST_IN_BURST * tcp.flows[sender].retransmissions;
  if (shown === undefined || again.length < LOST_AT_LEAST || !isItsDoing) return undefined;
  return { message: 'lost', data: { again: count(again.length) }, shown };
};

/** A pong in the burst that is far beyond the median of all pongs of its pinger. */
const lateBy = ({ websocket }: Session, events: readonly TimelineEvent[]): Harm | undefined => {
  for (const shown of events) {
    const rtt = shown.event === 'pong' ? shown.data?.rttNs : undefined;
    if (typeof rtt !== 'number' || shown.from === 'network') continue;
    const known = websocket?.pings[opposite(shown.from)].rtts ?? [];
    const usual = [...known].sort((a, b) => a - b)[Math.floor((known.length - 1) / 2)];
    if (usual === undefined || known.length < PINGS_NEEDED) continue;
    if (rtt < LATE_TIMES * usual || rtt - usual < LATE_BY) continue;
    return { message: 'late', data: { rtt: duration(rtt), usual: duration(usual) }, shown };
  }
  return undefined;
};

const arrivalOf = ({ packet, at }: TimelineEvent) => ({ packet, at, readyAt: at });
