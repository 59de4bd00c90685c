/**
 * A certificate that this client took and another one would not: past its time, for another name, weak, or sent without
 * its chain. The connection went on, so none of it explains a failure here.
 */
import { evidence } from '../../evidence.js';
import { certificateFaults } from '../../measures/certificate-faults.js';
import { certificateData } from '../../measures/certificate-wording.js';
import { isHandshakeDone } from '../../measures/tls-progress.js';
import { defineRule } from '../../rule.js';

export const doubtfulCertificate = defineRule({
  meta: {
    id: 'tls/doubtful-certificate',
    title: 'Other clients would refuse this certificate',
    severity: 'note',
    causes: [],
    needs: [],
    reference: ['RFC 5280 6.1', 'RFC 9525 2', 'RFC 8446 4.4.2', 'RFC 6960 4.2.1'],
    messages: {
      expired:
        'The certificate of {subject} ended on {notAfter}, before this capture; this client took it all the same.',
      notYetValid:
        'The certificate of {subject} begins on {notBefore}, after this capture; this client took it all the same.',
      otherName: 'The client asked for {sni} and took a certificate that is for {names}.',
      otherAddress: 'The client sent no server name and took a certificate that is for {names}, not for {address}.',
      commonNameOnly:
        'The certificate names {names} only as its common name; Chromium, Firefox and Go want a subjectAltName.',
      selfSigned: 'The certificate of {subject} is self-signed; this client trusts it, or does not check.',
      issuerNotSent:
        'The server sent the certificate of {subject} without that of its issuer {issuer}; clients that do not have it will not trust the server.',
      disordered: 'The certificates are not in the order of their chain; some clients do not sort them.',
      notForServers: 'The certificate of {subject} is not for servers: its extendedKeyUsage allows only {purposes}.',
      weakKey: 'The key in the certificate of {subject} is short ({key}); many clients refuse it.',
      weakSignature: 'The certificate of {subject} is signed by {signature}; many clients refuse it.',
      stapleRevoked:
        'The stapled OCSP response says that the certificate of {subject} was revoked on {revokedAt}; clients that look at it leave.',
      stapleExpired:
        'The stapled OCSP response for {subject} held until {nextUpdate}, before this capture; clients that look at it leave.',
    },
    notes: { certificate: 'certificate of the server' },
    remedies: {
      look: 'To see what is served: openssl s_client -connect {server} -servername {name} -showcerts </dev/null',
    },
  },
  *check(session, capture) {
    const { tls } = session;
    if (tls?.certificatesAt === undefined || !isHandshakeDone(tls)) return;
    if (tls.applicationData.client.records === 0) return;
    for (const { kind, certificate } of certificateFaults(session, capture)) {
      if (kind === 'otherName' && tls.clientHello?.ech === true) continue;
      yield {
        message: kind,
        cause: null,
        data: certificateData(session, certificate),
        evidence: evidence([tls.certificatesAt, 'certificate']),
        confidence: 'proven',
        remedies: ['look'],
      };
    }
  },
});
