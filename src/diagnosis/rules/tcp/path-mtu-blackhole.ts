/**
 * Large segments that never arrive while small ones pass (RFC 2923 2.1). Shown by a router's "packet too big" that did
 * not help (RFC 1191, RFC 8201), or by a peer that answered what came behind the first data without acknowledging it.
 */

import type { Session, StageName } from '../../../session/session.js';
import type { Arrival } from '../../../stream/arrival.js';
import { opposite, SIDES, type Side } from '../../../stream/side.js';
import type { IcmpError } from '../../../tcp/tcp-facts.js';
import { CAUSES } from '../../causes.js';
import { evidence } from '../../evidence.js';
import { textOr } from '../../measures/phrases.js';
import { isUnacknowledged, PATIENCE } from '../../measures/silence.js';
import { bytes, count, side as sideValue } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

/** Repeats that must have stayed unanswered: one may be ordinary loss. */
const REPEATS_NEEDED = 2;
/** Smaller than this no usual path refuses: the minimum MTU of IPv4 less headers (RFC 791 3.1). */
const LARGE_BYTES = 536;
/** More than this was sent in more than one segment on any usual path (RFC 894). */
const FULL_SEGMENT_BYTES = 1460;
/** Round trips vary: an answer may come a little sooner than the one to the SYN. */
const RTT_SHARE = 0.8;

export const pathMtuBlackhole = defineRule({
  meta: {
    id: 'tcp/path-mtu-blackhole',
    title: 'Full-size packets do not arrive',
    severity: 'error',
    causes: ['tcp-path-mtu-blackhole'],
    needs: ['both-sides'],
    precedence: 'stalled-peer',
    reference: ['RFC 1191', 'RFC 8201', 'RFC 2923 2.1'],
    messages: {
      tooBig:
        'The {side} sent {unacked} that were never acknowledged and repeated them {repeats} times, though {router} had answered that the packets are too big for its next link. Smaller packets passed before.',
      smallPassed:
        'The {side} sent {unacked} in several segments; the {peer} answered a later one and never acknowledged the first, which was repeated {repeats} times: full-size packets do not arrive, smaller ones do.',
    },
    notes: {
      large: 'large segment, never acknowledged',
      icmp: 'packet too big',
      answer: 'answer to a later, smaller segment',
      repeat: 'sent again',
    },
    remedies: {
      mss: 'Clamp the segment size on the router: iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu',
      icmp: 'Let ICMP type 3 code 4 (IPv6: ICMPv6 type 2) through to the sender; firewalls that drop all ICMP break path MTU discovery.',
      mtu: 'Or lower the MTU on the sending host: ip link set dev eth0 mtu 1400. Linux can also probe by itself: sysctl -w net.ipv4.tcp_mtu_probing=1',
    },
  },
  *check(session) {
    const { tcp, captureEnd } = session;
    for (const sender of SIDES) {
      const flow = tcp.flows[sender];
      const stuck = flow.oldestUnacked;
      if (stuck === undefined || flow.repeats.length < REPEATS_NEEDED || flow.unackedBytes < LARGE_BYTES) continue;
      if (captureEnd - stuck.at < PATIENCE && tcp.endedBy === 'none') continue;
      const tooBig = tcp.icmpErrors.find((error) => error.quoted === sender && saysTooBig(error));
      const obeyed = tooBig === undefined || !isUnacknowledged(session, sender, tooBig.arrival);
      const answer = obeyed ? answerToLaterData(session, sender, stuck) : undefined;
      if (obeyed && answer === undefined) continue;
      yield {
        message: answer === undefined ? 'tooBig' : 'smallPassed',
        cause: 'tcp-path-mtu-blackhole',
        stage: stageUnderWay(session),
        data: {
          side: sideValue(sender),
          peer: sideValue(opposite(sender)),
          unacked: bytes(flow.unackedBytes),
          repeats: count(flow.repeats.length),
          router: textOr(tooBig?.from, 'none'),
        },
        evidence: evidence(
          [stuck, 'large'],
          [obeyed ? undefined : tooBig?.arrival, 'icmp'],
          [answer, 'answer'],
          [flow.repeats.at(-1), 'repeat'],
        ),
        struckAt: stuck.at,
        confidence: 'likely',
        remedies: ['mss', 'icmp', 'mtu'],
      };
    }
  },
});

/**
 * A packet of the peer without data, a round trip after the first data of all was sent in several segments, that does
 * not acknowledge it: a segment behind it arrived, since nothing else was there to answer.
 */
const answerToLaterData = ({ tcp }: Session, sender: Side, stuck: Arrival): Arrival | undefined => {
  const { firstData, unackedBytes, repeats } = tcp.flows[sender];
  const { lastPacket, lastData } = tcp.flows[opposite(sender)];
  const wasFirst = firstData?.packet === stuck.packet && unackedBytes > FULL_SEGMENT_BYTES;
  const spokeItself = lastData !== undefined && lastData.at > stuck.at;
  if (!wasFirst || spokeItself || lastPacket === undefined || tcp.handshakeRtt === undefined) return undefined;
  const inTime = lastPacket.at - stuck.at >= tcp.handshakeRtt * RTT_SHARE && lastPacket.at < (repeats[1]?.at ?? 0);
  return inTime ? lastPacket : undefined;
};

const saysTooBig = ({ family, type, code }: IcmpError): boolean =>
  family === 4 ? type === 3 && code === 4 : type === 2;

/** Black holes strike wherever the first large segment is sent. */
const stageUnderWay = ({ websocket, tls, upgrade }: Session): StageName => {
  if (websocket !== undefined) return 'open';
  if (upgrade === undefined && tls !== undefined && tls.finished.client === undefined) return 'tls';
  return CAUSES['tcp-path-mtu-blackhole'];
};
