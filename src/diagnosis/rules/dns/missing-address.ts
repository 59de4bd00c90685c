/** The name exists and has no address (RFC 2308 2.2 "NODATA"): an answer without an error and without a record. */
import { NO_ERROR, recordTypeName } from '../../../dns/dns-codes.js';
import { addressQuestions, answersOf } from '../../../dns/dns-facts.js';
import { settledBy } from '../../../session/resolution.js';
import { evidence } from '../../evidence.js';
import { queryBefore, resolverData } from '../../measures/lookups.js';
import { list, text } from '../../measures/values.js';
import { defineLookupRule } from '../../rule.js';

export const missingAddress = defineLookupRule({
  meta: {
    id: 'dns/missing-address',
    title: 'The name has no address',
    severity: 'error',
    causes: ['dns-no-address'],
    needs: [],
    reference: ['RFC 2308 2.2', 'RFC 1035 3.6'],
    messages: {
      empty:
        'The resolver {resolver} answered that {name} exists, and gave no address for it (asked for: {types}). The client opened no connection.',
      alias:
        'The name {name} stands for {target}, and that has no address (asked for: {types}). The client opened no connection.',
    },
    notes: { query: 'query', answer: 'answer without an address' },
    remedies: {
      record:
        'Add an A or AAAA record for the name, or a CNAME to a name that has one: dig {name} A @{resolverAddress}; dig {name} AAAA @{resolverAddress}',
      service:
        'In Kubernetes and Consul: a service without ready endpoints has no address. See whether its instances run.',
      name: 'Check that this is the name of the host: a zone (example.com) need not have an address where www.example.com has one.',
    },
  },
  *check(lookup) {
    if (lookup.failure !== 'no-address') return;
    const settled = settledBy(lookup.resolution);
    const answers = answersOf(settled).filter(({ code }) => code === NO_ERROR);
    const [answer] = answers;
    if (answer === undefined) return;
    const target = answer.aliases.at(-1);
    yield {
      message: target === undefined ? 'empty' : 'alias',
      cause: 'dns-no-address',
      data: {
        ...resolverData(answer.resolver),
        name: text(settled.name),
        target: text(target ?? ''),
        types: list(addressQuestions(settled).map(({ type }) => recordTypeName(type))),
      },
      evidence: evidence(
        [queryBefore(settled, answer.arrival), 'query'],
        ...answers.slice(0, 4).map(({ arrival }) => [arrival, 'answer'] as const),
      ),
      struckAt: Math.max(...answers.map(({ arrival }) => arrival.at)),
      confidence: 'proven',
      remedies: ['record', 'service', 'name'],
    };
  },
});
