/**
 * A heart-beat of the subprotocol that was promised or asked for and did not come, and a peer that left over it. Pings of
 * WebSocket are another thing: only brokers that count every octet take them for signs of life.
 */

import type { Nanos } from '../../../capture/packet.js';
import type { Session } from '../../../session/session.js';
import type { Arrival } from '../../../stream/arrival.js';
import { opposite, SIDES, type Side } from '../../../stream/side.js';
import type { SubprotocolFacts } from '../../../subprotocol/subprotocol-facts.js';
import type { CauseId } from '../../causes.js';
import { evidence } from '../../evidence.js';
import { givingUp, hasHole, howItEnded, WAITED } from '../../measures/giving-up.js';
import { duration, side } from '../../measures/values.js';
import { defineRule, type Finding } from '../../rule.js';
import { engineMismatch } from './engine-mismatch.js';

export const missedHeartbeat = defineRule({
  meta: {
    id: 'subprotocol/missed-heartbeat',
    title: 'Heart-beat of the subprotocol missed',
    severity: 'error',
    causes: ['stomp-heartbeat-missed', 'mqtt-keepalive-timeout', 'socketio-ping-timeout'],
    needs: ['frames', 'payloads', 'both-sides'],
    precedence: 'subprotocol-error',
    reference: ['STOMP 1.2 Heart-beating', 'MQTT 5 3.1.2.10', 'Engine.IO protocol 4'],
    messages: {
      'stomp-heartbeat-missed':
        'The {silent} promised a STOMP heart-beat every {interval} and sent nothing for {silence}; then the {other} gave up{how}.',
      'stomp-pings':
        'The {silent} promised a STOMP heart-beat every {interval} and sent nothing but WebSocket pings for {silence}; then the {other} gave up{how}. Pings are no STOMP heart-beats.',
      tolerated:
        'The {silent} promised a STOMP heart-beat every {interval} and was silent for up to {silence}; the {other} put up with it.',
      'mqtt-keepalive-timeout':
        'The client promised an MQTT packet every {interval} (keep-alive) and sent nothing for {silence}; then the broker ended the session{how}.',
      'mqtt-set-by-broker':
        'The broker set a keep-alive of {interval} in its CONNACK in place of the {asked} that the client had asked for; the client sent nothing for {silence}, then the broker ended the session{how}.',
      'mqtt-pingresp': 'The broker did not answer the PINGREQ of the client for {silence}; then the client left{how}.',
      'socketio-pong':
        'The {silent} did not answer the Engine.IO ping of the {other} for {silence} (pingTimeout {timeout}); then the {other} left{how}.',
      'socketio-pong-late':
        'The {silent} did not answer the Engine.IO ping of the {other} for {silence}; then the {other} left{how}.',
      'socketio-ping':
        'No Engine.IO ping of the {silent} came for {silence}, though one was due every {interval}; then the {other} left{how}.',
    },
    notes: {
      promise: 'where the heart-beats were agreed on',
      last: 'last message of the silent side',
      ping: 'ping that was not answered',
      end: 'the other side gives up',
    },
    remedies: {
      beat: 'Let the client send an end-of-line as a text message at the interval it promised: libraries do, as long as their event loop is not blocked; a hand-written client must. Or promise none: heart-beat:0,0.',
      pings:
        'Turn the WebSocket pings into STOMP heart-beats, or promise none: Spring and ActiveMQ count STOMP data only, RabbitMQ counts any bytes.',
      server: 'See why the server sends nothing: a blocked thread, or a simple broker without setTaskScheduler.',
      keepalive:
        'Let the client send PINGREQ in time: a blocked event loop or a sleeping device does not. Raise the keep-alive where it must sleep.',
      obey: 'Let the client obey Server Keep Alive of the CONNACK (MQTT 5 3.2.2.3.14): its library is too old for it or set not to; or ask for a keep-alive that the broker allows.',
      broker: 'See whether the broker is overloaded or stopped at this time; TCP still acknowledged.',
      blocked:
        'The host answered and the program did not: look for a blocked event loop, a suspended tab or a long synchronous job.',
      intervals: 'Raise pingTimeout on the server where clients are slow to answer (20 s unless set).',
    },
  },
  check: (session) => missedHeartbeats(session),
});

const missedHeartbeats = (session: Session): Finding[] => {
  const { subprotocol } = session;
  if (subprotocol === undefined || subprotocol.handshake?.answered === undefined) return [];
  // Who pings is what the two do not agree on.
  if (engineMismatch(session) !== undefined) return [];
  return SIDES.flatMap((silent) => CHECKS[subprotocol.name]?.(session, subprotocol, silent) ?? []);
};

/** A peer left over a missed heart-beat: its error or Close, and its code, are only how it said so. */
export const leftOverHeartbeat = (session: Session): boolean =>
  missedHeartbeats(session).some(({ severity }) => severity === undefined);

type Check = (session: Session, subprotocol: SubprotocolFacts, silent: Side) => Finding | undefined;

/** Timers are checked now and then: a little less than the time agreed on is close enough. */
const NEARLY = 0.95;
/** STOMP leaves the grace to the receiver; from here on no jitter explains a silence. */
const STOMP_GRACE = 1.5;
const stomp: Check = (session, subprotocol, silent) => {
  const { interval, longestSilence } = subprotocol.heartbeats[silent];
  if (interval === 0) return undefined;
  const end = givingUp(session, subprotocol, silent);
  const since = lastSign(session, subprotocol, silent, end);
  const ping = lastPingSince(session, silent, since, end);
  const server = session.subprotocol?.detail.server;
  // Any octets are a sign of life to RabbitMQ.
  const counts = typeof server === 'string' && server.startsWith('RabbitMQ') ? (ping ?? since) : since;
  if (end !== undefined && end.at - counts.at >= STOMP_GRACE * interval) {
    const missed: Missed = { silent, since: counts, end, allowed: interval, cause: 'stomp-heartbeat-missed' };
    const message = ping !== undefined ? 'stomp-pings' : 'stomp-heartbeat-missed';
    const remedies = silent === 'server' ? ['server'] : ping !== undefined ? ['pings', 'beat'] : ['beat'];
    return findingOf(session, subprotocol, missed, message, remedies);
  }
  if (longestSilence < 2 * STOMP_GRACE * interval || hasHole(session, silent, since)) return undefined;
  const promise = promiseOf(subprotocol, silent);
  return {
    message: 'tolerated',
    cause: 'stomp-heartbeat-missed',
    severity: 'warning',
    data: {
      silent: side(silent),
      other: side(opposite(silent)),
      interval: duration(interval),
      silence: duration(longestSilence),
    },
    evidence: evidence([promise, 'promise'], [subprotocol.heartbeats[silent].lastMessage, 'last']),
    confidence: 'likely',
    remedies: silent === 'server' ? ['server'] : ['beat'],
  };
};

const mqtt: Check = (session, subprotocol, silent) => {
  const end = givingUp(session, subprotocol, silent);
  if (end === undefined) return undefined;
  if (silent === 'server') {
    const { unanswered } = subprotocol.heartbeats.client;
    if (unanswered === undefined || end.at - unanswered.at < WAITED) return undefined;
    const missed: Missed = { silent, since: unanswered, end, allowed: 0, cause: 'mqtt-keepalive-timeout' };
    return findingOf(session, subprotocol, missed, 'mqtt-pingresp', ['broker']);
  }
  const { interval, patience } = subprotocol.heartbeats.client;
  const since = lastSign(session, subprotocol, silent, end);
  const said = subprotocol.errors.some(({ event, code }) => event === 'DISCONNECT' && code === '0x8d');
  if (interval === 0 || end.at - since.at < (said ? interval : patience * NEARLY)) return undefined;
  const missed: Missed = { silent, since, end, allowed: patience, cause: 'mqtt-keepalive-timeout' };
  const asked = subprotocol.detail.keepAliveAskedSeconds;
  // A client that asked for more and kept to that did not take notice.
  if (typeof asked !== 'number' || (asked > 0 && asked * 1e9 <= interval)) {
    return findingOf(session, subprotocol, missed, 'mqtt-keepalive-timeout', ['keepalive']);
  }
  const finding = findingOf(session, subprotocol, missed, 'mqtt-set-by-broker', ['obey', 'keepalive']);
  return finding && { ...finding, data: { ...finding.data, asked: duration(asked * 1e9) } };
};

const socketIo: Check = (session, subprotocol, silent) => {
  const other = opposite(silent);
  const end = givingUp(session, subprotocol, silent);
  if (end === undefined) return undefined;
  const asked = subprotocol.heartbeats[other];
  const timeout = asked.patience - asked.interval;
  const { unanswered } = asked;
  if (unanswered !== undefined && asked.interval > 0 && end.at - unanswered.at >= timeout * NEARLY) {
    const missed: Missed = { silent, since: unanswered, end, allowed: timeout, cause: 'socketio-ping-timeout' };
    return findingOf(session, subprotocol, missed, 'socketio-pong', ['blocked', 'intervals']);
  }
  // Behind a polling transport the intervals were agreed on in another connection.
  const { interval, patience } = subprotocol.heartbeats[silent];
  if (unanswered !== undefined && asked.interval === 0 && interval === 0 && end.at - unanswered.at >= WAITED) {
    const missed: Missed = { silent, since: unanswered, end, allowed: 0, cause: 'socketio-ping-timeout' };
    const finding = findingOf(session, subprotocol, missed, 'socketio-pong-late', ['blocked', 'intervals']);
    return finding && { ...finding, confidence: 'likely' };
  }
  const since = lastSign(session, subprotocol, silent, end);
  if (interval === 0 || end.at - since.at < patience * NEARLY) return undefined;
  const missed: Missed = { silent, since, end, allowed: patience, cause: 'socketio-ping-timeout' };
  return findingOf(session, subprotocol, missed, 'socketio-ping', ['blocked']);
};

const CHECKS: Readonly<Record<string, Check>> = { stomp, mqtt, 'socket.io': socketIo };

interface Missed {
  silent: Side;
  since: Arrival;
  end: Arrival;
  /** The time it had, from `since` on. */
  allowed: Nanos;
  cause: CauseId;
}

const findingOf = (
  session: Session,
  subprotocol: SubprotocolFacts,
  { silent, since, end, allowed, cause }: Missed,
  message: string,
  remedies: readonly string[],
): Finding | undefined => {
  if (hasHole(session, silent, since)) return undefined;
  const other = opposite(silent);
  const { interval } = subprotocol.heartbeats[silent];
  const asked = subprotocol.heartbeats[other];
  const asksFor = message.startsWith('socketio-pong') || message === 'mqtt-pingresp';
  return {
    message,
    cause,
    stage: 'open',
    data: {
      silent: side(silent),
      other: side(other),
      interval: duration(interval > 0 ? interval : asked.interval),
      silence: duration(end.at - since.at),
      timeout: duration(asked.patience - asked.interval),
      how: howItEnded(session, subprotocol, end),
    },
    evidence: evidence([promiseOf(subprotocol, silent), 'promise'], [since, asksFor ? 'ping' : 'last'], [end, 'end']),
    struckAt: Math.min(end.at, since.at + allowed),
    confidence: session.websocket?.firstClose === undefined && subprotocol.errorCount === 0 ? 'likely' : 'proven',
    remedies,
  };
};

/** Of the silent side, or of the pings that it had to answer. */
const promiseOf = ({ heartbeats, handshake }: SubprotocolFacts, silent: Side): Arrival | undefined =>
  heartbeats[silent].promised ?? heartbeats[opposite(silent)].promised ?? handshake?.answered;

/** The last message of the silent side before the end, or the acceptance of the handshake, from which time runs. */
const lastSign = (session: Session, subprotocol: SubprotocolFacts, silent: Side, end: Arrival | undefined): Arrival => {
  const accepted = subprotocol.handshake?.answered ?? session.tcp.first;
  const error = subprotocol.errors.find(({ arrival }) => arrival === end);
  const last = error === undefined ? subprotocol.heartbeats[silent].lastMessage : error.peerLast;
  return last !== undefined && last.at > accepted.at ? last : accepted;
};

/** A WebSocket ping of the silent side between its last message and the end. */
const lastPingSince = (
  { websocket }: Session,
  silent: Side,
  since: Arrival,
  end: Arrival | undefined,
): Arrival | undefined => {
  const last = websocket?.pings[silent].last;
  return last === undefined || last.at <= since.at || (end !== undefined && last.at > end.at) ? undefined : last;
};
