/**
 * The connection ended by FIN while neither side had sent a Close frame (RFC 6455 7.1.4; libraries report 1006).
 * Said only where a Close cannot have been missed. Why it ended is for narrower rules; who ended it is told where both
 * legs of a proxy prove it.
 */
import type { Nanos } from '../../../capture/packet.js';
import type { Leg } from '../../../session/legs.js';
import type { Session } from '../../../session/session.js';
import { opposite, SIDES, type Side } from '../../../stream/side.js';
import { hasSaidGoodbye } from '../../../subprotocol/subprotocol-facts.js';
import type { WebSocketFacts } from '../../../websocket/websocket-facts.js';
import { evidence } from '../../evidence.js';
import { type ChainEnd, endOfChain, proxyPlace } from '../../measures/chain.js';
import { closeMayBeUnseen } from '../../measures/close-visibility.js';
import { goodbyeOfTls, lastFrame, type SessionEnd, sessionEnd, silenceBefore } from '../../measures/ending.js';
import { legDifference } from '../../measures/leg-difference.js';
import { textOr } from '../../measures/phrases.js';
import { remediesFor, softwareBetween } from '../../measures/software.js';
import { bytes, duration, side, text } from '../../measures/values.js';
import { defineRule, type Value } from '../../rule.js';

export const missingClose = defineRule({
  meta: {
    id: 'closing/missing-close',
    title: 'Ended without a Close frame',
    severity: 'error',
    causes: ['ws-abnormal-closure'],
    needs: ['frames', 'both-sides'],
    reference: ['RFC 6455 7.1.4', 'RFC 6455 7.4.1'],
    messages: {
      fin: 'The {by} ended the connection {silence} after the last frame, without a Close frame. Libraries report this as 1006.',
      unfinished:
        'The {by} ended the connection in the middle of a frame of its own, without a Close frame. Libraries report this as 1006.',
      unfinishedOf:
        'The {by} ended the connection in the middle of a frame of its own, of which {seen} of {expected} had come, without a Close frame. Libraries report this as 1006.',
      amid: 'The {by} ended the connection in the middle of a frame of the {peer}, of which {seen} of {expected} had come, without a Close frame. Libraries report this as 1006.',
      huge: 'The {by} ended the connection {after} after the {peer} had begun a frame of {expected}, of which {seen} had come, without a Close frame: it most likely takes no frame of that size.',
      unused:
        'The {by} ended the connection {silence} after the 101 that opened it, without any frame, not even a Close. Libraries report this as 1006.',
      legs: 'The connection ended {silence} after the last frame, without a Close frame. Libraries report this as 1006.',
      idle: 'The connection ended {silence} after the last frame, without a Close frame. Both legs had been silent for that long, which fits an idle timer of {proxy}. Libraries report this as 1006.',
    },
    notes: {
      last: 'last frame',
      opened: '101, after which no whole frame came',
      begun: 'frame of the other side that was under way',
      unfinished: 'frame that was never finished',
      fin: 'FIN without a Close before it',
      goodbye: 'close_notify of TLS without a Close before it',
      left: 'first to leave, at the other leg',
    },
    remedies: {
      size: 'Compare that size with what the {by} takes: maxPayload of ws (100 MiB), max_size of Python websockets (1 MiB), SetReadLimit of Gorilla, 2 GiB at most in browsers. Send large data in several messages; if the {peer} did not mean to send so much, what it wrote is no frame header.',
      died: 'Read the log of the {by} at this time: a program that exits, crashes or is killed leaves the closing to its kernel, which sends just a FIN.',
      closed:
        'Read the log of the {by} at this time. It said goodbye by close_notify of TLS, which a process that is killed or crashes does not: it closed the connection itself, but not the WebSocket session in it.',
      far: 'Read the log of the {ender} {address} at this time, which left first: a program that exits, crashes or is killed leaves the closing to its kernel, which sends just a FIN.',
      proxy:
        'A proxy in between may have ended it instead: its timeouts, reloads and deploys look the same from here. Compare a capture on its other side.',
      close: 'In a program that ends on purpose, close the socket first: ws.close(1001).',
      log: 'Read the log of the proxy {address} at this time, which ended both legs: a timeout of its own, a reload or deploy, or the end of one of its processes does that.',
      timer:
        'Raise the idle timer of the proxy: nginx proxy_read_timeout and proxy_send_timeout; HAProxy timeout tunnel (without it, timeout client and timeout server go on counting); Varnish pipe_timeout; Apache ProxyTimeout; Envoy stream_idle_timeout.',
      nginx: 'In the location of nginx, raise the timers: proxy_read_timeout 3600s; proxy_send_timeout 3600s;',
      ingress:
        'Annotate the Ingress with nginx.ingress.kubernetes.io/proxy-read-timeout: "3600" and nginx.ingress.kubernetes.io/proxy-send-timeout: "3600"',
      haproxy: 'In HAProxy: timeout tunnel 1h (without it, timeout client and timeout server go on counting).',
      varnish: 'In Varnish, raise the idle timer of pipe: varnishd -p pipe_timeout=3600',
      apache: 'In Apache httpd: ProxyTimeout 3600, or ProxyPass … timeout=3600',
      envoy: 'In Envoy: stream_idle_timeout: 0s in the HTTP connection manager, or idle_timeout: 0s on the route.',
      alb: 'For an AWS ALB: aws elbv2 modify-load-balancer-attributes --load-balancer-arn <arn> --attributes Key=idle_timeout.timeout_seconds,Value=3600',
      ping: 'Or let either side send WebSocket pings more often than that.',
    },
  },
  *check(session, capture) {
    const end = sessionEnd(session);
    const { websocket } = session;
    if (end === undefined || end.kind === 'rst' || end.by === 'network' || websocket === undefined) return;
    if (websocket.firstClose !== undefined || closeMayBeUnseen(session) || hasSaidGoodbye(session.subprotocol)) return;
    const unfinished = websocket.unfinishedFrame[end.by];
    const whole = endOfChain(session, capture);
    const { message, ...known } = whole === undefined ? UNTOLD : toldOf(session, whole);
    const cut = message === 'fin' ? cutOff(session, end) : undefined;
    const last = lastFrame(session);
    const isUnused = last !== undefined && SIDES.every((at) => websocket.firstFrame[at] === undefined);
    const remedies = cut?.message === 'huge' ? ['size', ...known.remedies] : known.remedies;
    yield {
      message:
        unfinished !== undefined
          ? ownCut(unfinished)
          : (cut?.message ?? (isUnused && message === 'fin' ? 'unused' : message)),
      cause: 'ws-abnormal-closure',
      data: {
        ...known.data,
        by: side(end.by),
        silence: duration(Math.max(0, silenceBefore(session, end.at)?.length ?? 0)),
        end: text(end.kind === 'fin' ? 'FIN' : 'close_notify'),
        ...sizesOf(unfinished ?? cut?.frame),
        ...(cut !== undefined && { peer: side(opposite(end.by)), after: duration(end.at.at - cut.frame.arrival.at) }),
      },
      evidence: evidence(
        [last, isUnused ? 'opened' : 'last'],
        [unfinished?.arrival, 'unfinished'],
        [cut?.frame.arrival, 'begun'],
        [end.at, end.kind === 'fin' ? 'fin' : 'goodbye'],
        [message === 'fin' || whole?.at === end.at ? undefined : whole?.at, 'left'],
      ),
      struckAt: end.at.at,
      confidence: cut?.message === 'huge' ? 'likely' : 'proven',
      remedies: isOnPurpose(session, end) ? remedies.map((each) => ON_PURPOSE[each] ?? each) : remedies,
    };
  },
});

type UnfinishedFrame = NonNullable<WebSocketFacts['unfinishedFrame'][Side]>;

/** Inside its header nobody knows yet how long a frame will be. */
const ownCut = ({ expected }: UnfinishedFrame): 'unfinished' | 'unfinishedOf' =>
  expected > 0 ? 'unfinishedOf' : 'unfinished';

const sizesOf = (frame: UnfinishedFrame | undefined): Record<string, Value> =>
  frame === undefined ? {} : { expected: bytes(frame.expected), seen: bytes(frame.seen) };

/** More than most programs take of one frame, or ever send in one. */
const HUGE_BYTES = 64 * 1024 * 1024;
/** Who refuses a size reads it in the header, and leaves before much more can have come. */
const REFUSED_WITHIN: Nanos = 1e9;

/** A frame of the peer that was under way when this side left. */
const cutOff = (
  { websocket }: Session,
  { by, at }: SessionEnd,
): { message: 'amid' | 'huge'; frame: UnfinishedFrame } | undefined => {
  const frame = by === 'network' ? undefined : websocket?.unfinishedFrame[opposite(by)];
  if (frame === undefined || frame.expected === 0 || frame.arrival.at > at.at) return undefined;
  const isRefused = frame.expected >= HUGE_BYTES && at.at - frame.arrival.at <= REFUSED_WITHIN;
  return { message: isRefused ? 'huge' : 'amid', frame };
};

/** Whoever is killed writes no close_notify any more: only its kernel speaks for it. */
const isOnPurpose = (session: Session, { by, at }: SessionEnd): boolean =>
  by !== 'network' && (goodbyeOfTls(session, by)?.at ?? Number.POSITIVE_INFINITY) <= at.at;

const ON_PURPOSE: Readonly<Record<string, string>> = { died: 'closed' };

interface Told {
  message: 'fin' | 'legs' | 'idle';
  data: Record<string, Value>;
  remedies: readonly string[];
}

/** Nobody knows what a proxy in between may have done. */
const UNTOLD: Told = { message: 'fin', data: {}, remedies: ['died', 'proxy', 'close'] };

/** What both legs of a proxy prove of who ended it; other guesses are not made beside that. */
const toldOf = (session: Session, { by, leg }: ChainEnd): Told => {
  if (by === 'proxy') {
    const isOwn = leg.front === session || leg.back === session;
    const proxy = isOwn ? textOr(legDifference(leg).proxy, 'the-proxy') : text(proxyPlace(leg));
    const data = { proxy, address: text(leg.front.server.text) };
    return endedByTimer(leg)
      ? { message: 'idle', data, remedies: [...remediesFor(softwareBetween(leg), TIMERS, ['timer']), 'ping', 'log'] }
      : { message: 'legs', data, remedies: ['log'] };
  }
  const [ender, its] = by === 'client' ? ([leg.front, 'client'] as const) : ([leg.back, 'server'] as const);
  if (ender === session) return { message: 'fin', data: {}, remedies: ['died', 'close'] };
  return { message: 'legs', data: { ender: side(its), address: text(ender[its].text) }, remedies: ['far', 'close'] };
};

const SECOND: Nanos = 1e9;
/** Timers are set in whole seconds, and strike a little late. */
const OFF: Nanos = 50e6;

/** Both legs were silent for the same whole number of seconds. */
const endedByTimer = ({ front, back }: Leg): boolean => {
  const silences = [front, back].map((each) => {
    const end = sessionEnd(each)?.at;
    return end === undefined ? 0 : (silenceBefore(each, end)?.length ?? 0);
  });
  return silences.every((silence) => silence >= SECOND - OFF && Math.abs(silence - nearestSecond(silences[0]!)) <= OFF);
};

const nearestSecond = (silence: Nanos): Nanos => Math.round(silence / SECOND) * SECOND;

const TIMERS = {
  ingress: 'ingress',
  nginx: 'nginx',
  haproxy: 'haproxy',
  varnish: 'varnish',
  apache: 'apache',
  envoy: 'envoy',
  alb: 'alb',
} as const;
