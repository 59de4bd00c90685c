/**
 * An encrypted connection that looks like WebSocket, was in use and was reset without a goodbye of TLS (RFC 8446 6.1).
 * Whether a Close stood in its last records stays hidden, so this is never proven; a RST behind an alert or a FIN is
 * manners, and one that ends requests or a download is nobody's fault.
 */
import type { Nanos } from '../../../capture/packet.js';
import type { Session } from '../../../session/session.js';
import { SIDES } from '../../../stream/side.js';
import type { TlsFacts } from '../../../tls/tls-facts.js';
import { evidence } from '../../evidence.js';
import { latest, type TcpEnd, tcpEnd } from '../../measures/ending.js';
import { isForeignReset } from '../../measures/foreign-reset.js';
import { sideOrNetwork } from '../../measures/phrases.js';
import { hidesRecords, isHandshakeDone, serverAnswered } from '../../measures/tls-progress.js';
import { duration, text } from '../../measures/values.js';
import { type Confidence, defineRule } from '../../rule.js';

/** Shorter pauses are no silence in which a connection is lost or given up. */
const QUIET: Nanos = 1e9;

export const sealedReset = defineRule({
  meta: {
    id: 'tls/sealed-reset',
    title: 'Encrypted session reset',
    severity: 'error',
    causes: ['ws-reset', 'ws-reset-by-middlebox'],
    needs: ['both-sides'],
    reference: ['RFC 8446 6.1', 'RFC 9293 3.5.2', 'RFC 6455 7.1.4'],
    messages: {
      endpoint:
        'The {by} reset the connection {silence} after the last record, without an alert or a FIN before. What the records held is encrypted; by sizes and times this may be a WebSocket session, which ends as 1006 then.',
      unknown:
        'The {by} does not know the connection any more: after {quiet} without a packet from it, it answered the next record by a RST as hosts do for a connection that they do not have. It had lost or given up the connection before, or something in between forgot it and sent the packet on from another port or to another machine. By sizes and times of the records this may be a WebSocket session, which ends as 1006 then.',
      middlebox:
        'A RST in the name of the {by} ended the connection, but it came from another machine: its TTL is {rstTtl}, the other packets of the {by} arrived with {ttl}. By sizes and times of the records this may be a WebSocket session, which ends as 1006 then.',
      alone:
        'A RST in the name of the {by} ended the connection, but the {by} did not send it: its other packets were captured twice on their way, and the RST only once. By sizes and times of the records this may be a WebSocket session, which ends as 1006 then.',
      injected:
        'Something in between reset the connection: the RST does not fit the packets of either side. By sizes and times of the records this may be a WebSocket session, which ends as 1006 then.',
    },
    notes: {
      last: 'last record',
      heard: 'last packet of that side before',
      answered: 'record that is answered',
      reset: 'RST',
    },
    remedies: {
      crash:
        'Read the log of the {by} at this time: a process that is killed with unread data, closes with SO_LINGER 0 or calls terminate() resets.',
      pings:
        'Send pings more often than the idle timeout of what is in between (NAT, firewall, load balancer), here more often than every {quiet}.',
      before:
        'Look in the log of the {by} for what happened during the silence, not at this moment: a restart, a crash, a timeout of its own.',
      middle: 'Look for a firewall, intrusion prevention or load balancer on the way, and its log at this time.',
      keys: 'To see what was said last, capture with the keys of the session (SSLKEYLOGFILE for browsers, curl and Python; node --tls-keylog) and give them by --keylog.',
    },
  },
  *check(session) {
    const { tls, tcp } = session;
    const end = tcpEnd(session);
    if (tls === undefined || end?.kind !== 'rst' || !wasInUse(session, tls) || saidGoodbye(session, tls, end)) return;
    const confidence = confidenceOf(tls, end);
    if (confidence === undefined) return;
    const { client, server } = tls.applicationData;
    const last = latest(...[client.last, server.last].filter((one) => one !== undefined && one.at <= end.at.at));
    const foreign = SIDES.find((side) => isForeignReset(tcp.flows[side]));
    const by = end.by === 'network' ? (foreign ?? 'network') : end.by;
    const { ttl, rstTtl, rstAlone, rstAnswers, beforeRst } = tcp.flows[by === 'network' ? 'server' : by];
    const silence = duration(Math.max(0, end.at.at - (last?.at ?? end.at.at)));
    const told = { data: { by: sideOrNetwork(by), silence }, struckAt: end.at.at, confidence };
    if (end.by === 'network' || foreign === by) {
      yield {
        ...told,
        message: foreign === undefined ? 'injected' : rstAlone === undefined ? 'middlebox' : 'alone',
        cause: 'ws-reset-by-middlebox',
        data: { ...told.data, ttl: text(ttl), rstTtl: text(rstTtl) },
        evidence: evidence([beforeRst, 'heard'], [end.at, 'reset']),
        remedies: ['middle', 'keys'],
      };
    } else if (rstAnswers !== undefined && beforeRst !== undefined && rstAnswers.at - beforeRst.at >= QUIET) {
      yield {
        ...told,
        message: 'unknown',
        cause: 'ws-reset',
        data: { ...told.data, quiet: duration(rstAnswers.at - beforeRst.at) },
        evidence: evidence([beforeRst, 'heard'], [rstAnswers, 'answered'], [end.at, 'reset']),
        remedies: ['pings', 'before', 'keys'],
      };
    } else {
      const points = evidence([last, 'last'], [end.at, 'reset']);
      yield { ...told, message: 'endpoint', cause: 'ws-reset', evidence: points, remedies: ['crash', 'keys'] };
    }
  },
});

/** Sealed from the first record to the last, and both sides had said something inside. */
const wasInUse = ({ websocket, upgrade, tcp }: Session, tls: TlsFacts): boolean =>
  websocket === undefined &&
  upgrade === undefined &&
  tls.decrypted === false &&
  isHandshakeDone(tls) &&
  !tls.handshakeGap &&
  !tcp.gaps.some(hidesRecords) &&
  tls.applicationData.client.records > 0 &&
  serverAnswered(tls);

/** By an alert or a FIN of either side: what comes behind is only the manner. */
const saidGoodbye = ({ tcp }: Session, { alerts, encryptedAlerts }: TlsFacts, { at }: TcpEnd): boolean =>
  [...alerts, ...encryptedAlerts].some(({ arrival }) => arrival.at <= at.at) ||
  SIDES.some((side) => (tcp.flows[side].fin?.at ?? Number.POSITIVE_INFINITY) <= at.at);

/** Undefined where it may as well be ordinary requests: clients drop those as they please. */
const confidenceOf = ({ likeness }: TlsFacts, { by }: TcpEnd): Confidence | undefined => {
  if (likeness === undefined || likeness.websocket === 'unlikely') return undefined;
  if (likeness.websocket === 'likely') return 'likely';
  return by === 'client' || likeness.because.includes('requests-shape') ? undefined : 'possible';
};
