/**
 * A ClientHello that got no answer, or none in time: silence until the client gave up, an answer that was lost on the way,
 * or the end of the connection by the server's side with no byte before it.
 */

import { leftBeforeHello } from '../../../session/late-answer.js';
import type { Session } from '../../../session/session.js';
import { isHelloUnheard } from '../../../session/unheard-answer.js';
import type { Arrival } from '../../../stream/arrival.js';
import { evidence } from '../../evidence.js';
import { tcpEnd } from '../../measures/ending.js';
import { isForeignReset } from '../../measures/foreign-reset.js';
import { icmpRefusal } from '../../measures/icmp-refusal.js';
import { droppedBetween, lackingCapture, pathRemedy } from '../../measures/other-capture.js';
import { textOr } from '../../measures/phrases.js';
import { shellWord } from '../../measures/shell-word.js';
import { judgeSilence } from '../../measures/silence.js';
import { fatalAlert, isAddress, serverSpoke } from '../../measures/tls-progress.js';
import { bytes, count, duration, text } from '../../measures/values.js';
import { defineRule, type Finding } from '../../rule.js';

/** Of the bytes that did not come by, a FIN that was not seen counts as one. */
const FIN_ALONE = 1;

export const unansweredHello = defineRule({
  meta: {
    id: 'tls/unanswered-hello',
    title: 'No answer to the ClientHello',
    severity: 'error',
    causes: ['tls-hello-unanswered', 'tls-reset-after-client-hello', 'tls-server-name-missing'],
    needs: ['both-sides'],
    reference: ['RFC 8446 4.1.2', 'RFC 6066 3'],
    messages: {
      silent: 'The server accepted the connection and has answered nothing to the ClientHello for {waited}.',
      gaveUp:
        'The server accepted the connection and answered nothing to the ClientHello; the client gave up after {waited}.',
      late: 'The client left {patience} after its ClientHello, which nobody had answered; the ServerHello came {waited} after it, too late.',
      answerLost:
        'The server acknowledged the ClientHello and answered, but the answer was lost on the way: {unseen} that it had sent, as the number of its later packet shows, never arrived here. The client waited {waited}.',
      unheard:
        'The ServerHello and what came with it, {unacked}, do not reach the client: they were sent {repeats} more times over {waited} and never acknowledged{between}.',
      unheardLeft:
        'The ServerHello and what came with it, {unacked}, did not reach the client: they were sent {repeats} more times over {waited} and never acknowledged, and the client gave up {patience} after its ClientHello{between}.',
      lost: 'The ClientHello was sent again and again for {waited} and never acknowledged, though the connection was made{refusal}.',
      fin: 'The connection was closed {waited} after the ClientHello for {sni}, with no byte of the server before it.',
      rst: 'The connection was reset {waited} after the ClientHello for {sni}, with no byte of the server before it.',
      foreign:
        'Something in between reset the connection {waited} after the ClientHello for {sni}, with no byte of the server before it: the RST has the TTL {rstTtl}, the other packets in the name of the server {ttl}.',
      noName:
        'The ClientHello names no server, and the connection was ended without a byte; the same server accepted a ClientHello that names one ({accepted}).',
    },
    notes: {
      hello: 'ClientHello',
      repeat: 'ClientHello sent again',
      end: 'end of the connection',
      left: 'the client leaves',
      serverHello: 'ServerHello to nobody',
      answer: 'ServerHello that is never acknowledged',
      again: 'sent again',
      refused: 'ICMP error that quotes the ClientHello',
      number: 'its number counts bytes that were not seen',
    },
    remedies: {
      stall:
        'Find what kept the server from answering for {waited}: a program that stood still (CPU, garbage collection, a full accept queue or thread pool) answers late like this; so does one behind a long path. The certificate is not the matter: the client has not seen it.',
      client: 'Let the client wait longer, if such a wait is in order.',
      program:
        'See whether the program behind port {port} speaks TLS: openssl s_client -connect {server} -servername {name} </dev/null',
      filter:
        'A firewall or filter that reads the server name may drop or reset: try the same port with another name, and from another network.',
      backend:
        'A load balancer that passes TLS through and finds no backend for the name behaves like this: look at its routes for {sni}.',
      mtu: 'If the ClientHello is large (post-quantum key shares make it two packets), a path with a smaller MTU or a middlebox that expects one packet may drop it.',
      answerPath:
        'Find where the answer is dropped: capture at both ends. It is the first large packet of the connection: a path with a smaller MTU lets the small ones of the handshake pass and drops it (TCPMSS --clamp-mss-to-pmtu on the router; let ICMP type 3 code 4 through), and so may a firewall that reads TLS.',
      between:
        'Look at what lies between the points of capture {home} and {other} (firewalls, NAT, routers) and its log at this time: the packets are in capture {home} and not in capture {other}.',
      betweenLikely:
        'Capture {other} has none of these packets; if it was still running, they were dropped between the points of capture {home} and {other}: look at what lies there (firewalls, NAT, routers).',
      refused:
        'Look at {router}: its firewall rules (or its routes) do not let the ClientHello pass, though they let the handshake of TCP pass, and its ICMP says so.',
      sni: 'Let the client send the host name it wants (openssl -servername; Node servername).',
    },
  },
  *check(session, capture) {
    const { tls, tcp, server } = session;
    const hello = tls?.clientHello;
    if (tls === undefined || hello === undefined) return;
    const left = leftBeforeHello(tls, tcp);
    if (left !== undefined) yield lateHello(session, left);
    else if (isHelloUnheard(tls, tcp)) yield unheardHello(session);
    if (tls.serverHello !== undefined) return;
    if (serverSpoke(session) || tls.notTls !== undefined || fatalAlert(session) !== undefined) return;
    const end = tcpEnd(session);
    const silence = judgeSilence(session, 'client', hello.span.last);
    const waited = (end?.at.at ?? session.captureEnd) - hello.span.last.at;
    const shared = {
      data: {
        waited: duration(waited),
        sni: textOr(hello.sni ?? session.host, 'no-name'),
        name: text(shellWord(hello.sni ?? session.host ?? 'no name')),
        server: text(server.text),
        port: text(server.port),
        accepted: textOr(acceptedName(capture.server(server.text).sniAccepted), 'none'),
      },
      struckAt: silence === undefined ? (end?.at.at ?? hello.span.last.at) : hello.span.last.at,
    };
    const { unseenBytes, lastPacket } = tcp.flows.server;
    if (silence !== undefined && silence !== 'repeated' && unseenBytes > FIN_ALONE) {
      yield {
        ...shared,
        message: 'answerLost',
        data: { ...shared.data, unseen: bytes(unseenBytes) },
        cause: 'tls-hello-unanswered',
        evidence: evidence([hello.span, 'hello'], [end?.at, 'left'], [lastPacket, 'number']),
        confidence: 'proven',
        remedies: ['answerPath'],
      };
      return;
    }
    if (silence !== undefined) {
      const isLost = silence === 'repeated';
      const refusal = icmpRefusal(session, 'client', hello.span.first.at);
      const isRefused = isLost && refusal.points.length > 0;
      const repeats = tcp.flows.client.repeats.slice(0, 4).map((repeat) => [repeat, 'repeat'] as const);
      yield {
        ...shared,
        message: isLost ? 'lost' : silence === 'gave-up' ? 'gaveUp' : 'silent',
        cause: 'tls-hello-unanswered',
        data: { ...shared.data, ...(isLost && refusal.data) },
        evidence: evidence([hello.span, 'hello'], ...repeats, [end?.at, 'end'], ...(isLost ? refusal.points : [])),
        confidence: 'proven',
        remedies: isRefused ? ['refused'] : isLost ? ['mtu', 'filter'] : ['program', 'filter', 'mtu'],
      };
      return;
    }
    if (end === undefined || end.by === 'client') return;
    const points = evidence([hello.span, 'hello'], [end.at, 'end']);
    const { sniAccepted } = capture.server(server.text);
    const nameless = hello.sni === null || isAddress(hello.sni);
    if (nameless && !sniAccepted.has(null) && acceptedName(sniAccepted) !== undefined) {
      yield {
        ...shared,
        message: 'noName',
        cause: 'tls-server-name-missing',
        evidence: points,
        confidence: 'likely',
        remedies: ['sni'],
      };
      return;
    }
    const isForeign = end.kind === 'rst' && isForeignReset(tcp.flows.server);
    yield {
      ...shared,
      message: isForeign ? 'foreign' : end.kind,
      data: {
        ...shared.data,
        ...(isForeign && { ttl: text(tcp.flows.server.ttl), rstTtl: text(tcp.flows.server.rstTtl) }),
      },
      cause: 'tls-reset-after-client-hello',
      evidence: points,
      confidence: isForeign ? 'likely' : 'proven',
      remedies: isForeign ? ['filter'] : ['filter', 'backend', 'program'],
    };
  },
});

/** The answer was sent again and again, and the client shows in nothing that it has got it. */
const unheardHello = (session: Session): Finding => {
  const { tls, tcp } = session;
  const { client, server } = tcp.flows;
  const { clientHello, serverHello } = tls ?? {};
  const sent = server.oldestUnacked ?? tcp.last;
  const left = client.fin ?? client.rst;
  const lacking = lackingCapture(session, 'server', [sent, ...server.repeats]);
  return {
    message: left === undefined ? 'unheard' : 'unheardLeft',
    cause: 'tls-hello-unanswered',
    data: {
      unacked: bytes(server.unackedBytes),
      repeats: count(server.repeats.length),
      waited: duration((server.repeats.at(-1) ?? sent).at - sent.at),
      ...(left && { patience: duration(left.at - (clientHello?.span.last.at ?? left.at)) }),
      ...droppedBetween(lacking),
    },
    evidence: evidence(
      [clientHello?.span, 'hello'],
      [serverHello?.span, 'answer'],
      ...server.repeats.slice(0, 4).map((repeat) => [repeat, 'again'] as const),
      [left, 'left'],
    ),
    struckAt: sent.at,
    confidence: 'proven',
    remedies: [pathRemedy(lacking, 'answerPath')],
  };
};

/** The answer came, and its client had gone. */
const lateHello = ({ tls }: Session, left: Arrival) => {
  const { clientHello, serverHello } = tls ?? {};
  const asked = clientHello?.span.last ?? left;
  return {
    message: 'late' as const,
    cause: 'tls-hello-unanswered' as const,
    data: {
      patience: duration(left.at - asked.at),
      waited: duration((serverHello?.span.first.at ?? left.at) - asked.at),
    },
    evidence: evidence([clientHello?.span, 'hello'], [left, 'left'], [serverHello?.span, 'serverHello']),
    struckAt: asked.at,
    confidence: 'proven' as const,
    remedies: ['stall', 'client'],
  };
};

const acceptedName = (accepted: ReadonlySet<string | null>): string | undefined =>
  [...accepted].find((name): name is string => name !== null && !isAddress(name));
