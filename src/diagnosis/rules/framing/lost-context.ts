/**
 * A receiver that left because of compressed data that are sound: they decompress here with the history that the other
 * side had sent. The receiver lost its own context, or refuses what RFC 7692 allows; the sender did nothing wrong.
 */
import type { Session } from '../../../session/session.js';
import { opposite } from '../../../stream/side.js';
import { evidence } from '../../evidence.js';
import { quote } from '../../measures/headers.js';
import { textOr } from '../../measures/phrases.js';
import { count, side, text } from '../../measures/values.js';
import { defineRule, type Finding } from '../../rule.js';

/** Words of zlib and of libraries about data that do not decompress. */
const ABOUT_DEFLATE =
  /inflat|deflat|compress|zlib|invalid (?:distance|stored block|block type|code lengths|literal|bit length|window)/i;
/** What stacks close with over data that they cannot read. */
const CODES: ReadonlySet<number> = new Set([1002, 1003, 1007, 1011]);

export const lostContext = defineRule({
  meta: {
    id: 'framing/lost-context',
    title: 'A receiver could not decompress sound data',
    severity: 'error',
    causes: ['ws-deflate-corrupt'],
    needs: ['frames', 'payloads', 'both-sides', 'no-gaps'],
    precedence: 'violation',
    reference: ['RFC 7692 7.2.2', 'RFC 7692 7.1.1'],
    messages: {
      history:
        'The {reader} closed with {code} ({reason}) over compressed data, but all {messages} compressed messages of the {sender} decompress with the history that it had sent; the last one needs that history. The {reader} lost its context.',
      alone:
        'The {reader} closed with {code} ({reason}) over compressed data, but all {messages} compressed messages of the {sender} decompress, the last one even without history. The fault is in the {reader}.',
    },
    notes: { data: 'last data, which are sound', close: 'Close of the receiver' },
    remedies: {
      update: 'Update the WebSocket library of the {reader}, or turn compression off there.',
      takeover: 'Agree on {sender}_no_context_takeover, so that no message needs the history.',
    },
  },
  *check(session) {
    const finding = lossOf(session);
    if (finding !== undefined) yield finding;
  },
});

const lossOf = ({ websocket }: Session): Finding | undefined => {
  const close = websocket?.firstClose;
  if (websocket === undefined || close === undefined || !CODES.has(close.code)) return undefined;
  const sender = opposite(close.from);
  const compression = websocket.compression[sender];
  if (compression === undefined || compression.messages === 0 || websocket.contextLost[sender]) return undefined;
  if (websocket.violations.some(({ from }) => from === sender) || websocket.unfinishedMessage[sender]) return undefined;
  if (!ABOUT_DEFLATE.test(close.reason)) return undefined;
  return {
    message: compression.lastUsesHistory ? 'history' : 'alone',
    cause: 'ws-deflate-corrupt',
    data: {
      reader: side(close.from),
      sender: side(sender),
      code: text(close.code),
      reason: textOr(quote(close.reason), 'no-reason'),
      messages: count(compression.messages),
    },
    evidence: evidence([websocket.lastData[sender], 'data'], [close.span, 'close']),
    struckAt: close.span.first.at,
    confidence: 'likely',
    remedies: ['update', 'takeover'],
  };
};
