/**
 * A forward proxy that was asked for a tunnel and answered nothing: silence until the client gave up or the capture had
 * gone on long enough, or an end of the connection instead of an answer.
 */
import { closedTunnel } from '../../../proxy/proxy-facts.js';
import { evidence } from '../../evidence.js';
import { tcpEnd } from '../../measures/ending.js';
import { phrase } from '../../measures/phrases.js';
import { judgeSilence } from '../../measures/silence.js';
import { duration, side, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

export const unansweredTunnel = defineRule({
  meta: {
    id: 'proxy/unanswered-tunnel',
    title: 'No answer of the forward proxy',
    severity: 'error',
    causes: ['proxy-unanswered'],
    needs: ['both-sides'],
    reference: ['RFC 9110 9.3.6', 'RFC 1928 4'],
    messages: {
      'gave-up':
        'The forward proxy {proxy} answered nothing to {protocol} {target}; the client gave up after {waited}.',
      acknowledged: 'The forward proxy {proxy} has answered nothing to {protocol} {target} for {waited}.',
      repeated:
        'The request for a tunnel ({protocol} {target}) was sent again and again over {waited} and never acknowledged by {proxy}.',
      ended: 'The {by} ended the connection {waited} after {protocol} {target} instead of answering it.',
    },
    notes: { asked: 'what was asked of the proxy', end: 'end of the connection' },
    remedies: {
      port: 'See whether the port {proxy} is the proxy, and speaks {protocol}: an HTTP proxy is silent to SOCKS or closes, and the other way round.',
      target:
        'See from the machine of the proxy whether {target} answers: a proxy that waits for a target which drops packets is silent for its connect timeout (Squid: connect_timeout 1 minute).',
    },
  },
  *check(session) {
    const tunnel = session.proxy === undefined ? undefined : closedTunnel(session.proxy);
    const asked = tunnel?.asked;
    if (tunnel === undefined || asked === undefined || tunnel.reply !== undefined) return;
    // The answer may lie in a hole, or be under way.
    // The answer, or what made it possible, may be unseen.
    if (session.tcp.gaps.some((gap) => gap.at >= asked.first.at)) return;
    if (session.http?.incompleteHead?.side === 'server') return;
    const end = tcpEnd(session);
    const silence = judgeSilence(session, 'client', asked.last);
    if (silence === undefined && (end === undefined || end.by === 'client')) return;
    yield {
      message: silence ?? 'ended',
      cause: 'proxy-unanswered',
      data: {
        proxy: text(session.server.text),
        protocol: text(tunnel.protocol),
        target: text(tunnel.target ?? ''),
        by: end === undefined || end.by === 'network' ? phrase('network') : side(end.by),
        waited: duration((end?.at.at ?? session.captureEnd) - asked.last.at),
      },
      evidence: evidence([asked, 'asked'], [end?.at, 'end']),
      struckAt: silence === undefined && end !== undefined ? end.at.at : asked.last.at,
      confidence: 'proven',
      remedies: ['port', 'target'],
    };
  },
});
