/**
 * Pings without pongs while TCP still acknowledges (RFC 6455 5.5.2, 5.5.3): the host is there. If the peer sends nothing
 * else either, its program stands still; if it does send data, it just does not answer pings.
 */
import type { Nanos } from '../../../capture/packet.js';
import type { Session } from '../../../session/session.js';
import type { Arrival } from '../../../stream/arrival.js';
import { opposite, SIDES, type Side } from '../../../stream/side.js';
import type { Ping } from '../../../websocket/websocket-facts.js';
import { evidence } from '../../evidence.js';
import { departure } from '../../measures/ending.js';
import { pingPeriod } from '../../measures/ping-period.js';
import { outageAround } from '../../measures/ping-timeout.js';
import { isUnacknowledged, PATIENCE } from '../../measures/silence.js';
import { count, duration, side, values } from '../../measures/values.js';
import { isGoodbye } from '../../outcome.js';
import { defineRule } from '../../rule.js';
import { nameTimer, rankTimers } from './known-timers.js';

/** Who leaves sooner than this after a ping did not leave because of it. */
const LEFT_OVER_IT: Nanos = 0.5e9;
/** A wait is longer than usual when it is this many times the longest that a pong, or the handshake of TCP, ever took. */
const UNUSUAL = 3;

export const unansweredPing = defineRule({
  meta: {
    id: 'keepalive/unanswered-ping',
    title: 'Ping without a pong',
    severity: 'error',
    causes: ['ws-ping-unanswered', 'ws-peer-stalled'],
    needs: ['frames', 'both-sides'],
    precedence: 'stalled-peer',
    reference: ['RFC 6455 5.5.2', 'RFC 6455 5.5.3'],
    messages: {
      stalledLeft:
        'The {peer} did not answer the ping of the {pinger} and sent nothing else, though its TCP acknowledged: its host is there, its program stands still. The {pinger} left after waiting {waited}.',
      stalled:
        'The {peer} has not answered {pings} pings of the {pinger} and sent nothing else for {waited}, though its TCP acknowledged: its host is there, its program stands still.',
      unansweredLeft:
        'The {peer} did not answer the ping of the {pinger}, though its TCP acknowledged it and it went on sending data. The {pinger} left after waiting {waited}.',
      unanswered:
        'The {peer} does not answer the pings of the {pinger}, though its TCP acknowledges them and it sends other data.',
    },
    notes: {
      ping: 'ping that was never answered',
      data: 'data of the other side meanwhile',
      left: 'its sender leaves',
      early: 'ping that had no answer while its sender was there',
      pong: 'its pong, too late',
    },
    remedies: {
      clientWoke:
        'The {peer} did answer that ping, {late} after it was sent: it stood still and went on. A laptop that sleeps, a phone or a browser tab in the background do that; so does a program that blocks.',
      serverWoke:
        'The {peer} did answer that ping, {late} after it was sent: its program stood still and went on. See what it did in that time.',
      busy: 'The {peer} did answer that ping, {late} after it was sent: it reads slower than it is sent to, or the pong waited behind its own data.',
      loop: 'Look at what blocks the program of the {peer} at that moment: a long computation on its event loop, a debugger, a stopped or swapping process, a full queue to its consumer.',
      patience:
        'If such pauses are normal, give pongs more time: python websockets ping_timeout=60; Socket.IO pingTimeout; uWebSockets idleTimeout.',
      timeout:
        'That wait is a timer of the {pinger}; known ones of that length, the nearest first: {timers}. Others are possible, and all of them can be set.',
      period:
        'The {pinger} pings every {period}. Known programs that do so, the nearest first: {programs}. Others are possible, and all of them can be set.',
      pong: 'A WebSocket library answers pings by itself: see whether pongs were turned off (ws: autoPong: false), or whether a frame that is read only later stands before the ping.',
    },
  },
  *check(session) {
    for (const pinger of SIDES) {
      const ping = session.websocket?.pings[pinger].unanswered[0];
      if (ping !== undefined) yield* judge(session, pinger, ping);
    }
  },
});

function* judge(session: Session, pinger: Side, { sent, latePong }: Ping) {
  const { websocket, tcp, captureEnd } = session;
  if (websocket === undefined || isUnacknowledged(session, pinger, sent)) return;
  const peer = opposite(pinger);
  const pings = websocket.pings[pinger];
  const peerLeft = departure(session, peer);
  const pingerLeft = departure(session, pinger);
  const first = pingerLeft !== undefined && (peerLeft === undefined || pingerLeft.at <= peerLeft.at);
  if (peerLeft !== undefined && !first) return;
  // Pongs in a hole of the capture are not missing pongs.
  if (tcp.gaps.some((gap) => gap.side === peer && gap.at >= sent.at)) return;
  // What was lost at first could be answered once it had arrived.
  const arrived = outageAround(session, pinger, sent)?.until ?? sent;
  const waited = (pingerLeft?.at ?? captureEnd) - arrived.at;
  const data = saidBetween(session, peer, arrived, pingerLeft);
  const left = pingerLeft !== undefined;
  const usual = Math.max(pings.longestWait, tcp.handshakeRtt ?? 0) * UNUSUAL;
  if (left ? waited < LEFT_OVER_IT || waited < usual : waited < PATIENCE || waited < usual) return;
  if (!left && pings.answered === 0 && pings.unanswered.length < 2) return;
  const kept =
    left && session.websocket?.closes[pinger] !== undefined && isGoodbye(session.websocket.closes[pinger].code);
  const stalled = data === undefined;
  const woke = left && latePong !== undefined;
  const beat = pingPeriod(pings);
  const timers = left ? rankTimers('ping', waited).map(nameTimer) : [];
  const programs = beat === undefined ? [] : rankTimers('period', beat.period).map(nameTimer);
  yield {
    message: `${stalled ? 'stalled' : 'unanswered'}${left ? 'Left' : ''}`,
    cause: stalled ? ('ws-peer-stalled' as const) : ('ws-ping-unanswered' as const),
    // Whoever says goodbye with 1000 has not broken off; whoever stays can live without pongs.
    severity: kept || (!left && !stalled) ? ('warning' as const) : ('error' as const),
    data: {
      pinger: side(pinger),
      peer: side(peer),
      pings: count(pings.count - pings.answered),
      waited: duration(waited),
      ...(woke ? { late: duration(latePong.at - sent.at) } : {}),
      ...(timers.length > 0 ? { timers: values(timers) } : {}),
      ...(beat === undefined ? {} : { period: duration(beat.period), programs: values(programs) }),
    },
    evidence: evidence([sent, woke ? 'early' : 'ping'], [data, 'data'], [pingerLeft, 'left'], [latePong, 'pong']),
    struckAt: sent.at,
    confidence: left ? ('proven' as const) : ('likely' as const),
    remedies: [
      ...(stalled ? [...(woke ? [`${peer}Woke`] : []), 'loop', 'patience'] : [woke ? 'busy' : 'pong', 'patience']),
      ...(timers.length > 0 ? ['timeout'] : []),
      ...(programs.length > 0 ? ['period'] : []),
    ],
  };
}

/** Data or a ping of that side after a moment and while the other was there; its Close and what follows it do not show a program at work. */
const saidBetween = (
  session: Session,
  speaker: Side,
  since: Arrival,
  until: Arrival | undefined,
): Arrival | undefined => {
  const { websocket } = session;
  if (websocket === undefined) return undefined;
  const { lastData, lastFrameBeforeEnd, firstClose, pings } = websocket;
  const heardBeforeClose = firstClose?.from === speaker ? undefined : websocket.heardBeforeClose;
  const inTime = [lastData[speaker], heardBeforeClose, lastFrameBeforeEnd?.[speaker], pings[speaker].last];
  return inTime.find((said) => said !== undefined && said.at > since.at && (until === undefined || said.at < until.at));
};
