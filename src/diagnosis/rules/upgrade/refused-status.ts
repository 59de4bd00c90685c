/**
 * The HTTP status that answered the upgrade request instead of 101 (RFC 6455 4.2.2, RFC 9110 15). One table for all;
 * narrower rules look into headers and bodies and stand before it.
 */
import type { HttpResponse } from '../../../http/http-facts.js';
import type { CaptureView, Session } from '../../../session/session.js';
import type { CauseId } from '../../causes.js';
import { evidence } from '../../evidence.js';
import { type BackendFate, backendFate } from '../../measures/backend-fate.js';
import { wayOf } from '../../measures/chain.js';
import { bodyText, header, quote } from '../../measures/headers.js';
import { legDifference } from '../../measures/leg-difference.js';
import { legsBehind } from '../../measures/legs.js';
import { otherHost } from '../../measures/other-host.js';
import { pasteable } from '../../measures/pasteable.js';
import { quoting, textOr } from '../../measures/phrases.js';
import { shellWord } from '../../measures/shell-word.js';
import { PATIENCE } from '../../measures/silence.js';
import { remediesFor, type Software, softwareOf } from '../../measures/software.js';
import { answerData, refusal } from '../../measures/upgrade-attempt.js';
import { duration, text } from '../../measures/values.js';
import { defineRule, type Value } from '../../rule.js';

const CAUSE_OF_STATUS: ReadonlyMap<number, CauseId> = new Map([
  [400, 'upgrade-bad-request'],
  [401, 'upgrade-unauthorized'],
  [403, 'upgrade-forbidden'],
  [404, 'upgrade-not-found'],
  [405, 'upgrade-method-not-allowed'],
  [410, 'upgrade-not-found'],
  [429, 'upgrade-rate-limited'],
  [431, 'upgrade-headers-too-large'],
  [502, 'upgrade-bad-gateway'],
  [503, 'upgrade-unavailable'],
  [504, 'upgrade-gateway-timeout'],
]);

const causeOfStatus = (status: number): CauseId | undefined => {
  const known = CAUSE_OF_STATUS.get(status);
  if (known !== undefined) return known;
  if (status >= 200 && status < 300) return 'upgrade-not-switched';
  if (status >= 300 && status < 400) return 'upgrade-redirected';
  if (status >= 400 && status < 500) return 'upgrade-client-error';
  return status >= 500 && status < 600 ? 'upgrade-server-error' : undefined;
};

export const refusedStatus = defineRule({
  meta: {
    id: 'upgrade/refused-status',
    title: 'Upgrade refused',
    severity: 'error',
    causes: [
      ...new Set(CAUSE_OF_STATUS.values()),
      'upgrade-not-switched',
      'upgrade-redirected',
      'upgrade-client-error',
      'upgrade-server-error',
    ],
    needs: [],
    reference: ['RFC 6455 4.2.2', 'RFC 9110 15'],
    messages: {
      'upgrade-bad-request': 'The server answered the upgrade request with {status}{reason}{body}.',
      'upgrade-unauthorized':
        'The server answered the upgrade request with {status}{reason}: it wants credentials ({challenge}){body}.',
      'upgrade-forbidden':
        'The server answered the upgrade request with {status}{reason}: it refuses this client or this request{body}.',
      'upgrade-not-found': 'The server answered the upgrade request with {status}{reason}: it has no {target}{body}.',
      'upgrade-method-not-allowed':
        'The server answered the upgrade request with {status}{reason}: {target} does not take this method, so it is hardly a WebSocket endpoint{body}.',
      'upgrade-rate-limited':
        'The server answered the upgrade request with {status}{reason}: too many connections or requests from this client (Retry-After: {retryAfter}).',
      'upgrade-headers-too-large':
        'The server answered the upgrade request with {status}{reason}: the request head has {headBytes} bytes, more than it accepts.',
      'upgrade-redirected':
        'The server answered the upgrade request with {status}{reason} to {location}. Browsers and most libraries do not follow it.',
      'upgrade-not-switched':
        'The server answered the upgrade request with {status}{reason} instead of 101: it took it for an ordinary request, so nothing speaks WebSocket at {target} there{body}.',
      'upgrade-server-error':
        'The server answered the upgrade request with {status}{reason}: it failed while handling it{body}.',
      'upgrade-bad-gateway':
        'The proxy answered the upgrade request with {status}{reason} after {took}: the server behind it refused the connection or gave no valid answer.',
      'upgrade-unavailable':
        'The answer to the upgrade request was {status}{reason}: overloaded, in maintenance, or no healthy server behind the proxy.',
      'upgrade-gateway-timeout':
        'The proxy answered the upgrade request with {status}{reason} after {took}: the server behind it did not answer in time.',
      'other-host':
        'The server answered the upgrade request for {target} with {status}{reason} under the Host {asked}; under the Host {good} it answered the same path with 101 (session {worked}): the Host is probably the difference.',
      'upgrade-client-error': 'The server answered the upgrade request with {status}{reason}{body}.',
    },
    notes: {
      request: 'upgrade request',
      response: 'answer instead of 101',
      refused: 'the backend refuses the proxy’s connection',
      failed: 'the proxy’s connection to the backend fails',
      unreached: 'SYN of the proxy to the backend',
      silent: 'the proxy stops waiting for the backend',
      'hung-up': 'the backend ends the proxy’s connection',
      'passed-on': 'the same answer of the backend',
      'not-passed-on': 'answer of the backend to the proxy',
      spoiled: 'the request as the backend got it',
    },
    remedies: {
      host: 'Use {good} in the URL of the client, or let the virtual host of {good} answer for {asked} too: nginx server_name, Apache ServerAlias, host of an Ingress or router. Behind a proxy, pass the Host on.',
      read: 'Read what the body of the answer and the log of the server say about this request.',
      compare:
        'Repeat it by hand: curl -i -N -H "Connection: Upgrade" -H "Upgrade: websocket" -H "Sec-WebSocket-Version: 13" -H "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==" {url}',
      credentials:
        'Send credentials with the handshake: an Authorization header (not from browsers), a cookie of the same site, or a token in the first message or the subprotocol.',
      access:
        'Look at access rules on the way: allow and deny lists, a web application firewall, CSRF checks, authentication that answers 403.',
      path: 'Check the path of the URL against the one the server registers, with prefixes that a proxy adds or strips. In nginx, proxy_pass with a path at its end replaces the matched prefix.',
      rewrite:
        'The proxy made {passed} of {asked}. If the backend expects {asked}, let the path be as it is (nginx: no slash and no path at the end of proxy_pass; Apache httpd: one path on both sides of ProxyPass; Traefik: no stripPrefix); else the backend has to serve {passed}.',
      route: 'Route {target} to the WebSocket server, not to the static or REST handler.',
      redirect: 'Use the final URL in the client: {location} (ws for http, wss for https; a slash at the end counts).',
      limit:
        'Open fewer connections, reconnect with a growing randomised delay, or raise the limit (nginx: limit_conn, limit_req).',
      headers:
        'Shrink the request, cookies first, or raise the limit: nginx large_client_header_buffers 4 32k; Node --max-http-header-size=32768; Tomcat maxHttpRequestHeaderSize.',
      listen:
        'On the backend, see whether the program runs and on which address it listens: ss -ltnp "sport = :{port}"',
      unreached:
        'The SYNs of the proxy to {backend} (session {other}) get no answer: open the way to it where they are dropped (host firewall, security group, network policy), or correct the address in the configuration of the proxy.',
      backend:
        'See whether the server behind the proxy runs and listens where the proxy looks for it; the error log of the proxy names the reason.',
      nginx:
        'The error log of nginx says why (“connect() failed”, “upstream prematurely closed connection”, “upstream timed out”) and names the address it tried: compare it with proxy_pass and the server lines of its upstream block.',
      haproxy:
        'Ask HAProxy what it thinks of its servers: echo "show servers state" | socat stdio /run/haproxy/admin.sock; compare the address in the server line, and what its check asks for.',
      apache:
        'The ErrorLog of httpd says why (AH00957: connection to the backend failed; AH01102: error reading from it) and names the address: compare it with ProxyPass.',
      traefik:
        'See the service in the dashboard of Traefik, and set the port when the container has several: traefik.http.services.<name>.loadbalancer.server.port={port}',
      envoy:
        'Ask Envoy for the health of its hosts: curl -s localhost:9901/clusters | grep -E "health_flags|cx_connect_fail"',
      alb: 'Ask for the health of the targets: aws elbv2 describe-target-health --target-group-arn <arn>; the health check needs a path that answers 200 without an upgrade.',
      ingress:
        'See whether the service has endpoints: kubectl get endpoints <service>; port and targetPort have to meet the containerPort on which the program listens.',
      nginxSlow: 'Give the backend longer, if it needs it: proxy_connect_timeout 10s; proxy_read_timeout 3600s;',
      haproxySlow:
        'Give the backend longer, if it needs it: timeout connect 10s, timeout server 60s (and timeout tunnel 1h once it is open).',
      apacheSlow: 'Give the backend longer, if it needs it: ProxyPass … timeout=3600',
      envoySlow:
        'Give the backend longer, if it needs it: timeout: 0s on the route (and idle_timeout: 3600s once it is open).',
      albSlow:
        'Give the target longer, if it needs it: aws elbv2 modify-load-balancer-attributes --load-balancer-arn <arn> --attributes Key=idle_timeout.timeout_seconds,Value=3600',
      ingressSlow:
        'Give the backend longer, if it needs it: annotate the Ingress with nginx.ingress.kubernetes.io/proxy-read-timeout: "3600"',
      express:
        'Express routes do not see upgrades: attach ws to the HTTP server, new WebSocketServer({ server, path: "{path}" }), and let no other upgrade listener destroy the socket.',
      spring:
        'Register the handler at this path, context path and servlet mapping included: registry.addHandler(handler, "{path}") or registerStompEndpoints: registry.addEndpoint("{path}")',
      micronaut:
        'Declare the endpoint with this path, the context path of the server included: @ServerWebSocket("{path}")',
      slow: 'See what keeps the server behind the proxy from answering: nginx proxy_read_timeout and proxy_connect_timeout only set how long to wait.',
    },
  },
  *check(session, capture) {
    const answer = refusal(session);
    if (answer === undefined) return;
    const { request, response } = answer;
    const cause = causeOfStatus(response.status);
    if (cause === undefined || (response.status === UNAUTHORIZED && mayGoOn(session, response))) return;
    const legs = legsBehind(session, capture);
    const behind = legs.map(backendFate);
    const refusing = legs.find((_, index) => behind[index]?.fate === 'refused');
    const unreached = legs.find((_, index) => behind[index]?.fate === 'unreached');
    const rewritten = rewrittenPath(session, response, capture);
    const other = BY_HOST.has(cause) ? otherHost(session, capture) : undefined;
    const took = request === undefined ? 0 : response.span.first.at - request.span.last.at;
    yield {
      message: other === undefined ? cause : 'other-host',
      cause,
      data: {
        ...answerData(response),
        body: quotedBody(session),
        path: text(pasteable((request?.target ?? '').split('?', 1)[0] ?? '', '/your/path')),
        port: text(refusing?.back.server.port ?? 'port'),
        backend: text(unreached?.back.server.text ?? ''),
        other: text(unreached?.back.id ?? ''),
        took: duration(Math.max(0, took)),
        target: textOr(request?.target, 'requested-path'),
        url: text(shellWord(curlUrl(session))),
        challenge: textOr(header(response, 'WWW-Authenticate'), 'no-www-authenticate'),
        location: textOr(header(response, 'Location'), 'nowhere'),
        retryAfter: textOr(header(response, 'Retry-After'), 'none'),
        headBytes: textOr(request?.span.length, 'unknown'),
        ...(other && { asked: text(other.asked), good: text(other.good), worked: text(other.session.id) }),
        ...(rewritten && { asked: text(rewritten[0]), passed: text(rewritten[1]) }),
      },
      evidence: evidence(
        [request?.span, 'request'],
        [response.span, 'response'],
        ...behind.flatMap((fate) => (fate === undefined ? [] : [[fate.at, fate.fate] as const])),
      ),
      struckAt: response.span.first.at,
      confidence: other === undefined ? 'proven' : 'likely',
      remedies: [
        ...(other === undefined ? [] : ['host']),
        ...(rewritten !== undefined && WRONG_PATH.has(cause) ? ['rewrite'] : []),
        ...remediesOf(cause, softwareOf(session, capture), behind),
      ],
    };
  },
});

/** The path before and behind a proxy that changed it, where this answer came from behind. */
const rewrittenPath = (
  session: Session,
  { status }: HttpResponse,
  capture: CaptureView,
): readonly [string, string] | undefined => {
  for (const leg of wayOf(session, capture)) {
    const { target } = legDifference(leg).request ?? {};
    if (target === undefined || leg.back.upgrade?.response?.status !== status) continue;
    const [asked, passed] = [pathOf(target[0]), pathOf(target[1])];
    if (asked !== passed) return [asked, passed];
  }
  return undefined;
};

/** Without the query, in which credentials travel. */
const pathOf = (target: string): string => target.split('?', 1)[0] ?? '';

/** What a virtual host answers that knows nothing of the endpoint. */
const BY_HOST: ReadonlySet<CauseId> = new Set([
  'upgrade-bad-request',
  'upgrade-forbidden',
  'upgrade-not-found',
  'upgrade-method-not-allowed',
  'upgrade-not-switched',
  'upgrade-client-error',
]);

/** What servers answer to a path that is not theirs. */
const WRONG_PATH: ReadonlySet<CauseId> = new Set([
  'upgrade-bad-request',
  'upgrade-not-found',
  'upgrade-method-not-allowed',
  'upgrade-not-switched',
]);

/**
 * RFC 9110 11.6.1: a client may repeat its request with credentials on the same connection. While that is open, and the
 * capture ends soon or lacks what the client said next, the 401 was not the last word.
 */
const mayGoOn = ({ tcp, captureEnd }: Session, { span }: HttpResponse): boolean => {
  const answered = span.last.at;
  return (
    (tcp.end === 'none' && captureEnd - answered < PATIENCE) ||
    tcp.gaps.some((gap) => gap.side === 'client' && gap.at >= answered)
  );
};

const UNAUTHORIZED = 401;

const quotedBody = (session: Session): Value => {
  const response = refusal(session)?.response;
  return quoting('body-says', response && quote(bodyText(response)));
};

/** The URL as curl takes it. */
const curlUrl = ({ url, server }: Session): string => (url ?? `http://${server.text}/`).replace(/^ws/, 'http');

/** What the evidence points to stands first; what it says nothing of is left to the general advice. */
const remediesOf = (
  cause: CauseId,
  software: readonly Software[],
  behind: readonly (BackendFate | undefined)[],
): readonly string[] => {
  const general = REMEDIES[cause] ?? ['read', 'compare'];
  if (behind.some((fate) => fate?.fate === 'unreached')) return ['unreached'];
  switch (cause) {
    case 'upgrade-bad-gateway':
    case 'upgrade-unavailable':
      return [
        ...(behind.some((fate) => fate?.fate === 'refused') ? ['listen'] : []),
        ...remediesFor(software, PROXIES, general),
      ];
    case 'upgrade-gateway-timeout':
      return [...remediesFor(software, PROXIES, ['backend']), ...remediesFor(software, PATIENCE_OF, ['slow'])];
    case 'upgrade-not-found':
    case 'upgrade-method-not-allowed':
    case 'upgrade-not-switched':
      return [...remediesFor(software, ROUTES, []), ...general];
    default:
      return general;
  }
};

const PROXIES = {
  ingress: 'ingress',
  nginx: 'nginx',
  haproxy: 'haproxy',
  apache: 'apache',
  traefik: 'traefik',
  envoy: 'envoy',
  alb: 'alb',
} as const;
const PATIENCE_OF = {
  ingress: 'ingressSlow',
  nginx: 'nginxSlow',
  haproxy: 'haproxySlow',
  apache: 'apacheSlow',
  envoy: 'envoySlow',
  alb: 'albSlow',
} as const;
const ROUTES = { express: 'express', spring: 'spring', micronaut: 'micronaut' } as const;

const REMEDIES: Partial<Record<CauseId, readonly string[]>> = {
  'upgrade-unauthorized': ['credentials', 'read'],
  'upgrade-forbidden': ['access', 'read'],
  'upgrade-not-found': ['path', 'compare'],
  'upgrade-method-not-allowed': ['path', 'route'],
  'upgrade-rate-limited': ['limit'],
  'upgrade-headers-too-large': ['headers'],
  'upgrade-redirected': ['redirect'],
  'upgrade-not-switched': ['route', 'path'],
  'upgrade-server-error': ['read', 'compare'],
  'upgrade-bad-gateway': ['backend'],
  'upgrade-unavailable': ['backend', 'limit'],
  'upgrade-gateway-timeout': ['backend', 'slow'],
};
