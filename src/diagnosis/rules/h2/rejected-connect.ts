/**
 * An extended CONNECT (RFC 8441 5) that was answered by another status than 2xx, by RST_STREAM, or by a GOAWAY that
 * leaves it unprocessed. Where the server never said that it takes extended CONNECT, that is the reason.
 */

import { goawayAbout } from '../../../http/h2-facts.js';
import { opensWebSocket } from '../../../http/upgrade-request.js';
import type { Session } from '../../../session/session.js';
import type { Arrival, Span } from '../../../stream/arrival.js';
import { evidence } from '../../evidence.js';
import { bodyText, quote } from '../../measures/headers.js';
import { quoting } from '../../measures/phrases.js';
import { text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

export const rejectedConnect = defineRule({
  meta: {
    id: 'h2/rejected-connect',
    title: 'WebSocket over HTTP/2 refused',
    severity: 'error',
    causes: ['h2-extended-connect-disabled', 'h2-connect-rejected'],
    needs: [],
    precedence: 'violation',
    reference: ['RFC 8441 3', 'RFC 8441 5', 'RFC 9113 7'],
    messages: {
      disabled:
        'The client asked for WebSocket over HTTP/2, but the server’s SETTINGS do not enable extended CONNECT; it answered {answer}.',
      status: 'The server answered the extended CONNECT for {target} with {answer} instead of 200{body}.',
      reset: 'The server answered the extended CONNECT for {target} with RST_STREAM {answer}.',
      goaway: 'The server left the extended CONNECT for {target} unprocessed: GOAWAY {answer}.',
    },
    notes: { settings: 'SETTINGS of the server', request: 'extended CONNECT', answer: 'answer', reset: 'RST_STREAM' },
    remedies: {
      fallback:
        'Let the client wait for the server’s SETTINGS, and use HTTP/1.1 on a connection of its own where they lack SETTINGS_ENABLE_CONNECT_PROTOCOL (browsers do).',
      enable:
        'Or enable it: Node http2.createSecureServer({ settings: { enableConnectProtocol: true } }); Envoy http2_protocol_options: { allow_connect: true } with upgrade_configs websocket; HAProxy has it on unless h2-workaround-bogus-websocket-clients is set; nginx has none.',
      credentials: 'Send credentials with the request, as with any other: a cookie, or a token.',
      access: 'Look at access rules on the way: paths, origins, a web application firewall.',
      path: 'Check the path of the URL against the one the server registers for WebSocket.',
      backend: 'See whether the server behind the proxy runs; the log of the proxy names the reason.',
      read: 'Read the log of the server or proxy at this time: over HTTP/2 it says no more than this.',
      retry: 'REFUSED_STREAM and an orderly GOAWAY mean that nothing was done: connect again.',
    },
  },
  *check(session) {
    const { stream, upgrade } = session;
    const request = upgrade?.request;
    if (stream === undefined || upgrade === undefined || request === undefined) return;
    const refused = refusalOf(session);
    if (refused === undefined) return;
    const { settings, lost, midway } = stream.connection;
    const known = settings.server !== undefined && !lost.server && !midway;
    const isDisabled = known && settings.server?.enableConnectProtocol !== 1 && refused.by === 'server';
    yield {
      message: isDisabled ? 'disabled' : refused.message,
      cause: isDisabled ? 'h2-extended-connect-disabled' : 'h2-connect-rejected',
      data: {
        target: text(request.target),
        answer: text(refused.answer),
        body: quoting('body-says', refused.body),
      },
      evidence: evidence(
        [isDisabled ? settings.server?.span : undefined, 'settings'],
        [request.span, 'request'],
        [refused.at, 'answer'],
        [refused.message === 'status' ? stream.reset?.arrival : undefined, 'reset'],
      ),
      struckAt: 'first' in refused.at ? refused.at.first.at : refused.at.at,
      confidence: 'proven',
      remedies: isDisabled ? ['fallback', 'enable'] : refused.remedies,
    };
  },
});

interface Refusal {
  message: 'status' | 'reset' | 'goaway';
  by: 'client' | 'server';
  answer: string;
  body: string | null;
  at: Arrival | Span;
  remedies: readonly string[];
}

/** A client that resets its own request has given up: that is for the rule on silence. */
function refusalOf({ stream, upgrade }: Session): Refusal | undefined {
  if (stream === undefined) return undefined;
  const response = upgrade?.response;
  if (response !== undefined) {
    if (opensWebSocket(response)) return undefined;
    const remedies = REMEDIES.get(response.status) ?? (response.status >= 500 ? ['backend', 'read'] : ['read']);
    const answer = String(response.status);
    return { message: 'status', by: 'server', answer, body: quote(bodyText(response)), at: response.span, remedies };
  }
  const { reset } = stream;
  if (reset?.from === 'server') {
    const remedies = reset.name === 'REFUSED_STREAM' ? ['retry', 'read'] : ['read', 'fallback'];
    return { message: 'reset', by: 'server', answer: reset.name, body: null, at: reset.arrival, remedies };
  }
  const goaway = goawayAbout(stream, 'server');
  if (goaway === undefined || reset !== undefined) return undefined;
  // NO_ERROR that covers the stream is only an announcement.
  if (goaway.lastStreamId >= stream.id && goaway.code === 0) return undefined;
  const answer = goaway.debug === '' ? goaway.name : `${goaway.name} (${goaway.debug})`;
  return { message: 'goaway', by: 'server', answer, body: null, at: goaway.arrival, remedies: ['retry', 'read'] };
}

const REMEDIES: ReadonlyMap<number, readonly string[]> = new Map([
  [400, ['read', 'fallback']],
  [401, ['credentials']],
  [403, ['access', 'read']],
  [404, ['path']],
  [405, ['path', 'enable']],
  [501, ['enable', 'fallback']],
]);
