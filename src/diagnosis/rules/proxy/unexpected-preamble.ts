/**
 * A PROXY preamble in front of a server that takes it for the request itself, or for a broken ClientHello: it answers
 * 400 or an alert, or closes. That the same server works without one elsewhere in the capture proves it.
 */

import type { Session } from '../../../session/session.js';
import type { Arrival, Span } from '../../../stream/arrival.js';
import { evidence } from '../../evidence.js';
import { tcpEnd } from '../../measures/ending.js';
import { phrase } from '../../measures/phrases.js';
import { serverSpoke } from '../../measures/tls-progress.js';
import { text } from '../../measures/values.js';
import { defineRule, type Value } from '../../rule.js';

export const unexpectedPreamble = defineRule({
  meta: {
    id: 'proxy/unexpected-preamble',
    title: 'A PROXY preamble that the server does not expect',
    severity: 'error',
    causes: ['proxy-preamble-unexpected'],
    needs: ['both-sides'],
    precedence: 'violation',
    reference: ['https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt'],
    messages: {
      answer:
        'The connection begins with a PROXY preamble (version {version}, for {source}), and {server} answered {answer}: it took the preamble for the beginning of a request{elsewhere}.',
      ended:
        'The connection begins with a PROXY preamble (version {version}, for {source}), and {server} ended it without a word: it does not know what that is{elsewhere}.',
    },
    notes: { preamble: 'PROXY preamble', answer: 'answer', end: 'end of the connection' },
    remedies: {
      expect:
        'Let the server expect it: nginx listen 8080 proxy_protocol; with set_real_ip_from and real_ip_header proxy_protocol; HAProxy bind :8080 accept-proxy; Apache RemoteIPProxyProtocol On; Traefik proxyProtocol.trustedIPs.',
      omit: 'Or let the proxy in front send none: HAProxy without send-proxy on the server line; AWS NLB target group attribute proxy_protocol_v2.enabled false.',
    },
  },
  *check(session, capture) {
    const preamble = session.proxy?.preambles[0];
    const history = capture.server(session.server.text);
    if (preamble === undefined || history.workedWithPreamble > 0) return;
    const complaint = complaintOf(session);
    const end = tcpEnd(session);
    if (complaint === undefined && (end === undefined || end.by !== 'server' || serverSpoke(session))) return;
    const elsewhere = history.workedWithoutPreamble > 0;
    yield {
      message: complaint === undefined ? 'ended' : 'answer',
      cause: 'proxy-preamble-unexpected',
      data: {
        version: text(preamble.version),
        source: text(preamble.source ?? preamble.command),
        server: text(session.server.text),
        answer: complaint?.said ?? text(''),
        elsewhere: elsewhere ? phrase('works-without') : text(''),
      },
      evidence: evidence([preamble.span, 'preamble'], [complaint?.at, 'answer'], [end?.at, 'end']),
      // What the server says of it comes later: an alert or a status has causes of its own.
      struckAt: preamble.span.first.at,
      confidence: elsewhere ? 'proven' : 'likely',
      remedies: ['expect', 'omit'],
    };
  },
});

/** A 400, an alert where a ServerHello belongs, or plaintext there. */
const complaintOf = ({ http, tls }: Session): { said: Value; at: Arrival | Span } | undefined => {
  const refused = http?.exchanges.find(({ response }) => response?.status === 400)?.response;
  if (refused !== undefined) {
    return { said: text(`400 ${refused.reason}`.trim()), at: refused.span };
  }
  if (http?.switched === undefined && http?.notHttp?.side === 'server') {
    return { said: phrase('not-http'), at: http.notHttp.arrival };
  }
  if (tls === undefined || tls.serverHello !== undefined) return undefined;
  const alert = tls.alerts.find(({ from, level }) => from === 'server' && level === 'fatal');
  if (alert !== undefined) return { said: phrase('the-alert', { alert: text(alert.description) }), at: alert.arrival };
  if (tls.notTls?.side !== 'server') return undefined;
  return { said: phrase('not-tls'), at: tls.notTls.arrival };
};
