/**
 * A side left because no pong came in time, and the way had kept its ping: lost and sent again, or behind a queue. The
 * program of the other side had no part in that (RFC 6455 5.5.2; RFC 7567 2.1 on queues that stand).
 */
import type { Nanos } from '../../../capture/packet.js';
import type { Session } from '../../../session/session.js';
import { opposite, SIDES, type Side } from '../../../stream/side.js';
import type { CloseFrame } from '../../../websocket/websocket-facts.js';
import { evidence } from '../../evidence.js';
import { departure } from '../../measures/ending.js';
import { outageAround, saysPingTimeout } from '../../measures/ping-timeout.js';
import { count, duration, side } from '../../measures/values.js';
import { isGoodbye } from '../../outcome.js';
import { defineRule, type Finding } from '../../rule.js';

/** Who leaves sooner than this after a ping has no timer for its pong. */
const NO_TIMER: Nanos = 0.1e9;
/** Round trips that only a queue takes, where the handshake took a small part of it. */
const QUEUED: Nanos = 1e9;
const TIMES_THE_PATH = 10;
const SAMPLES_NEEDED = 8;

export const latePing = defineRule({
  meta: {
    id: 'keepalive/late-ping',
    title: 'Ping kept on the way',
    severity: 'error',
    causes: ['ws-peer-vanished', 'ws-ping-unanswered'],
    needs: ['frames', 'both-sides'],
    precedence: 'stalled-peer',
    reference: ['RFC 6455 5.5.2', 'RFC 6298 5', 'RFC 7567 2.1'],
    messages: {
      outage:
        'The {pinger} gave up because no pong came in time, but its ping had not arrived: it was sent again {repeats} times and acknowledged only after {late}. The way or the host of the {peer} was gone for that time; the program of the {peer} could not answer earlier.',
      queue:
        'The {pinger} closed over a ping timeout, but the way was full: what it sent was acknowledged after {median} (median, at most {longest}), though the handshake took {handshake}. The ping waited behind what the {pinger} had sent before it.',
      late: 'The {pinger} closed over a ping timeout, but its ping arrived here, near the {peer}, only {before} before that Close: it was late on the way, by loss or behind a queue. The {peer} had no time to answer.',
    },
    notes: {
      ping: 'ping',
      lost: 'sent, and lost',
      acknowledged: 'acknowledged at last',
      left: 'its sender leaves',
    },
    remedies: {
      way: 'See what happened on the way to the {peer} at that time: a link that went down, a changed network, a host that slept.',
      queue:
        'Send no faster than the other side receives (bufferedAmount in browsers and ws, wait for drain or for send() elsewhere), so that a ping does not stand behind seconds of data; on the narrow link, a queue that is kept short: tc qdisc replace dev eth0 root fq_codel',
      patience:
        'Give pongs more time: python websockets ping_timeout=60; Socket.IO pingTimeout; uWebSockets idleTimeout.',
      between: 'A capture near the {pinger} shows which of them it was.',
    },
  },
  *check(session) {
    for (const pinger of SIDES) {
      const finding = lostPing(session, pinger) ?? latePingOf(session, pinger);
      if (finding !== undefined) yield finding;
    }
  },
});

/** The ping was sent again and again, and its sender left over it. */
const lostPing = (session: Session, pinger: Side): Finding | undefined => {
  const peer = opposite(pinger);
  const sent = session.websocket?.pings[pinger].unanswered[0]?.sent;
  const outage = sent && outageAround(session, pinger, sent);
  const [left, peerLeft] = [departure(session, pinger), departure(session, peer)];
  if (sent === undefined || outage === undefined || left === undefined) return undefined;
  if ((peerLeft !== undefined && peerLeft.at < left.at) || left.at < outage.until.at) return undefined;
  const close = session.websocket?.closes[pinger];
  // Who left at once when the way was there again had decided before.
  if (!isTimeout(close) && (left.at - outage.until.at > NO_TIMER || (close && isGoodbye(close.code)))) return undefined;
  return {
    message: 'outage',
    cause: 'ws-peer-vanished',
    data: {
      pinger: side(pinger),
      peer: side(peer),
      repeats: count(outage.repeats),
      late: duration(outage.until.at - sent.at),
    },
    evidence: evidence([outage.since, 'lost'], [outage.until, 'acknowledged'], [left, 'left']),
    struckAt: sent.at,
    confidence: 'likely',
    remedies: ['way', 'patience'],
  };
};

/** Its sender says that no pong came in time, and the path says why. */
const latePingOf = ({ websocket, tcp }: Session, pinger: Side): Finding | undefined => {
  const peer = opposite(pinger);
  const close = websocket?.firstClose;
  if (websocket === undefined || close?.from !== pinger || !isTimeout(close)) return undefined;
  const { unanswered, last } = websocket.pings[pinger];
  const { median, max, samples } = tcp.flows[pinger].rtt;
  const left = close.span.first;
  const shared = { cause: 'ws-ping-unanswered', confidence: 'likely' } as const;
  const sides = { pinger: side(pinger), peer: side(peer) };
  const [ping] = unanswered;
  const handshake = tcp.handshakeRtt;
  if (ping !== undefined && handshake !== undefined && samples >= SAMPLES_NEEDED) {
    if (median >= QUEUED && median > TIMES_THE_PATH * handshake) {
      return {
        ...shared,
        message: 'queue',
        data: { ...sides, median: duration(median), longest: duration(max), handshake: duration(handshake) },
        evidence: evidence([ping.sent, 'ping'], [left, 'left']),
        struckAt: ping.sent.at,
        remedies: ['queue', 'patience'],
      };
    }
  }
  if (last === undefined || tcp.vantage !== peer || last.at > left.at || left.at - last.at > NO_TIMER) return undefined;
  return {
    ...shared,
    message: 'late',
    data: { ...sides, before: duration(left.at - last.at) },
    evidence: evidence([last, 'ping'], [left, 'left']),
    struckAt: last.at,
    remedies: ['way', 'patience', 'between'],
  };
};

const isTimeout = (close: CloseFrame | undefined): boolean => close !== undefined && saysPingTimeout(close.reason);
