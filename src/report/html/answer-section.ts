/** The top of the page: what happened, which packets prove it, what to do; at its foot: files, warnings, what made it. */

import { formatBytes, formatCount, formatDuration } from '../format-value.js';
import { fateOf } from '../headline.js';
import type { Catalogue } from '../language/catalogue.js';
import type { CaptureReport, FindingReport, Report, SessionReport } from '../report.js';
import { notListedText } from '../terminal/capture-lines.js';
import { firstSentence } from '../verdict-text.js';
import { fillTemplate } from '../wording.js';
import { advice } from './advice.js';
import { fillHtml, type Html, html } from './html.js';
import { packetLinks, sessionLink, sessionLinks } from './packet-link.js';
import type { HtmlOptions } from './render-html.js';
import type { ToldRows } from './told-rows.js';

/** Of a finding about the whole capture. */
const SESSIONS_NAMED = 30;

export const answerSection = (report: Report, told: ToldRows, catalogue: Catalogue): Html => {
  const session =
    report.sessions.find(({ outcome, recovered }) => outcome === 'failed' && !recovered) ??
    report.sessions.find(({ outcome }) => outcome === 'failed');
  return html`<p class="files">${filesOf(report, catalogue)}</p>
${session === undefined ? calm(report, catalogue) : verdictOf(session, report, catalogue)}
${session === undefined ? noticed(report, told, catalogue) : proofOf(session, report, told, catalogue)}
${countsOf(report, catalogue)}
${findingsOf(report, told, catalogue)}`;
};

/** Several are numbered, as the packets are. */
const filesOf = ({ captures }: Report, { page, terms }: Catalogue): string => {
  const [first, ...others] = captures.map(({ file }) => file);
  if (others.length === 0) return first ?? '';
  const numbered = captures.map(({ file }, index) => `${index + 1}: ${file}`).join(terms.comma);
  return fillTemplate(page.answer.files, { files: numbered });
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
  return html`${summary.failed > 1 && html`<p class="tally">${fillTemplate(page.answer.tally, counts)}</p>${causesOf(summary, page)}<p class="files">${page.answer.first}</p>`}
<h1>${fillHtml(page.answer.verdict, { session: link, fate: fateOf(session, catalogue), verdict: first })}</h1>
${rest !== '' && html`<p class="beyond">${rest}</p>`}`;
};

const calm = (report: Report, { page: { answer: said, section }, terms }: Catalogue): Html => {
  const { summary, sessions } = report;
  const [only] = sessions.length === 1 ? sessions : [];
  if (only === undefined) {
    const count = formatCount(summary.sessions);
    const allUnjudged = summary.partial === summary.sessions;
    return html`<h1>${summary.sessions === 0 ? said.none : allUnjudged ? said.unjudged : fillTemplate(said.calm, { count })}</h1>`;
  }
  const sure = fillTemplate(section.sure, { confidence: terms.confidences[only.confidence] });
  const looks = warningsOf(report).size > 0 ? said.oneNoticed : said.one;
  return html`<h1>${only.outcome === 'partial' ? said.oneUnjudged : looks}</h1>
<p class="beyond">${only.verdict} <span class="sure">${sure}</span></p>`;
};

/** Where nothing failed: what will hurt. */
const noticed = (report: Report, told: ToldRows, catalogue: Catalogue): Html | null => {
  const { page, terms } = catalogue;
  const warnings = warningsOf(report);
  if (warnings.size === 0) return null;
  const lines = [...warnings].map(([title, ids]) => {
    const rest = ids.length - SESSIONS_NOTICED;
    const links = sessionLinks(ids.slice(0, SESSIONS_NOTICED), told, catalogue);
    const more = rest > 0 && html`${terms.space}${fillTemplate(page.limits.more, { count: formatCount(rest) })}`;
    return html`<li>${fillHtml(page.answer.warning, { title, sessions: html`${links}${more}` })}</li>`;
  });
  return html`<dl class="answer"><dt>${page.answer.noticed}</dt><dd><ul>${lines}</ul></dd></dl>`;
};

/** Titles of warnings, with the sessions that have them. */
const warningsOf = ({ sessions }: Report): Map<string, number[]> => {
  const warnings = new Map<string, number[]>();
  for (const { id, findings } of sessions) {
    for (const title of new Set(findings.flatMap((each) => (each.severity === 'warning' ? each.title : [])))) {
      const ids = warnings.get(title);
      if (ids !== undefined) ids.push(id);
      else if (warnings.size < WARNINGS_NOTICED) warnings.set(title, [id]);
    }
  }
  return warnings;
};

/** Of one warning. */
const SESSIONS_NOTICED = 5;
/** On the first screen; each stands in the stories as well. */
const WARNINGS_NOTICED = 5;

const proofOf = (session: SessionReport, report: Report, told: ToldRows, catalogue: Catalogue): Html | null => {
  const finding = session.findings[0];
  if (finding === undefined) return null;
  const { evidence, remedy } = finding;
  const { page, terms } = catalogue;
  const said = page.answer;
  const { cause, confidence } = session;
  const sure = { confidence: terms.confidences[confidence], meaning: said.meanings[confidence] };
  return html`<dl class="answer">
${evidence.length > 0 && html`<dt>${said.proof}</dt><dd>${packetLinks(session, evidence, report, told, catalogue)}</dd>`}
${remedy[0] !== undefined && html`<dt>${said.fix}</dt><dd>${advice(remedy[0])}</dd>`}
${cause !== null && html`<dt>${said.cause}</dt><dd>${fillHtml(said.sure, { cause: html`<code>${cause}</code>`, ...sure })}</dd>`}
</dl>`;
};

const countsOf = ({ summary }: Report, { page, terms }: Catalogue): Html | null => {
  const told = (['failed', 'ok', 'open', 'partial'] as const).filter((outcome) => summary[outcome] > 0);
  // Of a single kind the headline has told.
  if (told.length < 2) return null;
  return html`<ul class="counts" aria-label="${page.answer.counts}">
${told.map((outcome) => html`<li class="o-${outcome}"><b>${formatCount(summary[outcome])}</b> ${terms.outcomes[outcome]}</li>`)}
</ul>`;
};

const causesOf = ({ byCause }: Report['summary'], page: Catalogue['page']): Html | null => {
  const causes = Object.entries(byCause);
  if (causes.length < 2) return null;
  return html`<ul class="causes" aria-label="${page.answer.causes}">${causes.map(([cause, count]) => html`<li><b>${formatCount(count)}</b> <a href="#sessions" data-find="${cause}"><code>${cause}</code></a></li>`)}</ul>`;
};

/** One card for findings with the same title, which are about other servers or other moments. */
const findingsOf = ({ findings }: Report, told: ToldRows, catalogue: Catalogue): Html => {
  const alike = new Map<string, FindingReport[]>();
  for (const finding of findings) {
    const others = alike.get(finding.title);
    if (others === undefined) alike.set(finding.title, [finding]);
    else others.push(finding);
  }
  return html`${[...alike.values()].map((each) => findingCard(each, told, catalogue))}`;
};

const findingCard = ([first, ...others]: readonly FindingReport[], told: ToldRows, catalogue: Catalogue): Html => {
  if (first === undefined) return html``;
  const { page } = catalogue;
  const { title, severity, explanation, remedy } = first;
  const more = fillTemplate(page.answer.alike, { count: formatCount(others.length) });
  return html`<section class="finding f-${severity}"><h2>${title}</h2>
<div class="sides"><div><p>${explanation}</p>${sessionsOf(first, told, page)}</div>
${remedy.length > 0 && html`<ul>${remedy.map((text) => html`<li>${advice(text)}</li>`)}</ul>`}</div>
${others.length > 0 && html`<details class="alike"><summary>${more}</summary>${others.map((each) => html`<p>${each.explanation}</p>${sessionsOf(each, told, page)}`)}</details>`}
</section>`;
};

const sessionsOf = ({ sessions: about = [] }: FindingReport, told: ToldRows, page: Catalogue['page']): Html | null => {
  if (about.length === 0) return null;
  const rest = about.length - SESSIONS_NAMED;
  const links = about.slice(0, SESSIONS_NAMED).map((id) => html`${sessionLink(id, String(id), told)} `);
  const more = rest > 0 ? fillTemplate(page.limits.more, { count: formatCount(rest) }) : '';
  return html`<p class="small">${fillHtml(page.answer.sessions, { ids: [...links, more] })}</p>`;
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
