/** Failed lookups made by hand, as rules see them. */
import { RECORD_TYPES } from '../../../../src/dns/dns-codes.js';
import type { DnsAnswer, DnsEnd, LookupFacts, QuestionFacts } from '../../../../src/dns/dns-facts.js';
import { failedLookups, type LookupSession } from '../../../../src/session/lookup-session.js';
import { Resolutions } from '../../../../src/session/resolution.js';
import { arrivalAt } from '../../sessions.js';

export const CLIENT: DnsEnd = { address: '10.0.0.1', port: 5000, text: '10.0.0.1:5000' };
export const RESOLVER: DnsEnd = { address: '10.0.0.53', port: 53, text: '10.0.0.53:53' };

/** A question asked at these seconds; packets are numbered by tenths of a second. */
export const question = (queries: readonly number[], type: number = RECORD_TYPES.A): QuestionFacts => ({
  type,
  queries: queries.map((seconds) => ({ arrival: arrivalAt(seconds * 10 + 1, seconds), resolver: RESOLVER })),
  answers: [],
  errors: [],
});

export const answer = (seconds: number, fields: Partial<DnsAnswer> = {}): DnsAnswer => ({
  arrival: arrivalAt(seconds * 10 + 1, seconds),
  resolver: RESOLVER,
  code: 0,
  addresses: [],
  hints: [],
  aliases: [],
  alpn: [],
  extendedError: undefined,
  ...fields,
});

export const lookup = (questions: QuestionFacts[], name = 'chat.test'): LookupFacts => {
  const arrivals = questions
    .flatMap(({ queries, answers, errors }) => [...queries, ...answers, ...errors].map(({ arrival }) => arrival))
    .sort((a, b) => a.at - b.at);
  const nothing = arrivalAt(0, 0);
  return {
    name,
    client: CLIENT,
    resolver: RESOLVER,
    questions,
    first: arrivals[0] ?? nothing,
    last: arrivals.at(-1) ?? nothing,
    packets: arrivals.length,
  };
};

/** The only entry that these lookups come to, when the capture ends at that second. */
export const failed = (lookups: LookupFacts[], captureEnd = 20): LookupSession => {
  const [only, ...others] = failedLookups(new Resolutions(lookups).all, new Set(), captureEnd * 1e9);
  if (only === undefined || others.length > 0) throw new Error(`${others.length} more entries`);
  return only;
};
