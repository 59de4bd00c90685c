/**
 * An upgrade that a SignalR server refuses with 404 and words of its own: the path is right, and the connection id in the
 * request, which negotiate gave out, is not known to this server. Most often a load balancer sent the two requests of one
 * client to two servers.
 */
import { evidence } from '../../evidence.js';
import { bodyText } from '../../measures/headers.js';
import { refusal } from '../../measures/upgrade-attempt.js';
import { text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

export const signalrRefusal = defineRule({
  meta: {
    id: 'subprotocol/signalr-refusal',
    title: 'SignalR connection id not known to this server',
    severity: 'error',
    causes: ['upgrade-not-found'],
    needs: ['upgrade'],
    precedence: 'subprotocol-error',
    reference: ['https://learn.microsoft.com/aspnet/core/signalr/scale'],
    messages: {
      unknown:
        'The SignalR server answered the upgrade with 404 “{body}”: the path is there, and this server does not know the connection id of the request. Another server gave it out (no sticky sessions), or it was restarted or the id ran out since.',
    },
    notes: { request: 'upgrade request with the id', response: 'refusal' },
    remedies: {
      affinity:
        'Bring negotiate and the upgrade to the same server: turn on session affinity at the load balancer (nginx: ip_hash; cloud load balancers: affinity by cookie).',
      skip: 'Or skip negotiate in the client, then one connection is all there is: withUrl(url, { skipNegotiation: true, transport: HttpTransportType.WebSockets })',
    },
  },
  *check(session) {
    const answer = refusal(session);
    if (answer?.request === undefined || answer.response.status !== 404) return;
    const { request, response } = answer;
    const body = bodyText(response);
    if (!/[?&]id=[^&#]/.test(request.target) || !UNKNOWN_ID.test(body)) return;
    yield {
      message: 'unknown',
      cause: 'upgrade-not-found',
      stage: 'upgrade',
      data: { body: text('No Connection with that ID') },
      evidence: evidence([request.span, 'request'], [response.span, 'response']),
      struckAt: response.span.first.at,
      confidence: 'likely',
      remedies: ['affinity', 'skip'],
    };
  },
});

/** The words of ASP.NET Core, as the whole of the body. */
const UNKNOWN_ID = /^\s*No Connection with that ID\b/i;
