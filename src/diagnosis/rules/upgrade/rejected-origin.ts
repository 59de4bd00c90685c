/**
 * A refusal because of the Origin header (RFC 6455 4.2.2, 10.2): the answer says so, the same request is accepted with
 * another Origin, or a 403 met an Origin of another site. Where a proxy made it one, by asking for another Host than its
 * client did, that is told at both of its legs.
 */

import type { HttpRequest, HttpResponse } from '../../../http/http-facts.js';
import type { Leg } from '../../../session/legs.js';
import type { CaptureView, Session } from '../../../session/session.js';
import { evidence } from '../../evidence.js';
import { wayOf } from '../../measures/chain.js';
import { bodyText, header } from '../../measures/headers.js';
import { legDifference } from '../../measures/leg-difference.js';
import { pasteable } from '../../measures/pasteable.js';
import { textOr } from '../../measures/phrases.js';
import { remediesFor, softwareBetween, softwareOf } from '../../measures/software.js';
import { answerData, isFromProxy, refusal } from '../../measures/upgrade-attempt.js';
import { text } from '../../measures/values.js';
import { type Confidence, defineRule, type Finding } from '../../rule.js';

/** Accepted requests remembered a place: one with another Origin is among the first few, if at all. */
const ORIGINS_KEPT = 8;

export const rejectedOrigin = defineRule({
  meta: {
    id: 'upgrade/rejected-origin',
    title: 'Origin refused',
    severity: 'error',
    causes: ['upgrade-origin-rejected'],
    needs: ['upgrade'],
    reference: ['RFC 6455 4.2.2', 'RFC 6455 10.2', 'RFC 6454'],
    messages: {
      says: 'The server answered {status}{reason} and says that it refuses the Origin {origin}.',
      elsewhere:
        'The server answered {status}{reason} to the Origin {origin}, and accepted the same request from the Origin {accepted}.',
      foreign:
        'The server answered {status}{reason} to a page of another site: the Origin is {origin}, the Host {host}.',
      rewritten:
        'The server answered {status}{reason} to a request whose Origin {origin} and Host {host} no longer agree: the client had asked for {asked}, the site of its page, and {proxy} changed that.',
    },
    notes: {
      request: 'upgrade request with this Origin',
      asked: 'Host as the client asked for it',
      rewritten: 'Host as the backend was asked for it',
      response: 'refusal',
      accepted: 'accepted with another Origin',
    },
    remedies: {
      allow:
        'Add {its} to the origins the server allows: python websockets serve(…, origins=["{its}"]); Spring setAllowedOrigins("{its}"); gorilla Upgrader.CheckOrigin; Socket.IO cors.origin; ActionCable config.action_cable.allowed_request_origins; Django CSRF_TRUSTED_ORIGINS and ALLOWED_HOSTS with channels’ AllowedHostsOriginValidator.',
      spring: 'registry.addHandler(…).setAllowedOrigins("{its}"), or setAllowedOriginPatterns for a pattern.',
      gorilla:
        'websocket.Upgrader{CheckOrigin: func(r *http.Request) bool { return r.Header.Get("Origin") == "{its}" }}',
      coder: 'websocket.Accept(w, r, &websocket.AcceptOptions{OriginPatterns: []string{"{originHost}"}})',
      python: 'websockets.serve(…, origins=["{its}"])',
      express:
        'Compare the Origin where the upgrade is handled, in server.on("upgrade") or verifyClient of ws: info.origin === "{its}"; for Socket.IO cors: { origin: "{its}" }',
      host: 'Behind a proxy, pass the name the browser used, so that origin and host can be compared: proxy_set_header Host $host;',
      passHost:
        'Let the proxy pass on the Host that its client sent: nginx proxy_set_header Host $host; Apache ProxyPreserveHost On; Traefik passHostHeader: true; in Envoy no host_rewrite.',
      nginxHost: 'In the location of nginx, pass on the Host that the client sent: proxy_set_header Host $host;',
      apacheHost: 'In Apache httpd, pass on the Host that the client sent: ProxyPreserveHost On',
      page: 'If the page should not be there, load it from {host} itself.',
    },
  },
  *check(session, capture) {
    const answer = refusal(session);
    const origin = header(answer?.request, 'Origin');
    if (answer?.request === undefined || origin === undefined || !isRefusal(answer.response.status)) return;
    const { request, response } = answer;
    const host = header(request, 'Host') ?? session.server.text;
    const rewriting = rewritingLeg(session, capture);
    if (rewriting !== undefined && (response.status === 403 || saysOrigin(response))) {
      yield rewritten(rewriting, origin, response);
      return;
    }
    const accepted = acceptedElsewhere(session, request, origin, capture);
    let message: 'says' | 'elsewhere' | 'foreign';
    let confidence: Confidence = 'proven';
    if (saysOrigin(response)) message = 'says';
    else if (accepted !== undefined) message = 'elsewhere';
    else if (response.status === 403 && isForeign(origin, host)) [message, confidence] = ['foreign', 'likely'];
    else return;
    yield {
      message,
      cause: 'upgrade-origin-rejected',
      data: {
        ...answerData(response),
        origin: text(origin),
        host: text(host),
        its: text(pasteable(origin, 'https://your.site')),
        originHost: text(pasteable(origin.replace(/^[a-z][a-z0-9+.-]*:\/\//i, ''), 'your.site')),
        accepted: textOr(header(accepted?.upgrade?.request, 'Origin'), 'none'),
      },
      evidence: evidence(
        [request.span, 'request'],
        [response.span, 'response'],
        [accepted?.upgrade?.response?.span, 'accepted'],
      ),
      struckAt: response.span.first.at,
      confidence,
      remedies: [
        ...remediesFor(softwareOf(session, capture), ALLOWING, ['allow']),
        ...(isForeign(origin, host) ? ['page'] : []),
        ...(isFromProxy(session) ? ['host'] : []),
      ],
    };
  },
});

const saysOrigin = (response: HttpResponse): boolean =>
  /\borigins?\b/i.test(bodyText(response)) || /\borigin\b/i.test(response.reason);

/** |-- Origin a, Host a --| proxy |-- Origin a, Host b --| 403 |: of one site when it left, of two when it arrived. */
const rewritingLeg = (session: Session, capture: CaptureView): Leg | undefined =>
  wayOf(session, capture).find(({ front, back }) => {
    const [asked, passed] = [front.upgrade?.request, back.upgrade?.request];
    const [origin, host, other] = [header(asked, 'Origin'), header(asked, 'Host'), header(passed, 'Host')];
    if (origin === undefined || host === undefined || other === undefined) return false;
    const { status } = back.upgrade?.response ?? {};
    const isSame = header(passed, 'Origin') === origin && status === front.upgrade?.response?.status;
    return isSame && isForeign(origin, other) && !isForeign(origin, host);
  });

const rewritten = (leg: Leg, origin: string, response: HttpResponse): Finding => {
  const [asked, passed] = [leg.front.upgrade, leg.back.upgrade];
  return {
    message: 'rewritten',
    cause: 'upgrade-origin-rejected',
    data: {
      ...answerData(response),
      origin: text(origin),
      asked: textOr(header(asked?.request, 'Host'), 'no-name'),
      host: textOr(header(passed?.request, 'Host'), 'no-name'),
      proxy: textOr(legDifference(leg).proxy, 'the-proxy'),
    },
    evidence: evidence(
      [asked?.request?.span, 'asked'],
      [passed?.request?.span, 'rewritten'],
      [response.span, 'response'],
    ),
    struckAt: response.span.first.at,
    confidence: saysOrigin(response) ? 'proven' : 'likely',
    remedies: remediesFor(softwareBetween(leg), PASSING_HOST, ['passHost']),
  };
};

const PASSING_HOST = { nginx: 'nginxHost', apache: 'apacheHost' } as const;

const ALLOWING = {
  spring: 'spring',
  gorilla: 'gorilla',
  coder: 'coder',
  python: 'python',
  express: 'express',
  ws: 'express',
} as const;

/** Statuses with which servers refuse an origin; others that mention the word talk of an origin server. */
const isRefusal = (status: number): boolean => status === 400 || status === 401 || status === 403;

/** Another host than the one that was asked; a port alone makes another origin too, but servers seldom compare it. */
const isForeign = (origin: string, host: string): boolean => {
  const name = /^[a-z][a-z0-9+.-]*:\/\/(\[[^\]]*\]|[^:/]*)/i.exec(origin)?.[1];
  const asked = /^(\[[^\]]*\]|[^:]*)/.exec(host)?.[1];
  return name === undefined || asked === undefined || name.toLowerCase() !== asked.toLowerCase();
};

const acceptedOrigins = new WeakMap<CaptureView, Map<string, Session[]>>();

/** A session with the same server, path and credentials that was opened from another Origin. */
const acceptedElsewhere = (
  session: Session,
  request: HttpRequest,
  origin: string,
  capture: CaptureView,
): Session | undefined => {
  let byPlace = acceptedOrigins.get(capture);
  if (byPlace === undefined) {
    byPlace = new Map();
    for (const other of capture.sessions) {
      const { request: its, response } = other.upgrade ?? {};
      if (its === undefined || response?.status !== 101 || header(its, 'Origin') === undefined) continue;
      const known = byPlace.get(placeOf(other, its));
      if (known === undefined) byPlace.set(placeOf(other, its), [other]);
      else if (known.length < ORIGINS_KEPT) known.push(other);
    }
    acceptedOrigins.set(capture, byPlace);
  }
  return byPlace.get(placeOf(session, request))?.find((other) => header(other.upgrade?.request, 'Origin') !== origin);
};

const placeOf = ({ server }: Session, request: HttpRequest): string =>
  JSON.stringify([
    server.text,
    request.target,
    header(request, 'Host'),
    header(request, 'Authorization'),
    header(request, 'Cookie'),
  ]);
