/**
 * What the upgrade request itself gets wrong: HTTP/1.0, a method other than GET, a version other than 13, a key that is
 * not 16 bytes in base64 (RFC 6455 4.1). One table; each is a cause only where the request was refused.
 */
import type { HttpResponse } from '../../../http/http-facts.js';
import type { CaptureView, Session } from '../../../session/session.js';
import type { HandshakeProblem } from '../../../websocket/websocket-facts.js';
import type { CauseId } from '../../causes.js';
import { evidence } from '../../evidence.js';
import { header } from '../../measures/headers.js';
import { legsBehind } from '../../measures/legs.js';
import { answerData, problemOf, problemsOf, refusal } from '../../measures/upgrade-attempt.js';
import { text } from '../../measures/values.js';
import { defineRule, type Finding } from '../../rule.js';

/** Statuses that may be about anything but the form of the request. */
const ABOUT_OTHER_THINGS: ReadonlySet<number> = new Set([401, 403, 404, 407, 410, 429, 431]);

const FAULTS: readonly (readonly [code: HandshakeProblem['code'], cause: CauseId])[] = [
  ['method-not-get', 'upgrade-method-not-allowed'],
  ['http-version-old', 'upgrade-http-1.0'],
  ['version-unsupported', 'upgrade-version-unsupported'],
  ['version-missing', 'upgrade-version-unsupported'],
  ['key-invalid', 'upgrade-key-invalid'],
  ['key-missing', 'upgrade-key-invalid'],
  ['key-repeated', 'upgrade-key-invalid'],
];

export const requestForm = defineRule({
  meta: {
    id: 'upgrade/request-form',
    title: 'Invalid upgrade request',
    severity: 'error',
    causes: [...new Set(FAULTS.map(([, cause]) => cause))],
    needs: ['upgrade'],
    precedence: 'violation',
    reference: ['RFC 6455 4.1', 'RFC 6455 4.2.1', 'RFC 6455 4.4'],
    messages: {
      'method-not-get':
        'The upgrade request is a {detail}, not a GET (RFC 6455 4.1); the server answered {status}{reason}.',
      'http-version-old':
        'The upgrade request is HTTP/{detail}, which cannot upgrade (RFC 6455 4.1 asks for 1.1); its upgrade headers are intact. The server answered {status}{reason}.',
      'behind-http-1.0':
        'The client asked in HTTP/1.1; behind the proxy the request goes on as HTTP/{detail}, which cannot upgrade (RFC 6455 4.1), and {backend} answered it with {status}{reason}.',
      'version-unsupported':
        'The client asks for WebSocket version {detail}, the server answered {status}{reason} and supports {supported}.',
      'version-missing':
        'The request has no Sec-WebSocket-Version; the server answered {status}{reason} and supports {supported}.',
      'key-invalid':
        'The Sec-WebSocket-Key {detail} is not 16 bytes in base64 (RFC 6455 4.1); the server answered {status}{reason}.',
      'key-missing':
        'The request asks for an upgrade to WebSocket and has no Sec-WebSocket-Key (RFC 6455 4.1); the server answered {status}{reason}.',
      'key-repeated':
        'The request has several Sec-WebSocket-Key headers (RFC 6455 11.3.1); the server answered {status}{reason}.',
    },
    notes: { request: 'upgrade request', response: 'answer', behind: 'the same request behind the proxy' },
    remedies: {
      proxy10: 'Let the proxy in front speak HTTP/1.1 to the server; in the location of nginx: proxy_http_version 1.1;',
      method: 'Send the handshake as GET.',
      version:
        'Use a client that speaks version 13, the only one in use since RFC 6455 (2011), and send Sec-WebSocket-Version: 13 once.',
      key: 'Send 16 random bytes in base64 as Sec-WebSocket-Key, for example dGhlIHNhbXBsZSBub25jZQ==; a library does it right, and a fixed key copied by hand is often cut.',
    },
  },
  *check(session, capture) {
    const answer = refusal(session);
    if (answer?.request === undefined || ABOUT_OTHER_THINGS.has(answer.response.status)) return;
    // Without Upgrade or Connection, a proxy rewrote the request: what else is odd about it comes from there.
    if (problemsOf(session, 'upgrade-missing', 'connection-upgrade-missing').length > 0) return;
    for (const [code, cause] of FAULTS) {
      const problem = session.handshake?.problems.find((candidate) => candidate.code === code);
      if (problem === undefined || !fits(code, answer.response.status)) continue;
      yield {
        message: code,
        cause,
        data: {
          ...answerData(answer.response),
          detail: text(problem.detail),
          supported: text(header(answer.response, 'Sec-WebSocket-Version') ?? '13'),
        },
        evidence: evidence([answer.request.span, 'request'], [answer.response.span, 'response']),
        struckAt: answer.response.span.first.at,
        confidence: answer.response.status >= 500 ? 'possible' : 'proven',
        remedies: [REMEDIES[cause] ?? 'version'],
      };
      return;
    }
    yield* behindProxy(session, capture, answer.response);
  },
});

/** The client's leg is in order, and the proxy made HTTP/1.0 of it with the upgrade headers intact. */
function* behindProxy(session: Session, capture: CaptureView, response: HttpResponse): Iterable<Finding> {
  for (const { back } of legsBehind(session, capture)) {
    const { request, response: refused } = back.upgrade ?? {};
    const problem = problemOf(back, 'http-version-old');
    if (problem === undefined || request === undefined || refused?.status !== response.status) continue;
    if (problemOf(back, 'upgrade-missing', 'connection-upgrade-missing') !== undefined) continue;
    if (ABOUT_OTHER_THINGS.has(response.status)) continue;
    yield {
      message: 'behind-http-1.0',
      cause: 'upgrade-http-1.0',
      data: { ...answerData(response), detail: text(problem.detail), backend: text(back.server.text) },
      evidence: evidence(
        [session.upgrade?.request?.span, 'request'],
        [request.span, 'behind'],
        [response.span, 'response'],
      ),
      struckAt: response.span.first.at,
      confidence: 'proven',
      remedies: ['proxy10'],
    };
    return;
  }
}

/** A missing version or key alone is often a hand-made request: only an answer about the request blames it. */
const fits = (code: HandshakeProblem['code'], status: number): boolean =>
  code === 'version-missing' || code === 'key-missing' ? status === 400 || status === 426 || status === 501 : true;

const REMEDIES: Partial<Record<CauseId, string>> = {
  'upgrade-http-1.0': 'proxy10',
  'upgrade-method-not-allowed': 'method',
  'upgrade-version-unsupported': 'version',
  'upgrade-key-invalid': 'key',
};
