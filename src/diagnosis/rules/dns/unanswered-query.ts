/** A query that was repeated and never answered: the resolver is gone, or the packets to or from it are dropped. */
import { settledBy } from '../../../session/resolution.js';
import { evidence } from '../../evidence.js';
import { queriesOf, repeatedQueriesOf, resolverData } from '../../measures/lookups.js';
import { count, duration, list, text } from '../../measures/values.js';
import { defineLookupRule } from '../../rule.js';

export const unansweredQuery = defineLookupRule({
  meta: {
    id: 'dns/unanswered-query',
    title: 'The resolver does not answer',
    severity: 'error',
    causes: ['dns-unanswered'],
    needs: [],
    reference: ['RFC 1035 4.2.1', 'RFC 5452 3'],
    messages: {
      silent:
        'The client asked {resolver} for {name} with {queries} queries over {waited} and got no answer, nor an error. It opened no connection.',
      several:
        'The client asked {resolvers} for {name} with {queries} queries over {waited} and none of them answered. It opened no connection.',
    },
    notes: { query: 'first query', repeat: 'query again' },
    remedies: {
      reach:
        'Ask the resolver yourself from the same host: dig {name} @{resolverAddress}; dig +tcp {name} @{resolverAddress}',
      filter:
        'Let UDP and TCP port 53 through to {resolverAddress} and the answers back: firewall, security group, network policy, VPN.',
      address: 'See whether {resolverAddress} is still the right resolver: resolvectl status, cat /etc/resolv.conf',
    },
  },
  *check(lookup) {
    if (lookup.failure !== 'unanswered') return;
    const settled = settledBy(lookup.resolution);
    const queries = queriesOf(settled);
    const [first] = queries;
    const last = queries.at(-1);
    if (first === undefined || last === undefined) return;
    const resolvers = [...new Set(queries.map(({ resolver }) => resolver.text))];
    yield {
      message: resolvers.length > 1 ? 'several' : 'silent',
      cause: 'dns-unanswered',
      data: {
        ...resolverData(first.resolver),
        name: text(settled.name),
        resolvers: list(resolvers),
        queries: count(queries.length),
        waited: duration(last.arrival.at - first.arrival.at),
      },
      evidence: evidence(
        [first.arrival, 'query'],
        ...repeatedQueriesOf(settled)
          .slice(0, 6)
          .map(({ arrival }) => [arrival, 'repeat'] as const),
      ),
      confidence: 'proven',
      remedies: ['reach', 'filter', 'address'],
    };
  },
});
