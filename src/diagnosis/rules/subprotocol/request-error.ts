/**
 * Requests of the subprotocol that were answered with an error while the session went on: nothing failed as a session, and
 * it is what the application will have noticed first.
 */

import { evidence } from '../../evidence.js';
import { quote } from '../../measures/headers.js';
import { quoting } from '../../measures/phrases.js';
import { count, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

export const requestError = defineRule({
  meta: {
    id: 'subprotocol/request-error',
    title: 'Requests answered with an error',
    severity: 'note',
    causes: [],
    needs: ['frames', 'payloads'],
    reference: ['JSON-RPC 2.0 5.1', 'GraphQL over WebSocket Protocol (graphql-ws PROTOCOL.md)'],
    messages: {
      one: 'A request was answered with {event}{quoted}; the session went on.',
      several: '{count} requests were answered with an error, the first with {event}{quoted}; the session went on.',
    },
    notes: { error: 'the error' },
    remedies: {},
  },
  *check({ subprotocol }) {
    // What MQTT refuses has a topic: refused-topic.ts.
    if (subprotocol?.name === 'mqtt') return;
    const errors = subprotocol?.errors.filter(({ fatal, recovered }) => !fatal || recovered) ?? [];
    const [first] = errors;
    if (first === undefined) return;
    const code = first.code === null ? '' : ` ${first.code}`;
    const quoted = quote(first.text);
    yield {
      message: errors.length === 1 ? 'one' : 'several',
      cause: null,
      data: {
        count: count(errors.length),
        event: text(`${first.event}${code}`),
        quoted: quoting('in-quotes', quoted),
      },
      evidence: evidence(...errors.slice(0, 5).map(({ arrival }) => [arrival, 'error'] as const)),
      confidence: 'proven',
      remedies: [],
    };
  },
});
