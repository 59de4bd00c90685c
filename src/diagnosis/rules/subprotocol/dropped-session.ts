/**
 * A broker that ends the session right after a command of the client and does not say why: RabbitMQ closes with 1000 where
 * STOMP has the ERROR frame, and brokers of MQTT 3.1.1, which has no word for a refused PUBLISH, end the connection. Once
 * it may be chance; the same command again and again is not.
 */
import type { CaptureView, Session } from '../../../session/session.js';
import type { Arrival } from '../../../stream/arrival.js';
import { type Command, hasSaidGoodbye } from '../../../subprotocol/subprotocol-facts.js';
import { evidence } from '../../evidence.js';
import { closeMayBeUnseen } from '../../measures/close-visibility.js';
import { departure, tcpEnd } from '../../measures/ending.js';
import { quote } from '../../measures/headers.js';
import { quoting } from '../../measures/phrases.js';
import { count, duration, text } from '../../measures/values.js';
import { defineRule, type Finding } from '../../rule.js';

export const droppedSession = defineRule({
  meta: {
    id: 'subprotocol/dropped-session',
    title: 'Session ended over a command, without a word',
    severity: 'warning',
    causes: ['ws-abnormal-closure'],
    needs: ['frames', 'payloads', 'both-sides', 'no-gaps'],
    precedence: 'subprotocol-error',
    reference: ['STOMP 1.2 ERROR', 'MQTT 3.1.1 3.3.5'],
    messages: {
      closed:
        'The broker closed with 1000{reason}, {after} after {command} of the client, which had sent no DISCONNECT; there is no ERROR frame either. That frame may be why.',
      once: '{command} is the last packet of the client and was not answered; the broker ended the connection {after} later. Its access rules may forbid it: MQTT 3.1.1 has no other way to say so.',
      again:
        '{command} is the last packet of the client and was not answered; the broker ended the connection {after} later. {sessions} sessions of this capture ended like that, all after the same command: most likely the broker forbids it, and MQTT 3.1.1 has no other way to say so.',
    },
    notes: { command: 'last command of the client', end: 'the server ends the session' },
    remedies: {
      acl: 'Allow the topic to this user (or client identifier) in the access rules of the broker, or correct the topic; the broker’s log names both.',
      queue:
        'See whether the destination exists and may be used, and whether the message that is acknowledged still waits for it (once each); the broker’s log says why.',
      retry:
        'Do not let the client send the same command again right after it has reconnected: that ends the next session too.',
    },
  },
  *check(session, capture) {
    const finding = session.subprotocol?.name === 'stomp' ? ofStomp(session) : ofMqtt(session, capture);
    if (finding !== undefined) yield finding;
  },
});

/** The command and the end have the network and the broker to cross. */
const RIGHT_AFTER = 1e9;

interface Drop {
  command: Command;
  end: Arrival;
}

/** The server's first word of leaving right after the last message of the client, where nobody had said why. */
const dropOf = (session: Session): Drop | undefined => {
  const { subprotocol } = session;
  if (subprotocol === undefined || subprotocol.goodbye !== undefined || hasSaidGoodbye(subprotocol)) return undefined;
  const command = subprotocol.lastCommand.client;
  if (command === undefined || command.isAnswered || subprotocol.errors.some(({ fatal }) => fatal)) return undefined;
  // Anything that the client said after it may be the reason as well.
  const last = subprotocol.heartbeats.client.lastMessage;
  const [end, own] = [departure(session, 'server'), departure(session, 'client')];
  if (end === undefined || (own !== undefined && own.at < end.at) || command.arrival.at > end.at) return undefined;
  if (last !== undefined && last.at > command.arrival.at) return undefined;
  return end.at - command.arrival.at > RIGHT_AFTER ? undefined : { command, end };
};

const ofStomp = (session: Session): Finding | undefined => {
  const drop = dropOf(session);
  const close = session.websocket?.firstClose;
  if (drop === undefined || close?.from !== 'server' || close.code !== 1000) return undefined;
  return {
    message: 'closed',
    cause: null,
    data: { ...said(drop), reason: quoting('with-reason', quote(close.reason), 'reason') },
    evidence: evidence([drop.command.arrival, 'command'], [drop.end, 'end']),
    // What went well before is no likely reason.
    confidence: drop.command.before === 0 ? 'likely' : 'possible',
    remedies: ['queue'],
  };
};

const ofMqtt = (session: Session, capture: CaptureView): Finding | undefined => {
  const drop = silentDrop(session);
  if (drop === undefined) return undefined;
  const sessions = likeIt(capture, session, drop);
  const isAgain = sessions >= AGAIN;
  return {
    message: isAgain ? 'again' : 'once',
    cause: isAgain ? 'ws-abnormal-closure' : null,
    severity: isAgain ? 'error' : 'warning',
    stage: 'open',
    data: { ...said(drop), sessions: count(sessions) },
    evidence: evidence([drop.command.arrival, 'command'], [drop.end, 'end']),
    struckAt: drop.command.arrival.at,
    confidence: isAgain ? 'likely' : 'possible',
    remedies: isAgain ? ['acl', 'retry'] : ['acl'],
  };
};

/** Sessions that end after the same command: from here on it is no chance. */
const AGAIN = 3;

/** What worked before is allowed; a Close or a RST has a cause of its own; and MQTT 5 says why. */
const silentDrop = (session: Session): Drop | undefined => {
  if (session.subprotocol?.name !== 'mqtt' || session.subprotocol.version === '5.0') return undefined;
  if (session.websocket?.firstClose !== undefined || tcpEnd(session)?.kind !== 'fin') return undefined;
  if (closeMayBeUnseen(session) || session.subprotocol.breaches.length > 0) return undefined;
  const drop = dropOf(session);
  return drop === undefined || drop.command.before > 0 ? undefined : drop;
};

const drops = new WeakMap<CaptureView, Map<string, Drop[]>>();

/** Ends of the same moment have a cause in common, and it is no command. */
const likeIt = (capture: CaptureView, session: Session, drop: Drop): number => {
  let index = drops.get(capture);
  if (index === undefined) {
    index = new Map();
    for (const each of capture.sessions) {
      const found = silentDrop(each);
      if (found === undefined) continue;
      const key = keyOf(each, found);
      index.set(key, [...(index.get(key) ?? []), found]);
    }
    drops.set(capture, index);
  }
  let [moments, until] = [0, Number.NEGATIVE_INFINITY];
  const ends = (index.get(keyOf(session, drop)) ?? [drop]).map(({ end }) => end.at).sort((a, b) => a - b);
  for (const at of ends) {
    if (at - until < SAME_MOMENT) continue;
    moments++;
    until = at;
  }
  return moments;
};

/** Clients that come back at once take longer than that from end to end. */
const SAME_MOMENT = 0.2e9;

const keyOf = ({ server }: Session, { command }: Drop): string => `${server.text} ${command.event} ${command.subject}`;

const said = ({ command, end }: Drop) => ({
  command: text(`${command.event}${command.subject === '' ? '' : ` ${quote(command.subject) ?? ''}`}`),
  after: duration(end.at - command.arrival.at),
});
