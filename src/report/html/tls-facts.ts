/** What TLS said before it hid the rest: hellos, what was agreed, certificates, alerts. */
import type { Catalogue } from '../language/catalogue.js';
import type { CertificateReport, Report, SessionReport, TlsReport } from '../report.js';
import { packetNumber } from '../terminal/finding-lines.js';
import { fillTemplate, wordOf } from '../wording.js';
import { fillHtml, type Html, html } from './html.js';

const MOST_CERTIFICATES = 10;
const MOST_NAMES = 20;
/** Alerts that say goodbye (RFC 8446 6.1). */
const ORDERLY: ReadonlySet<string> = new Set(['close_notify', 'user_canceled']);

export const tlsFacts = ({ tls }: SessionReport, report: Report, { page, terms }: Catalogue): Html | null => {
  if (tls === null) return null;
  const said = page.tls;
  return html`<h3>${said.title}</h3>
<dl class="facts">${factsOf(tls, said, terms).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${tls.alerts.length === 0 ? null : html`<ul>${tls.alerts.map((alert) => html`<li class="${ORDERLY.has(alert.description) ? '' : 'problems'}">${fillHtml(said.alert, { level: alert.level, description: html`<b>${alert.description}</b>`, side: terms.sides[alert.from], packet: packetNumber(alert, report) })}</li>`)}</ul>`}
${(tls.certificates ?? []).slice(0, MOST_CERTIFICATES).map((each) => certificate(each, page, terms))}`;
};

const factsOf = (tls: TlsReport, said: Texts, { and }: Catalogue['terms']): [string, string][] => {
  const facts: [string, string | null][] = [
    [said.serverName, tls.sni],
    [said.version, tls.version],
    [said.offered, tls.versionsOffered.join(and)],
    [said.cipher, tls.cipher],
    [said.alpn, tls.alpn],
    [said.alpnOffered, tls.alpnOffered.join(and)],
    [said.resumed, tls.resumed === true ? said.yes : null],
    [said.decrypted, tls.decrypted === true ? said.yes : tls.decrypted === 'partly' ? said.partly : said.no],
    [said.alps, (tls.applicationSettingsOffered ?? []).join(and)],
    [said.ocsp, statusOf(tls, said)],
    [said.tickets, ticketsOf(tls, said, and)],
    [said.likeness, likenessOf(tls, said, and)],
    ['JA3', tls.ja3],
    ['JA4', tls.ja4],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== null && fact[1] !== '');
};

/** What the server stapled; where the client asked in vain, that. */
const statusOf = (
  { certificateStatus: status, statusRequested, certificates }: TlsReport,
  said: Texts,
): string | null => {
  if (status === undefined) return statusRequested === true && certificates !== null ? said.noStatus : null;
  const { response, certificate: word, nextUpdate, revokedAt } = status;
  const parts = [
    word === null ? (response ?? said.unreadable) : said.revocation[word],
    revokedAt === null ? '' : fillTemplate(said.revokedAt, { time: revokedAt }),
    nextUpdate === null ? '' : fillTemplate(said.nextUpdate, { time: nextUpdate }),
  ];
  return parts.filter((part) => part !== '').join(' ');
};

/** Of a session that stayed encrypted. */
const likenessOf = ({ likeness }: TlsReport, said: Texts, and: string): string | null => {
  if (likeness === undefined) return null;
  const reasons = likeness.because.map((reason) => wordOf(said.reasons, reason)).join(and);
  return fillTemplate(said.likelihood[likeness.websocket], { reasons });
};

const ticketsOf = ({ sessionTickets: tickets }: TlsReport, said: Texts, and: string): string | null => {
  if (tickets === undefined) return null;
  if (tickets === null) return said.hidden;
  const lifetimes = [...new Set(tickets.map(({ lifetimeSeconds }) => `${lifetimeSeconds} s`))].join(and);
  return fillTemplate(said.ticketsOf, { count: String(tickets.length), lifetimes });
};

const certificate = (
  { subject, issuer, names, notBefore, notAfter, sha256 }: CertificateReport,
  { tls: said, limits }: Catalogue['page'],
  { and }: Catalogue['terms'],
): Html => {
  const shown = names.slice(0, MOST_NAMES).join(and);
  const more = names.length - MOST_NAMES;
  return html`<details class="certificate"><summary>${fillHtml(said.certificate, { subject: html`<code>${subject}</code>` })}</summary><dl class="facts">
<div><dt>${said.issuer}</dt><dd>${issuer}</dd></div>
<div><dt>${said.valid}</dt><dd>${fillTemplate(said.validity, { from: notBefore ?? said.unreadable, to: notAfter ?? said.unreadable })}</dd></div>
<div><dt>${said.names}</dt><dd>${more > 0 ? fillTemplate(limits.moreNames, { names: shown, count: String(more) }) : shown}</dd></div>
<div><dt>SHA-256</dt><dd><code>${sha256}</code></dd></div>
</dl></details>`;
};

type Texts = Catalogue['page']['tls'];
