/**
 * A 101 that came when its client had gone: it waited, left, and what was open at the server was never open at the client.
 * Proxies at a limit of connections queue requests like this, and answer them once another session has ended.
 */
import { leftBeforeAnswer } from '../../../session/late-answer.js';
import { evidence } from '../../evidence.js';
import { duration, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

export const lateAnswer = defineRule({
  meta: {
    id: 'upgrade/late-answer',
    title: 'Answered after the client had left',
    severity: 'error',
    causes: ['upgrade-unanswered'],
    needs: ['both-sides', 'upgrade'],
    reference: ['RFC 6455 4.1', 'RFC 6455 7.1.7'],
    messages: {
      late: 'The client left {patience} after the upgrade request, which nobody had answered; the {status} came {waited} after the request, too late: the session was never open.',
    },
    notes: { request: 'upgrade request', left: 'the client leaves', answer: 'answer to nobody' },
    remedies: {
      queue:
        'Find what held the request back: a proxy or server at its limit of connections queues new ones until another ends (HAProxy maxconn, Apache MaxRequestWorkers, a full thread pool). Raise the limit for sessions that stay open.',
      log: 'Compare with the log of the server: it may count a session that no client had.',
      client: 'Let the client wait longer, if such a wait is in order.',
    },
  },
  *check({ upgrade, tcp, stream }) {
    const left = stream === undefined ? leftBeforeAnswer(upgrade, tcp) : undefined;
    const { request, response } = upgrade ?? {};
    if (left === undefined || request === undefined || response === undefined) return;
    const asked = request.span.last.at;
    yield {
      message: 'late',
      cause: 'upgrade-unanswered',
      data: {
        patience: duration(left.at - asked),
        waited: duration(response.span.first.at - asked),
        status: text(response.status),
      },
      evidence: evidence([request.span, 'request'], [left, 'left'], [response.span, 'answer']),
      struckAt: asked,
      confidence: 'proven',
      remedies: ['queue', 'client', 'log'],
    };
  },
});
