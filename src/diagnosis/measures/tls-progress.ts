/**
 * How far a TLS handshake got, and what the server's visible certificate is worth: what several rules ask. In TLS 1.3
 * both rest on what the TLS layer infers from record lengths (RFC 8446 5.2).
 */
import type { Nanos } from '../../capture/packet.js';
import { leftServerFlight } from '../../session/refused-flight.js';
import type { CaptureView, Session } from '../../session/session.js';
import type { Arrival } from '../../stream/arrival.js';
import type { GapCause } from '../../stream/consumer.js';
import type { Actor } from '../../stream/side.js';
import { CLOSE_NOTIFY } from '../../tls/alert.js';
import type { AlertFacts, TlsFacts } from '../../tls/tls-facts.js';
import { isTls13, versionName } from '../../tls/versions.js';
import { latest, tcpEnd } from './ending.js';

/** How soon after the handshake an end counts as its consequence. */
export const AT_ONCE: Nanos = 1e9;

/** Both Finished were seen. */
export const isHandshakeDone = ({ finished }: TlsFacts): boolean =>
  finished.client !== undefined && finished.server !== undefined;

/** When the handshake was over. */
export const doneAt = ({ finished }: TlsFacts): Arrival | undefined => latest(finished.client, finished.server);

/** The server sent something after its hello was asked for: bytes seen, or bytes missed. */
export const serverSpoke = ({ tcp }: Session): boolean =>
  tcp.flows.server.bytes > 0 || tcp.flows.server.missingBytes > 0;

/** Application data of the server beyond session tickets. */
export const serverAnswered = ({ applicationData, possibleTickets }: TlsFacts): boolean =>
  applicationData.server.records > possibleTickets;

/**
 * The connection was in use when the alert came. In TLS 1.3 a server refuses the client's certificate only after both
 * have sent Finished (RFC 8446 4.4.2.4): until it has answered something, its alert is about the handshake.
 */
export const isInUse = (tls: TlsFacts, { from }: AlertFacts): boolean =>
  isHandshakeDone(tls) && (serverAnswered(tls) || (from === 'client' && tls.applicationData.client.records > 0));

/** The first visible alert that ends a connection, unless its sender complained only after the other had left. */
export const fatalAlert = ({ tls, tcp }: Session): AlertFacts | undefined =>
  tls?.alerts.find(({ from, level, code, arrival }) => {
    if (level === 'warning' || NOT_FATAL.has(code)) return false;
    return (
      tcp.endPacket === undefined || tcp.endedBy === from || tcp.endedBy === 'none' || arrival.at <= tcp.endPacket.at
    );
  });

/** close_notify, user_canceled, no_renegotiation (RFC 8446 6.1, RFC 5246 7.2.2). */
const NOT_FATAL: ReadonlySet<number> = new Set([0, 90, 100]);

/** Milliseconds since 1970 of a packet. */
export const wallClock = (capture: CaptureView, { at }: Arrival): number =>
  Number(capture.epoch / 1_000_000n) + at / 1e6;

/** "TLS 1.3", or what is known before the ServerHello. */
export const tlsVersion = ({ serverHello, clientHello }: TlsFacts): string =>
  serverHello !== undefined ? versionName(serverHello.version) : versionName(clientHello?.versions[0] ?? 0x0303);

/** Certificates and most alerts are encrypted. */
export const hidesCertificates = ({ serverHello }: TlsFacts): boolean =>
  serverHello !== undefined && isTls13(serverHello.version);

/** RFC 6066 3: an address is no host name. */
export const isAddress = (name: string): boolean => /^\d{1,3}(\.\d{1,3}){3}$/.test(name) || name.includes(':');

export interface Departure {
  by: Actor;
  at: Arrival;
  /** By an encrypted alert: close_notify, or a complaint that only the keys can show. */
  alerted: boolean;
}

/** Who left first: the sender of the first encrypted alert, close_notify, FIN or RST. What the other side does then is an answer. */
export const firstToLeave = (session: Session): Departure | undefined => {
  const end = tcpEnd(session);
  const sealed = session.tls?.encryptedAlerts[0];
  const goodbye = session.tls?.alerts.find(({ code }) => code === CLOSE_NOTIFY);
  const isGoodbye = sealed === undefined || (goodbye !== undefined && goodbye.arrival.at < sealed.arrival.at);
  const alert = isGoodbye ? goodbye : sealed;
  if (alert !== undefined && (end === undefined || alert.arrival.at <= end.at.at)) {
    return { by: alert.from, at: alert.arrival, alerted: !isGoodbye };
  }
  return end === undefined ? undefined : { by: end.by, at: end.at, alerted: false };
};

/** USER_CANCELED: the user, or the program, did not go on (RFC 8446 6.1). */
const USER_CANCELED = 90;

/**
 * The client left over a CertificateRequest that can be read: instead of its Certificate, or after an empty one by an
 * alert that has nothing against the server. An alert that stayed closed may say anything.
 */
export const leftOverRequest = (session: Session): (Departure & { answered: boolean }) | undefined => {
  const { tls } = session;
  const left = firstToLeave(session);
  if (tls?.certificateRequest === undefined || left?.by !== 'client') return undefined;
  if (tls.handshakeGap || session.tcp.gaps.some(hidesRecords)) return undefined;
  if (left.at.at < tls.certificateRequest.last.at || tls.applicationData.client.records > 0) return undefined;
  const isClosed = tls.encryptedAlerts.some(({ from }) => from === 'client');
  if (tls.clientCertificates !== undefined) {
    const isCanceled = isClosed || tls.alerts.some(({ from, code }) => from === 'client' && code === USER_CANCELED);
    return tls.clientCertificates === 0 && isCanceled ? { ...left, answered: true } : undefined;
  }
  const hasGoneOn = tls.finished.client !== undefined || isClosed || fatalAlert(session) !== undefined;
  return hasGoneOn ? undefined : { ...left, answered: false };
};

/**
 * The client left without a word where others of its connections to this server are in use: browsers open connections
 * to spare and give them up.
 */
export const isSpare = (session: Session, capture: CaptureView): boolean => {
  const left = firstToLeave(session);
  if (left === undefined || left.by !== 'client' || left.alerted) return false;
  if (session.tls !== undefined && leftServerFlight(session.tls, session.tcp)) return false;
  return capture.server(session.server.text).tlsWorked(session.client.address) > 0;
};

/** A snap length cuts off what is encrypted anyway: where a record's header was among it, the records themselves are missed. */
export const hidesRecords = ({ cause }: { cause?: GapCause }): boolean => cause !== 'snap-length';
