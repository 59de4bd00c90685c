/**
 * SYNs that nobody answered, neither host nor router: something on the way drops them, or the address has nobody. Where
 * the same port answered others at about that time, it is rather the host itself: a listening socket whose accept queue
 * is full drops SYNs. Two repeats at least (RFC 6298: after 1 s, then doubling), and a capture that went on, before
 * anything is said.
 */
import type { Nanos } from '../../../capture/packet.js';
import { raceWinner } from '../../../session/address-race.js';
import type { Answer, CaptureView, Session } from '../../../session/session.js';
import type { Arrival } from '../../../stream/arrival.js';
import { evidence } from '../../evidence.js';
import { legsOf } from '../../measures/legs.js';
import { phrase } from '../../measures/phrases.js';
import { PATIENCE } from '../../measures/silence.js';
import { count, duration, text } from '../../measures/values.js';
import { defineRule, type Finding } from '../../rule.js';

/** The first SYN and two repeats. */
const SYNS_NEEDED = 3;
/** So many have waited long enough, however soon the capture ends: newer kernels send the first five 1 s apart. */
const SYNS_ENOUGH = 5;
/** An answer longer ago than this says little of the port now. */
const ANSWERED_WITHIN: Nanos = 60e9;
/** A port that answered this shortly before is still there. */
const STILL_THERE: Nanos = 5e9;

export const unansweredSyn = defineRule({
  meta: {
    id: 'tcp/unanswered-syn',
    title: 'Connection attempt unanswered',
    severity: 'error',
    causes: ['tcp-unanswered'],
    needs: ['tcp-handshake'],
    reference: ['RFC 9293 3.8.1', 'RFC 6298 5.7'],
    messages: {
      dropped:
        'The client sent its SYN {syns} times over {waited} and nothing came back, not even a refusal: the packets are dropped on the way, or {address} is not there.',
      full: 'The client sent its SYN {syns} times over {waited} and nothing came back, although {address} answered another of its SYNs to port {port} {near}: most likely the accept queue of that port is full, because its program accepts too slowly or stands still.',
      arrived:
        'The SYN of the client passed here, near the server, {syns} times over {waited} and was never answered, although port {port} answered another {near}: most likely its accept queue is full, because its program accepts too slowly or stands still.',
      others:
        'The client sent its SYN {syns} times over {waited} and nothing came back, although {address} answered another client on port {port} {near}: its packets are dropped on the way, or the accept queue of that port is full.',
      since:
        'The client sent its SYN {syns} times over {waited} and nothing came back, although {address} had answered on port {port} {near}: the host or the way to it is gone since, or the accept queue of that port is full.',
      raced:
        'The SYN to {address} had no answer for {delay}; then the client went on to {winner} (session {other}), which answered, and sent no SYN to {address} any more: it gave that address up (RFC 8305). While {address} does not answer, every new connection waits that long.',
    },
    notes: {
      syn: 'first SYN',
      repeat: 'SYN sent again',
      answer: 'the same port answers another connection',
      next: 'SYN to the next address',
    },
    remedies: {
      queue:
        "On the server, compare Recv-Q with Send-Q (the backlog) of the listening socket: ss -ltn 'sport = :{port}', and see whether these grow: nstat -az TcpExtListenOverflows TcpExtListenDrops. Look for what keeps the program from accepting (a blocked event loop, a stopped process, a limit of connections or open files); then raise its backlog and net.core.somaxconn.",
      limit:
        'A limit on new connections that drops silently looks the same: rate limits of the firewall (nft list ruleset), a full connection table (dmesg: nf_conntrack: table full).',
      filter:
        'Open the port where packets are dropped: host firewall, security group, network policy. On the server, see whether the SYN arrives: tcpdump -ni any "tcp port {port} and tcp[tcpflags] & tcp-syn != 0"',
      family:
        'See why {address} does not answer: whether the program listens on it (IPv6 too: ss -ltn), whether a firewall or route drops its packets. Until then take its AAAA or A record out of DNS.',
      address:
        'Check that {address} is the right and current address, and that a route leads there: ip route get {address}',
    },
  },
  *check(session, capture) {
    const { tcp, server, captureEnd } = session;
    const [first] = tcp.syns;
    if (first === undefined) return;
    if (tcp.syns.length < SYNS_NEEDED) {
      yield* lostRace(session, first, capture);
      return;
    }
    if (tcp.syns.length < SYNS_ENOUGH && captureEnd - first.at < PATIENCE && !isGivenUp(session, capture)) return;
    if (isAnswered(session)) return;
    const last = tcp.syns.at(-1) ?? first;
    const near = answerNear(session, capture, first);
    const message = near === undefined ? 'dropped' : judge(session, capture, first, near);
    yield {
      message,
      cause: 'tcp-unanswered',
      data: {
        syns: count(tcp.syns.length),
        waited: duration(last.at - first.at),
        address: text(server.address),
        port: text(server.port),
        ...(near === undefined ? {} : { near: distance(first, near) }),
      },
      evidence: evidence([first, 'syn'], ...tcp.syns.slice(1, 6).map((syn) => [syn, 'repeat'] as const), [
        near?.synAck,
        'answer',
      ]),
      struckAt: first.at,
      confidence: message === 'dropped' ? 'proven' : 'likely',
      remedies: REMEDIES[message],
    };
  },
});

/** It is a proxy’s, which has told its own client meanwhile that nobody answers. */
const isGivenUp = (session: Session, capture: CaptureView): boolean =>
  legsOf(session, capture).some(({ front, back }) => {
    const told = front.upgrade?.response?.span.first.at;
    return back === session && told !== undefined && told >= session.tcp.last.at;
  });

/** Data or an ACK of the client shows that an answer came which is not in this capture. */
const isAnswered = ({ tcp }: Session): boolean => {
  const { client, server } = tcp.flows;
  const heard = tcp.synAcks.length > 0 || tcp.refused !== undefined || server.packets > 0;
  return heard || tcp.established !== undefined || client.bytes > 0 || tcp.icmpErrors.length > 0;
};

/** One SYN, not even repeated, because the client had another address: RFC 6298 repeats it after 1 s, unless it is given up. */
function* lostRace(session: Session, first: Arrival, capture: CaptureView): Generator<Finding> {
  const { server, captureEnd } = session;
  if (captureEnd - first.at < PATIENCE || isAnswered(session)) return;
  const winner = raceWinner(placeOf(session, capture), capture.sessions);
  if (winner === undefined) return;
  const next = winner.tcp.first;
  yield {
    message: 'raced',
    cause: 'tcp-unanswered',
    data: {
      address: text(server.address),
      delay: duration(next.at - first.at),
      winner: text(winner.server.address),
      other: text(winner.id),
    },
    evidence: evidence([first, 'syn'], [next, 'next']),
    struckAt: first.at,
    confidence: 'likely',
    remedies: ['family'],
  };
}

const places = new WeakMap<CaptureView, ReadonlyMap<Session, number>>();

/** Where it stands among all sessions: looked up, since a scan has thousands that were never answered. */
const placeOf = (session: Session, capture: CaptureView): number => {
  let known = places.get(capture);
  if (known === undefined) {
    known = new Map(capture.sessions.map((each, place) => [each, place]));
    places.set(capture, known);
  }
  return known.get(session) ?? -1;
};

type Message = 'dropped' | 'full' | 'arrived' | 'others' | 'since';

const REMEDIES: Record<Message, readonly string[]> = {
  dropped: ['filter', 'address'],
  full: ['queue', 'limit'],
  arrived: ['queue', 'limit'],
  others: ['filter', 'queue'],
  since: ['address', 'queue', 'filter'],
};

/** The same port answered a SYN at about that time: one of this client, else of another. */
const answerNear = ({ server, client }: Session, capture: CaptureView, { at }: Arrival): Answer | undefined => {
  const history = capture.server(server.text);
  const isNear = (answer: Answer | undefined): boolean =>
    answer !== undefined && Math.abs(answer.synAck.at - at) <= ANSWERED_WITHIN;
  const own = history.answerNear(at, client.address);
  const any = isNear(own) ? own : history.answerNear(at);
  return isNear(any) ? any : undefined;
};

const judge = ({ server, client }: Session, capture: CaptureView, first: Arrival, near: Answer): Message => {
  const isThere = capture.server(server.text).lastHeard >= first.at || first.at - near.synAck.at <= STILL_THERE;
  if (!isThere) return 'since';
  if (near.vantage === 'server') return 'arrived';
  return near.client === client.address ? 'full' : 'others';
};

const distance = (first: Arrival, { synAck }: Answer) =>
  phrase(synAck.at < first.at ? 'time-before' : 'time-after', { time: duration(Math.abs(synAck.at - first.at)) });
