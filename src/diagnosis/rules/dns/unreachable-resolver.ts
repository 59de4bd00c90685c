/** ICMP or ICMPv6 errors that quote the queries (RFC 792, RFC 4443 3.1): nothing resolves names at that address. */
import { settledBy } from '../../../session/resolution.js';
import { evidence } from '../../evidence.js';
import { queryBefore, resolverData } from '../../measures/lookups.js';
import { gloss, text } from '../../measures/values.js';
import { defineLookupRule } from '../../rule.js';

export const unreachableResolver = defineLookupRule({
  meta: {
    id: 'dns/unreachable-resolver',
    title: 'The resolver cannot be reached',
    severity: 'error',
    causes: ['dns-unreachable'],
    needs: [],
    reference: ['RFC 792', 'RFC 4443 3.1', 'RFC 8085 5.2'],
    messages: {
      unreachable:
        'The query for {name} to {resolver} was answered by an ICMP error from {router}: {error}. The client got no address and opened no connection.',
    },
    notes: { query: 'query', icmp: 'ICMP error that quotes the query' },
    remedies: {
      service:
        'On {resolverAddress}, see whether a resolver runs and on which address it listens: ss -lunp "sport = :53"',
      route: 'See where the way ends: ip route get {resolverAddress}; traceroute -U -p 53 {resolverAddress}',
      filter: 'A firewall that forbids it has to let UDP and TCP port 53 through to {resolverAddress}.',
      address: 'See whether {resolverAddress} is the right resolver: resolvectl status, cat /etc/resolv.conf',
    },
  },
  *check(lookup) {
    if (lookup.failure !== 'unreachable') return;
    const settled = settledBy(lookup.resolution);
    const errors = settled.questions.flatMap((question) => question.errors);
    errors.sort((a, b) => a.arrival.at - b.arrival.at);
    const [error] = errors;
    if (error === undefined) return;
    yield {
      message: 'unreachable',
      cause: 'dns-unreachable',
      data: {
        ...resolverData(settled.resolver),
        name: text(settled.name),
        router: text(error.from),
        error: gloss(error.name),
      },
      evidence: evidence(
        [queryBefore(settled, error.arrival), 'query'],
        ...errors.slice(0, 4).map(({ arrival }) => [arrival, 'icmp'] as const),
      ),
      struckAt: error.arrival.at,
      confidence: 'proven',
      remedies: /prohibited|policy|rejected/.test(error.name)
        ? ['filter', 'route', 'address']
        : ['service', 'route', 'address'],
    };
  },
});
