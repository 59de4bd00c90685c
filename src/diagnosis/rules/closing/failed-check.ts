/**
 * A proxy ended the session right after its health check of the backend had failed: the likely reason, beside whatever
 * names the way it ended.
 */
import { evidence } from '../../evidence.js';
import { failedCheckBefore } from '../../measures/failed-check.js';
import { duration, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

export const failedCheck = defineRule({
  meta: {
    id: 'closing/failed-check',
    title: 'Ended when a health check of the backend failed',
    severity: 'note',
    causes: [],
    needs: ['frames', 'ending'],
    reference: ['RFC 9293 3.5.2'],
    messages: {
      down: 'The proxy {proxy} ended the session {after} after its health check of {server} had failed: it has probably marked that backend down.',
    },
    notes: { check: 'a health check begins', failed: 'it is refused', end: 'the proxy ends the session' },
    remedies: { server: 'See why {server} stopped accepting connections at that moment; the proxy only acts on it.' },
  },
  *check(session, capture) {
    const found = failedCheckBefore(session, capture);
    if (found === undefined) return;
    const { checks, check, end } = found;
    yield {
      message: 'down',
      cause: null,
      data: {
        proxy: text(checks.client),
        server: text(checks.server),
        after: duration(end.at - (check.answer ?? check.first).at),
      },
      evidence: evidence([check.first, 'check'], [check.answer, 'failed'], [end, 'end']),
      stage: 'open',
      confidence: 'likely',
      remedies: ['server'],
    };
  },
});
