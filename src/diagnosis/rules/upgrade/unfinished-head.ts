/**
 * A head that never ended: a request that the client did not finish, or a response that stops in the middle, and then
 * the end of the connection (RFC 9112 2.1). Bytes that the capture missed are no such end.
 */

import type { Side } from '../../../stream/side.js';
import { evidence } from '../../evidence.js';
import { tcpEnd } from '../../measures/ending.js';
import { quote } from '../../measures/headers.js';
import { phrase, sideOrNetwork } from '../../measures/phrases.js';
import { upgradeExchange } from '../../measures/upgrade-attempt.js';
import { bytes, text } from '../../measures/values.js';
import { defineRule, type Value } from '../../rule.js';

export const unfinishedHead = defineRule({
  meta: {
    id: 'upgrade/unfinished-head',
    title: 'A head that never ended',
    severity: 'error',
    causes: ['upgrade-request-incomplete', 'upgrade-response-incomplete'],
    needs: ['both-sides', 'no-gaps'],
    precedence: 'violation',
    reference: ['RFC 9112 2.1', 'RFC 9112 8'],
    messages: {
      request: 'The client sent {sent} of a request and never the empty line that ends its head; then {ending}.',
      response: 'The response stops inside its head after {sent} (“{preview}”); then {ending}.',
    },
    notes: { head: 'last bytes of the unfinished head', answer: 'answer to it', end: 'end of the connection' },
    remedies: {
      request:
        'End the head with an empty line (CR LF CR LF). A hand-written request often lacks the second one, or ends its lines with LF only.',
      response:
        'Read the log of the server: it died or was ended while it wrote its answer; an upgrade handler that throws looks like this.',
    },
  },
  *check(session) {
    const head = session.http?.incompleteHead;
    if (head === undefined || session.websocket !== undefined) return;
    const end = tcpEnd(session);
    if (head.side === 'server') {
      if (end === undefined) return;
      yield {
        message: 'response',
        cause: 'upgrade-response-incomplete',
        data: {
          sent: bytes(head.span.length),
          preview: text(quote(Buffer.from(head.preview).toString('utf8'), 60) ?? ''),
          ending: endingOf(end.by, end.kind),
        },
        evidence: evidence([head.span, 'head'], [end.at, 'end']),
        struckAt: head.span.last.at,
        confidence: 'proven',
        remedies: ['response'],
      };
      return;
    }
    if (session.upgrade !== undefined) return;
    const answer = upgradeExchange(session)?.response;
    const refused = answer !== undefined && answer.status >= 400 && answer.span.first.at >= head.span.last.at;
    if (end === undefined && !refused) return;
    yield {
      message: 'request',
      cause: 'upgrade-request-incomplete',
      data: {
        sent: bytes(head.span.length),
        ending: refused
          ? phrase('server-answered', { status: text(answer.status) })
          : end === undefined
            ? text('')
            : endingOf(end.by, end.kind),
      },
      evidence: evidence([head.span, 'head'], [refused ? answer.span : undefined, 'answer'], [end?.at, 'end']),
      struckAt: head.span.last.at,
      confidence: 'proven',
      remedies: ['request'],
    };
  },
});

const endingOf = (by: Side | 'network', kind: 'fin' | 'rst'): Value =>
  phrase(kind === 'fin' ? 'closed-connection' : 'reset-connection', { by: sideOrNetwork(by) });
