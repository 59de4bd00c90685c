/**
 * A fatal alert in clear inside the handshake (RFC 8446 6.2, RFC 5246 7.2.2): one table of who sent which, with what the
 * hellos and certificates beside it say more.
 */

import type { Session } from '../../../session/session.js';
import type { Side } from '../../../stream/side.js';
import { cipherSuiteName } from '../../../tls/cipher-suites.js';
import type { AlertFacts, CertificateFacts, TlsFacts } from '../../../tls/tls-facts.js';
import { TLS_1_2, TLS_1_3, versionName } from '../../../tls/versions.js';
import type { CauseId } from '../../causes.js';
import { evidence } from '../../evidence.js';
import { certificateFaults, REFUSES_CERTIFICATE, sentAlone } from '../../measures/certificate-faults.js';
import { phrase, textOr } from '../../measures/phrases.js';
import { shellWord } from '../../measures/shell-word.js';
import { fatalAlert, isAddress, isInUse } from '../../measures/tls-progress.js';
import { list, side, text } from '../../measures/values.js';
import { defineRule, type Value } from '../../rule.js';

type From = Side | 'either';

/** Alerts that mean one thing; the others are decided below. Numbers of the registry "TLS Alerts". */
const CAUSE_OF_ALERT: readonly (readonly [code: number, from: From, cause: CauseId])[] = [
  [45, 'client', 'tls-certificate-expired'],
  [48, 'client', 'tls-unknown-ca'],
  [42, 'client', 'tls-certificate-rejected'],
  [43, 'client', 'tls-certificate-rejected'],
  [44, 'client', 'tls-certificate-rejected'],
  [46, 'client', 'tls-certificate-rejected'],
  [113, 'client', 'tls-certificate-rejected'],
  [70, 'either', 'tls-protocol-version'],
  [116, 'server', 'tls-client-certificate-required'],
  [120, 'server', 'tls-no-application-protocol'],
];

/** About a certificate of the client, when the server sends them. */
const ABOUT_CERTIFICATES: ReadonlySet<number> = new Set([40, 42, 43, 44, 45, 46, 48, 49, 51]);

export const fatalTlsAlert = defineRule({
  meta: {
    id: 'tls/fatal-alert',
    title: 'TLS handshake refused by an alert',
    severity: 'error',
    causes: [
      ...new Set(CAUSE_OF_ALERT.map(([, , cause]) => cause)),
      'tls-client-certificate-rejected',
      'tls-no-shared-cipher',
      'tls-server-name-missing',
      'tls-unrecognized-name',
      'tls-alert',
    ],
    needs: [],
    precedence: 'violation',
    reference: ['RFC 8446 6.2', 'RFC 5246 7.2.2', 'RFC 6066 3', 'RFC 7301 3.2'],
    messages: {
      'tls-certificate-expired': 'The client refused the certificate as expired (alert {alert}).',
      'tls-unknown-ca':
        'The client does not trust the issuer of the certificate (alert {alert}): a private CA, a self-signed certificate, or a missing intermediate{alone}.',
      'tls-certificate-rejected': 'The client refused the certificate (alert {alert}) and does not say more{alone}.',
      'tls-protocol-version':
        'Client and server have no TLS version in common: the client offers {versions}, and the {from} refused (alert {alert}).',
      oldServer:
        'Client and server have no TLS version in common: the client offers {versions}, and the {from} refused (alert {alert}): the server knows older versions only.',
      oldClient:
        'Client and server have no TLS version in common: the client offers {versions}, and the {from} refused (alert {alert}): the client knows no newer version.',
      'tls-client-certificate-required':
        'The server wants a certificate from the client; the client sent none (alert {alert}).',
      'tls-client-certificate-rejected': 'The server refused the certificate of the client (alert {alert}).',
      'tls-no-application-protocol':
        'Client and server have no application protocol in common: the client offers {alpn} by ALPN (alert {alert}).',
      'tls-no-shared-cipher':
        'The server refused the ClientHello (alert {alert}): no cipher suite, group or signature algorithm in common. The client offers {ciphers}.',
      'tls-server-name-missing': 'The client sent no server name (SNI: {sni}) and the server refused (alert {alert}).',
      'tls-unrecognized-name': 'The server does not know the name {sni} (alert {alert}).',
      'tls-alert': 'The {from} ended the TLS handshake by the alert {alert}.',
    },
    notes: {
      hello: 'ClientHello',
      serverHello: 'ServerHello',
      certificate: 'certificate of the server',
      request: 'the server asks for a certificate',
      alert: 'alert',
    },
    remedies: {
      renew:
        'Renew the certificate and load it into every server that answers for this name. To see what is served: openssl s_client -connect {server} -servername {name} </dev/null | openssl x509 -noout -dates',
      chain:
        'Serve the chain with its intermediates (nginx: ssl_certificate takes leaf and intermediates in one file). To see it: openssl s_client -connect {server} -servername {name} -showcerts </dev/null',
      trust:
        'For a private CA, give its root to the client: Node NODE_EXTRA_CA_CERTS=ca.pem; Python ssl.create_default_context(cafile="ca.pem"); Java a trust store.',
      rejected:
        'Read the error message of the client: name, dates, purpose, key size or revocation. Check the certificate: openssl s_client -connect {server} -servername {name} -verify_hostname {name} </dev/null',
      versions:
        'Let them share a version: nginx ssl_protocols TLSv1.2 TLSv1.3; update clients that know no more than TLS 1.1.',
      oldServer:
        'Let the server speak TLS 1.2 and 1.3: nginx ssl_protocols TLSv1.2 TLSv1.3; Node minVersion and maxVersion; Java jdk.tls.disabledAlgorithms. An appliance that cannot needs an update, or a proxy in front that can.',
      oldClient:
        'Update the client, or the TLS library it uses, until it offers TLS 1.2: servers no longer accept {versions}.',
      alpn: 'Let both know http/1.1 by ALPN: WebSocket over HTTP/1.1 needs it where ALPN is offered at all. Servers that offer only h2 or a protocol of their own refuse like this.',
      ciphers:
        'Compare what both allow: openssl s_client -connect {server} -servername {name} </dev/null and the cipher, curve and certificate types of the server (an ECDSA certificate needs ECDSA suites).',
      sni: 'Let the client send the host name it wants (openssl -servername; Node servername). An IP address is no server name.',
      name: 'Configure the server, or the ingress in front, for {sni}, or correct the name in the URL.',
      clientCertificate:
        'Give the client a certificate and key that the server’s CA has issued (Node cert and key; Python load_cert_chain), or do not require one for this location (nginx: ssl_verify_client optional).',
      log: 'Read the TLS error in the log of the {from}.',
    },
  },
  *check(session, capture) {
    const { tls } = session;
    const alert = fatalAlert(session);
    if (tls === undefined || alert === undefined || isInUse(tls, alert)) return;
    const history = capture.server(session.server.text);
    const cause = causeOf(tls, alert, history.sniAccepted);
    const faults = certificateFaults(session, capture).filter((fault) => fault.cause !== null);
    // tls/faulty-certificate tells the same with its reason.
    const isTold = cause === 'tls-certificate-rejected' && REFUSES_CERTIFICATE.has(alert.code);
    if (isTold && faults.some((fault) => fault.cause === cause)) return;
    const alone = ABOUT_ISSUERS.has(cause) && faults.length === 0 ? sentAlone(tls) : undefined;
    const old = cause === 'tls-protocol-version' ? olderSide(tls, alert) : undefined;
    yield {
      message: old ?? cause,
      cause,
      data: {
        ...dataOf(session, tls, alert),
        ...(ABOUT_ISSUERS.has(cause) ? { alone: aloneIn(alone) } : {}),
      },
      evidence: evidence(
        [tls.clientHello?.span, 'hello'],
        [tls.serverHello?.span, 'serverHello'],
        [tls.certificatesAt, 'certificate'],
        [tls.certificateRequest, 'request'],
        [alert.arrival, 'alert'],
      ),
      struckAt: alert.arrival.at,
      confidence: SURE.has(alert.code) ? 'proven' : 'likely',
      remedies: old !== undefined ? [old] : alone !== undefined ? WITHOUT_ISSUER[cause]! : (REMEDIES[cause] ?? ['log']),
    };
  },
});

/** Where a missing intermediate may be the reason. */
const ABOUT_ISSUERS: ReadonlySet<CauseId> = new Set(['tls-unknown-ca', 'tls-certificate-rejected']);

const aloneIn = (certificate: CertificateFacts | undefined): Value =>
  certificate === undefined ? text('') : phrase('sent-alone', { issuer: text(certificate.issuer) });

/** Who knows only versions that the other has given up; undefined where either may be. */
const olderSide = (
  { clientHello, serverHello }: TlsFacts,
  { from }: AlertFacts,
): 'oldServer' | 'oldClient' | undefined => {
  const versions = clientHello?.versions ?? [];
  const chosen = serverHello?.version;
  if (from === 'client') return chosen !== undefined && versions.every((one) => one > chosen) ? 'oldServer' : undefined;
  if (versions.includes(TLS_1_3)) return 'oldServer';
  // TLS 1.2 alone is too new for some servers and too old for those of TLS 1.3 alone.
  return versions.length > 0 && versions.every((one) => one < TLS_1_2) ? 'oldClient' : undefined;
};

/** Alerts that say themselves what is wrong; the others leave room. */
const SURE: ReadonlySet<number> = new Set([42, 43, 44, 45, 46, 48, 70, 71, 112, 113, 116, 120]);

const causeOf = (tls: TlsFacts, { from, code }: AlertFacts, sniAccepted: ReadonlySet<string | null>): CauseId => {
  const sni = tls.clientHello?.sni ?? null;
  if (from === 'server' && tls.certificateRequest !== undefined && ABOUT_CERTIFICATES.has(code)) {
    if (tls.clientCertificates === 0) return 'tls-client-certificate-required';
    if (tls.clientCertificates !== undefined) return 'tls-client-certificate-rejected';
  }
  if (from === 'server' && code === 112) return isName(sni) ? 'tls-unrecognized-name' : 'tls-server-name-missing';
  const known = CAUSE_OF_ALERT.find(([number, by]) => number === code && (by === 'either' || by === from));
  if (known !== undefined) return known[2];
  if (from !== 'server' || tls.serverHello !== undefined || tls.clientHello === undefined) return 'tls-alert';
  // In answer to the ClientHello: what the server accepted from others tells more than the alert.
  if (code === 40 || code === 80) {
    const otherNames = [...sniAccepted].some((name) => name !== null && name !== sni);
    if (!isName(sni) && otherNames && !sniAccepted.has(null)) return 'tls-server-name-missing';
    if (isName(sni) && otherNames && !sniAccepted.has(sni)) return 'tls-unrecognized-name';
  }
  if (code === 40 && (tls.clientHello.versions[0] ?? 0) < 0x0303) return 'tls-protocol-version';
  return code === 40 || code === 71 ? 'tls-no-shared-cipher' : 'tls-alert';
};

const isName = (sni: string | null): boolean => sni !== null && sni !== '' && !isAddress(sni);

const dataOf = ({ server, host }: Session, { clientHello }: TlsFacts, alert: AlertFacts): Record<string, Value> => ({
  alert: text(`${alert.description} (${alert.code})`),
  from: side(alert.from),
  sni: textOr(clientHello?.sni ?? host, 'none'),
  name: text(shellWord(clientHello?.sni ?? host ?? 'none')),
  server: text(server.text),
  versions: list((clientHello?.versions ?? []).map(versionName)),
  alpn: list(clientHello?.alpn ?? []),
  ciphers: list((clientHello?.cipherSuites ?? []).slice(0, 6).map(cipherSuiteName)),
});

/** Where one certificate was sent, and not that of its issuer. */
const WITHOUT_ISSUER: Partial<Record<CauseId, readonly string[]>> = {
  'tls-unknown-ca': ['chain', 'trust'],
  'tls-certificate-rejected': ['chain', 'trust', 'rejected'],
};

const REMEDIES: Partial<Record<CauseId, readonly string[]>> = {
  'tls-certificate-expired': ['renew'],
  'tls-unknown-ca': ['chain', 'trust'],
  'tls-certificate-rejected': ['rejected', 'chain'],
  'tls-protocol-version': ['versions'],
  'tls-client-certificate-required': ['clientCertificate'],
  'tls-client-certificate-rejected': ['clientCertificate', 'log'],
  'tls-no-application-protocol': ['alpn'],
  'tls-no-shared-cipher': ['ciphers'],
  'tls-server-name-missing': ['sni'],
  'tls-unrecognized-name': ['name'],
  'tls-alert': ['log'],
};
