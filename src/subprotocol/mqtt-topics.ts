/**
 * Topic names and topic filters of MQTT packets (MQTT 3.1.1 and 5: 3.3.2.1, 3.8.3, 4.7), read out of the octets that are
 * there. Texts are a stranger's and cut to a bound.
 */
import { clip } from './content.js';
import { readMqttProperties } from './mqtt-properties.js';

/** In characters: enough to tell topics apart in a report. */
const TOPIC_SHOWN = 120;
/** Filters of one SUBSCRIBE that are read: clients send a handful. */
const FILTERS_READ = 64;

export interface Topic {
  /** As it may be shown; empty in a PUBLISH where an alias of MQTT 5 stands for it. */
  shown: string;
  /** Which rule it breaks. */
  fault: TopicFault | undefined;
}

export type TopicFault = 'publish-wildcard' | 'filter-malformed' | 'topic-null' | 'topic-empty';

/** The topic of a PUBLISH. */
export const publishTopic = (body: Uint8Array, level: number): Topic => {
  const topic = textAt(body, 0);
  // Longer than what is kept of a packet: nothing is known of it.
  if (topic === undefined) return { shown: '', fault: undefined };
  return { shown: clip(topic, TOPIC_SHOWN), fault: nameFault(topic, level) };
};

/** The filters of a SUBSCRIBE, or of an UNSUBSCRIBE, which has no options behind each. */
export const topicFilters = (body: Uint8Array, level: number, hasOptions: boolean): Topic[] => {
  const filters: Topic[] = [];
  let at = level === 5 ? readMqttProperties(body, 2).end : 2;
  while (filters.length < FILTERS_READ) {
    const filter = textAt(body, at);
    if (filter === undefined) break;
    filters.push({ shown: clip(filter, TOPIC_SHOWN), fault: filterFault(filter) });
    at += 2 + uint16(body, at) + (hasOptions ? 1 : 0);
  }
  return filters;
};

const nameFault = (topic: string, level: number): TopicFault | undefined => {
  if (/[#+]/.test(topic)) return 'publish-wildcard'; // MQTT 3.3.2-2
  if (topic.includes('\0')) return 'topic-null'; // MQTT 4.7.3-2
  // MQTT 4.7.3-1; in MQTT 5 an alias may stand for it.
  return topic === '' && (level === 3 || level === 4) ? 'topic-empty' : undefined;
};

const filterFault = (filter: string): TopicFault | undefined => {
  if (filter === '') return 'topic-empty';
  if (filter.includes('\0')) return 'topic-null';
  // MQTT 4.7.1-1 to 4.7.1-3: # is the last level, + a whole one.
  const levels = filter.split('/');
  const isMalformed = levels.some((level, index) =>
    level.length > 1 ? /[#+]/.test(level) : level === '#' && index < levels.length - 1,
  );
  return isMalformed ? 'filter-malformed' : undefined;
};

/** Undefined where it is not there as a whole. */
export const textAt = (body: Uint8Array, at: number): string | undefined => {
  const end = at + 2 + uint16(body, at);
  return at + 2 > body.length || end > body.length
    ? undefined
    : Buffer.from(body.subarray(at + 2, end)).toString('utf8');
};

/** 0 beyond the end. */
export const uint16 = (body: Uint8Array, at: number): number => (body[at] ?? 0) * 256 + (body[at + 1] ?? 0);
