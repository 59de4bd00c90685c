/**
 * An Engine.IO ping that came much later than promised, and came: the other side had more patience than the pause was long.
 * A timer that fires late belongs to a program that stood still, most often a blocked event loop; where the network lost
 * something meanwhile, it may have been that.
 */
import { SIDES } from '../../../stream/side.js';
import { evidence } from '../../evidence.js';
import { duration, side } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

/** Garbage collections and timers of hidden browser tabs stay below. */
const LATE = 2e9;

export const lateHeartbeat = defineRule({
  meta: {
    id: 'subprotocol/late-heartbeat',
    title: 'Late heart-beat of the subprotocol',
    severity: 'note',
    causes: [],
    needs: ['frames', 'payloads', 'both-sides', 'no-gaps'],
    reference: ['Engine.IO protocol 4: Heartbeat'],
    messages: {
      late: 'The {from} sends an Engine.IO ping every {interval}; once {silence} went by without a word of it, then it came. Most likely the program stood still for about {late}.',
    },
    notes: { since: 'the timer begins to run', beat: 'the ping that came late' },
    remedies: {
      blocked:
        'Look for what blocked the event loop of the {from} at this time: synchronous work on files, JSON, cryptography or images, a long garbage collection, a suspended machine. A pause longer than pingTimeout would have ended the session.',
    },
  },
  *check({ subprotocol, tcp }) {
    if (subprotocol?.name !== 'socket.io') return;
    for (const from of SIDES) {
      const { interval, latest } = subprotocol.heartbeats[from];
      if (interval === 0 || latest === undefined) continue;
      const silence = latest.beat.at - latest.since.at;
      if (silence - interval < LATE) continue;
      yield {
        message: 'late',
        cause: null,
        stage: 'open',
        data: {
          from: side(from),
          interval: duration(interval),
          silence: duration(silence),
          late: duration(silence - interval),
        },
        evidence: evidence([latest.since, 'since'], [latest.beat, 'beat']),
        confidence: tcp.flows[from].retransmissions === 0 ? 'likely' : 'possible',
        remedies: ['blocked'],
      };
    }
  },
});
