/**
 * A frame that breaks RFC 6455 or RFC 7692 and over which the other side left: by Close 1002, or by ending the
 * connection right after it. A broken rule that did no harm is a warning. One table words all rules.
 */

import type { Session } from '../../../session/session.js';
import { opposite } from '../../../stream/side.js';
import type { Violation, ViolationRule } from '../../../websocket/websocket-facts.js';
import { evidence } from '../../evidence.js';
import { quote } from '../../measures/headers.js';
import { phrase, textOr } from '../../measures/phrases.js';
import { side } from '../../measures/values.js';
import { defineRule } from '../../rule.js';
import { consequenceOf } from './consequence.js';

/** Rules that other rules of ours speak about. */
const SPOKEN_ELSEWHERE: ReadonlySet<ViolationRule> = new Set([
  'invalid-utf8',
  'deflate-corrupt',
  'invalid-close-code',
  'close-payload-of-one-byte',
]);

export const brokenRule = defineRule({
  meta: {
    id: 'framing/broken-rule',
    title: 'A frame broke the WebSocket protocol',
    severity: 'error',
    causes: ['ws-protocol-error'],
    needs: ['frames'],
    precedence: 'violation',
    reference: ['RFC 6455 5', 'RFC 7692 6'],
    messages: {
      'client-frame-unmasked':
        'The client sent a frame without a mask; a server must refuse that (RFC 6455 5.1){consequence}.',
      'server-frame-masked': 'The server sent a masked frame; a client must refuse that (RFC 6455 5.1){consequence}.',
      'reserved-opcode': 'The {from} sent a frame with a reserved opcode, {detail} (RFC 6455 5.2){consequence}.',
      'rsv-without-extension':
        'The {from} set a reserved bit that no agreed extension uses, {detail} (RFC 6455 5.2): usually a compressed frame although permessage-deflate was not agreed{consequence}.',
      'control-frame-fragmented': 'The {from} sent a fragmented control frame (RFC 6455 5.5){consequence}.',
      'control-frame-too-long':
        'The {from} sent a control frame of more than 125 bytes, {detail} (RFC 6455 5.5){consequence}.',
      'continuation-without-start':
        'The {from} sent a continuation frame with no message to continue (RFC 6455 5.4){consequence}.',
      'data-frame-inside-message':
        'The {from} began a new message inside an unfinished one (RFC 6455 5.4): two writers that do not wait for each other look like this{consequence}.',
      'length-not-minimal':
        'The {from} wrote a length in more bytes than needed, {detail} (RFC 6455 5.2){consequence}.',
      'length-high-bit-set': 'The {from} sent a frame length with its highest bit set (RFC 6455 5.2){consequence}.',
      'data-after-close': 'The {from} sent data after its Close frame (RFC 6455 5.5.1){consequence}.',
    },
    notes: { violation: 'the frame that breaks the rule', left: 'the other side leaves' },
    remedies: {
      library:
        'Use a WebSocket library on the {from} side that masks, splits and numbers frames by RFC 6455, or bring the one in use up to date.',
      deflate:
        'Turn compression off on the {from} side, or see that Sec-WebSocket-Extensions reaches both ends unchanged: proxies that remove it from one direction only produce this.',
      writers:
        'Let one writer at a time send on the connection: take a lock around each message, or send through one queue.',
    },
  },
  *check(session) {
    const seen = new Set<string>();
    for (const violation of session.websocket?.violations ?? []) {
      const key = `${violation.from} ${violation.rule}`;
      if (SPOKEN_ELSEWHERE.has(violation.rule) || seen.has(key)) continue;
      seen.add(key);
      yield judge(session, violation);
    }
  },
});

const judge = (session: Session, violation: Violation) => {
  const { rule, from, span } = violation;
  const consequence = consequenceOf(session, violation, 1002);
  return {
    message: rule,
    cause: 'ws-protocol-error' as const,
    severity: consequence === undefined ? ('warning' as const) : ('error' as const),
    data: {
      from: side(from),
      detail: textOr(quote(violation.detail), 'unknown'),
      consequence:
        consequence === undefined ? phrase('did-no-harm') : phrase('peer-left', { peer: side(opposite(from)) }),
    },
    evidence: evidence([span, 'violation'], [consequence?.left, 'left']),
    struckAt: span.first.at,
    confidence: consequence?.said === true ? ('proven' as const) : ('likely' as const),
    remedies: REMEDIES[rule] ?? ['library'],
  };
};

const REMEDIES: Partial<Record<ViolationRule, readonly string[]>> = {
  'rsv-without-extension': ['deflate', 'library'],
  'continuation-without-start': ['writers', 'library'],
  'data-frame-inside-message': ['writers', 'library'],
};
