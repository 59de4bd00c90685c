/**
 * Data that is sent again and again and never acknowledged (RFC 9293 3.8.1), or keep-alives without an answer (3.8.4). If
 * nothing at all comes back, the peer or the way to it is gone; if the peer still sends, only one direction works.
 */
import type { Session } from '../../../session/session.js';
import type { Arrival } from '../../../stream/arrival.js';
import { opposite, SIDES, type Side } from '../../../stream/side.js';
import type { FlowFacts } from '../../../tcp/tcp-facts.js';
import { evidence } from '../../evidence.js';
import { icmpRefusal } from '../../measures/icmp-refusal.js';
import { droppedBetween, lackingCapture, pathRemedy } from '../../measures/other-capture.js';
import { PATIENCE } from '../../measures/silence.js';
import { onlyLargeStuck, pathMtuSign } from '../../measures/tcp-path-mtu.js';
import { bytes, count, duration, side } from '../../measures/values.js';
import { defineRule, type Finding } from '../../rule.js';

/** One repeat may be ordinary loss. */
const REPEATS_NEEDED = 2;
/** Lost one by one they are seldom; where their sender gave up over them, fewer will do. */
const KEEP_ALIVES_NEEDED = 3;
const KEEP_ALIVES_GIVEN_UP = 2;
/** Each repeat waits about twice as long as the one before (RFC 6298 5.5): a sender that has not sent by then has given up. */
const NEXT_REPEAT_WITHIN = 3;
/** Repeats are listed up to here; there may have been more. */
const REPEATS_LISTED = 16;

export const lostPeer = defineRule({
  meta: {
    id: 'keepalive/lost-peer',
    title: 'Data is never acknowledged any more',
    severity: 'error',
    causes: ['ws-peer-vanished', 'ws-half-open'],
    needs: ['both-sides'],
    precedence: 'stalled-peer',
    reference: ['RFC 9293 3.8.1', 'RFC 6298 5', 'RFC 1122 4.2.3.5', 'RFC 1122 4.2.3.6'],
    messages: {
      vanished:
        'The {peer} stopped answering altogether: {unacked} of the {sender} were repeated {repeats} times over {waited}, and nothing came back from it, not even an acknowledgement or a reset{refusal}{between}.',
      halfOpen:
        'Only one direction still works: {unacked} of the {sender} were repeated {repeats} times over {waited} without an acknowledgement, while the {peer} went on sending{refusal}{between}.',
      gaveUp:
        'The {peer} stopped answering altogether: {unacked} of the {sender} were repeated {repeats} times over {waited}, and nothing came back from it{refusal}; the {sender} gave up without a word. What the {peer} sent {late} after the last repeat found nobody.',
      filtered:
        'One packet of the {sender} never gets through: {stuck} were repeated {repeats} times over {waited}, while the {peer} reported that it holds {passed} that were sent behind them. It is neither the size nor the connection{refusal}{between}: something on the way drops just this packet, or damages it so that it is dropped.',
      keepAlives:
        'The {peer} stopped answering altogether: {probes} TCP keep-alives of the {sender} in {waited} found no answer, and nothing else came from it for {silence}{refusal}.',
      keepAlivesEnd:
        'The {peer} stopped answering altogether: {probes} TCP keep-alives of the {sender} in {waited} found no answer, and then the {sender} gave up the connection{refusal}.',
    },
    notes: {
      lastHeard: 'last packet of the other side',
      unacked: 'first data that was never acknowledged',
      repeat: 'sent again',
      stillSends: 'the other side still sends',
      late: 'the other side is heard again, too late',
      refused: 'ICMP error for a packet of that side',
      report: 'reports what was sent behind it',
      keepAlive: 'keep-alive without an answer',
      gaveUp: 'its sender gives up',
      forgotten: 'the sender does not know the connection any more',
    },
    remedies: {
      refused:
        'Look at {router}, at this time: its firewall rules (or its routes) do not let these packets pass, and its ICMP says so. Where it tracks connections it may have forgotten this one after a silence; pings more often than its timeout keep it known.',
      gone: 'See whether the host of the {peer} is up and still has its address: {router} does not forbid these packets. Its ICMP came late and in bursts, as from a router on the last link whose ARP (neighbour discovery) finds nobody: the host lost power, slept, moved, or lost its link. On {router}: ip neigh',
      silent:
        'Something dropped the connection without a word: a NAT or load balancer that forgot it after a silence, a changed network, a host that lost power. Pings in both directions every 20 s to 30 s keep it alive and notice its death.',
      notice:
        'To notice sooner: TCP_USER_TIMEOUT of 20 s on the socket, or terminate when a pong does not come in time.',
      between:
        'Look at what lies between the points of capture {home} and {other} (firewalls, NAT, routers) and its log at this time: the packets are in capture {home} and not in capture {other}.',
      betweenLikely:
        'Capture {other} has none of these packets; if it was still running, they were dropped between the points of capture {home} and {other}: look at what lies there (firewalls, NAT, routers).',
      path: 'Compare captures at both ends: the packets are dropped between the last place that sees them and the first that does not.',
      filter:
        'Look for what reads the content of packets on the way (intrusion prevention, a web or virus filter, iptables -m string), and its log at this time: it drops this one whenever it is sent. Encrypted by TLS (wss) the content is not seen.',
      damage:
        'See at the {peer} whether the packet arrives there damaged: nstat -az TcpInCsumErrors counts those, and tcpdump -v names a wrong checksum.',
      size: 'All that was sent in vain was large, {stuck} a segment or more, and nothing above {passed} ever arrived: a path that drops full-size packets looks like this, too. See which size passes: ping -M do -s 1472 towards the peer, then smaller ones; lower the MTU, or clamp the segment size on the router (TCPMSS --clamp-mss-to-pmtu).',
    },
  },
  *check(session) {
    const { tcp, websocket, tls, captureEnd } = session;
    const under =
      websocket !== undefined || (tls !== undefined && session.upgrade === undefined && spokeBothWays(session));
    if (!under || (websocket?.closes.client !== undefined && websocket.closes.server !== undefined)) return;
    for (const sender of SIDES) {
      yield* unansweredKeepAlives(session, sender);
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
      // Smaller packets arrive: tcp/path-mtu-blackhole says so.
      if (pathMtuSign(session, sender) !== undefined) continue;
      const filtered = filteredSegment(flow);
      if (filtered !== undefined) {
        yield dropsOnePacket(session, sender, stuck, filtered);
        continue;
      }
      const isLarge = onlyLargeStuck(session, sender);
      const heard = tcp.flows[peer].lastPacket;
      const [beforeLast, again] = [flow.repeats.at(-2) ?? stuck, flow.heardSinceRepeats];
      const givenUpAt = lastRepeat.at + NEXT_REPEAT_WITHIN * (lastRepeat.at - beforeLast.at);
      const stillSends = again !== undefined && (again.at <= givenUpAt || flow.repeats.length >= REPEATS_LISTED);
      const late = stillSends ? undefined : again;
      const refusal = icmpRefusal(session, sender, stuck.at);
      const lacking = lackingCapture(session, sender, [stuck, ...flow.repeats]);
      const isRefused = refusal.points.length > 0;
      const isShown = isRefused || saidSomethingNew(session, peer, firstRepeat.at);
      yield {
        message: stillSends ? 'halfOpen' : late === undefined ? 'vanished' : 'gaveUp',
        cause: stillSends ? 'ws-half-open' : 'ws-peer-vanished',
        data: {
          sender: side(sender),
          peer: side(peer),
          unacked: bytes(flow.unackedBytes),
          repeats: count(flow.repeats.length),
          waited: duration(lastRepeat.at - stuck.at),
          ...(isLarge ? { stuck: bytes(flow.sizes.stuck), passed: bytes(flow.sizes.acknowledged) } : {}),
          ...(late === undefined ? {} : { late: duration(late.at - lastRepeat.at) }),
          ...refusal.data,
          ...droppedBetween(lacking),
        },
        evidence: evidence(
          late === undefined ? [heard, stillSends ? 'stillSends' : 'lastHeard'] : [late, 'late'],
          [stuck, 'unacked'],
          ...flow.repeats.slice(0, 4).map((repeat) => [repeat, 'repeat'] as const),
          [late && flow.rst, 'forgotten'],
          ...refusal.points,
        ),
        struckAt: stuck.at,
        confidence: isLarge || (stillSends && !isShown) ? 'likely' : 'proven',
        remedies: [
          ...(isRefused ? [refusal.isGone && !stillSends ? 'gone' : 'refused'] : stillSends ? [] : ['silent']),
          ...(stillSends ? [pathRemedy(lacking, 'path'), 'notice'] : ['notice', pathRemedy(lacking, 'path')]),
          ...(isLarge ? ['size'] : []),
        ],
      };
    }
  },
});

/**
 * What was sent after the first repeats arrived, and they did not: neither the connection nor chance. The peer's last
 * report of what it holds behind them (RFC 2018).
 */
const filteredSegment = ({ repeats, sizes: { sackedAt } }: FlowFacts): Arrival | undefined => {
  if (sackedAt === undefined) return undefined;
  const after = repeats.filter(({ at }) => at > sackedAt.at).length;
  const goesOn = after >= REPEATS_NEEDED || repeats.length >= REPEATS_LISTED;
  return goesOn && after < repeats.length ? sackedAt : undefined;
};

const dropsOnePacket = (session: Session, sender: Side, stuck: Arrival, report: Arrival): Finding => {
  const { repeats, sizes } = session.tcp.flows[sender];
  const lacking = lackingCapture(session, sender, [stuck, ...repeats]);
  const refusal = icmpRefusal(session, sender, stuck.at);
  return {
    message: 'filtered',
    cause: 'ws-half-open',
    data: {
      sender: side(sender),
      peer: side(opposite(sender)),
      stuck: bytes(sizes.stuck),
      passed: bytes(sizes.sackedBehind),
      repeats: count(repeats.length),
      waited: duration((repeats.at(-1) ?? stuck).at - stuck.at),
      ...refusal.data,
      ...droppedBetween(lacking),
    },
    evidence: evidence(
      [stuck, 'unacked'],
      [repeats[0], 'repeat'],
      [report, 'report'],
      [repeats.at(-1), 'repeat'],
      ...refusal.points,
    ),
    struckAt: stuck.at,
    confidence: 'likely',
    remedies: [...(refusal.points.length > 0 ? ['refused'] : []), 'filter', 'damage', pathRemedy(lacking, 'path')],
  };
};

/** RFC 1122 4.2.3.6: a connection may be given up when its keep-alives find no answer; a live host answers each. */
function* unansweredKeepAlives(session: Session, sender: Side): Generator<Finding> {
  const { tcp, captureEnd } = session;
  const peer = opposite(sender);
  const { unansweredKeepAlives: probes, fin, rst } = tcp.flows[sender];
  const [first, last] = [probes[0], probes.at(-1)];
  if (first === undefined || last === undefined || tcp.flows[peer].fin !== undefined) return;
  // Of a peer whose direction is not in the capture, answers are not either.
  if (tcp.flows[peer].lastPacket === undefined) return;
  // A kernel that finds no answer resets. Where it goes on, or its program ends it, the capture may lack the answers.
  const gaveUp = rst !== undefined && fin === undefined && rst.at > last.at ? rst : undefined;
  if (probes.length < (gaveUp === undefined ? KEEP_ALIVES_NEEDED : KEEP_ALIVES_GIVEN_UP)) return;
  const silence = (gaveUp?.at ?? captureEnd) - first.at;
  const refusal = icmpRefusal(session, sender, first.at);
  if (gaveUp === undefined && (silence < PATIENCE || refusal.points.length === 0)) return;
  yield {
    message: gaveUp === undefined ? 'keepAlives' : 'keepAlivesEnd',
    cause: 'ws-peer-vanished',
    data: {
      sender: side(sender),
      peer: side(peer),
      probes: count(probes.length),
      waited: duration(last.at - first.at),
      silence: duration(silence),
      ...refusal.data,
    },
    evidence: evidence(
      [tcp.flows[peer].lastPacket, 'lastHeard'],
      ...probes.slice(0, 4).map((probe) => [probe, 'keepAlive'] as const),
      [gaveUp, 'gaveUp'],
      ...refusal.points,
    ),
    struckAt: first.at,
    confidence: 'proven',
    remedies: [refusal.isGone ? 'gone' : refusal.points.length > 0 ? 'refused' : 'silent', 'path'],
  };
}

const spokeBothWays = ({ tls }: Session): boolean =>
  tls !== undefined && tls.applicationData.client.records > 0 && tls.applicationData.server.records > 0;

const saidSomethingNew = ({ tcp }: Session, speaker: Side, since: number): boolean =>
  (tcp.flows[speaker].lastData?.at ?? Number.NEGATIVE_INFINITY) > since;
