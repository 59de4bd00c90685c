/**
 * What is known of a ping that its sender gave up over, beside that no pong came: whether the Close says so, and whether
 * the ping itself was kept on the way until then.
 */
import type { Session } from '../../session/session.js';
import type { Arrival } from '../../stream/arrival.js';
import type { Side } from '../../stream/side.js';
import type { Outage } from '../../tcp/tcp-facts.js';

/** Libraries word it as "keepalive ping timeout", "ping timed out", "no pong: timeout" and the like. */
export const saysPingTimeout = (reason: string): boolean => /\b(ping|pong)\b.*\btimed?[ -]?out\b/i.test(reason);

/** The outage in which a segment of this side was under way, and which ended. */
export const outageAround = ({ tcp }: Session, sender: Side, sent: Arrival): Outage | undefined =>
  tcp.flows[sender].outages.find(({ since, until }) => since.at <= sent.at && sent.at < until.at);
