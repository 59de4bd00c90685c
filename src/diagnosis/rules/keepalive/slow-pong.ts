/**
 * Pongs that come much later than TCP's acknowledgments: the path is fast and the program behind it slow. A ping's round
 * trip contains the path's, so what is left over was spent in the program that answers (or in its queue).
 */
import type { Nanos } from '../../../capture/packet.js';
import type { Session } from '../../../session/session.js';
import { opposite, SIDES, type Side } from '../../../stream/side.js';
import { evidence } from '../../evidence.js';
import { stallsOf } from '../../measures/stalls.js';
import { count, duration, side } from '../../measures/values.js';
import { defineRule, type Finding } from '../../rule.js';

/** One slow pong may be a pause of a garbage collector. */
const PINGS_NEEDED = 3;
/** People notice from here on; schedulers and delayed acknowledgments stay below. */
const SLOW: Nanos = 300e6;
/** What is quicker than that is worth a note where enough pongs agree: a program that is busy, not one that hurts. */
const BUSY: Nanos = 100e6;
const PINGS_TO_NOTE = 8;
/** Pings of each half for its median to mean something. */
const PINGS_OF_HALF = 4;
/** The second half of the pings took so many times what the first half took: the queue before the pong grows. */
const GROWN = 2;
/** The pong takes this many times what the path takes. */
const CLEARLY = 5;

export const slowPong = defineRule({
  meta: {
    id: 'keepalive/slow-pong',
    title: 'Pongs much slower than the path',
    severity: 'warning',
    causes: [],
    needs: ['frames', 'both-sides'],
    reference: ['RFC 6455 5.5.3'],
    messages: {
      slow: 'The {peer} took {median} to answer a ping (median of {pings}, at most {longest}), while its TCP acknowledged data within {path} (median {pathMedian}): the path is fast, the program behind it is busy or blocked.',
      growing:
        'The {peer} took {early} to answer a ping in the first half of {pings} pings and {late} in the second (medians, at most {longest}), while its TCP acknowledged data within {path} (median {pathMedian}): the path is fast, and what the program behind it has to do first grows.',
      stalled:
        'The program of the {peer} stood still for {longest}: a ping waited so long for its pong and nothing else came, while its TCP acknowledged data within {path}. Then it went on.',
      stalledAgain:
        'The program of the {peer} stood still {times} times, for {longest} at most: pings waited so long for their pongs and nothing else came, while its TCP acknowledged data within {path}. Then it went on.',
    },
    notes: { last: 'last ping', ping: 'ping', pong: 'its pong' },
    remedies: {
      loop: 'Look for what blocks the event loop or the reading thread of the {peer}: synchronous work, long garbage collections, a queue of messages that are handled one by one.',
    },
  },
  *check(session) {
    for (const from of SIDES) {
      const finding = slow(session, from) ?? stalled(session, from);
      if (finding !== undefined) yield finding;
    }
  },
});

function slow({ websocket, tcp }: Session, from: Side): Finding | undefined {
  const pings = websocket?.pings[from];
  const path = tcp.flows[from].rtt;
  if (pings === undefined || pings.rtts.length < PINGS_NEEDED || path.samples < PINGS_NEEDED) return undefined;
  const { rtts } = pings;
  const median = medianOf(rtts);
  const isSlow = median >= SLOW;
  // An acknowledgment that is delayed makes the path look slower, never quicker: it cannot accuse the program.
  if (!isSlow && (median < BUSY || rtts.length < PINGS_TO_NOTE)) return undefined;
  if (median < CLEARLY * path.p95) return undefined;
  const half = Math.floor(rtts.length / 2);
  const early = medianOf(rtts.slice(0, half));
  const late = medianOf(rtts.slice(-half));
  const grows = half >= PINGS_OF_HALF && late >= GROWN * early;
  return {
    message: grows ? 'growing' : 'slow',
    cause: null,
    severity: isSlow ? 'warning' : 'note',
    data: {
      peer: side(opposite(from)),
      median: duration(median),
      pings: count(rtts.length),
      longest: duration(rtts.reduce((longest, rtt) => Math.max(longest, rtt), 0)),
      path: duration(path.p95),
      pathMedian: duration(path.median),
      ...(grows ? { early: duration(early), late: duration(late) } : {}),
    },
    evidence: evidence([pings.last, 'last']),
    confidence: 'likely',
    remedies: ['loop'],
  };
}

/** Worth a note even once: whoever was served by it waited, and no counter shows it. */
function stalled(session: Session, from: Side): Finding | undefined {
  const stalls = stallsOf(session, from);
  const [longest] = [...stalls].sort((a, b) => b.length - a.length);
  if (longest === undefined) return undefined;
  return {
    message: stalls.length === 1 ? 'stalled' : 'stalledAgain',
    cause: null,
    severity: 'note',
    data: {
      peer: side(opposite(from)),
      longest: duration(longest.length),
      times: count(stalls.length),
      path: duration(session.tcp.flows[from].rtt.p95),
    },
    evidence: evidence([longest.ping, 'ping'], [longest.pong, 'pong']),
    confidence: 'likely',
    remedies: ['loop'],
  };
}

const medianOf = (values: readonly Nanos[]): Nanos =>
  [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(values.length / 2) - 1)] ?? 0;
