/**
 * Large segments that never arrive while small ones pass (RFC 2923 2.1). Shown by a router's "packet too big" that did
 * not help (RFC 1191, RFC 8201), by a peer that holds or answers what was sent behind, by a hole that is never filled,
 * or by a sender that found a smaller size for itself (RFC 4821).
 */
import type { Session, StageName } from '../../../session/session.js';
import { opposite, SIDES, type Side } from '../../../stream/side.js';
import { CAUSES } from '../../causes.js';
import { evidence } from '../../evidence.js';
import { textOr } from '../../measures/phrases.js';
import { type PathMtuSign, pathMtuSign, shrunkSegments } from '../../measures/tcp-path-mtu.js';
import { serverAnswered } from '../../measures/tls-progress.js';
import { bytes, count, duration, side as sideValue } from '../../measures/values.js';
import { type Confidence, defineRule, type Finding } from '../../rule.js';

export const pathMtuBlackhole = defineRule({
  meta: {
    id: 'tcp/path-mtu-blackhole',
    title: 'Full-size packets do not arrive',
    severity: 'error',
    causes: ['tcp-path-mtu-blackhole'],
    needs: ['both-sides'],
    precedence: 'stalled-peer',
    reference: ['RFC 1191', 'RFC 8201', 'RFC 2923 2.1', 'RFC 4821 3'],
    messages: {
      tooBig:
        'The {side} sent {unacked} that were never acknowledged and repeated them {repeats} times, though {router} had answered that the packets are too big for its next link. Smaller packets passed before.',
      smallPassed:
        'The {side} sent {unacked} in several segments; the {peer} answered a later one and never acknowledged the first, which was repeated {repeats} times: full-size packets do not arrive, smaller ones do.',
      sacked:
        'The {side} sent segments of {stuck} and repeated the first {repeats} times in vain, while the {peer} reported that it holds {passed} sent behind them: full-size packets do not arrive, smaller ones do.',
      hole: '{lost} of the {side} never arrived here, although {waited} passed and the {peer} had reported them missing; segments of up to {passed} did arrive: full-size packets are lost on the way, smaller ones pass.',
      shrunk:
        'The {side} sent {tries} times again at {from} a segment in vain; after {waited}, sent at {to}, the same bytes arrived at once: full-size packets do not arrive, smaller ones do.',
    },
    notes: {
      large: 'large segment, never acknowledged',
      icmp: 'packet too big',
      answer: 'answer to a later, smaller segment',
      report: 'reports what was sent behind it',
      repeat: 'sent again',
      behind: 'smaller segment, sent behind what is missing',
      heard: 'the sender is still heard',
      arrived: 'arrived in a smaller segment',
    },
    remedies: {
      mss: 'Clamp the segment size on the router: iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu',
      icmp: 'Let ICMP type 3 code 4 (IPv6: ICMPv6 type 2) through to the sender; firewalls that drop all ICMP break path MTU discovery.',
      mtu: 'Or lower the MTU on the sending host: ip link set dev eth0 mtu 1400. Linux can also probe by itself: sysctl -w net.ipv4.tcp_mtu_probing=1',
    },
  },
  *check(session) {
    for (const sender of SIDES) {
      const sign = pathMtuSign(session, sender);
      if (sign !== undefined) yield blackHole(session, sender, sign);
      else yield* recovered(session, sender);
    }
  },
});

const REMEDIES = ['mss', 'icmp', 'mtu'];

const blackHole = (session: Session, sender: Side, sign: PathMtuSign): Finding => {
  const { repeats, unackedBytes, sizes, lastPacket } = session.tcp.flows[sender];
  const lastRepeat = repeats.at(-1);
  const told = {
    cause: 'tcp-path-mtu-blackhole',
    stage: stageUnderWay(session),
    data: {
      side: sideValue(sender),
      peer: sideValue(opposite(sender)),
      unacked: bytes(unackedBytes),
      stuck: bytes(sizes.stuck),
      repeats: count(repeats.length),
      router: textOr(sign.kind === 'too-big' ? sign.error.from : null, 'none'),
      ...('passed' in sign ? { passed: bytes(sign.passed) } : {}),
      ...(sign.kind === 'hole' ? { lost: bytes(sign.lost), waited: duration(sign.waited) } : {}),
    },
    struckAt: sign.since.at,
    confidence: confidenceOf(session, sign),
    remedies: REMEDIES,
  } as const;
  switch (sign.kind) {
    case 'too-big': {
      const points = evidence([sign.since, 'large'], [sign.error.arrival, 'icmp'], [lastRepeat, 'repeat']);
      return { ...told, message: 'tooBig', evidence: points };
    }
    case 'sacked': {
      const points = evidence([sign.since, 'large'], [sign.report, 'report'], [lastRepeat, 'repeat']);
      return { ...told, message: 'sacked', evidence: points };
    }
    case 'answered': {
      const points = evidence([sign.since, 'large'], [sign.answer, 'answer'], [lastRepeat, 'repeat']);
      return { ...told, message: 'smallPassed', evidence: points };
    }
    case 'hole': {
      const heard = sign.isAlive ? lastPacket : undefined;
      const points = evidence([sign.since, 'behind'], [sizes.sackedAt, 'report'], [heard, 'heard']);
      return { ...told, message: 'hole', evidence: points };
    }
  }
};

/** Both directions of a path have the same links: what was found out for one of them holds for the other. */
const confidenceOf = (session: Session, sign: PathMtuSign): Confidence => {
  if (sign.kind === 'too-big') return sign.isLarger ? 'proven' : 'likely';
  if (SIDES.some((side) => shrunkSegments(session, side) !== undefined)) return 'proven';
  return sign.kind === 'hole' && !sign.isAlive ? 'possible' : 'likely';
};

/** The sender found out for itself: it only cost time. */
function* recovered(session: Session, sender: Side): Generator<Finding> {
  const shrunk = shrunkSegments(session, sender);
  if (shrunk === undefined) return;
  const { from, to, tries, first, passed } = shrunk;
  yield {
    message: 'shrunk',
    cause: 'tcp-path-mtu-blackhole',
    severity: 'warning',
    stage: stageUnderWay(session),
    data: {
      side: sideValue(sender),
      from: bytes(from),
      to: bytes(to),
      tries: count(tries),
      waited: duration(passed.at - first.at),
    },
    evidence: evidence([first, 'repeat'], [passed, 'arrived']),
    confidence: 'proven',
    remedies: REMEDIES,
  };
}

/** Black holes strike wherever the first large segment is sent. */
const stageUnderWay = ({ websocket, tls, upgrade }: Session): StageName => {
  if (websocket !== undefined) return 'open';
  if (upgrade === undefined && tls !== undefined && tls.finished.client === undefined) return 'tls';
  if (upgrade === undefined && tls?.decrypted === false && serverAnswered(tls)) return 'open';
  return CAUSES['tcp-path-mtu-blackhole'];
};
