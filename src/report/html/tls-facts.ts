/** What TLS said before it hid the rest: hellos, what was agreed, certificates, alerts. */
import type { CertificateReport, Report, SessionReport, TlsReport } from '../report.js';
import { packetNumber } from '../terminal/finding-lines.js';
import { type Html, html } from './html.js';

const MOST_CERTIFICATES = 10;
const MOST_NAMES = 20;

export const tlsFacts = ({ tls }: SessionReport, report: Report): Html | null => {
  if (tls === null) return null;
  return html`<h3>TLS</h3>
<dl class="facts">${factsOf(tls).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${tls.alerts.length === 0 ? null : html`<ul class="problems">${tls.alerts.map((alert) => html`<li>${alert.level} alert <b>${alert.description}</b> from the ${alert.from}, packet ${packetNumber(alert, report)}</li>`)}</ul>`}
${(tls.certificates ?? []).slice(0, MOST_CERTIFICATES).map(certificate)}`;
};

const factsOf = (tls: TlsReport): [string, string][] => {
  const facts: [string, string | null][] = [
    ['server name', tls.sni],
    ['version', tls.version],
    ['offered', tls.versionsOffered.join(', ')],
    ['cipher', tls.cipher],
    ['ALPN', tls.alpn],
    ['ALPN offered', tls.alpnOffered.join(', ')],
    ['resumed', tls.resumed === true ? 'yes' : null],
    ['decrypted', tls.decrypted === true ? 'yes' : tls.decrypted === 'partly' ? 'partly' : 'no'],
    ['JA3', tls.ja3],
    ['JA4', tls.ja4],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== null && fact[1] !== '');
};

const certificate = ({ subject, issuer, names, notBefore, notAfter, sha256 }: CertificateReport): Html =>
  html`<details class="certificate"><summary>Certificate <code>${subject}</code></summary><dl class="facts">
<div><dt>issued by</dt><dd>${issuer}</dd></div>
<div><dt>valid</dt><dd>${notBefore ?? 'unreadable'} to ${notAfter ?? 'unreadable'}</dd></div>
<div><dt>names</dt><dd>${names.slice(0, MOST_NAMES).join(', ')}${names.length > MOST_NAMES ? `, and ${names.length - MOST_NAMES} more` : ''}</dd></div>
<div><dt>SHA-256</dt><dd><code>${sha256}</code></dd></div>
</dl></details>`;
