/**
 * |-- request --|-- request' --|-- 101' --|-- FIN' of the proxy --|: the backend switched, and the proxy, which had passed
 * the request on like any other, did not know what to do with that. Its client waits. Told at both legs.
 */
import type { Leg } from '../../../session/legs.js';
import { evidence } from '../../evidence.js';
import { wayOf } from '../../measures/chain.js';
import { departure, tcpEnd } from '../../measures/ending.js';
import { legDifference } from '../../measures/leg-difference.js';
import { textOr } from '../../measures/phrases.js';
import { PATIENCE } from '../../measures/silence.js';
import { clientWentOn } from '../../measures/upgrade-attempt.js';
import { duration, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

export const droppedAnswer = defineRule({
  meta: {
    id: 'upgrade/dropped-answer',
    title: 'The proxy dropped the 101 of its backend',
    severity: 'error',
    causes: ['upgrade-unanswered', 'upgrade-connection-closed'],
    needs: ['both-sides'],
    reference: ['RFC 9110 7.8', 'RFC 9110 15.2.2'],
    messages: {
      dropped:
        'The backend {backend} accepted the upgrade with 101, and {proxy} hung up on it {after} later without a frame; its own client was not answered in the {rest} of capture that followed.',
    },
    notes: {
      request: 'upgrade request of the client',
      answer: '101 of the backend',
      left: 'the proxy hangs up on the backend',
      end: 'end of the client’s connection',
    },
    remedies: {
      upgrades:
        'Let the proxy handle upgrades: node http-proxy: server.on("upgrade", (req, socket, head) => proxy.ws(req, socket, head)); Vite, webpack-dev-server and http-proxy-middleware: ws: true.',
      log: 'Read the log of the proxy at this time for an error about an unexpected 101 or upgrade.',
    },
  },
  *check(session, capture) {
    const leg = wayOf(session, capture).find(isDropped);
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
