/** The session worked, and the user waited for its name: an answer that took long, or came only to a repeated query. */
import type { Nanos } from '../../../capture/packet.js';
import { settledBy } from '../../../session/resolution.js';
import { evidence } from '../../evidence.js';
import { count, duration, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

/** Recursion over several servers takes some hundred milliseconds; beyond a second something was lost or is overloaded. */
const SLOW: Nanos = 1e9;
/** Sooner than this nobody repeats: two resolvers were asked side by side. */
const REPEAT: Nanos = 100e6;

export const slowLookup = defineRule({
  meta: {
    id: 'dns/slow-lookup',
    title: 'Slow name lookup',
    severity: 'warning',
    causes: ['dns-slow'],
    needs: [],
    reference: ['RFC 1035 4.2.1', 'RFC 9520 3.1'],
    messages: {
      repeated:
        'It took {took} until the client knew the address of {name}: its queries to {resolver} were answered only after repeats ({repeats}).',
      late: 'It took {took} until the client knew the address of {name}: the answer of {resolver} was late.',
    },
    notes: { query: 'first query', repeat: 'query again', answer: 'answer with the address' },
    remedies: {
      loss: 'Queries or answers get lost on the way to {resolverAddress}, or it is overloaded: ask it often and look at the times, for n in 1 2 3 4 5; do dig {name} @{resolverAddress} | grep time; done',
      order:
        'A resolver that is listed first and does not answer costs its timeout every time: take it out of /etc/resolv.conf, or set options timeout:1 rotate.',
      cache:
        'A cache on the host (systemd-resolved, unbound, nscd; in Kubernetes NodeLocal DNSCache) spares most lookups.',
    },
  },
  *check({ origin }) {
    if (origin === undefined || !origin.followed) return;
    const { answer, resolution } = origin;
    const settled = settledBy(resolution);
    const question = settled.questions.find(({ answers }) => answers.includes(answer));
    const queries = question?.queries.filter(({ arrival }) => arrival.at <= answer.arrival.at) ?? [];
    const [first, ...repeats] = queries;
    if (first === undefined) return;
    const took = answer.arrival.at - (resolution.lookups[0]?.first.at ?? first.arrival.at);
    const wasRepeated = repeats.some(({ arrival }) => arrival.at - first.arrival.at >= REPEAT);
    if (took < SLOW && !wasRepeated) return;
    yield {
      message: wasRepeated ? 'repeated' : 'late',
      cause: 'dns-slow',
      data: {
        took: duration(took),
        name: text(settled.name),
        resolver: text(answer.resolver.text),
        resolverAddress: text(answer.resolver.address),
        repeats: count(repeats.length),
      },
      evidence: evidence(
        [first.arrival, 'query'],
        ...repeats.slice(0, 6).map(({ arrival }) => [arrival, 'repeat'] as const),
        [answer.arrival, 'answer'],
      ),
      confidence: 'proven',
      remedies: ['loss', 'order', 'cache'],
    };
  },
});
