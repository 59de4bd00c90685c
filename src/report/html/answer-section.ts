/** The top of the page: what happened, which packets prove it, what to do; at its foot: files, warnings, what made it. */
import { formatBytes, formatCount, formatDuration } from '../format-value.js';
import { fateOf } from '../headline.js';
import type { CaptureReport, FindingReport, Report, SessionReport } from '../report.js';
import { type Html, html } from './html.js';
import { packetLinks } from './packet-link.js';
import type { HtmlOptions } from './render-html.js';

/** Of a finding about the whole capture. */
const SESSIONS_NAMED = 30;

export const answerSection = (report: Report): Html => {
  const session =
    report.sessions.find(({ outcome, recovered }) => outcome === 'failed' && !recovered) ??
    report.sessions.find(({ outcome }) => outcome === 'failed');
  return html`<p class="files">${report.captures.map(({ file }) => file).join(', ')}</p>
<h1>${session === undefined ? calm(report) : verdictOf(session)}</h1>
${session === undefined ? null : proofOf(session, report)}
${countsOf(report)}
${report.findings.map((finding) => captureFinding(finding))}`;
};

const verdictOf = (session: SessionReport): Html =>
  html`<a href="#s${session.id}">Session ${session.id}</a> ${fateOf(session)}: ${session.verdict}`;

const calm = ({ summary }: Report): string => {
  if (summary.sessions === 0) return 'No WebSocket sessions in this capture.';
  if (summary.partial === summary.sessions) return 'Too little of any session was seen to judge.';
  return summary.sessions === 1
    ? 'The session shows nothing wrong.'
    : `None of ${formatCount(summary.sessions)} sessions failed.`;
};

const proofOf = (session: SessionReport, report: Report): Html | null => {
  const finding = session.findings[0];
  if (finding === undefined) return null;
  const { evidence, remedy } = finding;
  return html`<dl class="answer">
${evidence.length === 0 ? null : html`<dt>Proof</dt><dd>${packetLinks(session, evidence, report)}</dd>`}
${remedy[0] === undefined ? null : html`<dt>Fix</dt><dd>${remedy[0]}</dd>`}
<dt>How sure</dt><dd>${session.confidence}${session.cause === null ? null : html`, <code>${session.cause}</code>`}</dd>
</dl>`;
};

const countsOf = ({ summary }: Report): Html => {
  const told = (['failed', 'ok', 'open', 'partial'] as const).filter((outcome) => summary[outcome] > 0);
  const causes = Object.entries(summary.byCause);
  return html`<ul class="counts" aria-label="Sessions by outcome">
${told.map((outcome) => html`<li class="o-${outcome}"><b>${formatCount(summary[outcome])}</b> ${outcome}</li>`)}
</ul>
${causes.length < 2 ? null : html`<p class="causes">${causes.map(([cause, count]) => html`<span><b>${formatCount(count)}</b> <code>${cause}</code></span> `)}</p>`}`;
};

const captureFinding = (finding: FindingReport): Html => {
  const about = finding.sessions ?? [];
  const rest = about.length - SESSIONS_NAMED;
  return html`<section class="finding f-${finding.severity}"><h2>${finding.title}</h2>
<p>${finding.explanation}</p>
${finding.remedy.map((text) => html`<p>${text}</p>`)}
${about.length === 0 ? null : html`<p>Sessions ${about.slice(0, SESSIONS_NAMED).map((id) => html`<a href="#s${id}">${id}</a> `)}${rest > 0 ? `and ${formatCount(rest)} more` : ''}</p>`}
</section>`;
};

export const captureSection = (report: Report, { madeWith, command, showSecrets }: HtmlOptions): Html => {
  const { http, tls, spare, other } = report.summary.notListed;
  const kinds = [
    [http, 'HTTP without an upgrade'],
    [tls, 'TLS that shows no WebSocket'],
    [spare, 'spare'],
    [other, 'other'],
  ] as const;
  const notListed = kinds.filter(([count]) => count > 0).map(([count, name]) => `${formatCount(count)} ${name}`);
  return html`<footer>
<h2>Captures</h2>
${report.captures.map(captureEntry)}
${notListed.length === 0 ? null : html`<p>Other connections, not listed: ${notListed.join(', ')}.</p>`}
<p>Made with ${madeWith}: <code>${command}</code></p>
<p>Packet numbers are those of Wireshark (<code>frame.number</code>). ${showSecrets ? html`<strong>Credentials were left in.</strong>` : 'Credentials are taken out as far as they were recognised.'} This page loads nothing and sends nothing.</p>
</footer>`;
};

const captureEntry = (capture: CaptureReport): Html => {
  const { file, format, linkTypes, packets, bytes, start, durationMs, truncatedPackets, droppedPackets, warnings } =
    capture;
  const facts = [
    format,
    linkTypes.join(', '),
    `${formatCount(packets)} packets`,
    formatBytes(bytes),
    ...(start === null
      ? []
      : [`${formatDuration((durationMs ?? 0) * 1e6)} from ${start.replace('T', ' ').replace('Z', ' UTC')}`]),
    ...(truncatedPackets > 0 ? [`${formatCount(truncatedPackets)} packets cut by the snap length`] : []),
    ...((droppedPackets ?? 0) > 0 ? [`${formatCount(droppedPackets ?? 0)} packets dropped while capturing`] : []),
  ];
  return html`<p><code>${file}</code> ${facts.join(', ')}</p>
${warnings.length === 0 ? null : html`<ul class="warnings">${warnings.slice(0, WARNINGS_SHOWN).map((text) => html`<li>${text}</li>`)}</ul>`}`;
};

const WARNINGS_SHOWN = 200;
