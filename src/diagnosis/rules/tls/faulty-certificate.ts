/**
 * A fault that the server's certificate shows in clear (TLS 1.2 and older), and a client that left over it: by an alert
 * that says less, by an encrypted one, or without a word. Dates are held against the time of the capture.
 */
import type { Session } from '../../../session/session.js';
import type { Arrival } from '../../../stream/arrival.js';
import { coversName } from '../../../tls/covers-name.js';
import type { CertificateFacts, TlsFacts } from '../../../tls/tls-facts.js';
import type { CauseId } from '../../causes.js';
import { evidence } from '../../evidence.js';
import { latest } from '../../measures/ending.js';
import { shellWord } from '../../measures/shell-word.js';
import { AT_ONCE, fatalAlert, firstToLeave, isAddress, wallClock } from '../../measures/tls-progress.js';
import { list, text, time } from '../../measures/values.js';
import { type Confidence, defineRule } from '../../rule.js';

/** Alerts of a client that refuse a certificate; a fault that is visible says more than they do. */
const REFUSES_CERTIFICATE: ReadonlySet<number> = new Set([42, 43, 45, 46, 48]);

export const faultyCertificate = defineRule({
  meta: {
    id: 'tls/faulty-certificate',
    title: 'The certificate is at fault',
    severity: 'error',
    causes: [
      'tls-certificate-expired',
      'tls-certificate-not-yet-valid',
      'tls-certificate-name-mismatch',
      'tls-unknown-ca',
    ],
    needs: ['both-sides'],
    precedence: 'violation',
    reference: ['RFC 5280 4.1.2.5', 'RFC 9525', 'RFC 5246 7.4.2'],
    messages: {
      'tls-certificate-expired':
        'The certificate of {subject} ended on {notAfter}, before this capture, and the client {left}.',
      'tls-certificate-not-yet-valid':
        'The certificate of {subject} begins on {notBefore}, after this capture, and the client {left}. If the certificate is right, a clock is wrong.',
      'tls-certificate-name-mismatch':
        'The client asked for {sni}; the certificate is for {names}, and the client {left}.',
      'tls-unknown-ca': 'The certificate of {subject} is self-signed, and the client {left}: it does not trust it.',
    },
    notes: { hello: 'ClientHello', certificate: 'certificate of the server', left: 'the client leaves' },
    remedies: {
      renew:
        'Renew the certificate and load it into every server that answers for this name. To see what is served: openssl s_client -connect {server} -servername {name} </dev/null | openssl x509 -noout -dates',
      clock: 'Check the clocks of client and server: timedatectl; chronyc tracking',
      name: 'Serve a certificate whose subjectAltName has {sni}, or use one of its names in the URL. Certbot: certbot --expand -d {name}',
      trust:
        'For a private or self-signed certificate, give its root to the client: Node NODE_EXTRA_CA_CERTS=ca.pem; Python ssl.create_default_context(cafile="ca.pem"); Java a trust store.',
    },
  },
  *check(session, capture) {
    const { tls, server } = session;
    const leaf = tls?.certificates?.[0];
    if (tls === undefined || leaf === undefined || tls.certificatesAt === undefined) return;
    const left = leftOver(session, tls);
    if (left === undefined) return;
    const fault = faultOf(tls, leaf, wallClock(capture, tls.certificatesAt.last));
    if (fault === undefined) return;
    const alert = fatalAlert(session);
    yield {
      message: fault.cause,
      cause: fault.cause,
      data: {
        subject: text(leaf.subject),
        names: list(leaf.names),
        notBefore: time(leaf.notBefore),
        notAfter: time(leaf.notAfter),
        sni: text(tls.clientHello?.sni ?? session.host ?? 'the name'),
        name: text(shellWord(tls.clientHello?.sni ?? session.host ?? 'the name')),
        server: text(server.text),
        left: text(
          alert === undefined ? 'left without asking for anything' : `refused it by the alert ${alert.description}`,
        ),
      },
      evidence: evidence([tls.clientHello?.span, 'hello'], [tls.certificatesAt, 'certificate'], [left, 'left']),
      struckAt: left.at,
      confidence: fault.confidence,
      remedies: REMEDIES[fault.cause] ?? [],
    };
  },
});

/** When the client left over the certificate; undefined when it went on, or left for a reason of its own. */
const leftOver = (session: Session, tls: TlsFacts): Arrival | undefined => {
  const alert = fatalAlert(session);
  if (alert !== undefined) {
    return alert.from === 'client' && REFUSES_CERTIFICATE.has(alert.code) ? alert.arrival : undefined;
  }
  const left = firstToLeave(session);
  if (left === undefined || left.by !== 'client' || tls.applicationData.client.records > 0) return undefined;
  const since = latest(tls.certificatesAt?.last, tls.serverHelloDone?.last, tls.finished.client, tls.finished.server);
  return since !== undefined && left.at.at - since.at <= AT_ONCE ? left.at : undefined;
};

interface Fault {
  cause: CauseId;
  confidence: Confidence;
}

const faultOf = (tls: TlsFacts, leaf: CertificateFacts, now: number): Fault | undefined => {
  const sni = tls.clientHello?.sni ?? null;
  if (leaf.notAfter < now) return { cause: 'tls-certificate-expired', confidence: 'likely' };
  if (leaf.notBefore > now) return { cause: 'tls-certificate-not-yet-valid', confidence: 'likely' };
  if (sni !== null && !isAddress(sni) && leaf.problem === null && !coversName(leaf, sni)) {
    return { cause: 'tls-certificate-name-mismatch', confidence: 'likely' };
  }
  return leaf.selfSigned ? { cause: 'tls-unknown-ca', confidence: 'likely' } : undefined;
};

const REMEDIES: Partial<Record<CauseId, readonly string[]>> = {
  'tls-certificate-expired': ['renew', 'clock'],
  'tls-certificate-not-yet-valid': ['clock', 'renew'],
  'tls-certificate-name-mismatch': ['name'],
  'tls-unknown-ca': ['trust'],
};
