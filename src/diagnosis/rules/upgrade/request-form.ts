/**
 * What the upgrade request itself gets wrong: HTTP/1.0, a method other than GET, a version other than 13, a key that is
 * not 16 bytes in base64 (RFC 6455 4.1). One table; each is a cause only where the request was refused.
 */
import type { HttpResponse } from '../../../http/http-facts.js';
import type { CaptureView, Session } from '../../../session/session.js';
import type { HandshakeProblem } from '../../../websocket/websocket-facts.js';
import type { CauseId } from '../../causes.js';
import { evidence } from '../../evidence.js';
import { bodyText, header, quote } from '../../measures/headers.js';
import { legsBehind } from '../../measures/legs.js';
import { quoting } from '../../measures/phrases.js';
import { answerData, problemOf, problemsOf, refusal } from '../../measures/upgrade-attempt.js';
import { text } from '../../measures/values.js';
import { defineRule, type Finding } from '../../rule.js';

/** Statuses that may be about anything but the form of the request. */
const ABOUT_OTHER_THINGS: ReadonlySet<number> = new Set([401, 403, 404, 407, 410, 429, 431]);

const FAULTS: readonly (readonly [code: HandshakeProblem['code'], cause: CauseId])[] = [
  ['method-not-get', 'upgrade-method-not-allowed'],
  ['http-version-old', 'upgrade-http-1.0'],
  ['version-unsupported', 'upgrade-version-unsupported'],
  ['key-invalid', 'upgrade-key-invalid'],
  ['key-missing', 'upgrade-key-invalid'],
  ['key-repeated', 'upgrade-key-invalid'],
  ['version-missing', 'upgrade-version-unsupported'],
  ['version-repeated', 'upgrade-version-unsupported'],
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
      'version-refused': 'The client asks for WebSocket version {detail}; the server answered {status}{reason}{body}.',
      'version-missing':
        'The request has no Sec-WebSocket-Version; the server answered {status}{reason} and supports {supported}.',
      'version-absent': 'The request has no Sec-WebSocket-Version; the server answered {status}{reason}{body}.',
      'version-repeated':
        'The request has several Sec-WebSocket-Version headers ({detail}), where one is allowed (RFC 6455 11.3.5); the server answered {status}{reason}{body}.',
      'key-invalid':
        'The Sec-WebSocket-Key {detail} is not 16 bytes in base64 (RFC 6455 4.1); the server answered {status}{reason}{body}.',
      'key-missing':
        'The request asks for an upgrade to WebSocket and has no Sec-WebSocket-Key (RFC 6455 4.1); the server answered {status}{reason}{body}.',
      'key-repeated':
        'The request has several Sec-WebSocket-Key headers (RFC 6455 11.3.1); the server answered {status}{reason}{body}.',
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
    const { response } = answer;
    const supported = header(response, VERSION);
    const faults = FAULTS.flatMap(([code, cause]) => {
      const problem = session.handshake?.problems.find((candidate) => candidate.code === code);
      return problem !== undefined && fits(code, response) ? [{ code, cause, detail: problem.detail }] : [];
    });
    // Of several faults, the one that the server complains of.
    const fault = faults.find(({ code }) => isNamed(code, response)) ?? faults[0];
    if (fault !== undefined) {
      yield {
        message: (supported === undefined && UNSAID[fault.code]) || fault.code,
        cause: fault.cause,
        data: {
          ...answerData(response),
          detail: text(fault.detail),
          supported: text(supported ?? ''),
          body: quoting('body-says', quote(bodyText(response))),
        },
        evidence: evidence([answer.request.span, 'request'], [response.span, 'response']),
        struckAt: response.span.first.at,
        confidence: response.status >= 500 ? 'possible' : 'proven',
        remedies: [REMEDIES[fault.cause] ?? 'version'],
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

/**
 * A missing version or key alone is often a hand-made request: only an answer about the request blames it. Two versions
 * are read as the first by most servers, and blamed only where the answer names versions.
 */
const fits = (code: HandshakeProblem['code'], response: HttpResponse): boolean => {
  const isAboutRequest = [400, 426, 501].includes(response.status);
  if (code === 'version-repeated') return isAboutRequest && isNamed(code, response);
  return code === 'version-missing' || code === 'key-missing' ? isAboutRequest : true;
};

/** The answer names the header that this is about: as a header of its own, or in its body. */
const isNamed = (code: HandshakeProblem['code'], response: HttpResponse): boolean => {
  if (code.startsWith('version-') && header(response, VERSION) !== undefined) return true;
  const name = code.startsWith('version-') ? VERSION : code.startsWith('key-') ? 'Sec-WebSocket-Key' : undefined;
  return name !== undefined && bodyText(response).toLowerCase().includes(name.toLowerCase());
};

const VERSION = 'Sec-WebSocket-Version';

/** Where the answer does not list the versions of the server. */
const UNSAID: Partial<Record<HandshakeProblem['code'], string>> = {
  'version-unsupported': 'version-refused',
  'version-missing': 'version-absent',
};

const REMEDIES: Partial<Record<CauseId, string>> = {
  'upgrade-http-1.0': 'proxy10',
  'upgrade-method-not-allowed': 'method',
  'upgrade-version-unsupported': 'version',
  'upgrade-key-invalid': 'key',
};
