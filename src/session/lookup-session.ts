/**
 * A name that never became an address, as an entry of its own: client and resolver, what was asked and what came back.
 * Listed is a failure that the packets show; silence only after repeats, and no lookup whose client got the address
 * another way.
 */
import type { Nanos } from '../capture/packet.js';
import { NAME_ERROR, NO_ERROR, RECORD_TYPES } from '../dns/dns-codes.js';
import { addressQuestions, answersOf, gaveAddress, type LookupFacts, repeatsOf } from '../dns/dns-facts.js';
import { labelsOf } from '../dns/domain-name.js';
import type { Arrival } from '../stream/arrival.js';
import { tellResolution } from './lookup-events.js';
import { dnsStage, firstOf, type Resolution, settledBy } from './resolution.js';
import { type Endpoint, type Session, type StageFacts, startOf } from './session.js';
import { Timeline } from './timeline.js';

/** Names listed; other programs look up what they like. */
export const NAMES_LISTED = 20;
/** Repeats of one question that make silence a fault; as many of all together where the capture goes on. */
const REPEATS_NEEDED = 2;
const PATIENCE: Nanos = 5e9;
/** Hosts that systems look for by themselves and rarely find: proxy discovery, and the tunnel of RFC 5214 8.3. */
const LOOKED_FOR_IN_VAIN: ReadonlySet<string> = new Set(['wpad', 'isatap']);

/** How a lookup failed: by the answer, by its absence, or by an ICMP error. */
export type LookupFailure = 'no-such-name' | 'error' | 'no-address' | 'unanswered' | 'unreachable';

export interface LookupSession {
  /** 1… in the order of first packets, together with the sessions. */
  id: number;
  /** Source of the first query. */
  readonly client: Endpoint;
  /** The resolver that was asked first. */
  readonly server: Endpoint;
  /** The name that was looked up; with search suffixes the shortest of those tried. */
  readonly host: string;
  readonly resolution: Resolution;
  readonly failure: LookupFailure;
  /** How often the client tried to resolve the name, this time included. */
  attempts: number;
  readonly first: Arrival;
  readonly last: Arrival;
  readonly packets: number;
  stages: StageFacts[];
  readonly timeline: Timeline;
  readonly captureEnd: Nanos;
}

/** Clients and the names they connected to: what they connected to they had an address for. */
export const namesOf = (sessions: readonly Session[]): ReadonlySet<string> => {
  const names = new Set<string>();
  for (const { client, host } of sessions) {
    if (host !== null) names.add(knownName(client.address, host.replace(/:\d*$/, '')));
  }
  return names;
};

const knownName = (clientAddress: string, name: string): string => `${clientAddress}|${name.toLowerCase()}`;

/** Gives ids in the order of first packets; both lists come in that order. */
export const numberEntries = (sessions: readonly Session[], lookups: readonly LookupSession[]): void => {
  const entries = [
    ...sessions.map((entry) => ({ entry, first: startOf(entry) })),
    ...lookups.map((entry) => ({ entry, first: entry.first })),
  ];
  entries.sort((a, b) => a.first.at - b.first.at);
  for (const [index, { entry }] of entries.entries()) entry.id = index + 1;
};

/** The failed resolutions that led nowhere, one for each client and name, in the order of their first packets. */
export function failedLookups(
  resolutions: readonly Resolution[],
  known: ReadonlySet<string>,
  captureEnd: Nanos,
): LookupSession[] {
  const resolved = new Set<string>(known);
  for (const { lookups } of resolutions) {
    for (const lookup of lookups) if (gaveAddress(lookup)) resolved.add(nameKey(lookup));
  }
  const listed = new Map<string, LookupSession>();
  const failures = resolutions.filter(
    (resolution) =>
      !resolution.lookups.some((lookup) => resolved.has(nameKey(lookup)) || gaveAddress(lookup)) &&
      !LOOKED_FOR_IN_VAIN.has(labelsOf(settledBy(resolution).name)[0] ?? '') &&
      failureOf(settledBy(resolution), captureEnd) !== undefined,
  );
  failures.sort((a, b) => firstOf(a).at - firstOf(b).at);
  const names = new Set<string>();
  for (const resolution of failures) {
    const host = hostOf(resolution);
    const key = knownName(settledBy(resolution).client.address, host);
    const before = listed.get(key);
    if (before !== undefined) before.attempts++;
    else if (!isForwarded(resolution, listed.values()) && (names.has(host) || names.size < NAMES_LISTED)) {
      names.add(host);
      listed.set(key, buildLookup(resolution, host, captureEnd));
    }
  }
  return [...listed.values()];
}

const nameKey = ({ client, name }: LookupFacts): string => knownName(client.address, name);

/** The name that was meant: under search suffixes the one that all others begin with. */
const hostOf = ({ lookups }: Resolution): string =>
  lookups.map(({ name }) => name).reduce((shortest, name) => (name.length < shortest.length ? name : shortest));

/** The same question on its way on, from a stub or behind address translation: it lies within the time of the first. */
function isForwarded(resolution: Resolution, others: Iterable<LookupSession>): boolean {
  const inner = settledBy(resolution);
  for (const { resolution: other } of others) {
    const outer = settledBy(other);
    const encloses = outer.first.at <= inner.first.at && inner.last.at <= outer.last.at;
    if (outer.name === inner.name && outer.client.address !== inner.client.address && encloses) return true;
  }
  return false;
}

/** Undefined while the packets do not show that the lookup failed. */
export function failureOf(lookup: LookupFacts, captureEnd: Nanos): LookupFailure | undefined {
  const questions = addressQuestions(lookup);
  if (questions.length === 0 || gaveAddress(lookup)) return undefined;
  const codes = answersOf(lookup).map(({ code }) => code);
  if (codes.includes(NAME_ERROR)) return 'no-such-name';
  if (questions.some(({ answerCut }) => answerCut)) return undefined;
  const open = questions.filter(({ answers }) => answers.length === 0);
  const isEmpty = questions.some(
    ({ type, answers }) => type === RECORD_TYPES.A && answers.some(({ code }) => code === NO_ERROR),
  );
  // What is still under way may bring an address, unless it was refused or is asked in vain.
  const isStuck = open.every(
    ({ queries, errors }) => errors.length >= queries.length || queries.length > REPEATS_NEEDED,
  );
  const isSilent = isStuck || (repeatsOf(lookup) >= REPEATS_NEEDED && captureEnd - lookup.last.at >= PATIENCE);
  if (!isSilent) return undefined;
  if (codes.some((code) => code !== NO_ERROR)) return 'error';
  if (open.length === 0) return isEmpty ? 'no-address' : undefined;
  return open.some(({ errors }) => errors.length > 0) ? 'unreachable' : 'unanswered';
}

function buildLookup(resolution: Resolution, host: string, captureEnd: Nanos): LookupSession {
  const settled = settledBy(resolution);
  const { client, resolver } = resolution.lookups[0]!;
  const timeline = new Timeline();
  tellResolution(resolution, timeline, 'server');
  return {
    id: 0,
    client,
    server: resolver,
    host,
    resolution,
    failure: failureOf(settled, captureEnd)!,
    attempts: 1,
    first: firstOf(resolution),
    last: settled.last,
    packets: resolution.lookups.reduce((sum, { packets }) => sum + packets, 0),
    stages: [dnsStage(resolution, undefined)],
    timeline,
    captureEnd,
  };
}
