/**
 * Heart-beats that stopped or were not answered, and a peer that left over it with an ordinary Close, in subprotocols whose
 * clients say no more than that: SignalR, Phoenix, Centrifugo, Action Cable. The session ended as sessions should, and its
 * user lost the connection all the same.
 */
import type { Nanos } from '../../../capture/packet.js';
import type { Session } from '../../../session/session.js';
import type { Arrival } from '../../../stream/arrival.js';
import { opposite, SIDES, type Side } from '../../../stream/side.js';
import type { SubprotocolFacts } from '../../../subprotocol/subprotocol-facts.js';
import { evidence } from '../../evidence.js';
import { givingUp, hasHole, howItEnded, WAITED } from '../../measures/giving-up.js';
import { duration, side, text } from '../../measures/values.js';
import { defineRule, type Finding } from '../../rule.js';

export const stoppedHeartbeat = defineRule({
  meta: {
    id: 'subprotocol/stopped-heartbeat',
    title: 'Heart-beats of the subprotocol stopped',
    severity: 'warning',
    causes: [],
    needs: ['frames', 'payloads', 'both-sides'],
    reference: [
      'SignalR: KeepAliveInterval, serverTimeout',
      'Phoenix.Socket: heartbeatIntervalMs',
      'Centrifugo client protocol: ping',
      'Action Cable: ConnectionMonitor',
    ],
    messages: {
      stopped:
        'The {silent} sent something at least every {period} ({name} pings), then nothing for {silence}; then the {other} left{how}.',
      promised:
        'The {silent} promised a {name} ping every {period} and sent nothing for {silence}; then the {other} left{how}.',
      unanswered:
        'The {silent} did not answer the {name} heart-beat of the {other} for {silence}; then the {other} left{how}.',
    },
    notes: {
      promise: 'where the heart-beats were agreed on',
      last: 'last message of the silent side',
      beat: 'heart-beat that was not answered',
      end: 'the other side gives up',
    },
    remedies: {
      blocked:
        'See what kept the program of the {silent} from sending at this time (a blocked thread or event loop, an exhausted thread pool, a crashed heart-beat task).',
      timeouts:
        'Keep the two timers apart: the timeout of the side that waits (serverTimeout, ClientTimeoutInterval) has to be twice the keepAliveInterval of the other or more.',
    },
  },
  *check(session) {
    const { subprotocol } = session;
    if (subprotocol === undefined) return;
    for (const silent of SIDES) {
      const end = givingUp(session, subprotocol, silent);
      if (end === undefined) continue;
      const finding = unanswered(session, subprotocol, silent, end) ?? stopped(session, subprotocol, silent, end);
      if (finding !== undefined) yield finding;
    }
  },
});

/** Subprotocols in which one side beats unasked. */
const BEATING: ReadonlySet<string> = new Set(['signalr', 'centrifugo', 'actioncable']);
/** Those in which a heart-beat asks for its answer. */
const ANSWERING: ReadonlySet<string> = new Set(['phoenix', 'graphql-transport-ws']);

/** Longer than the period by this, and it is no jitter; Centrifugo's clients wait ten seconds above 25. */
const GRACE_OF_PROMISED = 1.35;
/** What was only observed may have been shorter by chance; SignalR and Action Cable wait for two periods. */
const GRACE_OF_OBSERVED = 1.8;

const stopped = (session: Session, subprotocol: SubprotocolFacts, silent: Side, end: Arrival): Finding | undefined => {
  const { interval, count, promised, shortestPeriod, longestSilence, lastMessage } = subprotocol.heartbeats[silent];
  if (!BEATING.has(subprotocol.name) || lastMessage === undefined) return undefined;
  const isPromised = interval > 0;
  if (!isPromised && count < 2) return undefined;
  const period = isPromised ? interval : Math.max(shortestPeriod, longestSilence);
  const since = promised !== undefined && promised.at > lastMessage.at ? promised : lastMessage;
  const silence = end.at - since.at;
  if (silence < WAITED || silence < period * (isPromised ? GRACE_OF_PROMISED : GRACE_OF_OBSERVED)) return undefined;
  if (hasHole(session, silent, since)) return undefined;
  return {
    message: isPromised ? 'promised' : 'stopped',
    cause: null,
    data: { ...said(session, subprotocol, silent, end, silence), period: duration(period) },
    evidence: evidence([promised, 'promise'], [since === promised ? undefined : since, 'last'], [end, 'end']),
    confidence: 'likely',
    remedies: subprotocol.name === 'signalr' ? ['blocked', 'timeouts'] : ['blocked'],
  };
};

const unanswered = (
  session: Session,
  subprotocol: SubprotocolFacts,
  silent: Side,
  end: Arrival,
): Finding | undefined => {
  const beat = subprotocol.heartbeats[opposite(silent)].unanswered;
  if (!ANSWERING.has(subprotocol.name) || beat === undefined) return undefined;
  const silence = end.at - beat.at;
  if (silence < WAITED || hasHole(session, silent, beat)) return undefined;
  return {
    message: 'unanswered',
    cause: null,
    data: said(session, subprotocol, silent, end, silence),
    evidence: evidence([beat, 'beat'], [end, 'end']),
    confidence: 'likely',
    remedies: ['blocked'],
  };
};

const said = (session: Session, subprotocol: SubprotocolFacts, silent: Side, end: Arrival, silence: Nanos) => ({
  silent: side(silent),
  other: side(opposite(silent)),
  name: text(NAMES[subprotocol.name] ?? subprotocol.name),
  silence: duration(silence),
  how: howItEnded(session, subprotocol, end),
});

const NAMES: Readonly<Record<string, string>> = {
  signalr: 'SignalR',
  centrifugo: 'Centrifugo',
  actioncable: 'Action Cable',
  phoenix: 'Phoenix',
  'graphql-transport-ws': 'GraphQL',
};
