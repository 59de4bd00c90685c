/**
 * Plain HTTP spoken to a port that wants TLS: the upgrade request is answered by a TLS alert, by a 400 that says so, or
 * by an end from a port that spoke TLS elsewhere in the capture.
 */

import { looksLikeTls } from '../../../tls/looks-like-tls.js';
import { evidence } from '../../evidence.js';
import { tcpEnd } from '../../measures/ending.js';
import { bodyText } from '../../measures/headers.js';
import { textOr } from '../../measures/phrases.js';
import { refusal } from '../../measures/upgrade-attempt.js';
import { text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

const SAYS_SO =
  /plain HTTP request was sent to (an )?(HTTPS|TLS)|HTTP request to an HTTPS server|speaking plain HTTP to an SSL|combination of host and port requires TLS/i;

export const tlsPort = defineRule({
  meta: {
    id: 'tls/tls-port',
    title: 'Plain HTTP spoken to a TLS port',
    severity: 'error',
    causes: ['plaintext-to-tls-port'],
    needs: ['both-sides'],
    precedence: 'violation',
    reference: ['RFC 8446 5.1', 'RFC 6455 3'],
    messages: {
      alert:
        'The client sent its upgrade request in plain HTTP (ws) and port {port} answered by a TLS record: it speaks TLS.',
      says: 'The client sent its upgrade request in plain HTTP (ws) and the server answered {status}, saying that this port wants TLS.',
      ended:
        'The client sent its upgrade request in plain HTTP (ws) and the connection was ended without an answer; port {port} speaks TLS on other connections of this capture.',
    },
    notes: { request: 'upgrade request in plaintext', answer: 'answer', end: 'end of the connection' },
    remedies: {
      scheme: 'Use wss:// instead of ws:// for this port.',
      proxy: 'Behind a proxy whose backend speaks TLS: proxy_pass https://backend;',
    },
  },
  *check(session, capture) {
    const request = session.upgrade?.request;
    const { http, server, tcp } = session;
    if (request === undefined || session.tls !== undefined) return;
    const data = { port: text(server.port), status: textOr(session.upgrade?.response?.status, 'nothing') };
    const shared = { cause: 'plaintext-to-tls-port' as const, data, remedies: ['scheme', 'proxy'] };
    const answer = refusal(session);
    if (http?.notHttp?.side === 'server' && looksLikeTls(http.notHttp.preview) !== undefined) {
      yield {
        ...shared,
        message: 'alert',
        evidence: evidence([request.span, 'request'], [http.notHttp.arrival, 'answer']),
        struckAt: http.notHttp.arrival.at,
        confidence: 'proven',
      };
    } else if (answer !== undefined && SAYS_SO.test(`${answer.response.reason} ${bodyText(answer.response)}`)) {
      yield {
        ...shared,
        message: 'says',
        evidence: evidence([request.span, 'request'], [answer.response.span, 'answer']),
        struckAt: answer.response.span.first.at,
        confidence: 'proven',
      };
    } else {
      const end = tcpEnd(session);
      const { spokeTls, spokeHttp, spokeWebSocket } = capture.server(server.text);
      if (end === undefined || end.by === 'client' || tcp.flows.server.bytes > 0) return;
      if (spokeTls === 0 || spokeHttp + spokeWebSocket > 0) return;
      yield {
        ...shared,
        message: 'ended',
        evidence: evidence([request.span, 'request'], [end.at, 'end']),
        struckAt: end.at.at,
        confidence: 'likely',
      };
    }
  },
});
