/**
 * SYNs that nobody answered, neither host nor router: something on the way drops them, or the address has nobody.
 * Two repeats at least (RFC 6298: after 1 s, then doubling), and a capture that went on, before that is said.
 */
import { evidence } from '../../evidence.js';
import { PATIENCE } from '../../measures/silence.js';
import { count, duration, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

/** The first SYN and two repeats. */
const SYNS_NEEDED = 3;

export const unansweredSyn = defineRule({
  meta: {
    id: 'tcp/unanswered-syn',
    title: 'Connection attempt unanswered',
    severity: 'error',
    causes: ['tcp-unanswered'],
    needs: ['tcp-handshake'],
    reference: ['RFC 9293 3.8.1', 'RFC 6298 5.7'],
    messages: {
      dropped:
        'The client sent its SYN {syns} times over {waited} and nothing came back, not even a refusal: the packets are dropped on the way, or {address} is not there.',
    },
    notes: { syn: 'first SYN', repeat: 'SYN sent again' },
    remedies: {
      filter:
        'Open the port where packets are dropped: host firewall, security group, network policy. On the server, see whether the SYN arrives: tcpdump -ni any "tcp port {port} and tcp[tcpflags] & tcp-syn != 0"',
      address:
        'Check that {address} is the right and current address, and that a route leads there: ip route get {address}',
    },
  },
  *check({ tcp, server, captureEnd }) {
    const [first] = tcp.syns;
    if (first === undefined || tcp.syns.length < SYNS_NEEDED || captureEnd - first.at < PATIENCE) return;
    const { client, server: answers } = tcp.flows;
    const answered = tcp.synAcks.length > 0 || tcp.refused !== undefined || answers.packets > 0;
    // Data or an ACK of the client shows that an answer came which is not in this capture.
    if (answered || tcp.established !== undefined || client.bytes > 0 || tcp.icmpErrors.length > 0) return;
    const last = tcp.syns.at(-1) ?? first;
    yield {
      message: 'dropped',
      cause: 'tcp-unanswered',
      data: {
        syns: count(tcp.syns.length),
        waited: duration(last.at - first.at),
        address: text(server.address),
        port: text(server.port),
      },
      evidence: evidence([first, 'syn'], ...tcp.syns.slice(1, 6).map((syn) => [syn, 'repeat'] as const)),
      confidence: 'proven',
      remedies: ['filter', 'address'],
    };
  },
});
