/** Queries and answers of a resolution become events of a timeline: of the connection it led to, or of its own. */
import { recordTypeName, responseCodeName } from '../dns/dns-codes.js';
import type { DnsAnswer } from '../dns/dns-facts.js';
import type { Arrival } from '../stream/arrival.js';
import type { EventData } from '../stream/event-sink.js';
import type { Actor } from '../stream/side.js';
import type { Resolution } from './resolution.js';
import type { Timeline } from './timeline.js';

/** Events of one resolution; a client that asks for ever says the same again. */
const EVENTS_KEPT = 64;

interface DnsEvent {
  event: 'query' | 'answer' | 'icmp-error';
  from: Actor;
  arrival: Arrival;
  data: EventData;
}

/** `resolver`: who answers in this timeline. On the way to a connection the resolver is neither client nor server. */
export function tellResolution(resolution: Resolution, timeline: Timeline, resolver: 'server' | 'network'): void {
  const events: DnsEvent[] = [];
  for (const { name, questions } of resolution.lookups) {
    for (const { type, queries, answers, errors } of questions) {
      const asked = { name, type: recordTypeName(type) };
      for (const query of queries) {
        const data = { ...asked, resolver: query.resolver.text };
        events.push({ event: 'query', from: 'client', arrival: query.arrival, data });
      }
      for (const answer of answers) {
        events.push({
          event: 'answer',
          from: resolver,
          arrival: answer.arrival,
          data: { ...asked, ...answerData(answer) },
        });
      }
      for (const { arrival, name: error, from } of errors) {
        events.push({ event: 'icmp-error', from: 'network', arrival, data: { ...asked, error, from } });
      }
    }
  }
  events.sort((a, b) => a.arrival.at - b.arrival.at || a.arrival.packet - b.arrival.packet);
  for (const { event, from, arrival, data } of events.slice(0, EVENTS_KEPT)) {
    if (event === 'icmp-error') {
      timeline.precede('tcp', event, from, arrival.packet, arrival.at, {
        name: String(data.error),
        from: String(data.from),
      });
    } else {
      timeline.precede('dns', event, from, arrival.packet, arrival.at, data);
    }
  }
}

const answerData = ({ code, addresses, hints, aliases, alpn, resolver }: DnsAnswer): EventData => ({
  code: responseCodeName(code),
  resolver: resolver.text,
  ...(addresses.length + hints.length === 0 ? {} : { addresses: addresses.length > 0 ? addresses : hints }),
  ...(aliases.length === 0 ? {} : { aliases }),
  ...(alpn.length === 0 ? {} : { alpn }),
});
