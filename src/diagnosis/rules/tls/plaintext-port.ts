/**
 * TLS spoken to a port that does not: the ClientHello is answered by plaintext, or by an end from a port that spoke
 * plain HTTP or WebSocket elsewhere in the capture.
 */

import { evidence } from '../../evidence.js';
import { tcpEnd } from '../../measures/ending.js';
import { quote } from '../../measures/headers.js';
import { textOr } from '../../measures/phrases.js';
import { serverSpoke } from '../../measures/tls-progress.js';
import { text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

export const plaintextPort = defineRule({
  meta: {
    id: 'tls/plaintext-port',
    title: 'TLS spoken to a plaintext port',
    severity: 'error',
    causes: ['tls-to-plaintext-port'],
    needs: ['both-sides'],
    precedence: 'violation',
    reference: ['RFC 8446 5.1', 'RFC 6455 3'],
    messages: {
      answer: 'The client began TLS (wss) and port {port} answered in plaintext: “{preview}”.',
      ended:
        'The client began TLS (wss) and the connection was ended without an answer; port {port} speaks plain HTTP on other connections of this capture.',
    },
    notes: { hello: 'ClientHello', answer: 'answer in plaintext', end: 'end of the connection' },
    remedies: {
      scheme: 'Use ws://{host} for this port, or the port that speaks TLS (443 unless configured otherwise) with wss.',
      listen: 'Or let the port speak TLS: nginx listen {port} ssl; with ssl_certificate and ssl_certificate_key.',
      proxy: 'Behind a proxy that ends TLS, its backend URL is http, not https: proxy_pass http://backend;',
    },
  },
  *check(session, capture) {
    const { tls, server } = session;
    const hello = tls?.clientHello;
    if (tls === undefined || hello === undefined || tls.serverHello !== undefined) return;
    const data = { port: text(server.port), host: text(server.text), preview: text('') };
    if (tls.notTls?.side === 'server') {
      const preview = Buffer.from(tls.notTls.preview).toString('latin1');
      yield {
        message: 'answer',
        cause: 'tls-to-plaintext-port',
        data: { ...data, preview: textOr(quote(preview, 60), 'bytes-not-tls') },
        evidence: evidence([hello.span, 'hello'], [tls.notTls.arrival, 'answer']),
        struckAt: tls.notTls.arrival.at,
        confidence: 'proven',
        remedies: ['scheme', 'listen', 'proxy'],
      };
      return;
    }
    const end = tcpEnd(session);
    const history = capture.server(server.text);
    const plain = history.spokeHttp + history.spokeWebSocket > 0 && history.spokeTls === 0;
    if (end === undefined || end.by === 'client' || serverSpoke(session) || !plain) return;
    yield {
      message: 'ended',
      cause: 'tls-to-plaintext-port',
      data,
      evidence: evidence([hello.span, 'hello'], [end.at, 'end']),
      struckAt: end.at.at,
      confidence: 'likely',
      remedies: ['scheme', 'listen', 'proxy'],
    };
  },
});
