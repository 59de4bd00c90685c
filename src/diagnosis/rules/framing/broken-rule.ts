/**
 * A frame that breaks RFC 6455 or RFC 7692 and over which the other side left: by Close 1002, or by ending the
 * connection right after it. A broken rule that did no harm is a warning. One table words all rules.
 */

import type { CaptureView, Session } from '../../../session/session.js';
import { opposite } from '../../../stream/side.js';
import type { Violation, ViolationRule } from '../../../websocket/websocket-facts.js';
import { evidence } from '../../evidence.js';
import { quote } from '../../measures/headers.js';
import { legDifference } from '../../measures/leg-difference.js';
import { phrase, textOr } from '../../measures/phrases.js';
import { removedExtension } from '../../measures/removed-negotiation.js';
import { side } from '../../measures/values.js';
import { defineRule, type Finding } from '../../rule.js';
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
      'rsv-removed':
        'The {from} sent a compressed frame, as it had agreed with {proxy}, which had removed Sec-WebSocket-Extensions from the 101 on its way to the {peer}: there, nobody had agreed to compress (RFC 6455 5.2){consequence}.',
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
    notes: {
      violation: 'the frame that breaks the rule',
      left: 'the other side leaves',
      agreed: '101 with permessage-deflate',
      removed: 'the same 101 without it',
    },
    remedies: {
      library:
        'Use a WebSocket library on the {from} side that masks, splits and numbers frames by RFC 6455, or bring the one in use up to date.',
      deflate:
        'Turn compression off on the {from} side, or see that Sec-WebSocket-Extensions reaches both ends unchanged: proxies that remove it from one direction only produce this.',
      pass: 'Let {proxy} pass Sec-WebSocket-Extensions on in both directions (nginx: no proxy_hide_header for it; HAProxy: no http-response del-header), or remove it from the request already, so that nothing is agreed: nginx: proxy_set_header Sec-WebSocket-Extensions "";',
      writers:
        'Let one writer at a time send on the connection: take a lock around each message, or send through one queue.',
    },
  },
  *check(session, capture) {
    const seen = new Set<string>();
    for (const violation of session.websocket?.violations ?? []) {
      const key = `${violation.from} ${violation.rule}`;
      if (SPOKEN_ELSEWHERE.has(violation.rule) || seen.has(key)) continue;
      seen.add(key);
      yield judge(session, violation, capture);
    }
    if (seen.size === 0) yield* brokenBefore(session, capture);
  },
});

const judge = (session: Session, violation: Violation, capture: CaptureView): Finding => {
  const { rule, from, span } = violation;
  const consequence = consequenceOf(session, violation, 1002);
  const removal = rule === UNAGREED && from === 'server' ? removedExtension(session, capture) : undefined;
  const { front, back } = removal?.leg ?? {};
  return {
    message: removal === undefined ? rule : 'rsv-removed',
    cause: 'ws-protocol-error',
    severity: consequence === undefined ? 'warning' : 'error',
    data: {
      from: side(from),
      peer: side(opposite(from)),
      detail: textOr(quote(violation.detail), 'unknown'),
      proxy: textOr(removal && legDifference(removal.leg).proxy, 'the-proxy'),
      consequence:
        consequence === undefined ? phrase('did-no-harm') : phrase('peer-left', { peer: side(opposite(from)) }),
    },
    evidence: evidence(
      [back?.upgrade?.response?.span, 'agreed'],
      [front?.upgrade?.response?.span, 'removed'],
      [span, 'violation'],
      [consequence?.left, 'left'],
    ),
    struckAt: span.first.at,
    confidence: consequence?.said === true ? 'proven' : 'likely',
    remedies: removal === undefined ? (REMEDIES[rule] ?? ['library']) : ['pass'],
  };
};

const UNAGREED: ViolationRule = 'rsv-without-extension';

/** Behind the proxy that removed what was agreed, the frame is as it should be, and the story the same. */
function* brokenBefore(session: Session, capture: CaptureView): Iterable<Finding> {
  const front = removedExtension(session, capture)?.leg.front;
  const violation = front?.websocket?.violations.find(({ rule, from }) => rule === UNAGREED && from === 'server');
  if (front === undefined || front === session || violation === undefined) return;
  const finding = judge(front, violation, capture);
  if (finding.severity === 'error') yield finding;
}

const REMEDIES: Partial<Record<ViolationRule, readonly string[]>> = {
  'rsv-without-extension': ['deflate', 'library'],
  'continuation-without-start': ['writers', 'library'],
  'data-frame-inside-message': ['writers', 'library'],
};
