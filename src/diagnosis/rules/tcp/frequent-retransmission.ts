/**
 * A note on the network under a session: so many packets were lost and sent again that users notice, or nothing got
 * through for a while. Never the cause of anything by itself: TCP repairs loss, and slowness is no failure. What was sent
 * again without need, for the handshake or to a peer that never answered again is told elsewhere or no news.
 */
import type { Session } from '../../../session/session.js';
import { SIDES, type Side } from '../../../stream/side.js';
import type { IcmpError, Outage, TcpFacts } from '../../../tcp/tcp-facts.js';
import { evidence } from '../../evidence.js';
import { shrunkSegments } from '../../measures/tcp-path-mtu.js';
import { count, duration, gloss, side, text } from '../../measures/values.js';
import { defineRule, type Finding } from '../../rule.js';

/** Below this many, a share means nothing. */
const LOSSES_NEEDED = 5;
/** IPv4 and TCP without options. */
const LEAST_HEADERS = 40;
/** From one in fifty on, throughput and delay suffer visibly. */
const SHARE = 0.02;

export const frequentRetransmission = defineRule({
  meta: {
    id: 'tcp/frequent-retransmission',
    title: 'Packets had to be sent again',
    severity: 'note',
    causes: [],
    needs: ['both-sides'],
    reference: ['RFC 5681', 'RFC 8985'],
    messages: {
      lossy:
        'The {side} had to send {retransmissions} of its {packets} packets again ({percent} %): the network loses packets, and messages arrive late.',
      outage:
        'For {lasted} nothing of the {side} got through: the same bytes were sent again {repeats} times, then it went on. What was sent in that time arrived late.',
      unreachable:
        'For {lasted} nothing of the {side} got through: the same bytes were sent again {repeats} times, and {router} answered “{name}”; then it went on. What was sent in that time arrived late.',
    },
    notes: {
      last: 'last packet of that side',
      since: 'sent, and lost',
      until: 'acknowledged at last',
      icmp: 'a router says why',
    },
    remedies: {
      path: 'Look for the lossy link: compare a capture at the other end, mtr --tcp towards the peer, errors of the interfaces (ip -s link).',
      link: 'See what happened on the way at that time: a link that went down, a route that changed, a host that moved between networks (logs of routers, ip monitor).',
    },
  },
  *check(session) {
    if (!carriesMessages(session)) return;
    for (const sender of SIDES) {
      yield* losses(session, sender);
      yield* outage(session, sender);
    }
  },
});

function* losses({ tcp }: Session, sender: Side): Generator<Finding> {
  const { lossesRepaired, packets, lastPacket } = tcp.flows[sender];
  if (lossesRepaired < LOSSES_NEEDED || lossesRepaired < packets * SHARE || wasResized(tcp, sender)) return;
  yield {
    message: 'lossy',
    cause: null,
    data: {
      side: side(sender),
      retransmissions: count(lossesRepaired),
      packets: count(packets),
      percent: text(((100 * lossesRepaired) / packets).toFixed(1)),
    },
    evidence: evidence([lastPacket, 'last']),
    confidence: 'proven',
    remedies: ['path'],
  };
}

/**
 * A router dropped what was too big for the path, on its other side: here came only what was sent again and fits. What it
 * said of the other direction tells the size.
 */
const wasResized = ({ icmpErrors, flows }: TcpFacts, sender: Side): boolean => {
  const { missingBytes, sizes } = flows[sender];
  return (
    missingBytes === 0 &&
    icmpErrors.some(
      ({ mtu, quoted }) =>
        mtu !== undefined &&
        quoted !== sender &&
        flows[quoted].lossesRepaired < LOSSES_NEEDED &&
        sizes.largest + LEAST_HEADERS <= mtu,
    )
  );
};

/** The longest one that ended; one that the sender overcame by smaller segments is tcp/path-mtu-blackhole's. */
function* outage(session: Session, sender: Side): Generator<Finding> {
  const { outages, retransmissionKinds } = session.tcp.flows[sender];
  const solved = shrunkSegments(session, sender)?.passed.packet;
  const longest = outages
    .filter(({ until }) => until.packet !== solved)
    .reduce<Outage | undefined>(
      (best, next) => (best === undefined || length(next) > length(best) ? next : best),
      undefined,
    );
  // The bytes had arrived: what failed was the way back, or the peer was slow to acknowledge.
  if (longest === undefined || retransmissionKinds.spurious >= longest.repeats) return;
  const error = session.tcp.icmpErrors.find((one) => one.quoted === sender && isWithin(one, longest));
  yield {
    message: error === undefined ? 'outage' : 'unreachable',
    cause: null,
    data: {
      side: side(sender),
      lasted: duration(length(longest)),
      repeats: count(longest.repeats),
      ...(error === undefined ? {} : { router: text(error.from), name: gloss(error.name) }),
    },
    evidence: evidence([longest.since, 'since'], [error?.arrival, 'icmp'], [longest.until, 'until']),
    confidence: 'proven',
    remedies: ['link'],
  };
}

const length = ({ since, until }: Outage): number => until.at - since.at;

const isWithin = ({ arrival }: IcmpError, { since, until }: Outage): boolean =>
  arrival.at >= since.at && arrival.at <= until.at;

/** Messages, or what may be messages inside encryption, went somewhere. */
const carriesMessages = ({ websocket, tls }: Session): boolean =>
  websocket !== undefined ||
  (tls !== undefined && tls.applicationData.client.records + tls.applicationData.server.records > 0);
