/**
 * Requests of the subprotocol that were answered with an error while the session went on: nothing failed as a session, and
 * it is what the application will have noticed first.
 */

import type { Session } from '../../../session/session.js';
import type { Arrival } from '../../../stream/arrival.js';
import type { Side } from '../../../stream/side.js';
import { evidence } from '../../evidence.js';
import { departure, earliest } from '../../measures/ending.js';
import { quote } from '../../measures/headers.js';
import { quoting } from '../../measures/phrases.js';
import { count, duration, side, text } from '../../measures/values.js';
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
      'one-left': 'A request was answered with {event}{quoted}; {after} later the {who} left.',
      several: '{count} requests were answered with an error, the first with {event}{quoted}; the session went on.',
    },
    notes: { error: 'the error' },
    remedies: {},
  },
  *check(session) {
    const { subprotocol } = session;
    // What MQTT refuses has a topic: refused-topic.ts.
    if (subprotocol?.name === 'mqtt') return;
    const errors = subprotocol?.errors.filter(({ fatal, recovered }) => !fatal || recovered) ?? [];
    const [first] = errors;
    if (first === undefined) return;
    const code = first.code === null ? '' : ` ${first.code}`;
    const quoted = quote(first.text);
    const left = errors.length === 1 ? leaverAfter(session, first.arrival) : undefined;
    yield {
      message: errors.length > 1 ? 'several' : left === undefined ? 'one' : 'one-left',
      cause: null,
      data: {
        count: count(errors.length),
        event: text(`${first.event}${code}`),
        quoted: quoting('in-quotes', quoted),
        ...(left === undefined ? {} : { who: side(left.who), after: duration(left.at.at - first.arrival.at) }),
      },
      evidence: evidence(...errors.slice(0, 5).map(({ arrival }) => [arrival, 'error'] as const)),
      confidence: 'proven',
      remedies: [],
    };
  },
});

/** Who left this soon after an error may have left over it. */
const SOON = 0.1e9;

const leaverAfter = (session: Session, error: Arrival): { who: Side; at: Arrival } | undefined => {
  const [client, server] = [departure(session, 'client'), departure(session, 'server')];
  const at = earliest(client, server);
  if (at === undefined || at.at < error.at || at.at - error.at > SOON) return undefined;
  return { who: at === client ? 'client' : 'server', at };
};
