/**
 * SYNs that nobody answered, neither host nor router: something on the way drops them, or the address has nobody. Where
 * the same port answered others at about that time, it is rather the host itself: a listening socket whose accept queue
 * is full drops SYNs. Two repeats at least (RFC 6298: after 1 s, then doubling), and a capture that went on, before
 * anything is said.
 */
import type { Nanos } from '../../../capture/packet.js';
import type { Answer, CaptureView, Session } from '../../../session/session.js';
import type { Arrival } from '../../../stream/arrival.js';
import { evidence } from '../../evidence.js';
import { phrase } from '../../measures/phrases.js';
import { PATIENCE } from '../../measures/silence.js';
import { count, duration, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

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
    },
    notes: { syn: 'first SYN', repeat: 'SYN sent again', answer: 'the same port answers another connection' },
    remedies: {
      queue:
        "On the server, compare Recv-Q with Send-Q (the backlog) of the listening socket: ss -ltn 'sport = :{port}', and see whether these grow: nstat -az TcpExtListenOverflows TcpExtListenDrops. Look for what keeps the program from accepting (a blocked event loop, a stopped process, a limit of connections or open files); then raise its backlog and net.core.somaxconn.",
      limit:
        'A limit on new connections that drops silently looks the same: rate limits of the firewall (nft list ruleset), a full connection table (dmesg: nf_conntrack: table full).',
      filter:
        'Open the port where packets are dropped: host firewall, security group, network policy. On the server, see whether the SYN arrives: tcpdump -ni any "tcp port {port} and tcp[tcpflags] & tcp-syn != 0"',
      address:
        'Check that {address} is the right and current address, and that a route leads there: ip route get {address}',
    },
  },
  *check(session, capture) {
    const { tcp, server, captureEnd } = session;
    const [first] = tcp.syns;
    if (first === undefined || tcp.syns.length < SYNS_NEEDED) return;
    if (tcp.syns.length < SYNS_ENOUGH && captureEnd - first.at < PATIENCE) return;
    const { client, server: answers } = tcp.flows;
    const answered = tcp.synAcks.length > 0 || tcp.refused !== undefined || answers.packets > 0;
    // Data or an ACK of the client shows that an answer came which is not in this capture.
    if (answered || tcp.established !== undefined || client.bytes > 0 || tcp.icmpErrors.length > 0) return;
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
