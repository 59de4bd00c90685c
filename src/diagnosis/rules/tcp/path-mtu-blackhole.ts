/**
 * Large segments that never arrive while small ones pass, and the router's "packet too big" in the capture that asked
 * for smaller ones (RFC 1191, RFC 8201): the sender did not hear it, or does not obey.
 */

import type { Session, StageName } from '../../../session/session.js';
import { SIDES } from '../../../stream/side.js';
import type { IcmpError } from '../../../tcp/tcp-facts.js';
import { CAUSES } from '../../causes.js';
import { evidence } from '../../evidence.js';
import { isUnacknowledged, PATIENCE } from '../../measures/silence.js';
import { bytes, count, side as sideValue, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

/** Repeats that must have stayed unanswered: one may be ordinary loss. */
const REPEATS_NEEDED = 2;
/** Smaller than this no usual path refuses: the minimum MTU of IPv4 less headers (RFC 791 3.1). */
const LARGE_BYTES = 536;

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
    },
    notes: { large: 'large segment, never acknowledged', icmp: 'packet too big', repeat: 'sent again' },
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
      const tooBig = tcp.icmpErrors.find((error) => error.quoted === sender && saysTooBig(error));
      if (stuck === undefined || tooBig === undefined || !isUnacknowledged(session, sender, tooBig.arrival)) continue;
      if (flow.repeats.length < REPEATS_NEEDED || flow.unackedBytes < LARGE_BYTES) continue;
      if (captureEnd - stuck.at < PATIENCE && tcp.endedBy === 'none') continue;
      yield {
        message: 'tooBig',
        cause: 'tcp-path-mtu-blackhole',
        stage: stageUnderWay(session),
        data: {
          side: sideValue(sender),
          unacked: bytes(flow.unackedBytes),
          repeats: count(flow.repeats.length),
          router: text(tooBig.from),
        },
        evidence: evidence([stuck, 'large'], [tooBig.arrival, 'icmp'], [flow.repeats.at(-1), 'repeat']),
        struckAt: stuck.at,
        confidence: 'likely',
        remedies: ['mss', 'icmp', 'mtu'],
      };
    }
  },
});

const saysTooBig = ({ family, type, code }: IcmpError): boolean =>
  family === 4 ? type === 3 && code === 4 : type === 2;

/** Black holes strike wherever the first large segment is sent. */
const stageUnderWay = ({ websocket, tls, upgrade }: Session): StageName => {
  if (websocket !== undefined) return 'open';
  if (upgrade === undefined && tls !== undefined && tls.finished.client === undefined) return 'tls';
  return CAUSES['tcp-path-mtu-blackhole'];
};
