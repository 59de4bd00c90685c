/** The beat of a side's pings (RFC 6455 5.5.2), where they have one: programs ping by a timer, people and events do not. */
import type { Nanos } from '../../capture/packet.js';
import type { PingFacts } from '../../websocket/websocket-facts.js';

/** Two pings have one distance, which says nothing of a timer. */
const PINGS_NEEDED = 3;
/** By how much of the period the shortest and the longest distance may differ: a timer is late by milliseconds. */
const JITTER = 0.1;

export interface PingPeriod {
  /** From the first ping to the last, divided by the steps between them. */
  period: Nanos;
  /** Between the shortest and the longest step. */
  jitter: Nanos;
}

/** Undefined where there are too few pings, or where they come as they like. */
export const pingPeriod = ({ count, first, last, minInterval, maxInterval }: PingFacts): PingPeriod | undefined => {
  if (count < PINGS_NEEDED || first === undefined || last === undefined) return undefined;
  const period = (last.at - first.at) / (count - 1);
  const jitter = maxInterval - minInterval;
  return period > 0 && jitter <= period * JITTER ? { period, jitter } : undefined;
};
