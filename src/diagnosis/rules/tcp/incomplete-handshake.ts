/**
 * A SYN-ACK that was sent again and again and never acknowledged: the server answers, and its answer or the client's
 * last step gets lost (RFC 9293 3.5).
 */
import { evidence } from '../../evidence.js';
import { PATIENCE } from '../../measures/silence.js';
import { count, duration, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

/** The first SYN-ACK and a repeat. */
const SYN_ACKS_NEEDED = 2;

export const incompleteHandshake = defineRule({
  meta: {
    id: 'tcp/incomplete-handshake',
    title: 'SYN-ACK never acknowledged',
    severity: 'error',
    causes: ['tcp-handshake-incomplete'],
    needs: ['tcp-handshake'],
    reference: ['RFC 9293 3.5'],
    messages: {
      unacknowledged:
        'The server answered with SYN-ACK {synAcks} times over {waited} and the client never acknowledged: packets pass in one direction only.',
    },
    notes: { syn: 'SYN', synAck: 'SYN-ACK', repeat: 'SYN-ACK sent again' },
    remedies: {
      way: 'Find where the way back ends: capture at both ends and see whether the SYN-ACK arrives at {client}. Asymmetric routes through a stateful firewall and a wrong source address behind NAT look like this.',
      rpfilter: 'On multi-homed Linux hosts, check reverse-path filtering: sysctl net.ipv4.conf.all.rp_filter',
    },
  },
  *check({ tcp, client, captureEnd }) {
    const [first] = tcp.synAcks;
    const { client: flow } = tcp.flows;
    if (first === undefined || tcp.synAcks.length < SYN_ACKS_NEEDED || captureEnd - first.at < PATIENCE) return;
    // A client that resets has changed its mind (or was scanning ports): nothing got lost.
    if (tcp.established !== undefined || flow.bytes > 0 || flow.rst !== undefined || flow.fin !== undefined) return;
    const last = tcp.synAcks.at(-1) ?? first;
    yield {
      message: 'unacknowledged',
      cause: 'tcp-handshake-incomplete',
      data: {
        synAcks: count(tcp.synAcks.length),
        waited: duration(last.at - first.at),
        client: text(client.address),
      },
      evidence: evidence(
        [tcp.syns[0], 'syn'],
        [first, 'synAck'],
        ...tcp.synAcks.slice(1, 6).map((synAck) => [synAck, 'repeat'] as const),
      ),
      struckAt: first.at,
      confidence: 'proven',
      remedies: ['way', 'rpfilter'],
    };
  },
});
