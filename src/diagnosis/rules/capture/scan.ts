/**
 * One client that tried many endpoints and opened none of them: a scan, a discovery, or a list of servers that are all
 * gone. One finding instead of thousands of sessions that say the same.
 */

import { evidence } from '../../evidence.js';
import { commonest, type FailedAttempt, failedAttempts, groupBy } from '../../measures/attempts.js';
import { textOr } from '../../measures/phrases.js';
import { count, duration, text } from '../../measures/values.js';
import { defineCaptureRule } from '../../rule.js';

/** Browsers and clusters have lists of servers too; longer than this they seldom are. */
const ENDPOINTS_NEEDED = 50;

export const scan = defineCaptureRule({
  meta: {
    id: 'capture/scan',
    title: 'One client tried many endpoints',
    severity: 'note',
    causes: [],
    needs: [],
    reference: ['RFC 9293 3.5.2'],
    messages: {
      many: '{client} tried {endpoints} endpoints of {hosts} addresses within {over}, {attempts} attempts, and got through to none of these (mostly {cause}). That is how a scan looks, or a list of servers that are gone.',
    },
    notes: { first: 'the first attempt', last: 'the last one' },
    remedies: {
      narrow:
        'To see the other sessions only: wscope --stage upgrade --stage open --stage close, or --port of the service.',
    },
  },
  *check(capture) {
    const byClient = groupBy(neverConnected(failedAttempts(capture)), ({ session }) => session.client.address);
    for (const [client, attempts] of byClient) {
      if (attempts.length < ENDPOINTS_NEEDED) continue;
      const endpoints = new Set(attempts.map(({ session }) => session.server.text)).size;
      if (endpoints < ENDPOINTS_NEEDED) continue;
      const [first, last] = [attempts[0]!, attempts.at(-1)!];
      yield {
        message: 'many',
        cause: null,
        data: {
          client: text(client),
          endpoints: count(endpoints),
          hosts: count(new Set(attempts.map(({ session }) => session.server.address)).size),
          over: duration(last.over - first.start),
          attempts: count(attempts.length),
          cause: textOr(commonest(attempts.map(({ cause }) => cause)), 'unknown'),
        },
        evidence: evidence([first.session.tcp.first, 'first'], [last.session.tcp.first, 'last']),
        confidence: 'likely',
        remedies: ['narrow'],
        sessions: attempts.map(({ session }) => session),
      };
    }
  },
});

function* neverConnected(attempts: Iterable<FailedAttempt>): Iterable<FailedAttempt> {
  for (const attempt of attempts) if (attempt.session.tcp.flows.client.bytes === 0) yield attempt;
}
