/**
 * A 101 that a client must not accept (RFC 6455 4.1): headers missing, an Accept that does not answer the key, a
 * subprotocol or extension that was not offered. One table; a warning where the client went on all the same.
 */

import type { HandshakeProblem } from '../../../websocket/websocket-facts.js';
import type { CauseId } from '../../causes.js';
import { evidence } from '../../evidence.js';
import { phrase, textOr } from '../../measures/phrases.js';
import { leftOverAnswer, problemOf, switched } from '../../measures/upgrade-attempt.js';
import { list, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

const FAULTS: readonly (readonly [code: HandshakeProblem['code'], cause: CauseId, remedy: string])[] = [
  ['response-upgrade-missing', 'upgrade-response-invalid', 'headers'],
  ['response-connection-missing', 'upgrade-response-invalid', 'headers'],
  ['accept-missing', 'upgrade-response-invalid', 'headers'],
  ['accept-mismatch', 'upgrade-accept-mismatch', 'accept'],
  ['subprotocol-not-offered', 'upgrade-subprotocol-not-offered', 'subprotocol'],
  ['subprotocol-several', 'upgrade-subprotocol-not-offered', 'subprotocol'],
  ['extension-not-offered', 'upgrade-extension-not-offered', 'extension'],
  ['extension-parameter-invalid', 'upgrade-extension-not-offered', 'extension'],
];

export const faultyAnswer = defineRule({
  meta: {
    id: 'upgrade/faulty-answer',
    title: 'A 101 that must not be accepted',
    severity: 'error',
    causes: [...new Set(FAULTS.map(([, cause]) => cause))],
    needs: ['upgrade'],
    precedence: 'violation',
    reference: ['RFC 6455 4.1', 'RFC 6455 4.2.2', 'RFC 7692 7.1'],
    messages: {
      'response-upgrade-missing': 'The server answered 101 without Upgrade: websocket (RFC 6455 4.1){consequence}.',
      'response-connection-missing': 'The server answered 101 without Connection: Upgrade (RFC 6455 4.1){consequence}.',
      'accept-missing': 'The server answered 101 without Sec-WebSocket-Accept (RFC 6455 4.1){consequence}.',
      'accept-mismatch':
        'The Sec-WebSocket-Accept of the 101 is {detail}, the key asks for {expected} (RFC 6455 4.2.2){consequence}.',
      'subprotocol-not-offered':
        'The server chose the subprotocol {detail}, which the client did not offer (it offered {offered}; RFC 6455 4.1){consequence}.',
      'subprotocol-several':
        'The server chose several subprotocols, {detail}, where one is allowed (RFC 6455 4.2.2){consequence}.',
      'extension-not-offered':
        'The server answered with the extension {detail}, which the client did not offer (RFC 6455 9.1){consequence}.',
      'extension-parameter-invalid':
        'The server answered with an extension parameter that the offer does not allow, {detail} (RFC 7692 7.1){consequence}.',
    },
    notes: { request: 'upgrade request', response: '101', left: 'end of the connection' },
    remedies: {
      headers:
        'Answer with all three headers: Upgrade: websocket, Connection: Upgrade, Sec-WebSocket-Accept. A proxy that rewrites responses may have removed them: compare with the leg behind it.',
      accept:
        'Compute it as base64(SHA-1(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")) from the key of this very request, without newline. A cached answer of another handshake looks like this too: a cache in front must not store 101.',
      subprotocol:
        'Choose one of the names in Sec-WebSocket-Protocol of the request, letter for letter, or send no such header.',
      extension:
        'Accept only extensions and parameters that the request offers; a proxy that removes Sec-WebSocket-Extensions from one direction only produces this.',
    },
  },
  *check(session) {
    const handshake = switched(session);
    if (handshake === undefined) return;
    for (const [code, cause, remedy] of FAULTS) {
      const problem = problemOf(session, code);
      if (problem === undefined) continue;
      const left = leftOverAnswer(session);
      yield {
        message: code,
        cause,
        severity: left === undefined ? 'warning' : 'error',
        data: {
          detail: text(problem.detail),
          expected: textOr(session.handshake?.acceptExpected, 'another'),
          offered: list(session.handshake?.subprotocolsOffered ?? []),
          consequence: phrase(left === undefined ? 'did-no-harm' : 'connection-ended'),
        },
        evidence: evidence([handshake.request.span, 'request'], [handshake.response.span, 'response'], [left, 'left']),
        struckAt: handshake.response.span.first.at,
        confidence: left !== undefined && session.tcp.endedBy !== 'client' ? 'likely' : 'proven',
        remedies: [remedy],
      };
      return;
    }
  },
});
