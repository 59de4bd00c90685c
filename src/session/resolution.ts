/**
 * Lookups of a capture become resolutions: how a client got from a name to an address, over the search suffixes it
 * tried (RFC 1123 6.1.4.3), and which of them led to a connection. Same client, an address that was given, and no
 * other name than the one the connection itself speaks of.
 */
import type { Nanos } from '../capture/packet.js';
import { answersOf, answerWith, type DnsAnswer, gaveAddress, type LookupFacts } from '../dns/dns-facts.js';
import { labelsOf } from '../dns/domain-name.js';
import type { Arrival } from '../stream/arrival.js';
import type { StageFacts, StageStep } from './session.js';

/** A resolver goes on with the next search suffix at once, after silence when its timer has run out. */
const NEXT_SUFFIX_WITHIN: Nanos = 1e9;
const NEXT_SUFFIX_AFTER_SILENCE: Nanos = 10e9;
/** A connection this soon after the answer is what the name was looked up for; later ones may use a cached address. */
const FOLLOWS_WITHIN: Nanos = 5e9;
/** Resolutions remembered for one address: a client that resolves the same name again and again. */
const KEPT_PER_ADDRESS = 4096;
/** Steps listed of one stage: three record types, two suffixes and some repeats. */
const STEPS_KEPT = 32;

/** One name, resolved: the lookup that settled it last, those under other search suffixes before it. */
export interface Resolution {
  lookups: LookupFacts[];
}

/** What a connection owes to a resolution. */
export interface Origin {
  resolution: Resolution;
  /** The answer that gave the connection's address. */
  answer: DnsAnswer;
  /** It followed at once: the lookup is part of its story. */
  followed: boolean;
}

export const settledBy = ({ lookups }: Resolution): LookupFacts => lookups[lookups.length - 1]!;
export const firstOf = ({ lookups }: Resolution): Arrival => lookups[0]!.first;

/** A connection, as far as names matter. */
export interface Caller {
  client: string;
  server: string;
  /** Its SYN. */
  at: Nanos;
  /** The name it speaks of (Host, SNI) without a port; undefined where it said none, or speaks through a proxy. */
  name: string | undefined;
}

export class Resolutions {
  /** In the order of their last lookup's first query. */
  readonly all: Resolution[] = [];
  private readonly byAddress = new Map<string, { resolution: Resolution; answer: DnsAnswer }[]>();

  /** `lookups` in the order of their first query. */
  constructor(lookups: readonly LookupFacts[]) {
    const latest = new Map<string, Resolution>();
    for (const lookup of lookups) {
      const before = latest.get(lookup.client.address);
      let resolution: Resolution;
      if (before !== undefined && goesOnWith(settledBy(before), lookup)) {
        before.lookups.push(lookup);
        resolution = before;
      } else {
        resolution = { lookups: [lookup] };
        this.all.push(resolution);
      }
      latest.set(lookup.client.address, resolution);
      for (const answer of answersOf(lookup)) this.index(resolution, answer);
    }
  }

  /** The resolution that gave a connection its address: the latest before it. */
  originOf(caller: Caller): Origin | undefined {
    const given = this.byAddress.get(caller.server) ?? [];
    const fitting = given.filter(
      ({ resolution, answer }) => answer.arrival.at <= caller.at && namesIt(resolution, caller.name),
    );
    const own = fitting.filter(({ resolution }) => isSameHost(settledBy(resolution).client.address, caller.client));
    const found = own.at(-1) ?? onlyClient(fitting.filter((entry) => isOtherFamily(entry.resolution, caller.client)));
    if (found === undefined) return undefined;
    const { resolution } = found;
    const answer = answerWith(settledBy(resolution), caller.server) ?? found.answer;
    return { ...found, answer, followed: caller.at - settledBy(resolution).last.at <= FOLLOWS_WITHIN };
  }

  private index(resolution: Resolution, answer: DnsAnswer): void {
    for (const address of new Set([...answer.addresses, ...answer.hints])) {
      const known = this.byAddress.get(address);
      if (known === undefined) this.byAddress.set(address, [{ resolution, answer }]);
      else if (known.length < KEPT_PER_ADDRESS) known.push({ resolution, answer });
    }
  }
}

/** `next` tries another suffix of the name that `before` failed to resolve. */
function goesOnWith(before: LookupFacts, next: LookupFacts): boolean {
  if (gaveAddress(before) || !areSearchSiblings(before.name, next.name)) return false;
  const pause = next.first.at - before.last.at;
  const wasSilent = answersOf(before).length === 0;
  return pause >= 0 && pause <= (wasSilent ? NEXT_SUFFIX_AFTER_SILENCE : NEXT_SUFFIX_WITHIN);
}

/** One is the other with a suffix, or both begin alike and differ in what follows. */
export function areSearchSiblings(a: string, b: string): boolean {
  if (a === b) return false;
  return a.startsWith(`${b}.`) || b.startsWith(`${a}.`) || labelsOf(a)[0] === labelsOf(b)[0];
}

/** A name under a search suffix begins with the name that was meant. */
function namesIt(resolution: Resolution, name: string | undefined): boolean {
  if (name === undefined) return true;
  const wanted = name.toLowerCase().replace(/\.$/, '');
  const { name: found } = settledBy(resolution);
  return found === wanted || found.startsWith(`${wanted}.`);
}

/** A stub on the same host is asked over the loopback. */
const isSameHost = (asking: string, connecting: string): boolean => asking === connecting || isLoopback(asking);

const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1';

/** A client with two families asks over one and connects over the other: its addresses do not show that. */
const isOtherFamily = (resolution: Resolution, connecting: string): boolean =>
  settledBy(resolution).client.address.includes(':') !== connecting.includes(':');

/** The latest, unless several hosts might be meant. */
function onlyClient<Entry extends { resolution: Resolution }>(entries: readonly Entry[]): Entry | undefined {
  const clients = new Set(entries.map(({ resolution }) => settledBy(resolution).client.address));
  return clients.size === 1 ? entries.at(-1) : undefined;
}

/** The stage of a resolution, over with `end` where it led somewhere. */
export function dnsStage(resolution: Resolution, end: Arrival | undefined): StageFacts {
  const steps: StageStep[] = [];
  for (const lookup of resolution.lookups) {
    for (const { queries, answers, errors } of lookup.questions) {
      for (const { arrival } of queries) steps.push({ step: 'query', arrival });
      for (const { arrival } of answers) steps.push({ step: 'answer', arrival });
      for (const { arrival } of errors) steps.push({ step: 'icmp-error', arrival });
    }
  }
  steps.sort((a, b) => a.arrival.at - b.arrival.at || a.arrival.packet - b.arrival.packet);
  const status = end === undefined ? 'in-progress' : 'ok';
  return { stage: 'dns', status, start: firstOf(resolution), end, steps: steps.slice(0, STEPS_KEPT) };
}
