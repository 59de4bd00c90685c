/**
 * An MQTT packet that breaks a rule over which its receiver must end the connection, and a receiver that did so right
 * after. Brokers end without a word (MQTT 3.1.1 has none), so what is seen is a bare FIN; the packet before it says why.
 */
import type { Session } from '../../../session/session.js';
import { opposite } from '../../../stream/side.js';
import { type Breach, hasSaidGoodbye } from '../../../subprotocol/subprotocol-facts.js';
import { evidence } from '../../evidence.js';
import { closeMayBeUnseen } from '../../measures/close-visibility.js';
import { departure, tcpEnd } from '../../measures/ending.js';
import { quote } from '../../measures/headers.js';
import { duration, side, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

/** Brokers end at once; the packet and the FIN have the network to cross. */
const RIGHT_AFTER = 1e9;

const ENDED = 'The {other} must end the connection over that, and did so {after} later.';

export const brokenPacket = defineRule({
  meta: {
    id: 'subprotocol/broken-packet',
    title: 'MQTT packet that ends the connection',
    severity: 'error',
    causes: ['ws-abnormal-closure'],
    needs: ['frames', 'payloads', 'both-sides', 'no-gaps'],
    precedence: 'subprotocol-error',
    reference: ['MQTT 3.1.1 4.8', 'MQTT 5 4.13', 'MQTT 3.1.1 6'],
    messages: {
      'publish-wildcard': `The {from} sent a PUBLISH to “{subject}”: a topic name has no wildcards (MQTT 3.3.2-2). ${ENDED}`,
      'filter-malformed': `The {from} asked for the filter “{subject}”: # is the last level of a filter, + a whole level (MQTT 4.7.1). ${ENDED}`,
      'topic-null': `The {from} sent a topic with U+0000 in it (MQTT 4.7.3-2). ${ENDED}`,
      'topic-empty': `The {from} sent an empty topic (MQTT 4.7.3-1). ${ENDED}`,
      'second-connect': `The {from} sent a second CONNECT (MQTT 3.1.0-2). ${ENDED}`,
      'text-message': `The {from} sent a text message, and MQTT goes in binary ones (MQTT 6.0.0-1). ${ENDED}`,
      'malformed-header': `The {from} sent a packet that begins with {subject} and is none: wrong flags, QoS 3 or an endless length (MQTT 2.2.2-2, 3.3.1-4). ${ENDED}`,
    },
    notes: { broken: 'packet that breaks the rule', end: 'the other side ends the connection' },
    remedies: {
      wildcard: 'Publish to one topic, without # and +: wildcards are for subscriptions.',
      filter: 'Write # alone as the last level and + alone as a level: sport/#, sport/+/score.',
      topic: 'Give every message and subscription a topic of at least one character, without U+0000.',
      once: 'Send CONNECT once in a connection, and look for two parts of the program that share one socket.',
      binary: 'Send the packets as binary messages (opcode 2).',
      encoder: 'Look at what encodes these packets; a maintained MQTT library gets flags and lengths right.',
    },
  },
  *check(session) {
    const { subprotocol } = session;
    if (subprotocol?.name !== 'mqtt' || hasSaidGoodbye(subprotocol)) return;
    const found = subprotocol.breaches.find((breach) => endOver(session, breach) !== undefined);
    const end = found && endOver(session, found);
    const remedy = found && REMEDIES.get(found.rule);
    if (found === undefined || end === undefined || remedy === undefined) return;
    const isBareFin =
      tcpEnd(session)?.kind === 'fin' && session.websocket?.firstClose === undefined && !closeMayBeUnseen(session);
    const isSaid = subprotocol.errors.some(({ fatal }) => fatal);
    yield {
      message: found.rule,
      // A Close, a RST or a DISCONNECT gives a cause of its own.
      cause: isBareFin && !isSaid ? 'ws-abnormal-closure' : null,
      severity: isBareFin && !isSaid ? 'error' : 'warning',
      stage: 'open',
      data: {
        from: side(found.from),
        other: side(opposite(found.from)),
        subject: text(quote(found.subject) ?? ''),
        after: duration(end.at - found.arrival.at),
      },
      evidence: evidence([found.arrival, 'broken'], [end, 'end']),
      struckAt: found.arrival.at,
      confidence: 'likely',
      remedies: [remedy],
    };
  },
});

/** The other side's first word of leaving, when it came right after the breach and before its sender left. */
const endOver = (session: Session, { from, arrival }: Breach) => {
  const end = departure(session, opposite(from));
  const own = departure(session, from);
  if (end === undefined || end.at < arrival.at || end.at - arrival.at > RIGHT_AFTER) return undefined;
  return own !== undefined && own.at < end.at ? undefined : end;
};

const REMEDIES: ReadonlyMap<string, string> = new Map([
  ['publish-wildcard', 'wildcard'],
  ['filter-malformed', 'filter'],
  ['topic-null', 'topic'],
  ['topic-empty', 'topic'],
  ['second-connect', 'once'],
  ['text-message', 'binary'],
  ['malformed-header', 'encoder'],
]);
