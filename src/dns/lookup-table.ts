/**
 * Puts queries, answers and errors together to lookups: one client resolving one name, with all record types, repeats
 * and resolvers it takes. Only what a client asks of a resolver counts (recursion desired, RFC 1035 4.1.1): what
 * resolvers ask each other is no lookup. Lookups that are over are kept, to a number, for the connections that follow.
 */
import type { Nanos } from '../capture/packet.js';
import type { Arrival } from '../stream/arrival.js';
import { NO_ERROR, RECORD_TYPES } from './dns-codes.js';
import { type DnsEnd, isSettled, type LookupFacts, type QueryError, type QuestionFacts } from './dns-facts.js';
import type { DnsMessage } from './dns-message.js';

/** Lookups kept, about 1 KiB each: a day of a busy client. Beyond, the oldest half is forgotten. */
const LOOKUPS_KEPT = 1 << 15;
/** Queries under way at the same time; an answer to an older one finds nobody. */
const PENDING_KEPT = 1 << 14;
/** Queries listed of one question: glibc asks three resolvers five times at most (`attempts`). */
const QUERIES_KEPT = 16;
/** Answers listed of one question: as good as always one. */
const ANSWERS_KEPT = 8;
/** ICMP errors listed of one question: one for each query that is refused. */
const ERRORS_KEPT = 8;

/** Stub resolvers wait up to 5 s, glibc up to 30 s where it is told so, before they ask again. */
const REPEATS_WITHIN: Nanos = 30e9;
/** After an error a resolver that tries again does it at once. */
const RETRIES_WITHIN: Nanos = 1e9;
/** The other record types are asked for beside the first, or once it is answered. */
const OTHER_TYPE_WITHIN: Nanos = 5e9;
/** The same query with nothing in between, sooner than any resolver repeats: the capture shows one packet twice. */
const COPY_WITHIN: Nanos = 50e6;

const TYPES: ReadonlySet<number> = new Set([RECORD_TYPES.A, RECORD_TYPES.AAAA, RECORD_TYPES.HTTPS, RECORD_TYPES.SVCB]);

/** A query under way. */
interface Pending {
  lookup: LookupFacts;
  question: QuestionFacts;
  /** Sent and neither answered nor refused. */
  isOpen: boolean;
  at: Nanos;
}

export class LookupTable {
  /** In the order of their first query. */
  lookups: LookupFacts[] = [];
  /** Lookups that were given up to keep the rest. */
  forgotten = 0;
  private readonly pending = new Map<string, Pending>();
  /** The latest lookup of a name by a client. */
  private readonly current = new Map<string, LookupFacts>();
  /** The latest query between two ends. */
  private readonly latest = new Map<string, Pending>();

  message(message: DnsMessage, source: DnsEnd, destination: DnsEnd, arrival: Arrival): void {
    if (!message.recursionDesired || !TYPES.has(message.type)) return;
    if (message.isResponse) this.answer(message, destination, source, arrival);
    else this.query(message, source, destination, arrival);
  }

  /** An error that quotes a query of `client` to `resolver`; the query itself where enough of it is quoted. */
  error(error: QueryError, client: DnsEnd, resolver: DnsEnd, query: DnsMessage | undefined): void {
    const known =
      query === undefined
        ? this.latest.get(`${client.text}>${resolver.text}`)
        : this.pending.get(keyOf(query, client, resolver));
    if (known === undefined || !known.isOpen) return;
    known.isOpen = false;
    if (known.question.errors.length < ERRORS_KEPT) known.question.errors.push(error);
    touch(known.lookup, error.arrival);
  }

  private query(message: DnsMessage, client: DnsEnd, resolver: DnsEnd, arrival: Arrival): void {
    const key = keyOf(message, client, resolver);
    const before = this.pending.get(key);
    if (before?.isOpen && arrival.at - before.at < COPY_WITHIN) return;
    const lookup = this.lookupFor(message, client, resolver, arrival);
    const question = questionOf(lookup, message.type);
    if (question.queries.length < QUERIES_KEPT) question.queries.push({ arrival, resolver });
    touch(lookup, arrival);
    const pending = { lookup, question, isOpen: true, at: arrival.at };
    remember(this.pending, key, pending, PENDING_KEPT);
    remember(this.latest, `${client.text}>${resolver.text}`, pending, PENDING_KEPT);
  }

  private answer(message: DnsMessage, client: DnsEnd, resolver: DnsEnd, arrival: Arrival): void {
    const key = keyOf(message, client, resolver);
    let pending = this.pending.get(key);
    if (pending === undefined) {
      // The query was not captured. What it led to is worth knowing; an error says too little alone.
      if (message.addresses.length === 0) return;
      const lookup = this.lookupFor(message, client, resolver, arrival);
      pending = { lookup, question: questionOf(lookup, message.type), isOpen: true, at: arrival.at };
      remember(this.pending, key, pending, PENDING_KEPT);
    }
    if (!pending.isOpen) return;
    pending.isOpen = false;
    const { lookup, question } = pending;
    touch(lookup, arrival);
    if (message.truncated && message.addresses.length === 0) return; // RFC 2181 9: asked again over TCP.
    if (message.cut && message.addresses.length === 0) {
      question.answerCut = true;
      return;
    }
    if (question.answers.length >= ANSWERS_KEPT) return;
    const { addresses, hints, aliases, alpn, extendedError, responseCode } = message;
    question.answers.push({ arrival, resolver, code: responseCode, addresses, hints, aliases, alpn, extendedError });
  }

  private lookupFor(message: DnsMessage, client: DnsEnd, resolver: DnsEnd, arrival: Arrival): LookupFacts {
    const key = `${client.address}|${message.name}`;
    const known = this.current.get(key);
    if (known !== undefined && goesOn(known, message.type, arrival.at)) return known;
    const lookup: LookupFacts = {
      name: message.name,
      client,
      resolver,
      questions: [],
      first: arrival,
      last: arrival,
      packets: 0,
    };
    this.lookups.push(lookup);
    if (this.lookups.length >= 2 * LOOKUPS_KEPT) {
      this.lookups.splice(0, LOOKUPS_KEPT);
      this.forgotten += LOOKUPS_KEPT;
    }
    remember(this.current, key, lookup, LOOKUPS_KEPT);
    return lookup;
  }
}

/** A query of this type at this time belongs to the lookup; else its client resolves the name once more. */
function goesOn(lookup: LookupFacts, type: number, at: Nanos): boolean {
  const silence = at - lookup.last.at;
  const asked = lookup.questions.find((question) => question.type === type);
  if (asked === undefined) return silence < OTHER_TYPE_WITHIN;
  if (isSettled(asked)) return false;
  return silence < (asked.answers.some(({ code }) => code !== NO_ERROR) ? RETRIES_WITHIN : REPEATS_WITHIN);
}

function questionOf(lookup: LookupFacts, type: number): QuestionFacts {
  const known = lookup.questions.find((question) => question.type === type);
  if (known !== undefined) return known;
  const question: QuestionFacts = { type, queries: [], answers: [], errors: [] };
  lookup.questions.push(question);
  return question;
}

function touch(lookup: LookupFacts, arrival: Arrival): void {
  lookup.packets++;
  if (arrival.at >= lookup.last.at) lookup.last = arrival;
}

const keyOf = ({ id, type, name }: DnsMessage, client: DnsEnd, resolver: DnsEnd): string =>
  `${client.text}>${resolver.text}#${id}/${type}/${name}`;

/** A Map keeps the order of insertion: beyond the limit the oldest entry goes. */
function remember<Value>(map: Map<string, Value>, key: string, value: Value, limit: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= limit) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
