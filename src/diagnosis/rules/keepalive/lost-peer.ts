/**
 * Data that is sent again and again and never acknowledged (RFC 9293 3.8.1). If nothing at all comes back, the peer or
 * the way to it is gone; if the peer still sends, only one direction works.
 */
import type { Session } from '../../../session/session.js';
import { opposite, SIDES, type Side } from '../../../stream/side.js';
import { evidence } from '../../evidence.js';
import { PATIENCE } from '../../measures/silence.js';
import { bytes, count, duration, side } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

/** One repeat may be ordinary loss. */
const REPEATS_NEEDED = 2;

export const lostPeer = defineRule({
  meta: {
    id: 'keepalive/lost-peer',
    title: 'Data is never acknowledged any more',
    severity: 'error',
    causes: ['ws-peer-vanished', 'ws-half-open'],
    needs: ['both-sides'],
    precedence: 'stalled-peer',
    reference: ['RFC 9293 3.8.1', 'RFC 6298 5', 'RFC 1122 4.2.3.5'],
    messages: {
      vanished:
        'The {peer} stopped answering altogether: {unacked} of the {sender} were repeated {repeats} times over {waited}, and nothing came back, not even an acknowledgement or a reset.',
      halfOpen:
        'Only one direction still works: {unacked} of the {sender} were repeated {repeats} times over {waited} without an acknowledgement, while the {peer} went on sending.',
    },
    notes: {
      lastHeard: 'last packet of the other side',
      unacked: 'first data that was never acknowledged',
      repeat: 'sent again',
      stillSends: 'the other side still sends',
    },
    remedies: {
      silent:
        'Something dropped the connection without a word: a NAT or load balancer that forgot it after a silence, a changed network, a host that lost power. Pings in both directions every 20 s to 30 s keep it alive and notice its death.',
      notice:
        'To notice sooner: TCP_USER_TIMEOUT of 20 s on the socket, or terminate when a pong does not come in time.',
      path: 'Compare captures at both ends: the packets are dropped between the last place that sees them and the first that does not.',
    },
  },
  *check(session) {
    const { tcp, websocket, tls, captureEnd } = session;
    const under = websocket !== undefined || (tls !== undefined && spokeBothWays(session));
    if (!under || (websocket?.closes.client !== undefined && websocket.closes.server !== undefined)) return;
    for (const sender of SIDES) {
      const peer = opposite(sender);
      const flow = tcp.flows[sender];
      const stuck = flow.oldestUnacked;
      const firstRepeat = flow.repeats[0];
      if (stuck === undefined || firstRepeat === undefined || flow.repeats.length < REPEATS_NEEDED) continue;
      // Nothing but a FIN outstanding: the conversation was over.
      if (flow.unackedBytes === 0 || tcp.flows[peer].rst !== undefined) continue;
      const lastRepeat = flow.repeats.at(-1) ?? firstRepeat;
      const gaveUp = flow.fin ?? flow.rst;
      if (captureEnd - stuck.at < PATIENCE && gaveUp === undefined) continue;
      if (tcp.flows[peer].windowClosedSince !== undefined) continue;
      // The peer was heard by the other side and not by the capture: its acknowledgments may be unseen, too.
      if (tcp.gaps.some((gap) => gap.side === peer && gap.at > stuck.at)) continue;
      const heard = tcp.flows[peer].lastPacket;
      const stillSends = heard !== undefined && heard.at > (flow.repeats[1]?.at ?? firstRepeat.at);
      yield {
        message: stillSends ? 'halfOpen' : 'vanished',
        cause: stillSends ? 'ws-half-open' : 'ws-peer-vanished',
        data: {
          sender: side(sender),
          peer: side(peer),
          unacked: bytes(flow.unackedBytes),
          repeats: count(flow.repeats.length),
          waited: duration(lastRepeat.at - stuck.at),
        },
        evidence: evidence(
          [heard, stillSends ? 'stillSends' : 'lastHeard'],
          [stuck, 'unacked'],
          ...flow.repeats.slice(0, 4).map((repeat) => [repeat, 'repeat'] as const),
        ),
        struckAt: stuck.at,
        confidence: stillSends && !saidSomethingNew(session, peer, firstRepeat.at) ? 'likely' : 'proven',
        remedies: stillSends ? ['path', 'notice'] : ['silent', 'notice', 'path'],
      };
    }
  },
});

const spokeBothWays = ({ tls }: Session): boolean =>
  tls !== undefined && tls.applicationData.client.records > 0 && tls.applicationData.server.records > 0;

const saidSomethingNew = ({ tcp }: Session, speaker: Side, since: number): boolean =>
  (tcp.flows[speaker].lastData?.at ?? Number.NEGATIVE_INFINITY) > since;
