/**
 * |-- request --|-- request' --|-- 101' --|-- FIN' of the proxy --|: the backend switched, and the proxy, which had passed
 * the request on like any other, did not know what to do with that. Its client waits. Or the proxy refused this 101, and
 * told its client so by a 502. Told at both legs.
 */
import type { Leg } from '../../../session/legs.js';
import type { Session } from '../../../session/session.js';
import { evidence } from '../../evidence.js';
import { wayOf } from '../../measures/chain.js';
import { departure, tcpEnd } from '../../measures/ending.js';
import { quote } from '../../measures/headers.js';
import { legDifference } from '../../measures/leg-difference.js';
import { textOr } from '../../measures/phrases.js';
import { PATIENCE } from '../../measures/silence.js';
import { clientWentOn } from '../../measures/upgrade-attempt.js';
import { bytes, duration, text } from '../../measures/values.js';
import { defineRule, type Finding } from '../../rule.js';

export const droppedAnswer = defineRule({
  meta: {
    id: 'upgrade/dropped-answer',
    title: 'The proxy dropped the 101 of its backend',
    severity: 'error',
    causes: ['upgrade-unanswered', 'upgrade-connection-closed', 'upgrade-bad-gateway'],
    needs: ['both-sides'],
    precedence: 'violation',
    reference: ['RFC 9110 7.8', 'RFC 9110 15.2.2'],
    messages: {
      dropped:
        'The backend {backend} accepted the upgrade with 101, and {proxy} hung up on it {after} later without a frame; its own client was not answered in the {rest} of capture that followed.',
      refused:
        'The backend {backend} accepted the upgrade with 101, and {proxy} did not take that answer: it told its client {status}. The session was never open for anybody.',
      big: 'The backend {backend} accepted the upgrade with a 101 whose head has {head}, and {proxy} did not take it: it told its client {status}. Probably the head is larger than the proxy reads. The session was never open for anybody.',
      name: 'The backend {backend} accepted the upgrade with a 101 whose header “{name}” has a name that is not valid (RFC 9110 5.1), and {proxy} did not take it: it told its client {status}. The session was never open for anybody.',
    },
    notes: {
      request: 'upgrade request of the client',
      answer: '101 of the backend',
      left: 'the proxy hangs up on the backend',
      end: 'end of the client’s connection',
      told: 'what the client was told instead',
    },
    remedies: {
      upgrades:
        'Let the proxy handle upgrades: node http-proxy: server.on("upgrade", (req, socket, head) => proxy.ws(req, socket, head)); Vite, webpack-dev-server and http-proxy-middleware: ws: true.',
      big: 'Shrink the head of the 101 (Set-Cookie first), or let the proxy read more: nginx proxy_buffer_size 16k; (its error log says “upstream sent too big header”); HAProxy tune.bufsize 32768.',
      name: 'Correct the name of the header “{name}” at the backend: letters, digits and hyphens.',
      reason: 'Read the log of the proxy at this time: it says what it disliked about the answer of its backend.',
      log: 'Read the log of the proxy at this time for an error about an unexpected 101 or upgrade.',
    },
  },
  *check(session, capture) {
    const way = wayOf(session, capture);
    const refused = way.find(isRefused);
    if (refused !== undefined) {
      yield refusalOf(refused, session);
      return;
    }
    const leg = way.find(isDropped);
    if (leg === undefined) return;
    const { front, back } = leg;
    const [answer, left] = [back.upgrade!.response!, departure(back, 'client')!];
    const rest = Math.max(0, front.captureEnd - left.at);
    const end = tcpEnd(front);
    yield {
      message: 'dropped',
      cause: end?.by === 'server' ? 'upgrade-connection-closed' : 'upgrade-unanswered',
      data: {
        backend: text(back.server.text),
        proxy: textOr(legDifference(leg).proxy, 'the-proxy'),
        after: duration(left.at - answer.span.last.at),
        rest: duration(rest),
      },
      evidence: evidence(
        [front.upgrade?.request?.span, 'request'],
        [answer.span, 'answer'],
        [left, 'left'],
        [end?.at, 'end'],
      ),
      ...(back === session ? { stage: 'open' as const } : {}),
      struckAt: answer.span.last.at,
      confidence: end !== undefined || rest >= PATIENCE ? 'proven' : 'likely',
      remedies: ['upgrades', 'log'],
    };
  },
});

/** The client had neither left before, nor may an answer to it be missing from the capture. */
const isDropped = ({ front, back }: Leg): boolean => {
  if (front.upgrade?.request === undefined || front.upgrade.response !== undefined) return false;
  if (back.upgrade?.response?.status !== 101 || clientWentOn(back) || back.websocket?.firstClose !== undefined)
    return false;
  const [left, end] = [departure(back, 'client'), tcpEnd(back)];
  if (left === undefined || end?.by !== 'client') return false;
  const gone = departure(front, 'client');
  const isHeard = front.http?.lost.server !== true && front.tcp.gaps.every((gap) => gap.side !== 'server');
  return isHeard && front.tcp.flows.server.firstData === undefined && (gone === undefined || gone.at > left.at);
};

/** The proxy ended the leg of the 101 without a frame, and answered as of a backend that gives no valid answer. */
const isRefused = ({ front, back, next }: Leg): boolean => {
  const told = front.upgrade?.response;
  return (
    next === undefined &&
    (told?.status === 502 || told?.status === 500) &&
    back.upgrade?.response?.status === 101 &&
    !clientWentOn(back) &&
    back.websocket?.firstClose === undefined &&
    tcpEnd(back)?.by === 'client'
  );
};

const refusalOf = (leg: Leg, session: Session): Finding => {
  const { front, back } = leg;
  const [told, answer] = [front.upgrade!.response!, back.upgrade!.response!];
  const name = answer.headers.find(([each]) => !TOKEN.test(each))?.[0];
  const head = answer.span.length;
  const message = name !== undefined ? 'name' : head > USUAL_BUFFER ? 'big' : 'refused';
  return {
    message,
    cause: 'upgrade-bad-gateway',
    data: {
      backend: text(back.server.text),
      proxy: textOr(legDifference(leg).proxy, 'the-proxy'),
      status: text(told.status),
      head: bytes(head),
      name: text(quote(name ?? '') ?? ''),
    },
    evidence: evidence([answer.span, 'answer'], [told.span, 'told'], [departure(back, 'client'), 'left']),
    ...(back === session ? { stage: 'open' as const } : {}),
    struckAt: answer.span.last.at,
    confidence: message === 'refused' ? 'proven' : 'likely',
    remedies: [message === 'refused' ? 'reason' : message],
  };
};

/** RFC 9110 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** proxy_buffer_size of nginx, the smallest of the usual limits: one page of memory. */
const USUAL_BUFFER = 4096;
