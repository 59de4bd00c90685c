/**
 * A server that expects WebSocket was asked for something else: no Upgrade and no Sec-WebSocket-Key, and its answer says
 * that it wants an upgrade (RFC 9110 15.5.22).
 */
import { evidence } from '../../evidence.js';
import { bodyText, header } from '../../measures/headers.js';
import { answerData, refusal } from '../../measures/upgrade-attempt.js';
import { text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

const WANTS_WEBSOCKET = /web ?socket|upgrade required/i;

export const missingHeaders = defineRule({
  meta: {
    id: 'upgrade/missing-headers',
    title: 'No upgrade was asked for',
    severity: 'error',
    causes: ['upgrade-headers-missing'],
    needs: [],
    reference: ['RFC 6455 4.1', 'RFC 9110 15.5.22'],
    messages: {
      plain:
        'The client sent an ordinary {method} without Upgrade and Sec-WebSocket-Key, and the server answered {status}{reason}: it expects WebSocket at {target}.',
    },
    notes: { request: 'request without upgrade headers', response: 'answer that asks for an upgrade' },
    remedies: {
      client:
        'Use a WebSocket client and a ws: or wss: URL; a browser’s address bar, fetch, curl without headers and health checks send ordinary requests.',
      proxy:
        'If the client is a WebSocket client, a proxy removed the headers; in the location of nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";',
      health: 'For health checks, offer an ordinary path beside the endpoint, or let the check accept 426.',
    },
  },
  *check(session) {
    const answer = refusal(session);
    if (answer?.request === undefined) return;
    const { request, response } = answer;
    if (header(request, 'Sec-WebSocket-Key') !== undefined || header(request, 'Upgrade') !== undefined) return;
    const asksForIt =
      response.status === 426 ||
      header(response, 'Upgrade')?.toLowerCase() === 'websocket' ||
      (response.status === 400 && WANTS_WEBSOCKET.test(bodyText(response)));
    if (!asksForIt) return;
    yield {
      message: 'plain',
      cause: 'upgrade-headers-missing',
      data: { ...answerData(response), method: text(request.method), target: text(request.target) },
      evidence: evidence([request.span, 'request'], [response.span, 'response']),
      struckAt: response.span.first.at,
      confidence: 'proven',
      remedies: ['client', 'proxy', 'health'],
    };
  },
});
