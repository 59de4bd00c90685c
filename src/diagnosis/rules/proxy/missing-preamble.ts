/**
 * A server that expects a PROXY preamble in front of every connection closes one that begins without. Shown by other
 * connections to it: those with a preamble work, and none works without.
 */
import { evidence } from '../../evidence.js';
import { tcpEnd } from '../../measures/ending.js';
import { serverSpoke } from '../../measures/tls-progress.js';
import { count, duration, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

export const missingPreamble = defineRule({
  meta: {
    id: 'proxy/missing-preamble',
    title: 'The server expects a PROXY preamble',
    severity: 'error',
    causes: ['proxy-preamble-missing'],
    needs: ['both-sides', 'tcp-handshake'],
    precedence: 'violation',
    reference: ['https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt'],
    messages: {
      ended:
        '{server} ended the connection {after} after its first bytes without a word. {others} in this capture begin with a PROXY preamble and work, none without one does: it expects a preamble.',
    },
    notes: { first: 'first bytes of the client, no preamble', end: 'end of the connection' },
    remedies: {
      through: 'Connect through the proxy that sends the preamble, or to a port of the server that expects none.',
      send: 'Or let this client send one: HAProxy server … send-proxy-v2; nginx proxy_protocol on; curl --haproxy-protocol.',
      check:
        'Health checks of load balancers fail like this too: HAProxy check-send-proxy, AWS NLB health checks with the preamble.',
    },
  },
  *check(session, capture) {
    const { tcp, server } = session;
    const first = tcp.flows.client.firstData;
    const end = tcpEnd(session);
    if (first === undefined || end === undefined || end.by !== 'server' || serverSpoke(session)) return;
    const history = capture.server(server.text);
    const spoken = (session.proxy?.preambles.length ?? 0) > 0;
    if (spoken || history.workedWithPreamble === 0 || history.workedWithoutPreamble > 0) return;
    yield {
      message: 'ended',
      cause: 'proxy-preamble-missing',
      data: {
        server: text(server.text),
        after: duration(Math.max(0, end.at.at - first.at)),
        others: count(history.workedWithPreamble),
      },
      evidence: evidence([first, 'first'], [end.at, 'end']),
      struckAt: end.at.at,
      confidence: 'proven',
      remedies: ['through', 'send', 'check'],
    };
  },
});
