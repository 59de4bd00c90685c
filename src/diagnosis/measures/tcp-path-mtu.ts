/**
 * Signs that a path drops large packets without a word while smaller ones pass (RFC 2923 2.1), in one direction of a
 * session: what was stuck and what arrived behind it, a hole that was never filled, a router's word that was not obeyed.
 */
import type { Nanos } from '../../capture/packet.js';
import type { Session } from '../../session/session.js';
import type { Arrival } from '../../stream/arrival.js';
import { opposite, SIDES, type Side } from '../../stream/side.js';
import type { IcmpError, SegmentSizes } from '../../tcp/tcp-facts.js';
import { earliest } from './ending.js';
import { isUnacknowledged, PATIENCE } from './silence.js';

/** Repeats that must have stayed unanswered: one may be ordinary loss. */
const REPEATS_NEEDED = 2;
/** Smaller than this no usual path refuses: the minimum MTU of IPv4 less headers (RFC 791 3.1). */
const LARGE_BYTES = 536;
/** Every link of IPv6, and nearly every one of IPv4, takes 1,280 bytes (RFC 8200 5): less headers and timestamps. */
const COMMON_BYTES = 1208;
/** More than this was sent in more than one segment on any usual path (RFC 894). */
const FULL_SEGMENT_BYTES = 1460;
/** Round trips vary: an answer may come a little sooner than the one to the SYN. */
const RTT_SHARE = 0.8;
/** IPv4 and TCP without options. */
const LEAST_HEADERS = 40;
/** A sender that is heard this much later was alive all the time. */
const ALIVE_AFTER: Nanos = 1e9;

export type PathMtuSign =
  /** A router said so, and the sender went on as before. */
  | { kind: 'too-big'; since: Arrival; error: IcmpError; isLarger: boolean }
  /** The peer reports what was sent behind it, in smaller segments. */
  | { kind: 'sacked'; since: Arrival; report: Arrival; passed: number }
  /** The peer answered what was sent behind it, in whatever sizes. */
  | { kind: 'answered'; since: Arrival; answer: Arrival }
  /** At the receiver: bytes that never came by, and smaller segments that did. */
  | { kind: 'hole'; since: Arrival; lost: number; passed: number; waited: Nanos; isAlive: boolean };

/** What shows that large packets of `sender` do not arrive, while the session lasts; undefined where nothing does. */
export const pathMtuSign = (session: Session, sender: Side): PathMtuSign | undefined => {
  if (isAfterGoodbye(session, sender)) return undefined;
  return stuckSign(session, sender) ?? holeSign(session, sender);
};

/** Both have sent a Close. A Close behind what was stuck for long never arrived either; later losses do no harm. */
const isAfterGoodbye = ({ websocket, tcp, captureEnd }: Session, sender: Side): boolean => {
  if (SIDES.some((side) => websocket?.closes[side] === undefined)) return false;
  const { oldestUnacked } = tcp.flows[sender];
  const since = oldestUnacked?.at ?? captureEnd;
  return since >= (websocket?.closes[sender]?.span.first.at ?? 0) || captureEnd - since < PATIENCE;
};

/** Bytes of this side arrived only once they were sent in smaller segments. */
export const shrunkSegments = ({ tcp }: Session, sender: Side): SegmentSizes['shrunk'] => {
  const { shrunk } = tcp.flows[sender].sizes;
  return shrunk !== undefined && shrunk.from >= LARGE_BYTES ? shrunk : undefined;
};

/** All that was sent in vain was larger than anything that ever arrived: that may be why. */
export const onlyLargeStuck = ({ tcp }: Session, sender: Side): boolean => {
  const { stuck, acknowledged, sackedBehind } = tcp.flows[sender].sizes;
  return stuck >= COMMON_BYTES && acknowledged > 0 && acknowledged < stuck && sackedBehind === 0;
};

const stuckSign = (session: Session, sender: Side): PathMtuSign | undefined => {
  const { tcp, captureEnd } = session;
  const { oldestUnacked: since, repeats, unackedBytes, sizes } = tcp.flows[sender];
  if (since === undefined || repeats.length < REPEATS_NEEDED || unackedBytes < LARGE_BYTES) return undefined;
  if (captureEnd - since.at < PATIENCE && tcp.endedBy === 'none') return undefined;
  const error = tcp.icmpErrors.find((one) => one.quoted === sender && saysTooBig(one));
  if (error !== undefined && isUnacknowledged(session, sender, error.arrival)) {
    const isLarger = error.mtu !== undefined && error.mtu > 0 && sizes.stuck + LEAST_HEADERS > error.mtu;
    return { kind: 'too-big', since, error, isLarger };
  }
  const { stuck, acknowledged, sackedBehind: passed, sackedAt: report } = sizes;
  const isLarge = stuck >= LARGE_BYTES && passed < stuck && acknowledged < stuck;
  if (report !== undefined && isLarge && repeats.length > REPEATS_NEEDED) {
    return { kind: 'sacked', since, report, passed };
  }
  const answer = answerToLaterData(session, sender, since);
  return answer === undefined ? undefined : { kind: 'answered', since, answer };
};

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

/** The peer told its sender of the hole, which had all the time to fill it. */
const holeSign = ({ tcp, captureEnd }: Session, sender: Side): PathMtuSign | undefined => {
  const { sizes, lastPacket } = tcp.flows[sender];
  const { hole, largest: passed, sackedAt } = sizes;
  if (hole === undefined || hole.bytes < LARGE_BYTES || passed >= hole.bytes) return undefined;
  if (sackedAt === undefined && tcp.flows[opposite(sender)].duplicateAcks === 0) return undefined;
  // A sender's FIN ends nothing: what was lost before it is sent again behind it.
  const over = earliest(tcp.flows[sender].rst, tcp.flows[opposite(sender)].rst, tcp.flows[opposite(sender)].fin);
  const waited = (over?.at ?? captureEnd) - hole.behind.at;
  if (waited < PATIENCE) return undefined;
  const isAlive = lastPacket !== undefined && lastPacket.at - hole.behind.at > ALIVE_AFTER;
  return { kind: 'hole', since: hole.behind, lost: hole.bytes, passed, waited, isAlive };
};

/** RFC 792 type 3 code 4, RFC 4443 3.2. */
const saysTooBig = ({ family, type, code }: IcmpError): boolean =>
  family === 4 ? type === 3 && code === 4 : type === 2;
