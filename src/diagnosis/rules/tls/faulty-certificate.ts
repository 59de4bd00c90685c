/**
 * A fault that the server's certificates show, in clear (TLS 1.2 and older) or decrypted, and a client that left over it:
 * by an alert that says less, by an encrypted one, or without a word. Dates are held against the time of the capture.
 */
import type { Session } from '../../../session/session.js';
import type { Arrival } from '../../../stream/arrival.js';
import type { TlsFacts } from '../../../tls/tls-facts.js';
import { evidence } from '../../evidence.js';
import { certificateFaults, type FaultKind, REFUSES_CERTIFICATE } from '../../measures/certificate-faults.js';
import { certificateData } from '../../measures/certificate-wording.js';
import { latest } from '../../measures/ending.js';
import { phrase } from '../../measures/phrases.js';
import { AT_ONCE, fatalAlert, firstToLeave, hidesRecords } from '../../measures/tls-progress.js';
import { text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

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
      'tls-certificate-rejected',
    ],
    needs: ['both-sides'],
    precedence: 'violation',
    reference: ['RFC 5280 4.1.2.5', 'RFC 5280 4.2.1.12', 'RFC 9525', 'RFC 5246 7.4.2', 'RFC 6960 4.2.1'],
    messages: {
      expired: 'The certificate of {subject} ended on {notAfter}, before this capture, and the client {left}.',
      notYetValid:
        'The certificate of {subject} begins on {notBefore}, after this capture, and the client {left}. If the certificate is right, a clock is wrong.',
      otherName: 'The client asked for {sni}; the certificate is for {names}, and the client {left}.',
      otherAddress:
        'The client sent no server name, as clients do that were given an address; the certificate is for {names} and not for {address}, and the client {left}.',
      commonNameOnly:
        'The certificate names {names} only as its common name and has no subjectAltName, which Chromium, Firefox and Go do not accept, and the client {left}.',
      selfSigned: 'The certificate of {subject} is self-signed, and the client {left}: it does not trust it.',
      issuerNotSent:
        'The server sent the certificate of {subject} alone, without that of its issuer {issuer}, which can be had at {issuerUrl}; the client {left}. A client that does not know the issuer cannot build the chain.',
      disordered:
        'The certificates are not in the order of their chain (each is to be followed by its issuer), and the client {left}. Some clients do not sort them.',
      notForServers:
        'The certificate of {subject} is not for servers: its extendedKeyUsage allows only {purposes}, and the client {left}.',
      weakKey: 'The key in the certificate of {subject} is too short ({key}), and the client {left}.',
      weakSignature:
        'The certificate of {subject} is signed by {signature}, which clients no longer accept, and the client {left}.',
      stapleRevoked:
        'The OCSP response that the server sent with the certificate of {subject} says that it was revoked on {revokedAt}, and the client {left}.',
      stapleExpired:
        'The OCSP response that the server sent with the certificate of {subject} held until {nextUpdate}, before this capture, and the client {left}.',
    },
    notes: { hello: 'ClientHello', certificate: 'certificate of the server', left: 'the client leaves' },
    remedies: {
      renew:
        'Renew the certificate and load it into every server that answers for this name. To see what is served: openssl s_client -connect {server} -servername {name} </dev/null | openssl x509 -noout -dates',
      clock: 'Check the clocks of client and server: timedatectl; chronyc tracking',
      name: 'Serve a certificate whose subjectAltName has {sni}, or use one of its names in the URL. Certbot: certbot --expand -d {name}',
      trust:
        'For a private or self-signed certificate, give its root to the client: Node NODE_EXTRA_CA_CERTS=ca.pem; Python ssl.create_default_context(cafile="ca.pem"); Java a trust store.',
      chain:
        'Serve leaf and intermediates in one file, each followed by its issuer (nginx ssl_certificate fullchain.pem). To see them: openssl s_client -connect {server} -servername {name} -showcerts </dev/null',
      reissue:
        'Have a new certificate issued: RSA with 2048 bits or P-256, SHA-256, extendedKeyUsage serverAuth. To see what is served: openssl s_client -connect {server} -servername {name} </dev/null | openssl x509 -noout -text',
      revoked: 'Replace the certificate by a new one with a new key: a revoked one stays revoked.',
      staple:
        'Let the server fetch OCSP responses before they end (nginx: ssl_stapling, resolver, and no old ssl_stapling_file). To see it: openssl s_client -connect {server} -servername {name} -status </dev/null',
    },
  },
  *check(session, capture) {
    const { tls } = session;
    if (tls?.certificatesAt === undefined) return;
    const left = leftOver(session, tls);
    if (left === undefined) return;
    const fault = certificateFaults(session, capture).find(({ cause }) => cause !== null);
    if (fault === undefined) return;
    const alert = fatalAlert(session);
    yield {
      message: fault.kind,
      cause: fault.cause,
      data: {
        ...certificateData(session, fault.certificate),
        left:
          alert === undefined ? phrase('left-unasked') : phrase('refused-by-alert', { alert: text(alert.description) }),
      },
      evidence: evidence([tls.clientHello?.span, 'hello'], [tls.certificatesAt, 'certificate'], [left, 'left']),
      struckAt: left.at,
      // That it was refused the alert proves; that it was for this fault is likely, and the cause is the same.
      confidence: alert !== undefined && fault.cause === 'tls-certificate-rejected' ? 'proven' : fault.confidence,
      remedies: REMEDIES[fault.kind],
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
  // What the capture lacks of the client may be the request it went on with.
  if (session.tcp.gaps.some((gap) => gap.side === 'client' && hidesRecords(gap))) return undefined;
  const since = latest(tls.certificatesAt?.last, tls.serverHelloDone?.last, tls.finished.client, tls.finished.server);
  return since !== undefined && left.at.at - since.at <= AT_ONCE ? left.at : undefined;
};

const REMEDIES: Record<FaultKind, readonly string[]> = {
  expired: ['renew', 'clock'],
  notYetValid: ['clock', 'renew'],
  otherName: ['name'],
  otherAddress: ['name'],
  commonNameOnly: ['name', 'reissue'],
  selfSigned: ['trust'],
  issuerNotSent: ['chain', 'trust'],
  disordered: ['chain'],
  notForServers: ['reissue'],
  weakKey: ['reissue'],
  weakSignature: ['reissue'],
  stapleRevoked: ['revoked', 'staple'],
  stapleExpired: ['staple'],
};
