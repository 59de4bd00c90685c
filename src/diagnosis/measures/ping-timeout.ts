/**
 * What is known of a ping that its sender gave up over, beside that no pong came: whether the Close says so, and whether
 * the ping itself was kept on the way until then.
 */
import type { Nanos } from '../../capture/packet.js';
import type { Session } from '../../session/session.js';
import type { Arrival } from '../../stream/arrival.js';
import { opposite, type Side } from '../../stream/side.js';
import type { Outage } from '../../tcp/tcp-facts.js';
import type { CloseFrame } from '../../websocket/websocket-facts.js';
import { isUnacknowledged } from './silence.js';

/** Libraries word it as "keepalive ping timeout", "ping timed out", "no pong: timeout" and the like. */
export const saysPingTimeout = (reason: string): boolean => /\b(ping|pong)\b.*\btimed?[ -]?out\b/i.test(reason);

/** Shorter than any timer for a pong. */
const NO_TIMER: Nanos = 0.5e9;
/** A pong came clearly before the timer when it took less than this part of the time until the Close. */
const CLEARLY = 4;

/**
 * The pongs for every ping of the side that closed were there long before, as far as the capture shows the way of both:
 * undefined where one was not, or may not have arrived.
 */
export const pongsInTime = (
  session: Session,
  { from, span }: CloseFrame,
): { ping: Arrival; longest: Nanos } | undefined => {
  const { websocket, sight } = session;
  const pings = websocket?.pings[from];
  const ping = pings?.last;
  if (ping === undefined || pings === undefined || pings.unseen > 0 || pings.answered < pings.count) return undefined;
  if (!sight.has('both-sides') || !sight.has('no-gaps')) return undefined;
  const waited = span.first.at - ping.at;
  if (waited < NO_TIMER || waited < CLEARLY * pings.longestWait) return undefined;
  const peer = opposite(from);
  if (
    isUnacknowledged(session, peer, span.first) ||
    session.tcp.flows[peer].outages.some(({ until }) => until.at > ping.at)
  )
    return undefined;
  return { ping, longest: pings.longestWait };
};

/** The outage in which a segment of this side was under way, and which ended. */
export const outageAround = ({ tcp }: Session, sender: Side, sent: Arrival): Outage | undefined =>
  tcp.flows[sender].outages.find(({ since, until }) => since.at <= sent.at && sent.at < until.at);
