/** The top of the page: what happened, which packets prove it, what to do; at its foot: files, warnings, what made it. */
import { formatBytes, formatCount, formatDuration } from '../format-value.js';
import { fateOf } from '../headline.js';
import type { Catalogue } from '../language/catalogue.js';
import type { CaptureReport, FindingReport, Report, SessionReport } from '../report.js';
import { notListedText } from '../terminal/capture-lines.js';
import { firstSentence } from '../verdict-text.js';
import { fillTemplate } from '../wording.js';
import { fillHtml, type Html, html } from './html.js';
import { packetLinks, sessionLink } from './packet-link.js';
import type { HtmlOptions } from './render-html.js';
import type { ToldRows } from './told-rows.js';

/** Of a finding about the whole capture. */
const SESSIONS_NAMED = 30;

export const answerSection = (report: Report, told: ToldRows, catalogue: Catalogue): Html => {
  const session =
    report.sessions.find(({ outcome, recovered }) => outcome === 'failed' && !recovered) ??
    report.sessions.find(({ outcome }) => outcome === 'failed');
  const [only] = report.sessions.length === 1 ? report.sessions : [];
  return html`<p class="files">${report.captures.map(({ file }) => file).join(catalogue.terms.comma)}</p>
${session === undefined ? html`<h1>${calm(report, catalogue)}</h1>${only === undefined ? null : html`<p class="beyond">${only.verdict}</p>`}` : verdictOf(session, report, catalogue)}
${session === undefined ? null : proofOf(session, report, told, catalogue)}
${countsOf(report, catalogue)}
${report.findings.map((finding) => captureFinding(finding, told, catalogue))}`;
};

/** The first sentence is the headline, what follows it is not; of several failures it is said that this is the first. */
const verdictOf = (session: SessionReport, { summary }: Report, catalogue: Catalogue): Html => {
  const { page } = catalogue;
  const { id, verdict } = session;
  const named = fillTemplate(page.session, { id: String(id) });
  const link = html`<a href="#s${id}">${named}</a>`;
  const first = firstSentence(verdict);
  const rest = verdict.slice(first.length).trim();
  const counts = { failed: formatCount(summary.failed), sessions: formatCount(summary.sessions) };
  return html`${summary.failed < 2 ? null : html`<p class="tally">${fillTemplate(page.answer.tally, counts)}</p>`}
<h1>${fillHtml(page.answer.verdict, { session: link, fate: fateOf(session, catalogue), verdict: first })}</h1>
${rest === '' ? null : html`<p class="beyond">${rest}</p>`}`;
};

const calm = ({ summary }: Report, { page: { answer: said } }: Catalogue): string => {
  if (summary.sessions === 0) return said.none;
  if (summary.partial === summary.sessions) return said.unjudged;
  return summary.sessions === 1 ? said.one : fillTemplate(said.calm, { count: formatCount(summary.sessions) });
};

const proofOf = (session: SessionReport, report: Report, told: ToldRows, catalogue: Catalogue): Html | null => {
  const finding = session.findings[0];
  if (finding === undefined) return null;
  const { evidence, remedy } = finding;
  const { page, terms } = catalogue;
  const said = page.answer;
  return html`<dl class="answer">
${evidence.length === 0 ? null : html`<dt>${said.proof}</dt><dd>${packetLinks(session, evidence, report, told, catalogue)}</dd>`}
${remedy[0] === undefined ? null : html`<dt>${said.fix}</dt><dd>${remedy[0]}</dd>`}
<dt>${said.sure}</dt><dd>${terms.confidences[session.confidence]}${session.cause === null ? null : html`${terms.comma}<code>${session.cause}</code>`}</dd>
</dl>`;
};

const countsOf = ({ summary }: Report, { page, terms }: Catalogue): Html => {
  const told = (['failed', 'ok', 'open', 'partial'] as const).filter((outcome) => summary[outcome] > 0);
  const causes = Object.entries(summary.byCause);
  return html`<ul class="counts" aria-label="${page.answer.counts}">
${told.map((outcome) => html`<li class="o-${outcome}"><b>${formatCount(summary[outcome])}</b> ${terms.outcomes[outcome]}</li>`)}
</ul>
${causes.length < 2 ? null : html`<ul class="causes" aria-label="${page.answer.causes}">${causes.map(([cause, count]) => html`<li><b>${formatCount(count)}</b> <a href="#sessions" data-find="${cause}"><code>${cause}</code></a></li>`)}</ul>`}`;
};

const captureFinding = (finding: FindingReport, told: ToldRows, { page }: Catalogue): Html => {
  const about = finding.sessions ?? [];
  const rest = about.length - SESSIONS_NAMED;
  const links = about.slice(0, SESSIONS_NAMED).map((id) => html`${sessionLink(id, String(id), told)} `);
  const more = rest > 0 ? fillTemplate(page.limits.more, { count: formatCount(rest) }) : '';
  const { remedy } = finding;
  return html`<section class="finding f-${finding.severity}"><h2>${finding.title}</h2>
<div class="sides"><p>${finding.explanation}</p>
${remedy.length === 0 ? null : html`<ul>${remedy.map((text) => html`<li>${text}</li>`)}</ul>`}</div>
${about.length === 0 ? null : html`<p>${fillHtml(page.answer.sessions, { ids: [...links, more] })}</p>`}
</section>`;
};

export const captureSection = (
  report: Report,
  { madeWith, command, showSecrets }: HtmlOptions,
  catalogue: Catalogue,
): Html => {
  const said = catalogue.page.foot;
  const { space } = catalogue.terms;
  const notListed = notListedText(report.summary.notListed, catalogue);
  return html`<footer>
<h2>${said.captures}</h2>
${report.captures.map((capture) => captureEntry(capture, catalogue))}
${notListed === undefined ? null : html`<p>${notListed}</p>`}
<p>${fillHtml(said.made, { program: madeWith, command: html`<code>${command}</code>` })}</p>
<p>${fillHtml(said.numbers, { field: html`<code>frame.number</code>` })}${space}${showSecrets ? html`<strong>${said.secrets}</strong>` : said.noSecrets}${space}${said.quiet}</p>
</footer>`;
};

const captureEntry = (capture: CaptureReport, { page, texts: { capture: said }, terms }: Catalogue): Html => {
  const { file, format, linkTypes, packets, bytes, start, durationMs, truncatedPackets, droppedPackets, warnings } =
    capture;
  const facts = [
    format,
    linkTypes.join(terms.and),
    fillTemplate(said.packets, { count: formatCount(packets) }),
    formatBytes(bytes, terms.units),
    ...(start === null
      ? []
      : [
          fillTemplate(page.foot.when, {
            duration: formatDuration((durationMs ?? 0) * 1e6, terms.units),
            start: start.replace('T', ' ').replace('Z', ' UTC'),
          }),
        ]),
    ...(truncatedPackets > 0 ? [fillTemplate(said.cut, { count: formatCount(truncatedPackets) })] : []),
    ...((droppedPackets ?? 0) > 0 ? [fillTemplate(said.dropped, { count: formatCount(droppedPackets ?? 0) })] : []),
  ];
  return html`<p><code>${file}</code> ${facts.join(terms.comma)}</p>
${warnings.length === 0 ? null : html`<ul class="warnings">${warnings.slice(0, WARNINGS_SHOWN).map((text) => html`<li>${text}</li>`)}</ul>`}`;
};

const WARNINGS_SHOWN = 200;
