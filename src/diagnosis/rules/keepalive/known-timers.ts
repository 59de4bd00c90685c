/**
 * Idle timers that products ship with, for the length of a silence before an end. A number never names one product:
 * every entry of that length is a candidate. Values from the vendors' documentation; settings can be changed.
 */
import type { Nanos } from '../../../capture/packet.js';

const SECOND: Nanos = 1e9;

/** Idle time in seconds, and who is known to ship it. */
const IDLE_TIMERS: readonly (readonly [seconds: number, names: readonly string[]])[] = [
  [30, ['Jetty idleTimeout']],
  [55, ['Heroku router']],
  [
    60,
    [
      'nginx proxy_read_timeout',
      'AWS ALB and CLB idle timeout',
      'Apache ProxyTimeout',
      'fly.io proxy',
      'Phoenix socket',
    ],
  ],
  [100, ['Cloudflare proxy']],
  [120, ['uWebSockets idleTimeout', 'IIS and ARR']],
  [180, ['Traefik idleTimeout']],
  [230, ['Azure App Service']],
  [240, ['Azure Load Balancer and NAT gateway']],
  [270, ['Cloudflare Zero Trust gateway']],
  [300, ['Envoy stream_idle_timeout', 'Jetty 9 idleTimeout', 'Azure Front Door']],
  [350, ['AWS NLB and NAT gateway']],
  [400, ['Cloudflare client side']],
  [600, ['AWS API Gateway', 'Google Cloud frontend']],
  [900, ['kube-proxy IPVS', 'Cloudflare proxy idle']],
  [1200, ['Google Cloud NAT']],
  [3600, ['Envoy idle_timeout']],
];

/** Timers fire late rather than early: programs look at them in steps of up to a second, uWebSockets of four. */
const EARLY: Nanos = 0.25 * SECOND;
const LATE: Nanos = 1.5 * SECOND;

export interface TimerMatch {
  timer: Nanos;
  names: readonly string[];
  /** How far the silence is from it; negative when shorter. */
  distance: Nanos;
}

/** The timer nearest to a silence within tolerance; undefined when none is that near. */
export const matchTimer = (silence: Nanos): TimerMatch | undefined => {
  let best: TimerMatch | undefined;
  for (const [seconds, names] of IDLE_TIMERS) {
    const timer = seconds * SECOND;
    const distance = silence - timer;
    if (distance < -EARLY || distance > LATE) continue;
    if (best === undefined || Math.abs(distance) < Math.abs(best.distance)) best = { timer, names, distance };
  }
  return best;
};
