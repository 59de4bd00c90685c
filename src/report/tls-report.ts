/** The part of the report about TLS: what was offered, chosen, shown and refused, by registered names. */
import { cipherSuiteName } from '../tls/cipher-suites.js';
import type { CertificateFacts, CertificateStatusFacts, TlsFacts } from '../tls/tls-facts.js';
import { isTls13, versionName } from '../tls/versions.js';
import { type Clock, isoMillis } from './place.js';
import type { CertificateReport, CertificateStatusReport, TlsReport } from './report.js';

export const tlsReport = (tls: TlsFacts, clock: Clock): TlsReport => {
  const { clientHello, serverHello } = tls;
  return {
    sni: clientHello?.sni ?? null,
    alpnOffered: [...(clientHello?.alpn ?? [])],
    alpn: serverHello?.alpn ?? null,
    versionsOffered: (clientHello?.versions ?? []).map(versionName),
    version: serverHello === undefined ? null : versionName(serverHello.version),
    cipher: serverHello === undefined ? null : cipherSuiteName(serverHello.cipherSuite),
    ja3: clientHello?.ja3 ?? null,
    ja3s: serverHello?.ja3s ?? null,
    ja4: clientHello?.ja4 ?? null,
    resumed: serverHello?.resumed ?? null,
    helloRetryRequest: tls.helloRetryRequest !== undefined,
    decrypted: tls.decrypted,
    missingSecrets: [...tls.missingSecrets],
    clientRandom: tls.clientRandom ?? null,
    undecryptable: tls.undecryptable ?? null,
    certificates: tls.certificates?.map(certificateReport) ?? null,
    certificatesHidden: hiddenBecause(tls),
    ...extras(tls, clock),
    alerts: tls.alerts.map(({ from, level, description, arrival }) => ({
      from,
      level,
      description,
      ...clock.place(arrival),
    })),
    encryptedAlerts: tls.encryptedAlerts.map(({ from, inferred, arrival }) => ({
      from,
      inferred,
      ...clock.place(arrival),
    })),
  };
};

const certificateReport = (certificate: CertificateFacts): CertificateReport => ({
  subject: certificate.subject,
  issuer: certificate.issuer,
  names: [...certificate.names],
  notBefore: isoMillis(certificate.notBefore),
  notAfter: isoMillis(certificate.notAfter),
  sha256: certificate.sha256,
  ...(certificate.traits === undefined
    ? {}
    : {
        key: `${certificate.traits.keyType}${certificate.traits.keyBits > 0 ? ` ${certificate.traits.keyBits}` : ''}`,
        signature: certificate.traits.signature,
      }),
});

/** What only some connections have; absent where there is none of it. */
const extras = (tls: TlsFacts, clock: Clock): Partial<TlsReport> => {
  const { clientHello, applicationSettings: settings, certificateStatus: status } = tls;
  const offered = clientHello?.applicationSettings ?? [];
  const { client, server } = settings;
  const tickets = ticketsReport(tls, clock);
  return {
    ...(offered.length === 0 ? {} : { applicationSettingsOffered: [...offered] }),
    ...(client === undefined && server === undefined
      ? {}
      : { applicationSettings: { clientBytes: client ?? null, serverBytes: server ?? null } }),
    ...(clientHello?.asksForStatus === true ? { statusRequested: true as const } : {}),
    ...(status === undefined ? {} : { certificateStatus: statusReport(status, clock) }),
    ...(tls.likeness === undefined
      ? {}
      : { likeness: { websocket: tls.likeness.websocket, because: [...tls.likeness.because] } }),
    ...(tickets === undefined ? {} : { sessionTickets: tickets }),
  };
};

const statusReport = (status: CertificateStatusFacts, clock: Clock): CertificateStatusReport => ({
  response: status.response,
  certificate: status.certificate,
  thisUpdate: isoMillis(status.thisUpdate),
  nextUpdate: isoMillis(status.nextUpdate),
  revokedAt: isoMillis(status.revokedAt),
  ...clock.place(status.span.last),
});

/** Null where TLS 1.3 hides them; undefined where there were none. */
const ticketsReport = (tls: TlsFacts, clock: Clock): TlsReport['sessionTickets'] => {
  const { sessionTickets, serverHello, decrypted, finished } = tls;
  if (sessionTickets.length > 0) {
    return sessionTickets.map(({ lifetimeSeconds, arrival }) => ({ lifetimeSeconds, ...clock.place(arrival) }));
  }
  const isHidden = serverHello !== undefined && isTls13(serverHello.version) && decrypted !== true;
  return isHidden && finished.client !== undefined ? null : undefined;
};

/** Why no certificate of the server is to be seen. */
function hiddenBecause({ certificates, serverHello, handshakeGap }: TlsFacts): TlsReport['certificatesHidden'] {
  if (certificates !== undefined) return null;
  if (serverHello === undefined) return 'not-reached';
  if (serverHello.resumed) return 'resumed';
  if (isTls13(serverHello.version)) return 'encrypted';
  return handshakeGap ? 'not-captured' : 'not-reached';
}
