/**
 * The connection ended between the hellos and Finished, or so soon after it that it was never used, and no alert in
 * clear says why. In TLS 1.3 the alert is encrypted: that there was one shows in its length (RFC 8446 5.2, 6).
 */

import { leftBeforeHello } from '../../../session/late-answer.js';
import type { Session } from '../../../session/session.js';
import { isHelloUnheard } from '../../../session/unheard-answer.js';
import type { Side } from '../../../stream/side.js';
import type { TlsFacts } from '../../../tls/tls-facts.js';
import { evidence } from '../../evidence.js';
import { sideOrNetwork } from '../../measures/phrases.js';
import { shellWord } from '../../measures/shell-word.js';
import {
  AT_ONCE,
  type Departure,
  doneAt,
  fatalAlert,
  firstToLeave,
  hidesCertificates,
  hidesRecords,
  isHandshakeDone,
  isSpare,
  leftOverRequest,
  serverAnswered,
  serverSpoke,
  tlsVersion,
} from '../../measures/tls-progress.js';
import { duration, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

export const endedHandshake = defineRule({
  meta: {
    id: 'tls/ended-handshake',
    title: 'TLS ended before it was used',
    severity: 'error',
    causes: ['tls-closed-during-handshake', 'tls-closed-after-handshake'],
    needs: ['both-sides'],
    reference: ['RFC 8446 2', 'RFC 8446 6', 'RFC 5246 7.3'],
    messages: {
      during:
        'The {by} ended the connection inside the {version} handshake, {after} after the ServerHello, without an alert in clear.',
      duringAlert:
        'The {by} ended the {version} handshake by an encrypted alert, right after the flight of the other side. What it says needs the keys of the session.',
      refusedFinished:
        'The client completed the {version} handshake, and the server ended the connection {after} later without answering anything. In TLS 1.3 a refused or missing client certificate looks like this.',
      after:
        'The client left {after} after it had completed the {version} handshake, without asking for anything. A client that does not accept what it got, most often the certificate, leaves like this; so does one that only tries the port.',
    },
    notes: {
      hello: 'ClientHello',
      serverHello: 'ServerHello',
      finished: 'handshake complete',
      alert: 'encrypted alert',
      end: 'end of the connection',
    },
    remedies: {
      client:
        'Read the error message of the {by}: it knows the reason, the packets do not. To see the certificate: openssl s_client -connect {server} -servername {name} -verify_hostname {name} </dev/null',
      keys: 'Capture again with the keys of the session (SSLKEYLOGFILE for browsers, curl and Python; node --tls-keylog), then the alert and the certificate can be read.',
      serverLog: 'Read the TLS error in the log of the server.',
      clientCertificate: 'If the server asks for client certificates, give the client one that its CA has issued.',
    },
  },
  *check(session, capture) {
    const { tls, tcp } = session;
    const left = firstToLeave(session);
    if (tls?.clientHello === undefined || left === undefined || isSpare(session, capture)) return;
    if (leftBeforeHello(tls, tcp) !== undefined || isHelloUnheard(tls, tcp)) return;
    if (tls.handshakeGap || tls.notTls !== undefined || fatalAlert(session) !== undefined) return;
    if (tcp.gaps.some(hidesRecords) || !serverSpoke(session) || leftOverRequest(session) !== undefined) return;
    if (!isHandshakeDone(tls)) {
      if (tls.applicationData.client.records + tls.applicationData.server.records > 0) return;
      yield during(session, tls, left);
      return;
    }
    const done = doneAt(tls);
    if (done === undefined || serverAnswered(tls)) return;
    const asked = tls.applicationData.client.records > 0;
    const after = left.at.at - done.at;
    if (after > AT_ONCE) return;
    if (left.by === 'client') {
      if (!asked) yield afterwards('after', session, tls, left, after);
      return;
    }
    // With a request under way, only an alert instead of any record shows that it was the handshake that failed: behind
    // one record, which may be an answer and no ticket, the same length is a close_notify.
    const isInstead = left.alerted && tls.applicationData.server.records === 0;
    if (!asked || isInstead) yield afterwards('refusedFinished', session, tls, left, after);
  },
});

const during = (session: Session, tls: TlsFacts, left: Departure) => {
  const hello = [tls.serverHello, tls.clientHello].find(
    (known) => known !== undefined && known.span.last.at <= left.at.at,
  );
  return {
    message: left.alerted ? 'duringAlert' : 'during',
    cause: 'tls-closed-during-handshake' as const,
    data: { ...shared(session, tls, left.by), after: duration(left.at.at - (hello?.span.last.at ?? left.at.at)) },
    evidence: evidence(
      [tls.clientHello?.span, 'hello'],
      [tls.serverHello?.span, 'serverHello'],
      [left.at, left.alerted ? 'alert' : 'end'],
    ),
    struckAt: left.at.at,
    confidence: 'proven' as const,
    remedies: hidesCertificates(tls) ? ['client', ...keysFor(tls)] : ['client'],
  };
};

const afterwards = (
  message: 'after' | 'refusedFinished',
  session: Session,
  tls: TlsFacts,
  left: Departure,
  after: number,
) => {
  const unused = message === 'after';
  return {
    message,
    cause: unused ? ('tls-closed-after-handshake' as const) : ('tls-closed-during-handshake' as const),
    data: { ...shared(session, tls, left.by), after: duration(after) },
    evidence: evidence(
      [tls.clientHello?.span, 'hello'],
      [doneAt(tls), 'finished'],
      [left.at, left.alerted ? 'alert' : 'end'],
    ),
    struckAt: left.at.at,
    confidence: unused ? ('proven' as const) : ('likely' as const),
    remedies: unused ? ['client', ...keysFor(tls)] : ['clientCertificate', 'serverLog', ...keysFor(tls)],
  };
};

/** Where the session was opened, its keys are known already. */
const keysFor = ({ decrypted, missingSecrets }: TlsFacts): string[] =>
  decrypted === false || missingSecrets.length > 0 ? ['keys'] : [];

const shared = ({ server, host }: Session, tls: TlsFacts, by: Side | 'network') => ({
  by: sideOrNetwork(by),
  version: text(tlsVersion(tls)),
  server: text(server.text),
  sni: text(tls.clientHello?.sni ?? host ?? server.address),
  name: text(shellWord(tls.clientHello?.sni ?? host ?? server.address)),
});
