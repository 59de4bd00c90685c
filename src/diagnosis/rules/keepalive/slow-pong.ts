/**
 * Pongs that come much later than TCP's acknowledgments: the path is fast and the program behind it slow. A ping's round
 * trip contains the path's, so what is left over was spent in the program that answers (or in its queue).
 */
import type { Nanos } from '../../../capture/packet.js';
import { opposite, SIDES } from '../../../stream/side.js';
import { evidence } from '../../evidence.js';
import { count, duration, side } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

/** One slow pong may be a pause of a garbage collector. */
const PINGS_NEEDED = 3;
/** People notice from here on; schedulers and delayed acknowledgments stay below. */
const SLOW: Nanos = 300e6;
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
      slow: 'The {peer} took {median} to answer a ping (median of {pings}, at most {longest}), while its TCP acknowledged data within {path}: the path is fast, the program behind it is busy or blocked.',
    },
    notes: { last: 'last ping' },
    remedies: {
      loop: 'Look for what blocks the event loop or the reading thread of the {peer}: synchronous work, long garbage collections, a queue of messages that are handled one by one.',
    },
  },
  *check({ websocket, tcp }) {
    for (const from of SIDES) {
      const pings = websocket?.pings[from];
      const path = tcp.flows[from].rtt;
      if (pings === undefined || pings.rtts.length < PINGS_NEEDED || path.samples < PINGS_NEEDED) continue;
      const sorted = [...pings.rtts].sort((a, b) => a - b);
      const median = sorted[Math.ceil(sorted.length / 2) - 1] ?? 0;
      if (median < SLOW || median < CLEARLY * path.p95) continue;
      yield {
        message: 'slow',
        cause: null,
        data: {
          peer: side(opposite(from)),
          median: duration(median),
          pings: count(sorted.length),
          longest: duration(sorted.at(-1) ?? median),
          path: duration(path.p95),
        },
        evidence: evidence([pings.last, 'last']),
        confidence: 'likely',
        remedies: ['loop'],
      };
    }
  },
});
