/**
 * An ICMP or ICMPv6 error that quotes the SYN: a router or firewall said that the packet will not arrive (RFC 792,
 * RFC 4443). Messages that only ask for smaller packets are no refusal.
 */
import type { IcmpError } from '../../../tcp/tcp-facts.js';
import { evidence } from '../../evidence.js';
import { saysNo } from '../../measures/icmp-refusal.js';
import { gloss, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

export const unreachableHost = defineRule({
  meta: {
    id: 'tcp/unreachable-host',
    title: 'Destination unreachable',
    severity: 'error',
    causes: ['tcp-unreachable'],
    needs: [],
    reference: ['RFC 792', 'RFC 4443 3.1', 'RFC 1812 5.2.7'],
    messages: {
      unreachable: 'The SYN to {server} was answered by an ICMP error from {router}: {name}.',
    },
    notes: { syn: 'SYN', icmp: 'ICMP error that quotes the SYN' },
    remedies: {
      prohibited: 'A firewall at {router} forbids this connection: allow TCP port {port} to {address} there.',
      route: 'See where the way ends: ip route get {address}; traceroute -T -p {port} {address}',
      host: 'See whether {address} is up and is the right address for that name.',
    },
  },
  *check({ tcp, server }) {
    if (tcp.synAcks.length > 0 || tcp.established !== undefined || tcp.refused !== undefined) return;
    const error = tcp.icmpErrors.find((candidate) => candidate.quoted === 'client' && saysNo(candidate));
    if (error === undefined) return;
    yield {
      message: 'unreachable',
      cause: 'tcp-unreachable',
      data: {
        server: text(server.text),
        address: text(server.address),
        port: text(server.port),
        router: text(error.from),
        name: gloss(error.name),
      },
      evidence: evidence([tcp.syns[0], 'syn'], [error.arrival, 'icmp']),
      struckAt: error.arrival.at,
      confidence: 'proven',
      remedies: isProhibition(error) ? ['prohibited', 'route'] : ['route', 'host'],
    };
  },
});

/** RFC 1812 5.2.7.1 codes 9, 10 and 13; RFC 4443 3.1 codes 1, 5 and 6. */
const isProhibition = ({ family, type, code }: IcmpError): boolean =>
  family === 4 ? type === 3 && (code === 9 || code === 10 || code === 13) : type === 1 && [1, 5, 6].includes(code);
