/**
 * The connection was reset while the session was open and neither side had sent a Close. An RST whose TTL does not fit
 * the other packets of the side it claims to come from was made by something in between; one that answers a packet after
 * a silence as hosts do for a connection they do not have says nothing of when or why that was lost.
 */

import type { Nanos } from '../../../capture/packet.js';
import type { Session } from '../../../session/session.js';
import type { Arrival } from '../../../stream/arrival.js';
import { type Actor, opposite, SIDES, type Side } from '../../../stream/side.js';
import { hasSaidGoodbye } from '../../../subprotocol/subprotocol-facts.js';
import type { FlowFacts } from '../../../tcp/tcp-facts.js';
import { evidence } from '../../evidence.js';
import { closeMayBeUnseen, closeOfSideMayBeUnseen } from '../../measures/close-visibility.js';
import { lastFrame, silenceBefore, tcpEnd } from '../../measures/ending.js';
import { hopsApart, isForeignReset } from '../../measures/foreign-reset.js';
import { sideOrNetwork } from '../../measures/phrases.js';
import { duration, side, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

/** Shorter pauses are no silence in which a connection is lost or given up. */
const QUIET: Nanos = 1e9;

export const reset = defineRule({
  meta: {
    id: 'closing/reset',
    title: 'Reset without a Close frame',
    severity: 'error',
    causes: ['ws-reset', 'ws-reset-by-middlebox'],
    needs: ['frames'],
    reference: ['RFC 9293 3.5.2', 'RFC 6455 7.1.4', 'RFC 3360'],
    messages: {
      endpoint:
        'The {by} reset the connection {silence} after the last frame, without a Close frame. Libraries report this as 1006.',
      oneSided:
        'The {by} reset the connection {silence} after its last frame, without a Close frame of its own. Nothing of the {peer} was captured; since that frame the {by} has acknowledged nothing new of it. Libraries report this as 1006.',
      unknown:
        'The {by} does not know the connection any more: after {quiet} without a packet from it, it answered the next packet by a RST as hosts do for a connection that they do not have (without ACK, its number taken from that packet). It had lost or given up the connection before, or the packet reached it from another port or another machine. Libraries report this as 1006.',
      unknownAgain:
        'The {by} does not know the connection any more: it did not answer the last packet when that came first, and answered its repetition, {again} later, by a RST as hosts do for a connection that they do not have (without ACK, its number taken from that packet). The connection, or the way to the host that had it, was lost before or in between. Libraries report this as 1006.',
      middlebox:
        'A RST in the name of the {by} ended the connection, but it came from another machine: its TTL is {rstTtl}, the other packets of the {by} arrived with {ttl}. Libraries report this as 1006.',
      once: 'A RST in the name of the {by} ended the connection, but the {by} did not send it: each other packet of the {by} is in the capture twice, on its way in and on its way out, and the RST only once. It was made here, where the capture was taken, or was not passed on. Libraries report this as 1006.',
      between:
        'A RST in the name of the {by} ended the connection, but the {by} did not send it: it is in capture {farther} and not in capture {nearer}, which is nearer to the {by}, has its other packets and goes on. Libraries report this as 1006.',
      injected:
        'Something in between reset the connection {silence} after the last frame: the RST does not fit the packets of either side. Libraries report this as 1006.',
      both: 'Both sides were sent a RST at the same moment, neither of which fits the packets of the side it claims to come from: something in between ended the connection. Libraries report this as 1006.',
    },
    notes: {
      last: 'last frame',
      heard: 'last packet before the silence',
      first: 'packet without an answer',
      answered: 'packet that is answered',
      reset: 'RST',
    },
    remedies: {
      crash:
        'Read the log of the {by} at this time: a process that is killed with unread data, closes with SO_LINGER 0 or calls terminate() resets.',
      before:
        'Look in the log of the {by} for what happened during the silence, not at this moment: it restarted or crashed, or gave up because of a timeout (TCP_USER_TIMEOUT, keep-alive) while its own packets did not arrive here.',
      rebound:
        'Or something in between forgot the connection in the silence: a NAT or firewall then gives the next packet another port, a load balancer sends it to another machine, and that host answers by a RST. Compare ports and sequence numbers with a capture at the {by}; pings more often than the idle timeout of what is in between keep the connection known.',
      expired:
        'If the connection had been quiet, something with connection state (NAT, load balancer, firewall) may have forgotten it and answered the next packet by a RST: send pings more often than its idle timeout.',
      forgot:
        'The connection had been quiet for {quiet} before the packet that this RST answers: something with connection state (NAT, load balancer, firewall) may have forgotten it. Send pings more often than that.',
      middlebox:
        'Look for a firewall, intrusion prevention or load balancer on the way, {hops} hops nearer or farther than the peer, and its log at this time.',
      here: 'Look at the machine that took the capture: its firewall rules with REJECT --reject-with tcp-reset, its proxies and its connection tracking.',
      between:
        'Look at what lies between the points of capture {nearer} and {farther} (firewall, intrusion prevention, NAT, load balancer), and its log at this time.',
      middle: 'Look for a firewall, intrusion prevention or load balancer on the way, and its log at this time.',
    },
  },
  *check(session) {
    const end = tcpEnd(session);
    const { websocket } = session;
    if (end === undefined || end.kind !== 'rst' || websocket === undefined) return;
    const isOneSided = !session.sight.has('both-sides');
    if (websocket.firstClose !== undefined || hasSaidGoodbye(session.subprotocol)) return;
    if (isOneSided ? !isSpontaneous(session, end.by) : closeMayBeUnseen(session)) return;
    const silence = duration(silenceBefore(session, end.at)?.length ?? 0);
    const shared = { evidence: evidence([lastFrame(session), 'last'], [end.at, 'reset']), struckAt: end.at.at };
    const foreign = SIDES.filter((side) => isForeignReset(session.tcp.flows[side]));
    if (end.by === 'network' || (end.by !== undefined && foreign.includes(end.by))) {
      const by = foreign[0];
      const message = foreign.length === 2 ? 'both' : by === undefined ? 'injected' : 'middlebox';
      const flow = session.tcp.flows[by ?? 'server'];
      const forgotten = quietBefore(session, flow);
      if (message === 'middlebox' && flow.rstAlone !== undefined) {
        const { between } = flow.rstAlone;
        yield {
          ...shared,
          message: between === undefined ? 'once' : 'between',
          cause: 'ws-reset-by-middlebox',
          data: { by: side(by!), ...(between && namesOf(between)), ...forgotten.data },
          confidence: between === undefined ? 'likely' : 'proven',
          remedies: [between === undefined ? 'here' : 'between', forgotten.remedy],
        };
        return;
      }
      const hops = by === undefined ? undefined : hopsApart(flow);
      yield {
        ...shared,
        message,
        cause: 'ws-reset-by-middlebox',
        data: {
          by: sideOrNetwork(by ?? 'network'),
          silence,
          ttl: text(flow.ttl),
          rstTtl: text(flow.rstTtl),
          hops: text(hops ?? ''),
          ...forgotten.data,
        },
        confidence: foreign.length === 2 ? 'proven' : 'likely',
        remedies: [hops === undefined ? 'middle' : 'middlebox', forgotten.remedy],
      };
      return;
    }
    const unknown = answerForUnknown(session, end.by);
    if (unknown !== undefined) {
      const { answered, heard, first } = unknown;
      yield {
        message: first === undefined ? 'unknown' : 'unknownAgain',
        cause: 'ws-reset',
        data: {
          by: side(end.by),
          quiet: duration(answered.at - heard.at),
          ...(first && { again: duration(answered.at - first.at) }),
        },
        evidence: evidence([heard, 'heard'], [first, 'first'], [answered, 'answered'], [end.at, 'reset']),
        struckAt: end.at.at,
        confidence: 'likely',
        remedies: ['before', 'rebound'],
      };
      return;
    }
    yield {
      ...shared,
      message: isOneSided ? 'oneSided' : 'endpoint',
      cause: 'ws-reset',
      data: { by: side(end.by), silence, peer: side(opposite(end.by)) },
      confidence: isOneSided ? 'likely' : 'proven',
      remedies: ['crash', 'expired'],
    };
  },
});

/** Of the only side that was captured: it sent no Close, and since its last frame read nothing that could be one. */
const isSpontaneous = (session: Session, by: Actor): boolean => {
  if (by === 'network' || closeOfSideMayBeUnseen(session, by)) return false;
  const { packets, lastAck } = session.tcp.flows[by];
  const frame = session.websocket?.lastFrame[by];
  return packets > 0 && frame !== undefined && (lastAck?.at ?? 0) <= frame.readyAt;
};

/** Captures are counted from 1 in reports. */
const namesOf = ({ nearer, farther }: { nearer: number; farther: number }) => ({
  nearer: text(nearer + 1),
  farther: text(farther + 1),
});

interface Unknown {
  answered: Arrival;
  heard: Arrival;
  /** The same bytes, when they were sent first and nobody answered. */
  first: Arrival | undefined;
}

/** The packet that the RST answers, and the last one before it that came from the RST's side, where a silence is between. */
const answerForUnknown = ({ tcp }: Session, by: Side): Unknown | undefined => {
  const { rstAnswers: answered, beforeRst: heard } = tcp.flows[by];
  if (answered === undefined || heard === undefined || answered.at - heard.at < QUIET) return undefined;
  const { repeats, oldestUnacked } = tcp.flows[opposite(by)];
  const isAgain = repeats.some(({ packet }) => packet === answered.packet);
  return { answered, heard, first: isAgain ? oldestUnacked : undefined };
};

/** How long the side had been silent in whose name the RST came, before the frame that it answers. */
const quietBefore = (session: Session, { beforeRst: heard, rst }: FlowFacts) => {
  const asked = lastFrame(session);
  const quiet = heard === undefined || asked === undefined ? 0 : asked.at - heard.at;
  const isAtOnce = asked !== undefined && rst !== undefined && rst.at - asked.at < QUIET;
  return quiet >= QUIET && isAtOnce
    ? { data: { quiet: duration(quiet) }, remedy: 'forgot' }
    : { data: {}, remedy: 'expired' };
};
