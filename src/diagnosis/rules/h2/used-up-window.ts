/**
 * Flow control of HTTP/2 held a side back (RFC 9113 5.2): the window of the stream, or of the connection it shares with
 * all others, stayed at zero. A reader that does not read, or one greedy stream beside this one.
 */
import type { WindowStalls } from '../../../http/h2-facts.js';
import { opposite, SIDES } from '../../../stream/side.js';
import { evidence } from '../../evidence.js';
import { count, duration, side } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

/** Shorter ones are the pulse of every bulk transfer over a slow path. */
const NOTABLE = 1e9;

export const usedUpWindow = defineRule({
  meta: {
    id: 'h2/used-up-window',
    title: 'HTTP/2 flow control held the session back',
    severity: 'warning',
    causes: [],
    needs: ['no-gaps'],
    reference: ['RFC 9113 5.2', 'RFC 9113 6.9'],
    messages: {
      stream:
        'The {by} had used up the window of its stream {times} times, once for {longest}: the {peer} did not read.',
      connection:
        'The {by} had used up the window of the whole HTTP/2 connection {times} times, once for {longest}: what fills it may be another stream.',
    },
    notes: { since: 'the window is used up' },
    remedies: {
      read: 'See why the {peer} does not read: a busy event loop, a consumer slower than its messages.',
      enlarge:
        'Raise the windows of the reader: SETTINGS_INITIAL_WINDOW_SIZE for streams, WINDOW_UPDATE for the connection.',
      apart: 'Keep bulk transfers on a connection of their own.',
    },
  },
  *check({ stream, captureEnd }) {
    if (stream === undefined) return;
    for (const by of SIDES) {
      for (const of of ['stream', 'connection'] as const) {
        const stalls = (of === 'stream' ? stream : stream.connection).stalls[by];
        const longest = longestOf(stalls, captureEnd);
        if (longest < NOTABLE) continue;
        yield {
          message: of,
          cause: null,
          data: { by: side(by), peer: side(opposite(by)), times: count(stalls.count), longest: duration(longest) },
          evidence: evidence([stalls.longestSince ?? stalls.since, 'since']),
          confidence: 'proven',
          remedies: of === 'stream' ? ['read', 'enlarge'] : ['apart', 'enlarge'],
        };
      }
    }
  },
});

const longestOf = ({ longest, since }: WindowStalls, captureEnd: number): number =>
  since === undefined ? longest : Math.max(longest, captureEnd - since.at);
