/**
 * What DNS tells of one lookup: a client that resolves a name, which is usually two questions (A and AAAA) or three
 * (HTTPS), each asked until it is answered. Filled in by the lookup table, read by sessions and rules.
 */
import type { Arrival } from '../stream/arrival.js';
import { NO_ERROR, RECORD_TYPES } from './dns-codes.js';

/** One end of a query. */
export interface DnsEnd {
  address: string;
  port: number;
  /** `ip:port`, IPv6 as `[ip]:port`. */
  text: string;
}

export interface DnsQuery {
  arrival: Arrival;
  resolver: DnsEnd;
}

export interface DnsAnswer {
  arrival: Arrival;
  resolver: DnsEnd;
  /** Response code with EDNS's upper bits. */
  code: number;
  addresses: readonly string[];
  /** Addresses as hints of HTTPS records. */
  hints: readonly string[];
  /** CNAME chain, in the order of the message. */
  aliases: readonly string[];
  alpn: readonly string[];
  extendedError: { code: number; text: string } | undefined;
}

/** An ICMP or ICMPv6 error that quotes a query. */
export interface QueryError {
  arrival: Arrival;
  from: string;
  name: string;
}

/** One record type that was asked for. */
export interface QuestionFacts {
  type: number;
  /** The query and its repetitions to whatever resolver, at most 16. */
  queries: DnsQuery[];
  /** Complete answers, at most 8; one that was cut (TC) is none. */
  answers: DnsAnswer[];
  /** An answer came of which the capture holds too little to say what it gave. */
  answerCut?: true;
  errors: QueryError[];
}

export interface LookupFacts {
  /** In lower case, without the final dot. */
  name: string;
  /** Source of the first query. */
  client: DnsEnd;
  /** Whom the first query asked. */
  resolver: DnsEnd;
  questions: QuestionFacts[];
  first: Arrival;
  last: Arrival;
  /** Queries, answers and ICMP errors. */
  packets: number;
}

export const answersOf = (lookup: LookupFacts): DnsAnswer[] => lookup.questions.flatMap(({ answers }) => answers);

/** Some question was answered with an address; the hints of HTTPS records are addresses too. */
export const gaveAddress = (lookup: LookupFacts): boolean =>
  answersOf(lookup).some(({ addresses, hints }) => addresses.length + hints.length > 0);

/** The first answer that gave this address. */
export const answerWith = (lookup: LookupFacts, address: string): DnsAnswer | undefined =>
  answersOf(lookup)
    .filter(({ addresses, hints }) => addresses.includes(address) || hints.includes(address))
    .sort((a, b) => a.arrival.at - b.arrival.at)[0];

/** The question whether the name has an address at all: the one that decides where nothing else does. */
export const addressQuestions = (lookup: LookupFacts): QuestionFacts[] =>
  lookup.questions.filter(({ type }) => type === RECORD_TYPES.A || type === RECORD_TYPES.AAAA);

/** Answered without an error, whatever it gave. */
export const isSettled = ({ answers }: QuestionFacts): boolean => answers.some(({ code }) => code === NO_ERROR);

/** How often a question was asked again, all types together. */
export const repeatsOf = (lookup: LookupFacts): number =>
  lookup.questions.reduce((sum, { queries }) => sum + Math.max(0, queries.length - 1), 0);
