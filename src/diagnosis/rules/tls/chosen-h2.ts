/**
 * ALPN chose HTTP/2 for a client that then speaks HTTP/1.1, or leaves (RFC 7301, RFC 9113 3.2): an Upgrade request
 * inside h2 is no frame. Healthy h2 traffic is long-lived, and ended by its client.
 */
import { isAlpnHidden, isHttp1InsideHttp2, looksLikeHttp1InsideHttp2 } from '../../../session/http1-inside-http2.js';
import { evidence } from '../../evidence.js';
import { tcpEnd } from '../../measures/ending.js';
import { AT_ONCE, hidesRecords, isHandshakeDone } from '../../measures/tls-progress.js';
import { bytes, duration, list } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

export const chosenH2 = defineRule({
  meta: {
    id: 'tls/chosen-h2',
    title: 'HTTP/2 was chosen for a WebSocket client',
    severity: 'error',
    causes: ['alpn-h2-chosen'],
    needs: ['both-sides'],
    precedence: 'violation',
    reference: ['RFC 7301 3.2', 'RFC 9113 3.4', 'RFC 6455 1.2', 'RFC 8441'],
    messages: {
      left: 'The client offered {offered} by ALPN, the server chose h2, and the client left {after} after the handshake without using it: it needs HTTP/1.1 for the upgrade.',
      request:
        'The client offered {offered} by ALPN and the server chose h2. The client sent one small request, and the server said {said} and ended the connection {after} later: that is how an HTTP/1.1 upgrade request inside HTTP/2 ends.',
      hidden:
        'The client offered {offered} by ALPN and sent one request, and the server said {said} and ended the connection {after} later, as it does when it has chosen h2 and is spoken to in HTTP/1.1. TLS 1.3 hides the choice: a key log or the log of the server shows it.',
    },
    notes: {
      hello: 'ClientHello that offers h2',
      serverHello: 'ServerHello',
      request: 'what the client sent',
      end: 'end of the connection',
    },
    remedies: {
      offer:
        'Let the client offer only http/1.1 by ALPN for WebSocket: Node tls ALPNProtocols: ["http/1.1"]; Java SSLParameters.setApplicationProtocols; Micronaut micronaut.http.client.alpn-modes: [http/1.1] (or under micronaut.http.services.<id>); Netty a client without HTTP/2 for this URL.',
      server:
        'Or let the server choose http/1.1 on this name: nginx http2 off; for the server block; Traefik a TLS option with alpnProtocols [http/1.1]; Caddy protocols h1.',
      extended: 'WebSocket over HTTP/2 exists (RFC 8441), but client and server must both support it.',
    },
  },
  *check(session) {
    const { tls } = session;
    const end = tcpEnd(session);
    const hello = tls?.clientHello;
    // A session on a stream of HTTP/2 wanted it.
    if (tls === undefined || hello === undefined || session.stream !== undefined) return;
    if (session.tcp.gaps.some(hidesRecords)) return;
    if (tls.serverHello === undefined || end === undefined) return;
    if (!isHandshakeDone(tls)) return;
    const { client, server } = tls.applicationData;
    const hidden = isAlpnHidden(tls) ? looksLikeHttp1InsideHttp2(tls, session.tcp) : undefined;
    if (hidden === undefined && tls.serverHello.alpn !== 'h2') return;
    const since = client.first ?? tls.finished.client;
    if (since === undefined) return;
    const leftUnused = client.records === 0 && end.by === 'client' && end.at.at - since.at <= AT_ONCE;
    if (hidden === undefined && !leftUnused && !isHttp1InsideHttp2(tls, session.tcp)) return;
    yield {
      message: hidden !== undefined ? 'hidden' : leftUnused ? 'left' : 'request',
      cause: 'alpn-h2-chosen',
      data: {
        offered: list(hello.alpn),
        after: duration(end.at.at - since.at),
        said: bytes(server.bytes),
      },
      evidence: evidence(
        [hello.span, 'hello'],
        [tls.serverHello.span, 'serverHello'],
        [client.first, 'request'],
        [end.at, 'end'],
      ),
      struckAt: end.at.at,
      confidence: hidden ?? 'likely',
      remedies: ['offer', 'server', 'extended'],
    };
  },
});
