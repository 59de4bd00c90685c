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

/** The topic of a PUBLISH; empty where an alias of MQTT 5 stands for it. */
export const publishTopic = (body: Uint8Array): string => textAt(body, 0);

/** The filters of a SUBSCRIBE, or of an UNSUBSCRIBE, which has no options behind each. */
export const topicFilters = (body: Uint8Array, level: number, hasOptions: boolean): string[] => {
  const filters: string[] = [];
  let at = level === 5 ? readMqttProperties(body, 2).end : 2;
  while (at + 2 <= body.length && filters.length < FILTERS_READ) {
    filters.push(textAt(body, at));
    at += 2 + uint16(body, at) + (hasOptions ? 1 : 0);
  }
  return filters;
};

const textAt = (body: Uint8Array, at: number): string =>
  clip(Buffer.from(body.subarray(at + 2, at + 2 + uint16(body, at))).toString('utf8'), TOPIC_SHOWN);

/** 0 beyond the end. */
export const uint16 = (body: Uint8Array, at: number): number => (body[at] ?? 0) * 256 + (body[at + 1] ?? 0);
