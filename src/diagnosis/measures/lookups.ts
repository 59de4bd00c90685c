/** What the rules about names share: the queries of a lookup, who was asked, and how firmly its end is known. */
import type { Nanos } from '../../capture/packet.js';
import { type DnsEnd, type DnsQuery, type LookupFacts, repeatsOf } from '../../dns/dns-facts.js';
import type { LookupSession } from '../../session/lookup-session.js';
import { settledBy } from '../../session/resolution.js';
import type { Arrival } from '../../stream/arrival.js';
import type { Confidence, Value } from '../rule.js';
import { text } from './values.js';

/** A client that tries again after an error does so sooner. */
const NO_RETRY_AFTER: Nanos = 1e9;

/** All queries, of whatever record type, in the order of capture. */
export const queriesOf = (lookup: LookupFacts): DnsQuery[] =>
  lookup.questions.flatMap(({ queries }) => queries).sort((a, b) => a.arrival.at - b.arrival.at);

/** Those that ask once more what was asked before. */
export const repeatedQueriesOf = (lookup: LookupFacts): DnsQuery[] =>
  lookup.questions.flatMap(({ queries }) => queries.slice(1)).sort((a, b) => a.arrival.at - b.arrival.at);

/** The last query before something that came back. */
export const queryBefore = (lookup: LookupFacts, { at, packet }: Arrival): Arrival | undefined =>
  queriesOf(lookup).findLast(({ arrival }) => arrival.at < at || (arrival.at === at && arrival.packet < packet))
    ?.arrival;

/** The resolver that answered, or was asked. */
export const resolverData = (resolver: DnsEnd): Record<string, Value> => ({
  resolver: text(resolver.text),
  resolverAddress: text(resolver.address),
});

/** A resolver that failed once may do better the next time, which the capture may have missed. */
export const sureOf = ({ last, captureEnd, attempts, resolution }: LookupSession): Confidence => {
  const triedAgain = attempts > 1 || repeatsOf(settledBy(resolution)) > 0;
  return triedAgain || captureEnd - last.at >= NO_RETRY_AFTER ? 'proven' : 'likely';
};
