/**
 * No response to the upgrade request: silence until the client gave up or the capture had gone on long enough, a
 * request or an answer that was lost on the way, or an end of the connection instead of an answer.
 */
import type { Nanos } from '../../../capture/packet.js';
import type { HttpRequest } from '../../../http/http-facts.js';
import type { CaptureView, Session } from '../../../session/session.js';
import { isUnheard } from '../../../session/unheard-answer.js';
import type { Arrival } from '../../../stream/arrival.js';
import { evidence } from '../../evidence.js';
import { tcpEnd } from '../../measures/ending.js';
import { isForeignReset } from '../../measures/foreign-reset.js';
import { icmpRefusal } from '../../measures/icmp-refusal.js';
import { livingBeside } from '../../measures/living-sessions.js';
import { droppedBetween, lackingCapture, pathRemedy } from '../../measures/other-capture.js';
import { otherHost } from '../../measures/other-host.js';
import { phrase } from '../../measures/phrases.js';
import { judgeSilence, PATIENCE } from '../../measures/silence.js';
import { bytes, count, duration, list, side, text } from '../../measures/values.js';
import { defineRule, type Finding } from '../../rule.js';

/** A server that closes within 2 s of accepting, having said and read nothing, turns the connection away. */
const TURNED_AWAY: Nanos = 2e9;
/** Of the bytes that did not come by, a FIN that was not seen counts as one. */
const FIN_ALONE = 1;

export const unansweredRequest = defineRule({
  meta: {
    id: 'upgrade/unanswered-request',
    title: 'No answer to the upgrade request',
    severity: 'error',
    causes: ['upgrade-unanswered', 'upgrade-request-lost', 'upgrade-connection-closed'],
    needs: ['both-sides'],
    reference: ['RFC 6455 4.1', 'RFC 9112 9.5'],
    messages: {
      gaveUp: 'The server acknowledged the upgrade request and answered nothing; the client gave up after {waited}.',
      left: 'The server acknowledged the upgrade request and had answered nothing when the client left {waited} later. So short a wait may also be an abort by its own program or page: close() while connecting, a page that was left, a short handshake timeout.',
      silent: 'The server acknowledged the upgrade request and has answered nothing for {waited}.',
      answerLost:
        'The server acknowledged the upgrade request and answered, but the answer was lost on the way: {unseen} that it had sent, as the number of its later packet shows, never arrived here. The client waited {waited}.',
      unheard:
        'The {status} of the server does not reach the client: it was sent {repeats} more times over {waited} and never acknowledged{between}.',
      unheardLeft:
        'The {status} of the server did not reach the client: it was sent {repeats} more times over {waited} and never acknowledged, and the client gave up {patience} after its request{between}.',
      lost: 'The upgrade request was sent {repeats} more times over {waited} and never acknowledged: it does not reach the server, though the connection was made{refusal}.',
      fin: 'The {by} closed the connection {waited} after the upgrade request instead of answering it.',
      rst: 'The {by} reset the connection {waited} after the upgrade request instead of answering it.',
      host: 'The server ended the connection {waited} after the upgrade request under the Host {asked} instead of answering it; under the Host {good} it answered the same path with 101 (session {worked}): the Host is probably the difference.',
      before:
        'The server closed the connection {age} after it had accepted it, {early} before the upgrade request came: nobody read that.',
      full: 'The server closed the connection {age} after it had accepted it, {early} before the upgrade request came, while other sessions with it went on ({others}): most likely a limit on connections.',
      foreign:
        'Something in between reset the connection {waited} after the upgrade request: the RST has the TTL {rstTtl}, the other packets in the name of the {by} {ttl}.',
      once: 'Something in between reset the connection {waited} after the upgrade request: each other packet in the name of the {by} was captured twice on its way, and the RST only once.',
    },
    notes: {
      request: 'upgrade request',
      repeat: 'request sent again',
      answer: 'answer that is never acknowledged',
      again: 'answer sent again',
      refused: 'ICMP error that quotes the request',
      number: 'its number counts bytes that were not seen',
      left: 'the client gives up',
      established: 'handshake complete',
      end: 'end of the connection',
    },
    remedies: {
      client:
        'Find out first what made the client leave after {waited}: its own timeout for the handshake, close() before the session was open, a page that was left or reloaded. Then why the server had not answered by then.',
      program:
        'See whether the program behind the port is the one that was meant and reads requests: one that only accepts (or a proxy whose backend hangs) is silent like this.',
      log: 'Read the log of the server at this time: a crash in the upgrade handler, or a server that knows no upgrade and drops what it does not understand, ends like this.',
      host: 'Use {good} in the URL of the client, or let the virtual host of {good} answer for {asked} too (nginx server_name; a default server with return 444 ends all others like this).',
      limit:
        'Look for a limit on connections of the server or of a proxy before it: maxConnections of Node, worker_connections and limit_conn of nginx, maxconn of HAProxy, a limit per address, open files (ulimit -n). Its log may say so.',
      backend:
        'A proxy or port forwarder that accepts and finds nobody behind it behaves like this, and so does a server that has reached its limit of connections: see whether the program behind runs, and read its log.',
      tls: 'If the port expects TLS, use wss.',
      middle:
        'Look for a firewall, intrusion prevention or proxy on the way that reads HTTP, and its log at this time. If no such thing is yours, use wss: it cannot read that.',
      answerPath:
        'Find where the answer is dropped: capture at both ends. Firewalls that inspect HTTP, and paths with a smaller MTU, let the small packets of the handshake pass and drop the answer. The log of the server counts this session as open.',
      between:
        'Look at what lies between the points of capture {home} and {other} (firewalls, NAT, routers) and its log at this time: the packets are in capture {home} and not in capture {other}.',
      betweenLikely:
        'Capture {other} has none of these packets; if it was still running, they were dropped between the points of capture {home} and {other}: look at what lies there (firewalls, NAT, routers).',
      refused:
        'Look at {router}: its firewall rules (or its routes) do not let the request pass, though they let the handshake pass, and its ICMP says so.',
      path: 'Find where the request is dropped: capture at both ends. Firewalls that inspect HTTP, and paths with a smaller MTU, let the small packets of the handshake pass and drop the request.',
    },
  },
  *check(session, capture) {
    yield* unheardAnswer(session);
    const request = session.upgrade?.request;
    if (request === undefined || hasAnswer(session, request)) return;
    const { tcp } = session;
    const end = tcpEnd(session);
    if (end?.by === 'server' && end.at.at < request.span.first.at) {
      yield closedBefore(session, end.at, request, capture);
      return;
    }
    const remedyTls = mayExpectTls(session, capture) ? ['tls'] : [];
    const silence = judgeSilence(session, 'client', request.span.last);
    const flow = tcp.flows.client;
    if (silence === undefined) {
      if (end === undefined || end.by === 'client') return;
      const { server } = tcp.flows;
      const isForeign = end.kind === 'rst' && isForeignReset(server);
      const other = isForeign || end.by !== 'server' ? undefined : otherHost(session, capture);
      yield {
        message:
          other !== undefined ? 'host' : isForeign ? (server.rstAlone === undefined ? 'foreign' : 'once') : end.kind,
        cause: 'upgrade-connection-closed',
        data: {
          by: end.by === 'network' ? phrase('network') : side(end.by),
          waited: duration(end.at.at - request.span.last.at),
          ...(other && { asked: text(other.asked), good: text(other.good), worked: text(other.session.id) }),
          ...(isForeign && server.rstAlone === undefined && { ttl: text(server.ttl), rstTtl: text(server.rstTtl) }),
        },
        evidence: evidence([request.span, 'request'], [end.at, 'end']),
        struckAt: end.at.at,
        confidence: isForeign || other !== undefined ? 'likely' : 'proven',
        remedies: other !== undefined ? ['host', 'log'] : isForeign ? ['middle'] : ['log', ...remedyTls],
      };
      return;
    }
    const until = end?.at.at ?? session.captureEnd;
    const lost = silence === 'repeated';
    const { unseenBytes, lastPacket } = tcp.flows.server;
    if (!lost && unseenBytes > FIN_ALONE) {
      yield {
        message: 'answerLost',
        cause: 'upgrade-unanswered',
        data: { unseen: bytes(unseenBytes), waited: duration(until - request.span.last.at) },
        evidence: evidence([request.span, 'request'], [end?.at, 'left'], [lastPacket, 'number']),
        struckAt: request.span.last.at,
        confidence: 'proven',
        remedies: ['answerPath'],
      };
      return;
    }
    // A proxy that leaves its backend has a timer for it, whatever its length.
    const isProxy = capture.legs.some(({ back }) => back === session);
    const isShort = silence === 'gave-up' && !isProxy && until - request.span.last.at < PATIENCE;
    const refusal = icmpRefusal(session, 'client', request.span.first.at);
    const isRefused = lost && refusal.points.length > 0;
    yield {
      message: lost ? 'lost' : isShort ? 'left' : silence === 'gave-up' ? 'gaveUp' : 'silent',
      cause: lost ? 'upgrade-request-lost' : 'upgrade-unanswered',
      data: {
        waited: duration(until - request.span.last.at),
        repeats: count(flow.repeats.length),
        ...(lost && refusal.data),
      },
      evidence: evidence(
        [request.span, 'request'],
        ...flow.repeats.slice(0, 4).map((repeat) => [repeat, 'repeat'] as const),
        [end?.at, 'left'],
        ...(lost ? refusal.points : []),
      ),
      struckAt: request.span.last.at,
      confidence: isShort ? 'likely' : 'proven',
      remedies: lost ? [isRefused ? 'refused' : 'path'] : [...(isShort ? ['client'] : []), 'program', ...remedyTls],
    };
  },
});

/** The server's end was on the way before the request was: of a fresh connection, without having read anything. */
const closedBefore = (session: Session, end: Arrival, request: HttpRequest, capture: CaptureView): Finding => {
  const { tcp } = session;
  const begun = tcp.established ?? tcp.first;
  const isSilent = tcp.flows.server.bytes + tcp.flows.server.missingBytes === 0;
  const isFresh = isSilent && end.at - begun.at <= TURNED_AWAY;
  const others = isFresh ? livingBeside(session, end.at, capture) : [];
  return {
    message: others.length > 0 ? 'full' : 'before',
    cause: 'upgrade-connection-closed',
    data: {
      age: duration(end.at - begun.at),
      early: duration(request.span.first.at - end.at),
      others: list(others.map(({ id }) => String(id))),
    },
    evidence: evidence([tcp.established, 'established'], [end, 'end'], [request.span, 'request']),
    struckAt: end.at,
    confidence: 'proven',
    remedies: [others.length > 0 ? 'limit' : isFresh ? 'backend' : 'log'],
  };
};

/** Not a port that has answered plain HTTP, nor one that TLS is spoken to. */
const mayExpectTls = ({ tls, server }: Session, capture: CaptureView): boolean => {
  const { spokeHttp, spokeWebSocket } = capture.server(server.text);
  return tls === undefined && spokeHttp + spokeWebSocket === 0;
};

function* unheardAnswer(session: Session): Generator<Finding> {
  const { upgrade, tcp, stream } = session;
  const { request, response } = upgrade ?? {};
  if (stream !== undefined || request === undefined || response === undefined || !isUnheard(upgrade, tcp)) return;
  const { client, server } = tcp.flows;
  const left = client.fin ?? client.rst;
  const sent = server.oldestUnacked ?? response.span.first;
  const lastRepeat = server.repeats.at(-1) ?? sent;
  const lacking = lackingCapture(session, 'server', [sent, ...server.repeats]);
  yield {
    message: left === undefined ? 'unheard' : 'unheardLeft',
    cause: 'upgrade-unanswered',
    data: {
      status: text(response.status),
      repeats: count(server.repeats.length),
      waited: duration(lastRepeat.at - sent.at),
      ...(left && { patience: duration(left.at - request.span.last.at) }),
      ...droppedBetween(lacking),
    },
    evidence: evidence(
      [request.span, 'request'],
      [response.span, 'answer'],
      ...server.repeats.slice(0, 4).map((repeat) => [repeat, 'again'] as const),
      [left, 'left'],
    ),
    struckAt: sent.at,
    confidence: 'proven',
    remedies: [pathRemedy(lacking, 'answerPath')],
  };
}

/** A final response, or bytes of the server since the request that other rules look at, or a hole that may be one. */
const hasAnswer = ({ upgrade, http, stream, tcp }: Session, request: HttpRequest): boolean => {
  if (upgrade?.response !== undefined || http?.notHttp?.side === 'server' || http?.switched !== undefined) return true;
  if (stream !== undefined) {
    // Frames of HTTP/2 that were lost may have held the answer, and taken the table of later heads with them.
    if (stream.connection.lost.server || stream.connection.midway) return true;
    // Where the server's first packets are missing, nothing of what it said is read.
    if (tcp.synAcks.length === 0 && (tcp.flows.server.lastPacket?.at ?? 0) >= request.span.first.at) return true;
  }
  if (http?.incompleteHead?.side === 'server' || http?.lost.server === true) return true;
  return tcp.gaps.some((gap) => gap.side === 'server' && gap.at >= request.span.first.at);
};
