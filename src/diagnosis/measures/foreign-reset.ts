/**
 * A RST that its side did not send: it says it comes from there, and its TTL is another than that of the side's latest
 * packets. TTLs of one way do not change, so it set out from another machine: a firewall, a load balancer, the host in
 * front of a container. A way that has changed shows in packets before the RST too.
 * Where packets of that side were captured twice on their way, one that was captured once did not come that way.
 */
import type { FlowFacts } from '../../tcp/tcp-facts.js';

/** Ways may differ by as many hops where packets of one connection take several. */
const SEVERAL_WAYS = 2;

export const isForeignReset = ({ ttl, rstTtl, otherTtl, rstAlone }: FlowFacts): boolean => {
  if (rstAlone !== undefined) return true;
  if (ttl < 0 || rstTtl < 0) return false;
  // Nearer by a hop or two, where all other packets came one way; farther by so little, the way has changed.
  if (otherTtl < 0) return rstTtl > ttl || ttl - rstTtl > SEVERAL_WAYS;
  return [ttl, otherTtl].every((known) => Math.abs(rstTtl - known) > SEVERAL_WAYS);
};

/** Hops between the two senders, where both may have begun with the same TTL; else the numbers do not compare. */
export const hopsApart = ({ ttl, rstTtl }: FlowFacts): number | undefined =>
  initialTtl(ttl) === initialTtl(rstTtl) ? Math.abs(ttl - rstTtl) : undefined;

/** What systems start with: 64 (Unix), 128 (Windows), 255 (network devices). */
const initialTtl = (ttl: number): number => INITIAL_TTLS.find((initial) => ttl <= initial) ?? 255;

const INITIAL_TTLS = [64, 128, 255];
