/**
 * The connection was reset while the session was open and neither side had sent a Close. An RST whose TTL does not fit
 * the other packets of the side it claims to come from was made by something in between.
 */

import { SIDES } from '../../../stream/side.js';
import { hasSaidGoodbye } from '../../../subprotocol/subprotocol-facts.js';
import { evidence } from '../../evidence.js';
import { closeMayBeUnseen } from '../../measures/close-visibility.js';
import { lastFrame, silenceBefore, tcpEnd } from '../../measures/ending.js';
import { hopsApart, isForeignReset } from '../../measures/foreign-reset.js';
import { sideOrNetwork } from '../../measures/phrases.js';
import { duration, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

export const reset = defineRule({
  meta: {
    id: 'closing/reset',
    title: 'Reset without a Close frame',
    severity: 'error',
    causes: ['ws-reset', 'ws-reset-by-middlebox'],
    needs: ['frames', 'both-sides'],
    reference: ['RFC 9293 3.5.2', 'RFC 6455 7.1.4', 'RFC 3360'],
    messages: {
      endpoint:
        'The {by} reset the connection {silence} after the last frame, without a Close frame. Libraries report this as 1006.',
      middlebox:
        'A RST in the name of the {by} ended the connection, but it came from another machine: its TTL is {rstTtl}, the other packets of the {by} arrived with {ttl}. Libraries report this as 1006.',
      injected:
        'Something in between reset the connection {silence} after the last frame: the RST does not fit the packets of either side. Libraries report this as 1006.',
      both: 'Both sides were sent a RST at the same moment, neither of which fits the packets of the side it claims to come from: something in between ended the connection. Libraries report this as 1006.',
    },
    notes: { last: 'last frame', reset: 'RST' },
    remedies: {
      crash:
        'Read the log of the {by} at this time: a process that is killed with unread data, closes with SO_LINGER 0 or calls terminate() resets.',
      expired:
        'If the connection had been quiet, something with connection state (NAT, load balancer, firewall) may have forgotten it and answered the next packet by a RST: send pings more often than its idle timeout.',
      middlebox:
        'Look for a firewall, intrusion prevention or load balancer on the way, {hops} hops nearer or farther than the peer, and its log at this time.',
      middle: 'Look for a firewall, intrusion prevention or load balancer on the way, and its log at this time.',
    },
  },
  *check(session) {
    const end = tcpEnd(session);
    const { websocket } = session;
    if (end === undefined || end.kind !== 'rst' || websocket === undefined) return;
    if (websocket.firstClose !== undefined || closeMayBeUnseen(session) || hasSaidGoodbye(session.subprotocol)) return;
    const silence = duration(silenceBefore(session, end.at)?.length ?? 0);
    const shared = { evidence: evidence([lastFrame(session), 'last'], [end.at, 'reset']), struckAt: end.at.at };
    const foreign = SIDES.filter((side) => isForeignReset(session.tcp.flows[side]));
    if (end.by === 'network' || (end.by !== undefined && foreign.includes(end.by))) {
      const by = foreign[0];
      const message = foreign.length === 2 ? 'both' : by === undefined ? 'injected' : 'middlebox';
      const flow = session.tcp.flows[by ?? 'server'];
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
        },
        confidence: foreign.length === 2 ? 'proven' : 'likely',
        remedies: [hops === undefined ? 'middle' : 'middlebox', 'expired'],
      };
      return;
    }
    yield {
      ...shared,
      message: 'endpoint',
      cause: 'ws-reset',
      data: { by: text(end.by), silence },
      confidence: 'proven',
      remedies: ['crash', 'expired'],
    };
  },
});
