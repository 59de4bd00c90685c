/**
 * MQTT subscriptions and messages that were refused by a code in their acknowledgement while the session went on: to the
 * application it looks like silence, since most client libraries only hand the code to a callback.
 */
import type { SubprotocolError } from '../../../subprotocol/subprotocol-facts.js';
import { evidence } from '../../evidence.js';
import { quote } from '../../measures/headers.js';
import { quoting, textOr } from '../../measures/phrases.js';
import { count, side, text } from '../../measures/values.js';
import { defineRule, type Finding } from '../../rule.js';

const REFUSALS_SHOWN = 4;

export const refusedTopic = defineRule({
  meta: {
    id: 'subprotocol/refused-topic',
    title: 'MQTT topic refused',
    severity: 'warning',
    causes: [],
    needs: ['frames', 'payloads'],
    reference: ['MQTT 3.1.1 3.9.3', 'MQTT 5 3.4.2.1', 'MQTT 5 3.5.2.1', 'MQTT 5 3.9.3'],
    messages: {
      subscription:
        'The subscription to {subject} was refused: SUBACK {code}{quoted}. Nothing published there will reach this client; the session went on.',
      subscriptions:
        '{count} SUBSCRIBE packets were refused, the first for {subject}: SUBACK {code}{quoted}. Nothing published there will reach this client; the session went on.',
      message:
        'The {from} refused a message published to {subject}: {event} {code}{quoted}. It goes no further; the session went on.',
      messages:
        'The {from} refused {count} published messages, the first to {subject}: {event} {code}{quoted}. They go no further; the session went on.',
    },
    notes: { asked: 'what was asked for', refused: 'refused' },
    remedies: {
      acl: 'Allow this user (or client identifier) this topic in the broker’s ACL, or correct the topic; the broker’s log names both.',
      callback:
        'Look at the codes in the callback of subscribe() or publish(): libraries report a refusal there, and many programs do not look.',
      topic: 'Correct the topic: the broker takes it for malformed, or its configuration forbids it.',
      quota: 'Raise the broker’s quota for this client, or send less.',
      feature:
        'Do without what this broker does not offer (shared subscriptions, subscription identifiers, wildcards): its CONNACK says so.',
    },
  },
  *check({ subprotocol }) {
    if (subprotocol?.name !== 'mqtt') return;
    const refusals = subprotocol.errors.filter(({ fatal, recovered }) => !fatal && !recovered);
    const ofKind = (isSubscription: boolean) => refusals.filter(({ event }) => (event === 'SUBACK') === isSubscription);
    yield* findingOf(ofKind(true), 'subscription');
    yield* findingOf(ofKind(false), 'message');
  },
});

function* findingOf(refusals: readonly SubprotocolError[], kind: 'subscription' | 'message'): Iterable<Finding> {
  const [first] = refusals;
  if (first === undefined) return;
  const shown = refusals.slice(0, REFUSALS_SHOWN);
  yield {
    message: refusals.length === 1 ? kind : `${kind}s`,
    cause: null,
    data: {
      from: side(first.from),
      count: count(refusals.length),
      event: text(first.event),
      subject: textOr(first.subject === '' ? null : first.subject, 'unseen-topic'),
      code: text(first.code ?? ''),
      quoted: quoting('said-in-quotes', quote(first.text)),
    },
    evidence: evidence(
      ...shown.flatMap(({ asked, arrival }) => [[asked, 'asked'] as const, [arrival, 'refused'] as const]),
    ),
    confidence: 'proven',
    remedies: [...(REMEDIES.get(first.code ?? '') ?? ['acl']), 'callback'],
  };
}

/** What is not a matter of rights. */
const REMEDIES: ReadonlyMap<string, readonly string[]> = new Map([
  ['0x8f', ['topic']],
  ['0x90', ['topic']],
  ['0x97', ['quota']],
  ['0x9e', ['feature']],
  ['0xa1', ['feature']],
  ['0xa2', ['feature']],
]);
