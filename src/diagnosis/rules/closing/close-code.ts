/**
 * The code of the first Close frame, where it says that something went wrong (RFC 6455 7.4). One table for all codes;
 * the reason is quoted, and names the program where its wording is known.
 */

import type { Session } from '../../../session/session.js';
import type { TimelineEvent } from '../../../session/timeline.js';
import type { Arrival } from '../../../stream/arrival.js';
import { opposite, type Side } from '../../../stream/side.js';
import { closeMeaning } from '../../../subprotocol/recognise.js';
import type { CloseFrame } from '../../../websocket/websocket-facts.js';
import type { CauseId } from '../../causes.js';
import { evidence, type Point } from '../../evidence.js';
import { quote } from '../../measures/headers.js';
import { quoting } from '../../measures/phrases.js';
import { pongsInTime, saysPingTimeout } from '../../measures/ping-timeout.js';
import { bytes, duration, gloss, side, text } from '../../measures/values.js';
import { isOrdinaryClose } from '../../outcome.js';
import { defineRule, type Value } from '../../rule.js';
import { leftOverHeartbeat } from '../subprotocol/missed-heartbeat.js';
import { knownReason } from './known-reasons.js';
import { serviceMeaning } from './known-services.js';

/** Codes that say what went wrong. 1000, 1001 and 1005 are goodbyes; the rest must not be sent. */
const CAUSE_OF_CODE: ReadonlyMap<number, CauseId> = new Map([
  [1002, 'ws-protocol-error'],
  [1003, 'ws-unsupported-data'],
  [1007, 'ws-invalid-utf8'],
  [1008, 'ws-policy-violation'],
  [1009, 'ws-message-too-big'],
  [1010, 'ws-missing-extension'],
  [1011, 'ws-internal-error'],
  [1012, 'ws-service-restart'],
  [1013, 'ws-try-again-later'],
  [1014, 'ws-bad-gateway'],
]);

/** Of the codes for libraries and frameworks, those that IANA has on its list under RFC 6455 7.4.2. */
export const REGISTERED: ReadonlyMap<number, string> = new Map([
  [3000, 'unauthorized (credentials are missing or were not accepted)'],
  [3003, 'forbidden (not allowed, whatever the credentials)'],
  [3008, 'timeout (something took too long)'],
]);

export const causeOfCloseCode = (code: number): CauseId | undefined =>
  CAUSE_OF_CODE.get(code) ?? (code >= 3000 && code <= 4999 ? 'ws-application-close' : undefined);

export const closeCode = defineRule({
  meta: {
    id: 'closing/close-code',
    title: 'Closed with an error code',
    severity: 'error',
    causes: [...CAUSE_OF_CODE.values(), 'ws-application-close'],
    needs: ['frames'],
    precedence: 'close-code',
    reference: ['RFC 6455 7.4', 'IANA WebSocket Close Code Number Registry'],
    messages: {
      'ws-protocol-error':
        'The {from} closed with 1002 (protocol error){reason}: it says that the {peer} broke the WebSocket protocol.',
      'ws-unsupported-data':
        'The {from} closed with 1003 (unsupported data){reason}: it cannot use the kind of message the {peer} sent, usually binary where only text is understood or the other way round.',
      'ws-invalid-utf8':
        'The {from} closed with 1007 (invalid payload){reason}: the content of a message of the {peer} did not fit its type, usually text that is not UTF-8.',
      'ws-policy-violation':
        'The {from} closed with 1008 (policy violation){reason}: it refuses this {peer} or what it did.',
      'ws-message-too-big':
        'The {from} closed with 1009 (message too big){reason}. The largest message of the {peer} had {largest} on the wire.',
      'ws-missing-extension':
        'The {from} closed with 1010 (mandatory extension){reason}: an extension that it needs was not agreed in the opening handshake.',
      'ws-internal-error': 'The {from} closed with 1011 (internal error){reason}: something failed in its own program.',
      'ws-service-restart':
        'The {from} closed with 1012 (service restart){reason}: it is being restarted, reconnecting is expected.',
      'ws-try-again-later':
        'The {from} closed with 1013 (try again later){reason}: it is overloaded or sheds connections.',
      'ws-bad-gateway':
        'The {from} closed with 1014 (bad gateway){reason}: a gateway got an invalid answer from the server behind it.',
      'ping-timeout': 'The {from} closed with {code}{reason}: it says that the {peer} did not answer its ping in time.',
      unread:
        'The {from} closed with {code}{reason}, but every ping of its own had been answered, within {longest} at most, and the last of them was sent {before} before that Close: the pongs had come and its own program did not read them in that time.',
      unsent:
        'The {from} closed with {code}{reason}, a code about the content of a message, although the {peer} had sent none: its own program chose that code.',
      'known-meaning': 'The {from} closed with {code}{reason}; to {service} that means: {meaning}.',
      registered:
        'The {from} closed with {code}{reason}, which the registry of IANA lists as {meaning}. What it stands for here, the documentation of the application says.',
      'ws-application-close':
        'The {from} closed with {code}{reason}, a code of the application itself: its documentation says what it means.',
    },
    notes: {
      close: 'Close frame',
      largest: 'largest message of the other side',
      last: 'last frame of the other side',
      ping: 'last ping of the side that closed',
      pong: 'last pong before the Close',
    },
    remedies: {
      protocol:
        'Read the log of the side that closed: 1002 is the answer to a frame it found invalid. Look for a proxy or a second writer that puts its own bytes on the connection.',
      kind: 'Send text frames for text and binary frames for bytes as the other side expects them.',
      utf8: 'Send text messages as valid UTF-8, and bytes that are no text as binary messages.',
      policy:
        'Look up the reason in the log of the side that closed: credentials, origin, rate or permissions are what 1008 usually stands for.',
      limit:
        'Send smaller messages, or raise the limit of the receiver: ws: new WebSocketServer({ maxPayload: bytes }); python websockets: serve(…, max_size=bytes); Spring: setMaxTextMessageBufferSize(bytes); Netty and Spring Cloud Gateway: maxFramePayloadLength.',
      extension: 'Offer the extension in Sec-WebSocket-Extensions, and see that no proxy removes that header.',
      log: 'Read the log of the side that closed at this time: 1011 stands for an exception in its handler.',
      chosen:
        'Look for where the program of the {from} closes with {code}: no message made it do so. For an ordinary goodbye use 1000, for reasons of the application 4000-4999.',
      reader:
        'Look at the program of the {from} at that time: a blocked event loop, a process or machine that was stopped, or messages that nobody takes from a full queue (python websockets: max_queue, behind which pongs wait unread). A longer timeout for pongs does not mend that.',
      retry: 'Reconnect with a growing, randomised delay.',
      capacity: 'See the load and connection limits of the side that closed.',
      gateway: 'Read the log of the gateway, and see whether the server behind it answers.',
      application: 'Look {code} up in the documentation of the service; the reason text usually says more.',
      program: '{hint}',
    },
  },
  *check(session) {
    const close = session.websocket?.firstClose;
    if (close === undefined) return;
    const cause = causeOfCloseCode(close.code);
    if (cause === undefined || isOrdinaryClose(session, close.code) || isConsequence(session, close)) return;
    const known = meaningOf(session, close);
    const peer = opposite(close.from);
    const hint = knownReason(close.code, close.reason);
    const reason = quote(close.reason);
    const isUnsent = ABOUT_A_MESSAGE.has(cause) && sentNothing(session, peer);
    const unread = known === undefined && saysPingTimeout(close.reason) ? pongsInTime(session, close) : undefined;
    const data: Record<string, Value> = {
      from: side(close.from),
      peer: side(peer),
      code: text(close.code),
      reason: quoting('with-reason', reason, 'reason'),
      service: gloss(known?.name ?? ''),
      meaning: gloss(known?.meaning ?? REGISTERED.get(close.code) ?? ''),
      largest: bytes(largestOf(session, peer)),
    };
    if (unread !== undefined) {
      data.longest = duration(unread.longest);
      data.before = duration(close.span.first.at - unread.ping.at);
    }
    if (hint !== undefined) data.hint = gloss(hint);
    yield {
      message: unread === undefined ? messageFor(close, cause, known !== undefined, isUnsent) : 'unread',
      cause,
      data,
      evidence:
        unread === undefined
          ? evidence(whatCameBefore(session, cause), [close.span, 'close'])
          : evidence([unread.ping, 'ping'], [lastPong(session, close), 'pong'], [close.span, 'close']),
      struckAt: close.span.first.at,
      confidence: unread === undefined ? 'proven' : 'likely',
      remedies:
        unread !== undefined ? ['reader'] : remediesFor(cause, hint !== undefined, isUnsent && known === undefined),
    };
  },
});

const messageFor = ({ code, reason }: CloseFrame, cause: CauseId, isKnown: boolean, isUnsent: boolean): string => {
  if (isKnown) return 'known-meaning';
  if (isUnsent) return 'unsent';
  if (saysPingTimeout(reason)) return 'ping-timeout';
  return REGISTERED.has(code) ? 'registered' : cause;
};

/** Codes that only make sense after a message of the other side. */
const ABOUT_A_MESSAGE: ReadonlySet<CauseId> = new Set(['ws-unsupported-data', 'ws-invalid-utf8', 'ws-message-too-big']);

/** Not even the beginning of a message, and nothing was missed in which there may have been one. */
const sentNothing = ({ websocket, sight }: Session, from: Side): boolean => {
  if (websocket === undefined || websocket.midstream || !sight.has('no-gaps') || !sight.has('both-sides')) return false;
  const { text: texts, binary, continuation, reserved } = websocket.frames[from];
  const hasBegun = websocket.unfinishedFrame[from] !== undefined || websocket.unfinishedMessage[from];
  const isUnclear =
    websocket.corrupted !== undefined || websocket.outOfSync[from] + websocket.unreadableBytes[from] > 0;
  return texts + binary + continuation + reserved === 0 && !hasBegun && !isUnclear;
};

/** On the wire; of a frame that was cut off by the Close, what its header says. */
const largestOf = ({ websocket }: Session, from: Side): number =>
  Math.max(websocket?.messageSizes[from].largestBytes ?? 0, websocket?.unfinishedFrame[from]?.expected ?? 0);

const remediesFor = (cause: CauseId, isHinted: boolean, isUnsent: boolean): readonly string[] => {
  const usual = isUnsent ? ['chosen'] : (REMEDIES[cause] ?? []);
  if (isHinted) return ['program', ...usual];
  return usual.length === 0 ? ['application'] : usual;
};

/** What the code means where it is known who speaks: the subprotocol first, then the service. */
const meaningOf = (session: Session, close: CloseFrame): { name: string; meaning: string } | undefined => {
  const { subprotocol } = session;
  const meaning = subprotocol && closeMeaning(subprotocol.name, close.code)?.text;
  if (subprotocol !== undefined && meaning !== undefined) return { name: subprotocol.name, meaning };
  return serviceMeaning(session, close);
};

/** The sender has said already, in words of the subprotocol, why it closes: then the code is only the manner of it. */
const isConsequence = (session: Session, close: CloseFrame): boolean => {
  const at = close.span.first.at;
  const said = session.subprotocol?.errors.some(
    ({ fatal, recovered, from, arrival }) =>
      fatal && !recovered && from === close.from && arrival.at <= at && at - arrival.at <= CONSEQUENCE,
  );
  return said === true || leftOverHeartbeat(session);
};

/** A Close this soon after an error belongs to it. */
const CONSEQUENCE = 5e9;

/** Undefined where it was folded away with others. */
const lastPong = ({ timeline }: Session, { from, span }: CloseFrame): Arrival | undefined => {
  const isPong = ({ layer, event, from: by, at }: TimelineEvent) =>
    layer === 'ws' && event === 'pong' && by === opposite(from) && at < span.first.at;
  const pong = timeline.events().findLast(isPong);
  return pong && { packet: pong.packet, at: pong.at, readyAt: pong.at };
};

const whatCameBefore = ({ websocket }: Session, cause: CauseId): Point => {
  const close = websocket?.firstClose;
  const peer = opposite(close?.from ?? 'server');
  if (cause === 'ws-message-too-big') return [websocket?.messageSizes[peer].largest, 'largest'];
  // The last frame may answer the Close.
  const last = [websocket?.lastFrame[peer], websocket?.lastData[peer]];
  return [
    last.find((arrival) => arrival !== undefined && close !== undefined && arrival.at < close.span.first.at),
    'last',
  ];
};

const REMEDIES: Partial<Record<CauseId, readonly string[]>> = {
  'ws-protocol-error': ['protocol'],
  'ws-unsupported-data': ['kind'],
  'ws-invalid-utf8': ['utf8'],
  'ws-policy-violation': ['policy'],
  'ws-message-too-big': ['limit'],
  'ws-missing-extension': ['extension'],
  'ws-internal-error': ['log'],
  'ws-service-restart': ['retry'],
  'ws-try-again-later': ['retry', 'capacity'],
  'ws-bad-gateway': ['gateway'],
  'ws-application-close': ['application'],
};
