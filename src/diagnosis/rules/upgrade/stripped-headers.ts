/**
 * Upgrade and Connection are hop-by-hop headers (RFC 9110 7.6.1): a proxy that is not told otherwise removes them. Shown
 * by a request that kept its Sec-WebSocket-Key, by the other leg of a proxy, or by a server that complains of it.
 */

import type { Leg } from '../../../session/legs.js';
import type { CaptureView, Session } from '../../../session/session.js';
import type { Arrival, Span } from '../../../stream/arrival.js';
import { evidence } from '../../evidence.js';
import { proxyPlace } from '../../measures/chain.js';
import { bodyText, header } from '../../measures/headers.js';
import { legsOf } from '../../measures/legs.js';
import { textOr } from '../../measures/phrases.js';
import { remediesFor, type Software, softwareOf } from '../../measures/software.js';
import { problemsOf, refusal, upgradeExchange } from '../../measures/upgrade-attempt.js';
import { list, text } from '../../measures/values.js';
import { type Confidence, defineRule } from '../../rule.js';

/** What servers write when a request reaches them without these headers. */
const COMPLAINT =
  /(upgrade|connection)['"‘’“”]?\s+(token|header)|(missing|invalid|no)\s+(or\s+(missing|invalid)\s+)?['"‘’“”]?(upgrade|connection)\b|can ['"‘’“”]?upgrade['"‘’“”]? only to|not a (valid )?websocket (handshake|request|upgrade)/i;
/** Engine.IO to a request for its WebSocket transport that reached it without an upgrade. */
const ENGINE_COMPLAINT = /^\s*\{"code":3,"message":"Bad request"\}/;

export const strippedHeaders = defineRule({
  meta: {
    id: 'upgrade/stripped-headers',
    title: 'A proxy removed the upgrade headers',
    severity: 'error',
    causes: ['upgrade-headers-stripped'],
    needs: [],
    reference: ['RFC 9110 7.6.1', 'RFC 9110 7.8', 'RFC 6455 4.1', 'https://nginx.org/en/docs/http/websocket.html'],
    messages: {
      request:
        'The request carries a Sec-WebSocket-Key but lacks {missing} (Connection: {connection}, HTTP/{version}): a client sends both, so a proxy before this point removed it.',
      legs: 'The client sent Upgrade and Connection; behind the proxy the same request (same Sec-WebSocket-Key) goes on without {missing} as HTTP/{version}: the proxy removed them.',
      further:
        'The client sent Upgrade and Connection, and they came as far as {culprit}; from there the same request (same Sec-WebSocket-Key) goes on without {missing} as HTTP/{version}: that proxy removed them.',
      answer:
        'The request left with Upgrade and Connection intact, and the answer {status} says that they did not arrive: something behind this point removed them.',
    },
    notes: {
      request: 'request as seen here',
      reached: 'the same request as it reached that proxy',
      behind: 'the same request behind the proxy',
      response: 'answer',
    },
    remedies: {
      nginx:
        'In the location of nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";',
      apache: 'In Apache httpd (2.4.47 and later): ProxyPass "/socket" "http://backend/socket" upgrade=websocket',
      ingress:
        'ingress-nginx passes them on unless a snippet overrides it: remove proxy_set_header Connection and Upgrade from nginx.ingress.kubernetes.io/configuration-snippet, and annotate the Ingress with nginx.ingress.kubernetes.io/proxy-http-version: "1.1"',
      envoy:
        'In Envoy, allow the upgrade in the HTTP connection manager (or on the route): upgrade_configs: [{ upgrade_type: websocket }]',
      traefik:
        'Traefik passes them on by itself: look for a headers middleware on the router that empties Connection or Upgrade (customRequestHeaders), and for a proxy in front of it.',
      haproxy:
        'HAProxy passes them on by itself: look for http-request del-header or set-header lines about Upgrade and Connection, and for option forceclose or httpclose of old versions.',
      alb: 'An AWS ALB passes them on by itself: see that the listener is HTTP or HTTPS with a target group of protocol version HTTP1, and that no CloudFront behaviour in front of it drops them.',
      unknown:
        'Find the proxy that lost them (capture behind each) and let it pass Upgrade and Connection on over HTTP/1.1. nginx and Apache httpd have to be told so; HAProxy, Traefik and Caddy do it by themselves; Envoy, CDNs and cloud load balancers have a switch for WebSocket.',
      inspect: 'If no proxy is yours, one on the way may inspect plain HTTP: use wss.',
    },
  },
  *check(session, capture) {
    const { request, response } = upgradeExchange(session) ?? {};
    if (request === undefined || response?.status === 101) return;
    const missing = missingHeaders(session);
    const software = softwareOf(session, capture);
    if (header(request, 'Sec-WebSocket-Key') === undefined) return;
    if (missing.length > 0) {
      // Unanswered so far: the capture may end before anything went wrong.
      if (response === undefined && session.tcp.end === 'none') return;
      yield finding('request', 'proven', session, software, missing, [[request.span, 'request']]);
      return;
    }
    if (response === undefined) return;
    const behind = strippedTwin(session, capture);
    if (behind !== undefined) {
      // Of several proxies the one that still got them.
      const culprit = legsOf(behind, capture).find(({ back }) => back === behind);
      const isFurther =
        culprit !== undefined && culprit.front !== session && missingHeaders(culprit.front).length === 0;
      yield finding(
        isFurther ? 'further' : 'legs',
        'proven',
        behind,
        software,
        missingHeaders(behind),
        [
          [request.span, 'request'],
          [isFurther ? culprit.front.upgrade?.request?.span : undefined, 'reached'],
          [behind.upgrade?.request?.span, 'behind'],
          [response.span, 'response'],
        ],
        request.span.first,
        isFurther ? culprit : undefined,
      );
      return;
    }
    const answer = refusal(session);
    const version = header(request, 'Sec-WebSocket-Version');
    if (answer === undefined || version !== '13') return;
    const { status } = answer.response;
    const body = bodyText(answer.response);
    const isEngineComplaint = /[?&]transport=websocket(&|$)/.test(request.target) && ENGINE_COMPLAINT.test(body);
    const complains = (status === 400 || status === 426) && (COMPLAINT.test(body) || isEngineComplaint);
    // 426 asks for an upgrade that was asked for already; one that lists versions means something else by it.
    const contradicts = status === 426 && header(answer.response, 'Sec-WebSocket-Version') === undefined;
    if (complains || contradicts) {
      yield finding(
        'answer',
        'likely',
        session,
        software,
        [],
        [
          [request.span, 'request'],
          [answer.response.span, 'response'],
        ],
        answer.response.span.first,
      );
    }
  },
});

const missingHeaders = (session: Session): string[] => {
  const named = {
    'upgrade-missing': 'Upgrade: websocket',
    'connection-upgrade-missing': 'Connection: Upgrade',
  } as const;
  return problemsOf(session, 'upgrade-missing', 'connection-upgrade-missing').map(
    ({ code }) => named[code as keyof typeof named],
  );
};

const finding = (
  message: 'request' | 'legs' | 'further' | 'answer',
  confidence: Confidence,
  shown: Session,
  software: readonly Software[],
  missing: readonly string[],
  points: readonly (readonly [Span | undefined, string])[],
  struck: Arrival | undefined = points[0]?.[0]?.first,
  culprit?: Leg,
) => {
  const { request, response } = upgradeExchange(shown) ?? {};
  return {
    message,
    cause: 'upgrade-headers-stripped' as const,
    data: {
      missing: list(missing),
      connection: textOr(header(request, 'Connection'), 'absent'),
      version: text(request?.httpVersion ?? '?'),
      status: textOr(response?.status, 'none'),
      ...(culprit && { culprit: text(proxyPlace(culprit)) }),
    },
    evidence: evidence(...points),
    ...(struck === undefined ? {} : { struckAt: struck.at }),
    confidence,
    remedies: [
      ...remediesFor(software, STRIPPERS, looksLikeNginx(shown) ? ['nginx', 'unknown'] : ['unknown']),
      // Whoever sees the request arrive whole knows of no proxy of his own.
      ...(message === 'answer' ? ['inspect'] : []),
    ],
  };
};

/** HTTP/1.0 with Connection: close is what nginx sends to a backend unless it is told otherwise (proxy_http_version). */
const looksLikeNginx = (shown: Session): boolean => {
  const { request } = upgradeExchange(shown) ?? {};
  return request?.httpVersion === '1.0' && header(request, 'Connection')?.toLowerCase() === 'close';
};

/** What each of these proxies needs; servers are not at fault here. */
const STRIPPERS = {
  ingress: 'ingress',
  nginx: 'nginx',
  apache: 'apache',
  haproxy: 'haproxy',
  traefik: 'traefik',
  envoy: 'envoy',
  alb: 'alb',
} as const;

const twins = new WeakMap<CaptureView, Map<string, Session>>();

/** The leg behind a proxy: another session that carries the same key without the headers, the first of several. */
const strippedTwin = (session: Session, capture: CaptureView): Session | undefined => {
  let byKey = twins.get(capture);
  if (byKey === undefined) {
    byKey = new Map();
    for (const candidate of capture.sessions) {
      const key = candidate.handshake?.key;
      if (key !== undefined && missingHeaders(candidate).length > 0 && !byKey.has(key)) byKey.set(key, candidate);
    }
    twins.set(capture, byKey);
  }
  const key = session.handshake?.key;
  const twin = key === undefined ? undefined : byKey.get(key);
  return twin === session ? undefined : twin;
};
