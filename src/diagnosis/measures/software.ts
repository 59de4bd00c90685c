/**
 * Which programs stand on the way of an upgrade, as they say themselves: Server, Via, X-Powered-By and their own words
 * in headers and error pages, at this leg and at the other one of a proxy. Advice names only those; who says nothing is
 * not guessed.
 */
import type { HttpHead, HttpResponse } from '../../http/http-facts.js';
import type { Leg } from '../../session/legs.js';
import type { CaptureView, Session } from '../../session/session.js';
import { bodyText, header } from './headers.js';
import { legsOf } from './legs.js';
import { upgradeExchange } from './upgrade-attempt.js';

export type Software =
  | 'ingress'
  | 'nginx'
  | 'haproxy'
  | 'varnish'
  | 'apache'
  | 'traefik'
  | 'envoy'
  | 'alb'
  | 'spring'
  | 'micronaut'
  | 'express'
  | 'ws'
  | 'gorilla'
  | 'coder'
  | 'python';

/** Proxies first, in the order of the table below; each once. */
export const softwareOf = (session: Session, capture: CaptureView): Software[] => {
  const around = [session, ...legsOf(session, capture).flatMap(({ front, back }) => [front, back])];
  const exchanges = around.flatMap((each) => upgradeExchange(each) ?? []);
  return marksOf(exchanges.map(({ request, response }) => evidenceOf(request, response)));
};

/** The proxy between two legs alone: what it added to the request on its way in, or to the answer on its way out. */
export const softwareBetween = ({ front, back }: Leg): Software[] => {
  const [outer, inner] = [upgradeExchange(front), upgradeExchange(back)];
  const passed = marksOf([evidenceOf(outer?.request, inner?.response)]);
  return marksOf([evidenceOf(inner?.request, outer?.response)]).filter((software) => !passed.includes(software));
};

const marksOf = (said: readonly Said[]): Software[] => {
  const found = MARKS.filter(([, isIt]) => said.some(isIt)).map(([software]) => software);
  // The controller writes the configuration of its nginx itself: what is changed there by hand is overwritten.
  return found.includes('ingress') ? found.filter((software) => software !== 'nginx') : found;
};

/** Of these programs, the remedies that a rule has for them; else `otherwise`. */
export const remediesFor = (
  found: readonly Software[],
  remedies: Partial<Record<Software, string>>,
  otherwise: readonly string[],
): readonly string[] => {
  const own = [...new Set(found.flatMap((software) => remedies[software] ?? []))];
  return own.length === 0 ? otherwise : own;
};

interface Said {
  /** Server and Via of the answer. */
  server: string;
  poweredBy: string;
  body: string;
  has(name: string): boolean;
}

const evidenceOf = (request: HttpHead | undefined, response: HttpResponse | undefined): Said => ({
  server: [header(response, 'Server'), header(response, 'Via'), header(request, 'Via')].join(' '),
  poweredBy: header(response, 'X-Powered-By') ?? '',
  body: response === undefined || response.status === 101 ? '' : bodyText(response),
  has: (name) => header(request, name) !== undefined || header(response, name) !== undefined,
});

const MARKS: readonly (readonly [software: Software, isIt: (said: Said) => boolean])[] = [
  // Only the ingress controller adds these two together; its default backend has a page of its own.
  ['ingress', ({ has, body }) => (has('X-Scheme') && has('X-Forwarded-Scheme')) || /^default backend - 404/.test(body)],
  ['nginx', ({ server, body }) => /\bnginx\b/i.test(server) || /<center>nginx(\/[\d.]+)?<\/center>/.test(body)],
  // haproxy names itself nowhere; its error pages are these words, in this markup.
  [
    'haproxy',
    ({ body }) =>
      /<html><body><h1>\d{3} [^<]+<\/h1>\s+(No server is available to handle this request|The server (didn't respond in time|returned an invalid or incomplete response)|Your browser sent an invalid request|Request forbidden by administrative rules)/.test(
        body,
      ),
  ],
  ['varnish', ({ server, has }) => /\bvarnish\b/i.test(server) || has('X-Varnish')],
  [
    'apache',
    ({ server, has, body }) =>
      /\bApache\/|\bApache$/.test(server.trim()) ||
      /<address>Apache\//.test(body) ||
      // mod_proxy adds the three X-Forwarded headers, and no X-Real-Ip as Traefik does.
      (has('X-Forwarded-Server') && has('X-Forwarded-Host') && !has('X-Real-Ip')),
  ],
  ['traefik', ({ server, has }) => /\btraefik\b/i.test(server) || (has('X-Forwarded-Server') && has('X-Real-Ip'))],
  [
    'envoy',
    ({ server, has, body }) =>
      /\b(envoy|istio-envoy)\b/i.test(server) ||
      has('X-Envoy-Upstream-Service-Time') ||
      has('X-Envoy-Expected-Rq-Timeout-Ms') ||
      /^(upstream connect error or disconnect|no healthy upstream)/.test(body),
  ],
  ['alb', ({ server, has }) => /\bawselb\b/.test(server) || has('X-Amzn-Trace-Id')],
  [
    'spring',
    ({ body }) =>
      /^Can "Upgrade" only to "WebSocket"|^Handshake failed due to|"timestamp":.{1,80}"status":\d{3},"error":|Whitelabel Error Page/s.test(
        body,
      ),
  ],
  ['micronaut', ({ body }) => /"_links":\{"self":.{0,400}"_embedded":|"_embedded":\{"errors":/s.test(body)],
  ['express', ({ poweredBy, body }) => /^Express$/i.test(poweredBy) || /<pre>Cannot GET \//.test(body)],
  [
    'ws',
    ({ body }) =>
      /^(Upgrade Required|Invalid Upgrade header|Missing or invalid Sec-WebSocket-(Key|Version) header|Invalid or missing Sec-WebSocket-Key header|Invalid HTTP method)$/.test(
        body.trim(),
      ),
  ],
  [
    'gorilla',
    ({ body }) =>
      /websocket: (the client is not using|request origin not allowed|unsupported version|not a websocket handshake)/.test(
        body,
      ),
  ],
  [
    'coder',
    ({ body }) => /WebSocket protocol violation:|request Origin ".{0,200}" is not authorized for Host/.test(body),
  ],
  [
    'python',
    ({ server, body }) => /\bwebsockets\/\d/.test(server) || /^Failed to open a WebSocket connection/.test(body),
  ],
];
