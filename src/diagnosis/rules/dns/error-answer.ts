/**
 * The resolver answered with a response code that is not "no error": the name does not exist, or it could not find out
 * (RFC 1035 4.1.1, RFC 2308). Extended errors (RFC 8914) say why, where the resolver gives them.
 */

import { extendedErrorName, NAME_ERROR, NO_ERROR, responseCodeName } from '../../../dns/dns-codes.js';
import { answersOf } from '../../../dns/dns-facts.js';
import { settledBy } from '../../../session/resolution.js';
import { evidence } from '../../evidence.js';
import { queryBefore, resolverData, sureOf } from '../../measures/lookups.js';
import { phrase } from '../../measures/phrases.js';
import { gloss, list, text } from '../../measures/values.js';
import { defineLookupRule, type Value } from '../../rule.js';

export const errorAnswer = defineLookupRule({
  meta: {
    id: 'dns/error-answer',
    title: 'The name could not be resolved',
    severity: 'error',
    causes: ['dns-nxdomain', 'dns-servfail'],
    needs: [],
    reference: ['RFC 1035 4.1.1', 'RFC 2308 2.1', 'RFC 8914'],
    messages: {
      noSuchName:
        'The resolver {resolver} answered that the name {name} does not exist (NXDOMAIN). The client got no address and opened no connection.',
      noSuchNames:
        'None of the names that the client tried exists (NXDOMAIN from {resolver}): {tried}. It got no address and opened no connection.',
      error:
        'The resolver {resolver} could not resolve {name}: it answered {code}. The client got no address and opened no connection.',
      explained:
        'The resolver {resolver} could not resolve {name}: it answered {code}, because of {reason}. The client got no address and opened no connection.',
    },
    notes: { query: 'query', answer: 'answer with an error' },
    remedies: {
      spelling:
        'Check the name in the URL for a typing mistake, and whether it is to be reached from this network at all.',
      zone: 'Ask for the name yourself: dig {name} @{resolverAddress}; and at the zone itself: dig +trace {name}',
      split:
        'A name of an internal zone needs the internal resolver: see which one the client uses (resolvectl status, cat /etc/resolv.conf; in Kubernetes the dnsPolicy of the pod).',
      upstream:
        'See in the log of {resolverAddress} why it cannot ask further: zone servers unreachable, DNSSEC broken, clients refused.',
      dnssec:
        'Ask without validation: dig +cd {name} @{resolverAddress}. If that answers, the signatures of the zone are broken.',
    },
  },
  *check(lookup) {
    if (lookup.failure !== 'no-such-name' && lookup.failure !== 'error') return;
    const settled = settledBy(lookup.resolution);
    const isMissing = lookup.failure === 'no-such-name';
    const answers = answersOf(settled).filter(({ code }) => (isMissing ? code === NAME_ERROR : code !== NO_ERROR));
    const [answer] = answers;
    if (answer === undefined) return;
    const tried = [...new Set(lookup.resolution.lookups.map(({ name }) => name))];
    const { extendedError } = answer;
    yield {
      message: isMissing ? (tried.length > 1 ? 'noSuchNames' : 'noSuchName') : extendedError ? 'explained' : 'error',
      cause: isMissing ? 'dns-nxdomain' : 'dns-servfail',
      data: {
        ...resolverData(answer.resolver),
        name: text(settled.name),
        tried: list(tried),
        code: text(responseCodeName(answer.code)),
        reason: extendedError === undefined ? text('') : reasonOf(extendedError),
      },
      evidence: evidence(
        [queryBefore(settled, answer.arrival), 'query'],
        ...answers.slice(0, 4).map(({ arrival }) => [arrival, 'answer'] as const),
      ),
      struckAt: answer.arrival.at,
      confidence: isMissing ? 'proven' : sureOf(lookup),
      remedies: isMissing ? ['spelling', 'zone', 'split'] : ['zone', 'upstream', 'dnssec'],
    };
  },
});

/** RFC 8914 4. */
const reasonOf = ({ code, text: words }: { code: number; text: string }): Value => {
  const reason = gloss(extendedErrorName(code));
  return words === '' ? reason : phrase('reason-and-words', { reason, words: text(words) });
};
