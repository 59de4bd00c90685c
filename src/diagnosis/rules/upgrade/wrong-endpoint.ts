/**
 * The path is served by a framework that takes WebSocket elsewhere: SockJS answers its base path with a greeting,
 * Socket.IO and Engine.IO refuse a transport or answer with a polling handshake.
 */
import { evidence } from '../../evidence.js';
import { bodyText } from '../../measures/headers.js';
import { answerData, refusal } from '../../measures/upgrade-attempt.js';
import { text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

const GREETINGS: readonly (readonly [message: string, phrase: RegExp])[] = [
  ['sockjs', /^Welcome to SockJS!/],
  ['socketio', /^\s*(\{"code":0,"message":"Transport unknown"\}|Transport unknown)/],
  ['polling', /^(\d+:)?0\{"sid":/],
];

export const wrongEndpoint = defineRule({
  meta: {
    id: 'upgrade/wrong-endpoint',
    title: 'WebSocket lives at another path',
    severity: 'error',
    causes: ['upgrade-wrong-endpoint'],
    needs: ['upgrade'],
    reference: ['https://github.com/sockjs/sockjs-protocol', 'https://socket.io/docs/v4/engine-io-protocol/'],
    messages: {
      sockjs:
        '{target} is the base path of a SockJS server: it answered {status}{reason} with its greeting. Plain WebSocket clients connect to {target}/websocket.',
      socketio:
        '{target} is served by Socket.IO, which answered {status}{reason}: the query names no transport that it knows.',
      polling:
        '{target} is served by Socket.IO, which answered {status}{reason} with the beginning of a polling session instead of switching.',
    },
    notes: { request: 'upgrade request', response: 'answer that gives the framework away' },
    remedies: {
      sockjs:
        'Connect to {target}/websocket, or use a SockJS client; in Spring, an endpoint registered with withSockJS() has both, one without it takes plain WebSocket.',
      socketio:
        'Use a Socket.IO client (a plain WebSocket client cannot talk to it), or at least its URL: /socket.io/?EIO=4&transport=websocket',
    },
  },
  *check(session) {
    const answer = refusal(session);
    if (answer?.request === undefined) return;
    const { request, response } = answer;
    const body = bodyText(response);
    const greeting = GREETINGS.find(([, phrase]) => phrase.test(body))?.[0];
    if (greeting === undefined) return;
    yield {
      message: greeting,
      cause: 'upgrade-wrong-endpoint',
      data: { ...answerData(response), target: text(request.target.replace(/\/$/, '')) },
      evidence: evidence([request.span, 'request'], [response.span, 'response']),
      struckAt: response.span.first.at,
      confidence: 'proven',
      remedies: [greeting === 'sockjs' ? 'sockjs' : 'socketio'],
    };
  },
});
