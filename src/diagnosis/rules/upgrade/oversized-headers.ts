/**
 * A request head that the server found too large, said by the body of a 400 (nginx, HAProxy, Tomcat and others have
 * used it before and beside 431, RFC 6585 5).
 */
import { evidence } from '../../evidence.js';
import { bodyText, header } from '../../measures/headers.js';
import { answerData, refusal } from '../../measures/upgrade-attempt.js';
import { bytes } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

const TOO_LARGE =
  /(header|cookie|request line|uri)[^.<]{0,40}too (large|big|long)|too (large|big|long)[^.<]{0,20}(header|cookie)/i;

export const oversizedHeaders = defineRule({
  meta: {
    id: 'upgrade/oversized-headers',
    title: 'Request head too large',
    severity: 'error',
    causes: ['upgrade-headers-too-large'],
    needs: [],
    reference: ['RFC 6585 5', 'RFC 9110 5.4'],
    messages: {
      says: 'The server answered {status}{reason} and says that the request head is too large: it has {head}, of which the cookies take {cookies}.',
    },
    notes: { request: 'upgrade request', response: 'refusal' },
    remedies: {
      cookies: 'Delete or shrink cookies of this site; browsers send all of them with the handshake.',
      limit:
        'Or raise the limit: nginx large_client_header_buffers 4 32k; Node --max-http-header-size=32768; HAProxy tune.bufsize; Tomcat maxHttpRequestHeaderSize.',
    },
  },
  *check(session) {
    const answer = refusal(session);
    if (answer?.response.status !== 400 || !TOO_LARGE.test(bodyText(answer.response))) return;
    const { request, response } = answer;
    yield {
      message: 'says',
      cause: 'upgrade-headers-too-large',
      data: {
        ...answerData(response),
        head: bytes(request?.span.length ?? session.tcp.flows.client.bytes),
        cookies: bytes(header(request, 'Cookie')?.length ?? 0),
      },
      evidence: evidence([request?.span, 'request'], [response.span, 'response']),
      struckAt: response.span.first.at,
      confidence: 'proven',
      remedies: ['cookies', 'limit'],
    };
  },
});
